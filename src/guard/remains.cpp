#include "guard/remains.hpp"

#include "guard/schema_check.hpp"
#include "guard/scripts.hpp"
#include "schema/origins.hpp"

#include <algorithm>

namespace migration_guard {
namespace {

class Remains {
public:
    Remains(const Plan& plan, const Outcome& check)
        : plan_(plan), origins_(read_scripts(plan.bundle.get()), check.database.schema) {
        for (const auto& missing : check.missing) {
            missing_.insert(missing.object);
            if (missing.created_by) lacking_.insert(*missing.created_by);
        }
    }

    std::set<std::string> find(const DeclaredSchema& declared) {
        for (const auto& table : declared.tables) {
            if (!look_at({ScriptObject::Kind::table, table.schema, table.name, ""})) continue;
            for (const auto& column : table.columns)
                look_at({ScriptObject::Kind::column, table.schema, table.name, column.name});
        }
        for (const auto& type : declared.enums) look_at({ScriptObject::Kind::enumeration, type.schema, type.name, ""});
        return std::move(found_);
    }

private:
    /// Whether it is there.
    bool look_at(ScriptObject object) {
        if (object.schema.empty()) object.schema = origins_.default_schema();
        if (is_ignored(object) || missing_.contains(text_of(object, origins_.default_schema()))) return false;
        const auto made = origins_.find(object);
        const bool by_it = made && made->removed_by.empty() && lacking_.contains(made->created_by);
        if (by_it) found_.insert(made->created_by);
        return true;
    }

    /// What is ignored has not been looked for.
    [[nodiscard]] bool is_ignored(const ScriptObject& object) const {
        return std::ranges::any_of(plan_.ignored, [&](const ObjectPattern& pattern) {
            return pattern.covers(object.schema, object.object) ||
                   (!object.member.empty() && pattern.covers(object.schema, object.object, object.member));
        });
    }

    const Plan& plan_;
    Origins origins_;
    std::set<std::string> missing_;
    std::set<std::string> lacking_;
    std::set<std::string> found_;
};

}  // namespace

std::set<std::string> partly_there(const Plan& plan, const Outcome& check) {
    const auto& declared = plan.declared.get();
    const bool is_wanted = std::ranges::any_of(check.missing, [&](const Missing& missing) {
        const auto* const record = missing.created_by ? check.history.find(*missing.created_by) : nullptr;
        return record != nullptr && record->state == MigrationState::applied && record->row->is_only_marked();
    });
    if (!is_wanted || !declared.schema) return {};
    return Remains(plan, check).find(*declared.schema);
}

}  // namespace migration_guard
