#include "sql/token_create.hpp"

#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::sql {
namespace {

/// Between CREATE and the kind of object.
struct Modifiers {
    bool replace = false;
    Lifetime lifetime = Lifetime::permanent;
};

Modifiers accept_modifiers(Cursor& cursor) {
    Modifiers out;
    out.replace = cursor.accept({"OR", "REPLACE"});
    cursor.skip_any({"GLOBAL", "LOCAL"});
    if (cursor.accept("TEMP") || cursor.accept("TEMPORARY")) out.lifetime = Lifetime::session;
    cursor.skip_any({"UNLOGGED", "RECURSIVE", "UNIQUE"});
    return out;
}

bool is_serial(const Token& token) {
    constexpr std::array<std::string_view, 6> serials{"SERIAL",  "BIGSERIAL", "SMALLSERIAL",
                                                      "SERIAL4", "SERIAL8",   "SERIAL2"};
    return std::ranges::any_of(serials, [&](std::string_view type) { return token.is(type); });
}

/// True when these two words stand side by side outside parentheses.
bool has_pair(Tokens tokens, std::string_view first, std::string_view second) {
    int depth = 0;
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].is_symbol('(')) ++depth;
        if (tokens[i].is_symbol(')')) --depth;
        if (depth == 0 && tokens[i].is(first) && tokens[i + 1].is(second)) return true;
    }
    return false;
}

/// The columns of a PRIMARY KEY (...) table constraint, none for another.
std::vector<std::string> key_columns(Tokens element) {
    Cursor cursor(element);
    if (cursor.accept("CONSTRAINT")) cursor.identifier();
    if (!cursor.accept({"PRIMARY", "KEY"})) return {};
    std::vector<std::string> out;
    for (const Tokens item : cursor.list())
        if (auto column = Cursor(item).identifier()) out.push_back(std::move(*column));
    return out;
}

void read_element(Tokens element, TableFacts& facts) {
    Cursor cursor(element);
    if (cursor.accept("LIKE")) {
        facts.completeness = Columns::open;
    } else if (begins_constraint(cursor)) {
        if (auto key = key_columns(element); !key.empty()) facts.primary_key = std::move(key);
    } else if (auto column = read_column(element)) {
        facts.columns.push_back(std::move(*column));
    }
}

void read_table(Cursor cursor, const Modifiers& modifiers, Collector& out) {
    TableFacts facts;
    facts.lifetime = modifiers.lifetime;
    facts.guard = cursor.accept_guard();
    const auto name = cursor.name();
    if (!name) return;
    const bool from_elsewhere = cursor.accept("OF") || cursor.accept({"PARTITION", "OF"});
    if (from_elsewhere) cursor.name();
    const auto elements = cursor.list();
    const bool follows = from_elsewhere || has_word(cursor.rest(), "INHERITS");
    if (follows || has_word(cursor.rest(), "AS")) facts.completeness = Columns::open;
    // CREATE TABLE t (a, b) AS ...: names without types; which columns there are in all is the query's to say.
    if (!has_word(cursor.rest(), "AS"))
        for (const Tokens element : elements) read_element(element, facts);
    out.create_table(*name, facts);
    if (follows) out.follow_table(*name);
}

void read_view(Cursor cursor, const Modifiers& modifiers, Collector& out) {
    const IfExists guard = cursor.accept_guard();
    const auto name = cursor.name();
    if (name) out.create_view(*name, modifiers.lifetime, modifiers.replace ? IfExists::yes : guard);
}

void read_type(Cursor cursor, Collector& out) {
    const auto name = cursor.name();
    if (!name) return;
    if (!cursor.accept({"AS", "ENUM"})) return out.create_type(*name);
    std::vector<std::string> labels;
    for (const Tokens item : cursor.list())
        if (auto label = Cursor(item).string()) labels.push_back(std::move(*label));
    out.create_enum(*name, labels);
}

void read_index(Cursor cursor, Collector& out) {
    cursor.accept("CONCURRENTLY");
    const IfExists guard = cursor.accept_guard();
    const auto index = cursor.peek().is("ON") ? std::nullopt : cursor.identifier();
    if (!index || !cursor.accept("ON")) return;
    cursor.accept("ONLY");
    if (const auto table = cursor.name()) out.create_index(*table, *index, guard);
}

