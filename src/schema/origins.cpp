#include "schema/origins.hpp"

#include <algorithm>

namespace migration_guard {
namespace {

using Kind = ScriptObject::Kind;

bool is_live(const std::optional<Provenance>& found) {
    return found && found->removed_by.empty();
}

NotCreated absent_at_the_end(const ScriptObject& object, const std::string& model, const std::string& field,
                             const Provenance& why) {
    return {
        .object = object, .model = model, .field = field, .removed_by = why.removed_by, .created_by = why.created_by};
}

/// A database in which the containers of missing columns and labels are there.
Replay before_pending(const std::vector<ScriptObject>& missing, const std::string& default_schema) {
    Replay replay(default_schema);
    for (const auto& object : missing) {
        if (object.kind == Kind::column) replay.assume_relation({object.schema, object.object});
        if (object.kind == Kind::enum_value) replay.assume_enum({object.schema, object.object});
    }
    return replay;
}

/// Who made it during the replay, if anybody did.
std::optional<Replay::Made> made_in(const Replay& replay, const ScriptObject& object) {
    const ObjectName container{object.schema, object.object};
    if (object.kind == Kind::enumeration || object.kind == Kind::enum_value) {
        const auto* type = replay.type(container);
        if (type == nullptr || !type->is_enum) return std::nullopt;
        if (object.kind == Kind::enumeration) return type->made;
        const auto label = type->labels.find(object.member);
        return label == type->labels.end() ? std::nullopt : std::optional(label->second);
    }
    const auto* relation = replay.relation(container);
    if (relation == nullptr || object.kind != Kind::column) return relation == nullptr ? std::nullopt : relation->made;
    const auto column = relation->columns.find(object.member);
    if (column != relation->columns.end()) return column->second;
    return relation->open ? relation->made : std::nullopt;
}

}  // namespace

void note_calls(std::vector<NamedScript>& scripts) {
    std::set<std::string> routines;
    for (auto& [name, script] : scripts) {
        routines.insert(script.changing_routines.begin(), script.changing_routines.end());
        if (std::ranges::none_of(script.calls, [&](const auto& call) { return routines.contains(call); })) continue;
        script.creates_unnamed = script.drops_unnamed = script.indexes_unnamed = true;
    }
}

Origins::Origins(std::vector<NamedScript> scripts, std::string default_schema)
    : scripts_(std::move(scripts)), default_schema_(std::move(default_schema)), replay_(default_schema_) {
    note_calls(scripts_);
    for (std::size_t i = 0; i < scripts_.size(); ++i) replay_.run(i, scripts_[i].second);
}

Provenance Origins::provenance(const Replay::Made& made) const {
    return {.created_by = scripts_[made.by].first, .removed_by = {}, .certain = made.certain};
}

std::optional<Provenance> Origins::find_removed(Kind kind, const ScriptObject& object) const {
    const ObjectName name = replay_.resolved({object.schema, object.object});
    auto found = replay_.removed().find({kind, name.schema, name.name, object.member});
    if (found == replay_.removed().end()) found = replay_.removed().find({kind, "", name.name, object.member});
    if (found == replay_.removed().end()) return std::nullopt;
    const auto& removed = found->second;
    return Provenance{.created_by = removed.made ? scripts_[removed.made->by].first : "",
                      .removed_by = scripts_[removed.by].first,
                      .certain = removed.certain};
}

std::optional<Provenance> Origins::find_relation(const ScriptObject& object) const {
    const auto* relation = replay_.relation({object.schema, object.object});
    if (relation != nullptr && relation->made) return provenance(*relation->made);
    return find_removed(Kind::table, {Kind::table, object.schema, object.object, ""});
}

std::optional<Provenance> Origins::find_column(const ScriptObject& object) const {
    const auto* relation = replay_.relation({object.schema, object.object});
    if (relation == nullptr) return find_relation(object);
    if (const auto column = relation->columns.find(object.member); column != relation->columns.end())
        return provenance(column->second);
    if (auto removed = find_removed(Kind::column, object)) return removed;
    if (!relation->open || !relation->made) return std::nullopt;
    Provenance assumed = provenance(*relation->made);
    assumed.certain = false;
    return assumed;
}

std::optional<Provenance> Origins::find_type(const ScriptObject& object) const {
    const auto* type = replay_.type({object.schema, object.object});
    if (type != nullptr && type->is_enum && type->made) return provenance(*type->made);
    return find_removed(Kind::enumeration, {Kind::enumeration, object.schema, object.object, ""});
}

std::optional<Provenance> Origins::find_label(const ScriptObject& object) const {
    const auto* type = replay_.type({object.schema, object.object});
    if (type == nullptr) return find_type(object);
    const auto label = type->labels.find(object.member);
    if (label != type->labels.end()) return provenance(label->second);
    return find_removed(Kind::enum_value, object);
}

std::optional<Provenance> Origins::find(const ScriptObject& object) const {
    switch (object.kind) {
        case Kind::table:
        case Kind::view:
        case Kind::join_table:
            return find_relation(object);
        case Kind::column:
            return find_column(object);
        case Kind::enumeration:
            return find_type(object);
        case Kind::enum_value:
            return find_label(object);
        case Kind::index:
            break;
    }
    return std::nullopt;
}

std::optional<std::string> Origins::created_by(const ScriptObject& object) const {
    const auto found = find(object);
    return found && !found->created_by.empty() ? std::optional(found->created_by) : std::nullopt;
}

bool Origins::touches(const std::string& schema) const {
    const auto& asked = schema.empty() ? default_schema_ : schema;
    return schemas().contains(asked) || (schemas().empty() && asked == default_schema_);
}

bool Origins::creates_elsewhere(const ScriptObject& object) const {
    if (!object.member.empty() || replay_.resolved({object.schema, ""}).schema != default_schema_) return false;
    return std::ranges::any_of(schemas(), [&](const std::string& schema) {
        return is_live(find({object.kind, schema, object.object, ""}));
    });
}

std::vector<std::optional<std::string>> Origins::created_by_pending(const std::vector<std::string>& pending,
                                                                    const std::vector<ScriptObject>& missing) const {
    Replay replay = before_pending(missing, default_schema_);
    std::optional<std::string> of_unnamed;
    for (std::size_t i = 0; i < scripts_.size(); ++i) {
        if (std::ranges::find(pending, scripts_[i].first) == pending.end()) continue;
        replay.run(i, scripts_[i].second);
        if (!of_unnamed && scripts_[i].second.creates_unnamed) of_unnamed = scripts_[i].first;
    }
    std::vector<std::optional<std::string>> out;
    for (const auto& object : missing) {
        const auto made = made_in(replay, object);
        auto by = made ? std::optional(scripts_[made->by].first) : of_unnamed;
        out.push_back(by ? std::move(by) : followed_in(pending, object));
    }
    return out;
}

/// A partition or child has the columns of another table: whoever adds one of that name to any may be adding it here.
std::optional<std::string> Origins::followed_in(const std::vector<std::string>& pending,
                                                const ScriptObject& column) const {
    if (column.kind != Kind::column) return std::nullopt;
    const auto* relation = replay_.relation({column.schema, column.object});
    if (relation == nullptr || !relation->follows) return std::nullopt;
    for (const auto& [name, script] : scripts_) {
        if (std::ranges::find(pending, name) == pending.end()) continue;
        const bool adds = std::ranges::any_of(script.effects, [&](const Effect& effect) {
            return (effect.kind == EffectKind::add_column && effect.member == column.member) ||
                   (effect.kind == EffectKind::rename_column && effect.new_name == column.member);
        });
        if (adds) return name;
    }
    return std::nullopt;
}

bool Origins::some_script_creates_unnamed() const {
    return std::ranges::any_of(scripts_, [](const NamedScript& script) { return script.second.creates_unnamed; });
}

/// None when it is there at the end (or may be); else who creates and who removes it, empty when nobody does.
std::optional<Provenance> Origins::why_absent(const ScriptObject& object) const {
    const auto found = find(object);
    if (is_live(found)) return std::nullopt;
    if (found) return found->certain ? found : std::nullopt;
    return some_script_creates_unnamed() ? std::nullopt : std::optional(Provenance{});
}

void Origins::check_table(const DeclaredTable& table, std::vector<NotCreated>& out) const {
    const Kind kind = table.kind == TableKind::view         ? Kind::view
                      : table.kind == TableKind::join_table ? Kind::join_table
                                                            : Kind::table;
    const ScriptObject object{kind, table.schema, table.name, ""};
    if (table.ignored || (kind == Kind::view && !created_by(object))) return;
    if (const auto reason = why_absent(object)) {
        out.push_back(absent_at_the_end(object, table.model, {}, *reason));
        return;
    }
    for (const auto& column : table.columns) {
        const ScriptObject member{Kind::column, table.schema, table.name, column.name};
        const auto reason = column.use == ColumnUse::queried ? why_absent(member) : std::nullopt;
        if (reason) out.push_back(absent_at_the_end(member, table.model, column.field, *reason));
    }
}

void Origins::check_enum(const DeclaredEnum& declared, std::vector<NotCreated>& out) const {
    if (!declared.used) return;
    const ScriptObject object{Kind::enumeration, declared.schema, declared.name, ""};
    if (const auto reason = why_absent(object)) {
        out.push_back(absent_at_the_end(object, declared.declared_as, {}, *reason));
        return;
    }
    for (const auto& value : declared.values) {
        const ScriptObject label{Kind::enum_value, declared.schema, declared.name, value};
        if (const auto reason = why_absent(label))
            out.push_back(absent_at_the_end(label, declared.declared_as, {}, *reason));
    }
}

std::vector<NotCreated> Origins::not_created(const DeclaredSchema& declared) const {
    std::vector<NotCreated> out;
    for (const auto& table : declared.tables) check_table(table, out);
    for (const auto& type : declared.enums) check_enum(type, out);
    return out;
}

std::vector<std::string> Origins::read_tolerantly() const {
    std::vector<std::string> out;
    for (const auto& [name, script] : scripts_)
        if (!script.parsed) out.push_back(name);
    return out;
}

}  // namespace migration_guard
