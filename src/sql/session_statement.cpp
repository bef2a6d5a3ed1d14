#include "sql/session_statement.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace migration_guard::sql {
namespace {

bool any_word(Tokens tokens, std::string_view word) {
    return std::ranges::any_of(tokens, [&](const Token& token) { return token.is(word); });
}

/// The names in "a, b": as set_config takes them, in one string.
std::vector<std::string> names_in(const std::string& text) {
    std::vector<std::string> out;
    Lexer lexer(text);
    while (const auto token = lexer.next())
        if (token->is_name() || token->is_text())
            out.push_back(token->is_name() ? identifier(*token) : contents(*token));
    return out;
}

void read_set(Cursor cursor, Collector& out) {
    const Scope scope = cursor.accept("LOCAL") ? Scope::transaction : Scope::session;
    cursor.accept("SESSION");
    if (cursor.accept("SCHEMA")) {
        if (const auto schema = cursor.string()) out.set_search_path({*schema}, scope);
        return;
    }
    if (!cursor.accept("SEARCH_PATH")) return;
    if (!cursor.accept("TO")) cursor.accept_symbol('=');
    if (cursor.accept("DEFAULT")) return out.reset_search_path();
    std::vector<std::string> schemas;
    for (const Tokens item : split_at(cursor.rest(), ',')) {
        Cursor value(item);
        const bool text = value.peek().is_text();
        auto schema = text ? value.string() : value.identifier();
        if (schema && !schema->empty()) schemas.push_back(std::move(*schema));
    }
    out.set_search_path(schemas, scope);
}

/// SELECT [pg_catalog.]set_config('search_path', 'a, b', false)
void read_set_config(Tokens statement, Collector& out) {
    const auto call = std::ranges::find_if(statement, [](const Token& token) { return token.is("SET_CONFIG"); });
    if (call == statement.end()) return;
    Cursor cursor(statement.subspan(static_cast<std::size_t>(call - statement.begin()) + 1));
    const auto arguments = cursor.list();
    if (arguments.size() != 3 || Cursor(arguments[0]).string() != "search_path") return;
    const Scope scope = any_word(arguments[2], "TRUE") ? Scope::transaction : Scope::session;
    const auto value = Cursor(arguments[1]).string();
    if (value && arguments[1].size() == 1) {
        out.set_search_path(names_in(*value), scope);
    } else {
        out.forget_search_path(scope);
    }
}

bool concerns_whole_cluster(Cursor cursor) {
    return cursor.accept("DATABASE") || cursor.accept("TABLESPACE") || cursor.accept("SUBSCRIPTION");
}

/// REINDEX of everything, or CONCURRENTLY.
bool reindexes_widely(Cursor cursor, Tokens statement) {
    cursor.list();
    return any_word(statement, "CONCURRENTLY") || cursor.accept("DATABASE") || cursor.accept("SYSTEM") ||
           cursor.accept("SCHEMA");
}

/// CLUSTER without a table: all of them.
bool clusters_all(Cursor cursor) {
    cursor.list();
    cursor.accept("VERBOSE");
    return cursor.at_end();
}

bool altered_alone(Cursor cursor, Tokens statement) {
    if (cursor.accept("SYSTEM") || cursor.accept("SUBSCRIPTION")) return true;
    if (cursor.accept("DATABASE")) return any_word(statement, "TABLESPACE");
    return cursor.accept("TABLE") && any_word(statement, "DETACH") && any_word(statement, "CONCURRENTLY");
}

}  // namespace

Transaction transaction_control(Tokens statement) {
    Cursor cursor(statement);
    if (cursor.accept({"START", "TRANSACTION"}) || cursor.accept("BEGIN")) return Transaction::begin;
    const bool commits = cursor.accept("COMMIT") || cursor.accept("END");
    const bool rolls_back = !commits && (cursor.accept("ROLLBACK") || cursor.accept("ABORT"));
    if (cursor.accept("PREPARED")) return Transaction::none;
    if (commits) return Transaction::commit;
    cursor.skip_any({"WORK", "TRANSACTION"});
    return rolls_back && !cursor.accept("TO") ? Transaction::rollback : Transaction::none;
}

bool needs_own_statement(Tokens statement) {
    Cursor cursor(statement);
    if (cursor.accept("VACUUM") || cursor.accept({"DISCARD", "ALL"})) return true;
    if (cursor.accept({"COMMIT", "PREPARED"}) || cursor.accept({"ROLLBACK", "PREPARED"})) return true;
    if (cursor.accept("REINDEX")) return reindexes_widely(cursor, statement);
    if (cursor.accept("CLUSTER")) return clusters_all(cursor);
    if (cursor.accept("ALTER")) return altered_alone(cursor, statement);
    const bool creates = cursor.accept("CREATE");
    if (!creates && !cursor.accept("DROP")) return false;
    cursor.accept("UNIQUE");
    return cursor.accept({"INDEX", "CONCURRENTLY"}) || concerns_whole_cluster(cursor);
}

void read_search_path(Tokens statement, Collector& collector) {
    if (statement.empty()) return;
    Cursor cursor(statement);
    if (cursor.accept("SET")) return read_set(cursor, collector);
    if (cursor.accept({"RESET", "SEARCH_PATH"}) || cursor.accept({"RESET", "ALL"}) || cursor.accept({"DISCARD", "ALL"}))
        return collector.reset_search_path();
    if (statement.front().is("SELECT")) read_set_config(statement, collector);
}

}  // namespace migration_guard::sql
