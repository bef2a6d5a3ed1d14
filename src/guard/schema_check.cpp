#include "guard/schema_check.hpp"

#include "guard/never_created.hpp"
#include "guard/scripts.hpp"
#include "schema/compare.hpp"
#include "schema/foreseen.hpp"
#include "schema/origins.hpp"
#include "schema/script_collisions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <limits>

namespace migration_guard {
namespace {

constexpr auto before_all = std::numeric_limits<std::int64_t>::min();

/// What rows of newer releases may have removed is not this image's to demand, or no rollback would start. A script
/// that failed half way may have removed something, too, and a mark that it is rolled back brings nothing back.
class NewerRelease {
public:
    NewerRelease(const History& history, const NameOrder& before) {
        std::string last;
        std::int64_t own = before_all;
        for (const auto& record : history.migrations) {
            if (!record.bundled) continue;
            if (last.empty() || before(last, record.name)) last = record.name;
            if (record.state == MigrationState::applied) own = std::max(own, record.row->started_at.micros);
        }
        const bool will_have_the_newest = history.any(MigrationState::pending);
        for (const auto& record : history.migrations) {
            if (record.bundled) continue;
            const auto started = record.row->started_at.micros;
            const bool undone = record.row->is_rolled_back();
            // By time, as a row is told to be ahead. But whoever still applies something makes that row older than its
            // own, and would be demanding right after the apply: then, and from then on, a row is newer that sorts
            // after all of the image's. It sorts before them when the image is a later one, a hotfix.
            const bool by_time = !will_have_the_newest && started > own;
            const bool by_name = !undone && before(last, record.name);
            if (by_time || by_name) newest_ = std::max(newest_, started);
            // Whatever its clock said: nobody applies anything after it.
            if (record.state == MigrationState::failed) newest_ = std::numeric_limits<std::int64_t>::max();
        }
    }
    /// Not what a row made that is newer still: a squashed migration is recorded after those that it replaces.
    [[nodiscard]] bool may_have_removed(const LedgerRow& made_by) const { return newest_ > made_by.started_at.micros; }

private:
    std::int64_t newest_ = before_all;
};

/// The relation itself, also for one of its columns.
bool stands_at_the_end(const Origins& origins, const ScriptObject& object) {
    const auto made = origins.find({ScriptObject::Kind::view, object.schema, object.object, ""});
    return made && !made->created_by.empty() && made->removed_by.empty();
}

bool is_of_view(const ScriptObject& object, const DeclaredSchema& declared, const std::string& schema) {
    if (object.kind != ScriptObject::Kind::column) return object.kind == ScriptObject::Kind::view;
    return std::ranges::any_of(declared.tables, [&](const DeclaredTable& table) {
        return table.kind == TableKind::view && table.name == object.object &&
               (table.schema.empty() ? schema : table.schema) == object.schema;
    });
}

Missing::Need need_of(const MissingObject& object, const Missing& entry, const Origins& origins, const History& history,
                      const NewerRelease& newer) {
    if (object.level == MissingLevel::info) return Missing::Need::optional;
    if (!entry.created_by) {
        const bool others_view = entry.of_view && !stands_at_the_end(origins, object.object);
        const bool in_ours = origins.touches(object.object.schema) || origins.creates_elsewhere(object.object);
        const bool ours = in_ours && !others_view && !entry.declared_external;
        return ours ? Missing::Need::needed : Missing::Need::external;
    }
    const auto* record = history.find(*entry.created_by);
    const bool applied = record != nullptr && record->state == MigrationState::applied;
    return applied && newer.may_have_removed(*record->row) ? Missing::Need::removed_by_newer : Missing::Need::needed;
}

/// Who creates it; or who did, before another bundled script drops or renames it; or who forgot the quotes.
void trace_to_scripts(Missing& entry, const Origins& origins, const ScriptObject& object,
                      const DeclaredSchema& declared) {
    const auto provenance = origins.find(object);
    if (!provenance) return note_folded(entry, origins, object, declared);
    if (provenance->removed_by.empty()) {
        if (!provenance->created_by.empty()) entry.created_by = provenance->created_by;
        return;
    }
    // What only may have been dropped, and is created nowhere, may be somebody else's.
    if (provenance->created_by.empty() && !provenance->certain) return;
    entry.removed_by = provenance->removed_by;
    entry.once_created_by = provenance->created_by;
}

/// The schema that has one of that name: the connection's rather than any other.
std::string schema_with(const std::vector<ObjectName>& found, const ScriptObject& object, const std::string& schema) {
    std::string first;
    for (const auto& name : found) {
        if (name.name != object.object || name.schema == object.schema) continue;
        if (name.schema == schema) return schema;
        if (first.empty()) first = name.schema;
    }
    return first;
}

/// Where objects of these names stand instead: "found in app, Prisma looks in public".
void find_elsewhere(std::vector<Missing>& missing, const std::vector<ScriptObject>& objects, const std::string& schema,
                    Database& database) {
    const auto is_enum = [](const ScriptObject& object) { return object.kind == ScriptObject::Kind::enumeration; };
    std::vector<std::string> relations;
    std::vector<std::string> enums;
    for (const auto& object : objects) {
        if (object.member.empty()) (is_enum(object) ? enums : relations).push_back(object.object);
    }
    if (relations.empty() && enums.empty()) return;
    const auto found = database.find_everywhere(relations, enums);
    for (std::size_t i = 0; i < missing.size(); ++i) {
        if (!objects[i].member.empty()) continue;
        missing[i].found_in = schema_with(is_enum(objects[i]) ? found.enums : found.relations, objects[i], schema);
    }
}

Missing described(const MissingObject& object) {
    Missing entry;
    entry.kind = word(object.object.kind);
    entry.object = object.text();
    entry.model = object.model;
    if (!object.field.empty()) entry.field = object.field;
    return entry;
}

std::vector<Missing> trace(const std::vector<MissingObject>& objects, const Plan& plan, const History& history,
                           const Origins& origins, Database& database) {
    std::vector<ScriptObject> script_objects;
    script_objects.reserve(objects.size());
    for (const auto& object : objects) script_objects.push_back(object.object);
    const auto by_pending = origins.created_by_pending(history.names(MigrationState::pending), script_objects);

    const NewerRelease newer(history, plan.order);
    std::vector<Missing> missing;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const auto& object = objects[i];
        Missing entry = described(object);
        entry.comes_with_pending = by_pending[i].has_value();
        if (entry.comes_with_pending) {
            entry.created_by = by_pending[i];
        } else {
            trace_to_scripts(entry, origins, object.object, *plan.declared.get().schema);
        }
        entry.declared_external = plan.external.covers(object.object);
        entry.of_view = is_of_view(object.object, *plan.declared.get().schema, origins.default_schema());
        entry.need = need_of(object, entry, origins, history, newer);
        missing.push_back(std::move(entry));
    }
    find_elsewhere(missing, script_objects, origins.default_schema(), database);
    return missing;
}

/// The tables and enums among `missing` that come with what is pending.
DeclaredSchema coming(const DeclaredSchema& declared, const std::vector<Missing>& missing, const std::string& schema) {
    const auto comes = [&](const std::string& own, const std::string& name) {
        const ObjectName object{own.empty() ? schema : own, name};
        const auto found = std::ranges::find(missing, object.text(), &Missing::object);
        return found != missing.end() && found->comes_with_pending && !found->of_view;
    };
    DeclaredSchema out;
    std::ranges::copy_if(declared.tables, std::back_inserter(out.tables),
                         [&](const DeclaredTable& table) { return comes(table.schema, table.name); });
    std::ranges::copy_if(declared.enums, std::back_inserter(out.enums),
                         [&](const DeclaredEnum& one) { return comes(one.schema, one.name); });
    return out;
}

/// What is pending may create a table or enum without a column or label that schema.prisma has: nothing is applied
/// then.
void add_members_that_stay_out(std::vector<Missing>& missing, const Plan& plan, const std::string& schema) {
    const auto declared = coming(*plan.declared.get().schema, missing, schema);
    if (declared.tables.empty() && declared.enums.empty()) return;
    auto never = never_created(plan.bundle.get(), declared, {schema, plan.ignored, plan.external}).missing;
    std::erase_if(never, [](const Missing& entry) { return entry.kind != "column" && entry.kind != "enumValue"; });
    std::ranges::move(never, std::back_inserter(missing));
}

/// What the pending scripts certainly do to the catalogue; nothing where there is any doubt, or no history yet.
Foreseen foresee_pending(const Plan& plan, const History& history, const Catalogue& catalogue,
                         const std::string& schema) {
    const auto pending = history.names(MigrationState::pending);
    const bool has_begun = history.any(MigrationState::applied);
    // Releases of the CLI that order them otherwise would end elsewhere.
    if (pending.empty() || !has_begun || !std::ranges::is_sorted(pending, plan.other_order)) return {};
    const auto& bundled = plan.bundle.get().migrations;
    const bool in_doubt = std::ranges::any_of(bundled, [&](const BundledMigration& migration) {
        const bool is_pending = std::ranges::find(pending, migration.name) != pending.end();
        return is_pending && (!migration.has_script || does_more_than_it_says(migration.script));
    });
    return in_doubt ? Foreseen{} : foresee(read_scripts(plan.bundle.get(), pending), schema, catalogue);
}

/// Columns and labels under their own kind, the others as `Foreseen` has them.
ScriptObject key_of(ScriptObject object) {
    if (object.kind == ScriptObject::Kind::view || object.kind == ScriptObject::Kind::join_table)
        object.kind = ScriptObject::Kind::table;
    return object;
}

/// Of what is missing then, that which is not missing now, needed as it will be after the apply.
std::vector<Missing> find_doomed(const Plan& plan, const History& history, const Foreseen& then,
                                 const ComparisonOptions& options) {
    std::vector<Missing> doomed;
    const Origins origins(read_scripts(plan.bundle.get()), options.connection_schema);
    const NewerRelease newer(history, plan.order);
    for (const auto& object : compare(*plan.declared.get().schema, then.catalogue, options).missing) {
        const auto by = then.removed_by.find(key_of(object.object));
        const auto provenance = origins.find(object.object);
        // A later script that has been applied already makes it again: then they do not run in the bundle's order.
        if (by == then.removed_by.end() || !provenance || provenance->removed_by.empty()) continue;
        Missing entry = described(object);
        entry.removed_by = by->second;
        entry.once_created_by = provenance->created_by;
        entry.goes_with_pending = true;
        entry.declared_external = plan.external.covers(object.object);
        entry.of_view = is_of_view(object.object, *plan.declared.get().schema, options.connection_schema);
        entry.need = need_of(object, entry, origins, history, newer);
        if (entry.need == Missing::Need::needed) doomed.push_back(std::move(entry));
    }
    return doomed;
}

}  // namespace

