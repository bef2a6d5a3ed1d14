#include "guard/schema_check.hpp"

#include "base/text.hpp"
#include "schema/compare.hpp"
#include "schema/origins.hpp"
#include "schema/script_collisions.hpp"
#include "sql/read_script.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

std::vector<NamedScript> read_scripts(const Bundle& bundle) {
    std::vector<NamedScript> scripts;
    for (const auto& migration : bundle.migrations) scripts.emplace_back(migration.name, read_script(migration.script));
    return scripts;
}

std::vector<NamedScript> read_pending(const Bundle& bundle, const std::vector<std::string>& pending) {
    std::vector<NamedScript> scripts;
    for (const auto& migration : bundle.migrations) {
        if (std::ranges::find(pending, migration.name) != pending.end()) {
            scripts.emplace_back(migration.name, read_script(migration.script));
        }
    }
    return scripts;
}

std::string text_of(const ScriptObject& object, const std::string& default_schema) {
    const auto& schema = object.schema.empty() ? default_schema : object.schema;
    return schema + "." + object.object + (object.member.empty() ? "" : "." + object.member);
}

/// Rows of a newer release stand in the ledger: what it removed is not this image's to demand.
bool newer_release_was_here(const History& history) {
    return history.any(MigrationState::ahead) ||
           std::ranges::any_of(history.in_state(MigrationState::failed),
                               [](const MigrationRecord* record) { return !record->bundled; });
}

Missing::Need need_of(const MissingObject& object, const std::optional<std::string>& created_by, const Origins& origins,
                      const History& history) {
    if (object.level == MissingLevel::info) return Missing::Need::optional;
    if (!created_by) {
        const bool ours = origins.touches(object.object.schema) && object.object.kind != ScriptObject::Kind::view;
        return ours ? Missing::Need::needed : Missing::Need::external;
    }
    const auto* record = history.find(*created_by);
    const bool applied = record != nullptr && record->state == MigrationState::applied;
    return applied && newer_release_was_here(history) ? Missing::Need::removed_by_newer : Missing::Need::needed;
}

std::optional<std::string> created_by(const Origins& origins, const ScriptObject& object) {
    const auto provenance = origins.find(object);
    if (!provenance || provenance->created_by.empty() || !provenance->removed_by.empty()) return std::nullopt;
    return provenance->created_by;
}

/// Where objects of these names stand instead: "found in app, Prisma looks in public".
void find_elsewhere(std::vector<Missing>& missing, const std::vector<ScriptObject>& objects, Database& database) {
    std::vector<std::string> names;
    for (const auto& object : objects) {
        if (object.member.empty()) names.push_back(object.object);
    }
    if (names.empty()) return;
    for (const auto& found : database.find_elsewhere(names)) {
        for (std::size_t i = 0; i < missing.size(); ++i) {
            if (objects[i].member.empty() && objects[i].object == found.name && objects[i].schema != found.schema) {
                missing[i].found_in = found.schema;
            }
        }
    }
}

std::vector<Missing> trace(const std::vector<MissingObject>& objects, const Plan& plan, const History& history,
                           const std::string& schema, Database& database) {
    const Origins origins(read_scripts(plan.bundle.get()), schema);
    std::vector<ScriptObject> script_objects;
    for (const auto& object : objects) script_objects.push_back(object.object);
    const auto by_pending = origins.created_by_pending(history.names(MigrationState::pending), script_objects);

    std::vector<Missing> missing;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const auto& object = objects[i];
        Missing entry;
        entry.kind = word(object.object.kind);
        entry.object = object.text();
        entry.model = object.model;
        if (!object.field.empty()) entry.field = object.field;
        entry.comes_with_pending = by_pending[i].has_value();
        entry.created_by = entry.comes_with_pending ? by_pending[i] : created_by(origins, object.object);
        entry.need = need_of(object, entry.created_by, origins, history);
        missing.push_back(std::move(entry));
    }
    find_elsewhere(missing, script_objects, database);
    return missing;
}

}  // namespace

SchemaFindings check_schema(const Plan& plan, const History& history, const Catalogue& catalogue,
                            const std::string& schema, Database& database) {
    SchemaFindings findings;
    const auto& declared = plan.declared.get();
    if (!declared.schema) return findings;
    const auto difference = compare(*declared.schema, catalogue, {schema, plan.ignored, plan.app_role});
    if (!difference.missing.empty()) findings.missing = trace(difference.missing, plan, history, schema, database);
    // What is pending may mend it: it is looked at again afterwards.
    if (history.any(MigrationState::pending)) return findings;
    for (const auto& warning : difference.warnings) {
        findings.warnings.push_back({std::string(word(warning.kind)), warning.object, warning.text});
    }
    return findings;
}

std::vector<Collision> find_collisions(const Bundle& bundle, const std::vector<std::string>& pending,
                                       const std::string& schema, Database& database) {
    const auto scripts = read_pending(bundle, pending);
    const auto request = collision_request(scripts);
    if (request.empty()) return {};
    const auto snapshot = database.look({request, {}});
    std::vector<Collision> found;
    for (const auto& collision : collisions(scripts, schema, snapshot.catalogue)) {
        found.push_back({collision.migration,
                         fmt::format("{} {}", word(collision.object.kind), text_of(collision.object, schema))});
    }
    return found;
}

std::vector<Missing> never_created(const Bundle& bundle, const DeclaredSchema& declared,
                                   const std::vector<ObjectPattern>& ignored) {
    const std::string schema = "public";  // without a database: what the connection's schema is called does not matter
    std::vector<Missing> missing;
    for (const auto& object : Origins(read_scripts(bundle), schema).not_created(declared)) {
        const auto& in = object.object.schema.empty() ? schema : object.object.schema;
        const bool waived = std::ranges::any_of(ignored, [&](const ObjectPattern& pattern) {
            return pattern.covers(in, object.object.object) ||
                   pattern.covers(in, object.object.object, object.object.member);
        });
        if (waived) continue;
        Missing entry;
        entry.kind = word(object.object.kind);
        entry.object = text_of(object.object, schema);
        entry.model = object.model;
        if (!object.field.empty()) entry.field = object.field;
        missing.push_back(std::move(entry));
    }
    return missing;
}

Words words_for_never_created(const std::vector<const Missing*>& missing) {
    std::vector<std::string> names;
    for (const auto* object : missing) names.push_back(object->kind + " " + object->object);
    return {
        fmt::format("{} of schema.prisma {} created by no bundled migration: {}",
                    missing.size() == 1 ? "1 object" : std::to_string(missing.size()) + " objects",
                    missing.size() == 1 ? "is" : "are", join(names, 5)),
        "create the migration that was never made: prisma migrate dev --name NAME (db push makes none), and commit it"};
}

}  // namespace migration_guard
