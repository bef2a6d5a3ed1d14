#include "sql/token_reader.hpp"

#include "sql/token_create.hpp"

#include <optional>

namespace migration_guard::sql {
namespace {

enum class ObjectClass { none, relation, type, schema, index };

/// TABLE, FOREIGN TABLE, VIEW, MATERIALIZED VIEW, TYPE, DOMAIN, SCHEMA, INDEX: as ALTER and DROP name them.
struct Target {
    ObjectClass what = ObjectClass::none;
    EffectKind drop = EffectKind::drop_table;
    bool columns = false;  ///< ADD and DROP are about columns
};

Target accept_target(Cursor& cursor) {
    if (cursor.accept("TABLE") || cursor.accept({"FOREIGN", "TABLE"}))
        return {ObjectClass::relation, EffectKind::drop_table, true};
    if (cursor.accept("VIEW") || cursor.accept({"MATERIALIZED", "VIEW"}))
        return {ObjectClass::relation, EffectKind::drop_view, false};
    if (cursor.accept("TYPE") || cursor.accept("DOMAIN")) return {ObjectClass::type, EffectKind::drop_type, false};
    if (cursor.accept("SCHEMA")) return {ObjectClass::schema, EffectKind::drop_schema, false};
    if (cursor.accept("INDEX")) return {ObjectClass::index, EffectKind::drop_index, false};
    return {};
}

Cascade cascade_of(Tokens tokens) {
    return has_word(tokens, "CASCADE") ? Cascade::yes : Cascade::no;
}

void read_drop(Cursor cursor, Collector& out) {
    if (cursor.accept("OWNED") || cursor.accept("EXTENSION")) return out.drops_unnamed();
    const Target target = accept_target(cursor);
    if (target.what == ObjectClass::none) return;
    const bool index = target.what == ObjectClass::index;
    if (index) cursor.accept("CONCURRENTLY");
    const IfExists guard = cursor.accept_guard();
    const Cascade cascade = cascade_of(cursor.rest());
    for (const Tokens item : split_at(cursor.rest(), ',')) {
        const auto name = Cursor(item).name();
        if (name && index) out.drop_index(*name, guard);
        if (name && !index) out.drop(target.drop, *name, guard, cascade);
    }
}

/// CONSTRAINT k UNIQUE USING INDEX i: the index takes the constraint's name.
void read_add_constraint(Cursor cursor, const Name& table, Collector& out) {
    if (!cursor.accept("CONSTRAINT")) return;
    const auto constraint = cursor.identifier();
    if (!constraint || !(cursor.accept("UNIQUE") || cursor.accept({"PRIMARY", "KEY"}))) return;
    if (!cursor.accept({"USING", "INDEX"})) return;
    if (const auto index = cursor.identifier()) out.rename_index({table.schema, *index}, *constraint, IfExists::no);
}

void read_add(Cursor cursor, const Name& table, Collector& out) {
    const bool column = cursor.accept("COLUMN");
    if (!column && begins_constraint(cursor)) return read_add_constraint(cursor, table, out);
    const IfExists guard = cursor.accept_guard();
    if (const auto definition = read_column(cursor.rest())) out.add_column(table, *definition, guard);
}

void read_drop_column(Cursor cursor, const Name& table, Collector& out) {
    const bool constraint = !cursor.accept("COLUMN") && cursor.accept("CONSTRAINT");
    const IfExists guard = cursor.accept_guard();
    const auto name = cursor.identifier();
    if (name && constraint) out.drop_index({table.schema, *name}, guard);
    if (name && !constraint) out.drop_column(table, *name, guard, cascade_of(cursor.rest()));
}

void read_rename_relation(Cursor cursor, const Name& name, IfExists guard, Collector& out) {
    const bool constraint = cursor.accept("CONSTRAINT");
    if (!constraint && cursor.accept("TO")) {
        if (const auto new_name = cursor.identifier()) out.rename(EffectKind::rename_table, name, *new_name, guard);
        return;
    }
    if (!constraint) cursor.accept("COLUMN");
    const auto member = cursor.identifier();
    if (!member || !cursor.accept("TO")) return;
    const auto new_name = cursor.identifier();
    if (new_name && constraint) out.rename_index({name.schema, *member}, *new_name, guard);
    if (new_name && !constraint) out.rename_member(EffectKind::rename_column, name, *member, *new_name, guard);
}

void read_alter_relation(Cursor cursor, const Target& target, Collector& out) {
    const IfExists guard = cursor.accept_guard();
    cursor.accept("ONLY");
    const auto name = cursor.name();
    if (!name) return;
    cursor.accept_symbol('*');
    if (cursor.accept("RENAME")) return read_rename_relation(cursor, *name, guard, out);
    if (cursor.accept({"SET", "SCHEMA"})) {
        if (const auto schema = cursor.identifier()) out.set_schema(*name, *schema, guard);
        return;
    }
    if (!target.columns) return;
    for (const Tokens item : split_at(cursor.rest(), ',')) {
        Cursor action(item);
        if (action.accept("ADD")) read_add(action, *name, out);
        if (action.accept("DROP")) read_drop_column(action, *name, out);
        if (action.accept("INHERIT") || action.accept("OF")) out.follow_table(*name);
        const auto partition = action.accept({"ATTACH", "PARTITION"}) ? action.name() : std::nullopt;
        if (partition) out.follow_table(*partition);
    }
}

void read_alter_type(Cursor cursor, Collector& out) {
    const auto name = cursor.name();
    if (!name) return;
    if (cursor.accept({"ADD", "VALUE"})) {
        const IfExists guard = cursor.accept_guard();
        if (const auto label = cursor.string()) out.add_enum_value(*name, *label, guard);
    } else if (cursor.accept({"RENAME", "VALUE"})) {
        const auto label = cursor.string();
        const bool to = cursor.accept("TO");
        const auto new_label = cursor.string();
        if (label && to && new_label)
            out.rename_member(EffectKind::rename_enum_value, *name, *label, *new_label, IfExists::no);
    } else if (cursor.accept({"RENAME", "TO"})) {
        if (const auto new_name = cursor.identifier())
            out.rename(EffectKind::rename_type, *name, *new_name, IfExists::no);
    } else if (cursor.accept({"SET", "SCHEMA"})) {
        if (const auto schema = cursor.identifier()) out.set_schema(*name, *schema, IfExists::no);
    }
}

void read_alter_index(Cursor cursor, Collector& out) {
    const IfExists guard = cursor.accept_guard();
    const auto name = cursor.name();
    if (!name || !cursor.accept({"RENAME", "TO"})) return;
    if (const auto new_name = cursor.identifier()) out.rename_index(*name, *new_name, guard);
}

void read_alter_schema(Cursor cursor, Collector& out) {
    const auto name = cursor.name();
    if (!name || !cursor.accept({"RENAME", "TO"})) return;
    if (const auto new_name = cursor.identifier())
        out.rename(EffectKind::rename_schema, *name, *new_name, IfExists::no);
}

void read_alter(Cursor cursor, Collector& out) {
    const Target target = accept_target(cursor);
    if (target.what == ObjectClass::relation) read_alter_relation(cursor, target, out);
    if (target.what == ObjectClass::type) read_alter_type(cursor, out);
    if (target.what == ObjectClass::schema) read_alter_schema(cursor, out);
    if (target.what == ObjectClass::index) read_alter_index(cursor, out);
}

/// What follows INTO in SELECT ... INTO; INSERT INTO and MERGE INTO are other statements.
std::optional<Tokens> after_select_into(Tokens statement) {
    int depth = 0;
    for (std::size_t i = 0; i < statement.size(); ++i) {
        if (statement[i].is_symbol('(')) ++depth;
        if (statement[i].is_symbol(')')) --depth;
        if (depth != 0) continue;
        if (statement[i].is("INSERT") || statement[i].is("MERGE")) return std::nullopt;
        if (statement[i].is("INTO")) return statement.subspan(i + 1);
    }
    return std::nullopt;
}

bool begins_query(Tokens statement) {
    const Token& first = statement.front();
    return first.is("SELECT") || first.is("WITH") || first.is_symbol('(');
}

}  // namespace

bool concerns_effects(Tokens statement) {
    if (statement.empty()) return false;
    if (begins_query(statement)) return after_select_into(statement).has_value();
    Cursor cursor(statement);
    if (cursor.accept({"IMPORT", "FOREIGN"})) return true;
    if (cursor.accept("CREATE")) return creates_something(cursor);
    if (cursor.accept({"DROP", "OWNED"}) || cursor.accept({"DROP", "EXTENSION"})) return true;
    const bool verb = cursor.accept("ALTER") || cursor.accept("DROP");
    return verb && accept_target(cursor).what != ObjectClass::none;
}

bool takes_indexes_along(Tokens statement) {
    Cursor cursor(statement);
    if (!cursor.accept("DROP") || accept_target(cursor).what != ObjectClass::none) return false;
    return has_word(statement, "CASCADE");
}

void read_tokens(Tokens statement, Collector& collector) {
    if (statement.empty()) return;
    if (takes_indexes_along(statement)) collector.indexes_unnamed();
    if (begins_query(statement)) {
        if (const auto target = after_select_into(statement)) read_select_into(*target, collector);
        return;
    }
    Cursor cursor(statement);
    if (cursor.accept("CREATE")) read_create(cursor, collector);
    if (cursor.accept("ALTER")) read_alter(cursor, collector);
    if (cursor.accept("DROP")) read_drop(cursor, collector);
    if (cursor.accept({"IMPORT", "FOREIGN"})) collector.creates_unnamed();
}

}  // namespace migration_guard::sql