SchemaFindings check_schema(const Plan& plan, const History& history, const Catalogue& catalogue,
                            const std::string& schema, Database& database) {
    SchemaFindings findings;
    const auto& declared = plan.declared.get();
    if (!declared.schema) return findings;
    const ComparisonOptions options{schema, plan.ignored, plan.app_role};
    const auto difference = compare(*declared.schema, catalogue, options);
    if (!difference.missing.empty()) {
        const Origins origins(read_scripts(plan.bundle.get()), schema);
        findings.missing = trace(difference.missing, plan, history, origins, database);
        add_members_that_stay_out(findings.missing, plan, schema);
        findings.warnings = warnings_of(origins.scripts());
    }
    const auto then = foresee_pending(plan, history, catalogue, schema);
    if (!then.removed_by.empty()) findings.doomed = find_doomed(plan, history, then, options);
    // What is pending may mend it: it is looked at again afterwards.
    if (history.any(MigrationState::pending)) return findings;
    for (const auto& warning : difference.warnings) {
        findings.warnings.push_back({std::string(word(warning.kind)), warning.object, warning.text});
    }
    return findings;
}

CollisionFindings find_collisions(const Bundle& bundle, const std::vector<std::string>& pending,
                                  const std::string& schema, Database& database) {
    const auto scripts = read_scripts(bundle, pending);
    CollisionFindings found;
    found.warnings = warnings_of(scripts);
    const auto request = collision_request(scripts);
    if (request.empty()) return found;
    const auto snapshot = database.look({request, {}, {}});
    for (const auto& collision : collisions(scripts, schema, snapshot.catalogue)) {
        found.collisions.push_back({collision.migration, fmt::format("{} {}", word(collision.object.kind),
                                                                     text_of(collision.object, schema))});
    }
    return found;
}

std::string text_of(const ScriptObject& object, const std::string& default_schema) {
    const auto& schema = object.schema.empty() ? default_schema : object.schema;
    return schema + "." + object.object + (object.member.empty() ? "" : "." + object.member);
}

}  // namespace migration_guard