/// The elements of CREATE SCHEMA stand one after the other without a separator, each with its own CREATE.
void read_schema_elements(Tokens tokens, Collector& out) {
    int depth = 0;
    std::size_t begin = tokens.size();
    for (std::size_t i = 0; i <= tokens.size(); ++i) {
        const bool end = i == tokens.size();
        if (!end && tokens[i].is_symbol('(')) ++depth;
        if (!end && tokens[i].is_symbol(')')) --depth;
        if (!end && (depth != 0 || !(tokens[i].is("CREATE") || tokens[i].is("GRANT")))) continue;
        if (begin < i) read_tokens(tokens.subspan(begin, i - begin), out);
        begin = i;
    }
}

void read_schema(Cursor cursor, Collector& out) {
    const IfExists guard = cursor.accept_guard();
    auto name = cursor.peek().is("AUTHORIZATION") ? std::nullopt : cursor.identifier();
    if (cursor.accept("AUTHORIZATION")) {
        auto role = cursor.identifier();
        if (!name) name = std::move(role);
    }
    if (!name) return;
    out.create_schema(*name, guard);
    out.enter_schema(*name);
    read_schema_elements(cursor.rest(), out);
    out.leave_schema();
}

}  // namespace

bool begins_constraint(const Cursor& cursor) {
    constexpr std::array<std::string_view, 7> words{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK",
                                                    "FOREIGN",    "LIKE",    "NOT"};
    if (std::ranges::any_of(words, [&](std::string_view word) { return cursor.peek().is(word); })) return true;
    // EXCLUDE may name a column, unlike the others.
    return cursor.peek().is("EXCLUDE") && (cursor.peek(1).is("USING") || cursor.peek(1).is_symbol('('));
}

std::optional<Column> read_column(Tokens definition) {
    Cursor cursor(definition);
    auto name = cursor.identifier();
    if (!name) return std::nullopt;
    Column column{.name = std::move(*name)};
    const bool serial = is_serial(cursor.peek()) && !cursor.peek(1).is_symbol('.');
    column.required = has_pair(cursor.rest(), "NOT", "NULL") || has_pair(cursor.rest(), "PRIMARY", "KEY");
    column.filled = serial || has_word(cursor.rest(), "DEFAULT") || has_word(cursor.rest(), "GENERATED");
    return column;
}

void read_select_into(Tokens target, Collector& out) {
    Cursor cursor(target);
    const Modifiers modifiers = accept_modifiers(cursor);
    cursor.accept("TABLE");
    TableFacts facts;
    facts.completeness = Columns::open;
    facts.lifetime = modifiers.lifetime;
    if (const auto name = cursor.name()) out.create_table(*name, facts);
}

bool creates_something(Cursor cursor) {
    accept_modifiers(cursor);
    constexpr std::array<std::string_view, 7> kinds{"TABLE", "VIEW", "TYPE", "DOMAIN", "INDEX", "SCHEMA", "EXTENSION"};
    return cursor.accept({"MATERIALIZED", "VIEW"}) || cursor.accept({"FOREIGN", "TABLE"}) ||
           std::ranges::any_of(kinds, [&](std::string_view kind) { return cursor.accept(kind); });
}

void read_create(Cursor cursor, Collector& out) {
    const Modifiers modifiers = accept_modifiers(cursor);
    if (cursor.accept("TABLE") || cursor.accept({"FOREIGN", "TABLE"})) {
        read_table(cursor, modifiers, out);
    } else if (cursor.accept("VIEW") || cursor.accept({"MATERIALIZED", "VIEW"})) {
        read_view(cursor, modifiers, out);
    } else if (cursor.accept("TYPE")) {
        read_type(cursor, out);
    } else if (cursor.accept("DOMAIN")) {
        if (const auto name = cursor.name()) out.create_type(*name);
    } else if (cursor.accept("INDEX")) {
        read_index(cursor, out);
    } else if (cursor.accept("SCHEMA")) {
        read_schema(cursor, out);
    } else if (cursor.accept("EXTENSION")) {
        cursor.accept_guard();
        if (const auto name = cursor.identifier()) out.create_extension(*name);
    }
}

}  // namespace migration_guard::sql
