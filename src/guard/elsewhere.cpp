#include "guard/elsewhere.hpp"

#include "guard/scripts.hpp"
#include "schema/compare.hpp"
#include "schema/origins.hpp"

#include <algorithm>
#include <set>
#include <vector>

namespace migration_guard {
namespace {

/// A missing table, join table or view with its name alone: "public.A" is declared in public.
struct Sought {
    const Missing* missing;
    std::string schema;
    std::string name;
};

std::vector<Sought> sought(const std::vector<Missing>& missing) {
    std::vector<Sought> found;
    for (const auto& object : missing) {
        const bool table = object.kind == "table" || object.kind == "joinTable" || object.kind == "view";
        if (!table || object.need == Missing::Need::optional) continue;
        const auto dot = object.object.find('.');
        found.push_back({&object, object.object.substr(0, dot), object.object.substr(dot + 1)});
    }
    return found;
}

/// Recorded as applied by somebody who ran it, so that its objects have been there.
bool has_run(const History& history, const std::string& migration) {
    const auto* const record = history.find(migration);
    return record != nullptr && record->state == MigrationState::applied && record->row->applied_steps_count > 0;
}

/// Of the schemas that have a name of every one: the only one.
std::string the_one_schema_with(const std::vector<Sought>& tables, const std::vector<ObjectName>& found) {
    std::map<std::string, std::set<std::string>> names;
    for (const auto& name : found) {
        const bool asked = std::ranges::any_of(
            tables, [&](const Sought& table) { return table.name == name.name && table.schema != name.schema; });
        if (asked) names[name.schema].insert(name.name);
    }
    std::set<std::string> wanted;
    for (const auto& table : tables) wanted.insert(table.name);
    std::string only;
    for (const auto& [schema, there] : names) {
        if (there != wanted) continue;
        if (!only.empty()) return "";
        only = schema;
    }
    return only;
}

/// A copy (CREATE TABLE AS, a dump of some columns) lacks columns or their NOT NULL; what was moved has both.
bool stand_as_declared(const std::vector<Sought>& tables, const std::string& schema, const Plan& plan,
                       Database& database) {
    DeclaredSchema moved;
    for (auto table : plan.declared.get().schema->tables) {
        const auto& in = table.schema.empty() ? plan.database.schema : table.schema;
        const bool wanted = std::ranges::any_of(
            tables, [&](const Sought& asked) { return asked.name == table.name && asked.schema == in; });
        if (!wanted) continue;
        table.schema = schema;
        moved.tables.push_back(std::move(table));
    }
    const auto snapshot = database.look({.catalogue = request_for(moved), .listed_schemas = {}, .external_tables = {}});
    const auto difference = compare(moved, snapshot.catalogue, {plan.database.schema, {}, ""});
    return difference.missing.empty() && std::ranges::none_of(difference.warnings, [](const SchemaWarning& warning) {
               return warning.kind == SchemaWarningKind::nullability_differs;
           });
}

/// Tables and enums that a script which has run makes under that name in the schema where one was found.
void find_made(Elsewhere& elsewhere, const Plan& plan, const Outcome& check) {
    const Origins origins(read_scripts(plan.bundle.get()), check.database.schema);
    for (const auto& missing : check.missing) {
        if (missing.created_by || missing.found_in.empty()) continue;
        const auto kind = missing.kind == "enum" ? ScriptObject::Kind::enumeration : ScriptObject::Kind::table;
        const auto name = missing.object.substr(missing.object.find('.') + 1);
        const auto made = origins.find({kind, missing.found_in, name, ""});
        if (made && made->removed_by.empty() && has_run(check.history, made->created_by)) {
            elsewhere.made[missing.object] = {missing.found_in, made->created_by};
        }
    }
}

}  // namespace

Elsewhere find_elsewhere(const Plan& plan, const Outcome& check, Database& database) {
    Elsewhere elsewhere;
    const auto is_nowhere = [](const Missing& missing) { return missing.found_in.empty(); };
    if (std::ranges::all_of(check.missing, is_nowhere)) return elsewhere;
    find_made(elsewhere, plan, check);
    const auto tables = sought(check.missing);
    const bool all_were_there = std::ranges::all_of(tables, [&](const Sought& table) {
        return table.missing->created_by && has_run(check.history, *table.missing->created_by);
    });
    if (tables.empty() || !all_were_there) return elsewhere;
    std::vector<std::string> names;
    names.reserve(tables.size());
    for (const auto& table : tables) names.push_back(table.name);
    const auto one = the_one_schema_with(tables, database.find_everywhere(names, {}).relations);
    if (!one.empty() && stand_as_declared(tables, one, plan, database)) elsewhere.moved_to = one;
    return elsewhere;
}

}  // namespace migration_guard
