#include "schema/replay.hpp"

#include <utility>
#include <vector>

namespace migration_guard {
namespace {

using Kind = ScriptObject::Kind;

constexpr const char* temporary_schema = "pg_temp";

/// Adds or takes over; what only may run never replaces what is there.
void make(std::map<std::string, Replay::Made>& members, const std::string& name, Replay::Made made) {
    const auto [found, inserted] = members.try_emplace(name, made);
    if (!inserted && made.certain) found->second = made;
}

std::optional<Replay::Made> made_of(const std::map<std::string, Replay::Made>& members, const std::string& name) {
    const auto found = members.find(name);
    return found == members.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace

ObjectName Replay::resolved(const ObjectName& name) const {
    return {name.schema.empty() ? default_schema_ : name.schema, name.name};
}

/// The object that an effect is about: by its schema, or, when the search path leaves that open, the one in the
/// connection's schema, else the only one of that name, else one of unknown schema.
template <class Map>
ObjectName Replay::key_of(const Effect& effect, const Map& map) const {
    ObjectName unknown{"", effect.object};
    ObjectName usual = resolved({effect.schema, effect.object});
    if (map.contains(usual)) return usual;
    if (!effect.schema_unknown) return map.contains(unknown) ? unknown : usual;
    const ObjectName* only = nullptr;
    for (const auto& [name, object] : map) {
        if (name.name != effect.object) continue;
        if (only != nullptr) return unknown;
        only = &name;
    }
    return only != nullptr ? *only : unknown;
}

ObjectName Replay::new_key(const Effect& effect) const {
    return effect.schema_unknown ? ObjectName{"", effect.object} : resolved({effect.schema, effect.object});
}

const Replay::Relation* Replay::relation(const ObjectName& name) const {
    auto found = relations_.find(resolved(name));
    if (found == relations_.end()) found = relations_.find({"", name.name});
    return found == relations_.end() ? nullptr : &found->second;
}

const Replay::Type* Replay::type(const ObjectName& name) const {
    auto found = types_.find(resolved(name));
    if (found == types_.end()) found = types_.find({"", name.name});
    return found == types_.end() ? nullptr : &found->second;
}

void Replay::note_created(const ObjectName& name) {
    if (!name.schema.empty()) schemas_.insert(name.schema);
}

void Replay::note_removed(Kind kind, const ObjectName& name, const std::string& member, std::optional<Made> made,
                          const Effect& effect) {
    const ScriptObject key{kind, name.schema, name.name, member};
    // A DROP ... IF EXISTS of what is gone already removes nothing.
    if (const auto found = removed_.find(key); !made && found != removed_.end() && found->second.made) return;
    removed_[key] = {.by = migration_, .made = made, .certain = !effect.conditional && (!made || made->certain)};
}

void Replay::run(std::size_t migration, const ScriptEffects& script) {
    migration_ = migration;
    skip_members_ = false;
    for (const auto& effect : script.effects)
        if (effect.schema != temporary_schema) apply(effect);
}

void Replay::apply(const Effect& effect) {
    switch (effect.kind) {
        case EffectKind::create_table:
        case EffectKind::create_view:
            return create_relation(effect);
        case EffectKind::create_enum:
        case EffectKind::create_type:
            return create_type(effect);
        case EffectKind::add_column:
            return add_column(effect);
        case EffectKind::add_enum_value:
            return add_label(effect);
        case EffectKind::drop_table:
        case EffectKind::drop_view:
            return drop_object(relations_, Kind::table, effect);
        case EffectKind::drop_type:
            return drop_object(types_, Kind::enumeration, effect);
        case EffectKind::drop_column:
            return drop_column(effect);
        case EffectKind::drop_schema:
            return drop_schema(effect);
        case EffectKind::rename_table: {
            const ObjectName from = key_of(effect, relations_);
            return move_relation(effect, {from.schema, effect.new_name});
        }
        case EffectKind::rename_type: {
            const ObjectName from = key_of(effect, types_);
            return move_type(effect, {from.schema, effect.new_name});
        }
        case EffectKind::rename_column:
            return rename_column(effect);
        case EffectKind::rename_enum_value:
            return rename_label(effect);
        case EffectKind::set_schema:
            return set_schema(effect);
        case EffectKind::rename_schema:
            return rename_schema(effect);
        case EffectKind::follow_table: {
            auto& relation = relations_[key_of(effect, relations_)];
            relation.open = relation.follows = true;
            return;
        }
        case EffectKind::create_index:
        case EffectKind::drop_index:
        case EffectKind::rename_index:
        case EffectKind::create_schema:
            return;
    }
}

void Replay::create_relation(const Effect& effect) {
    const ObjectName name = new_key(effect);
    note_created(name);
    const auto existing = relations_.find(name);
    skip_members_ = existing != relations_.end() && (effect.if_not_exists || effect.conditional);
    if (skip_members_ && effect.kind == EffectKind::create_view) replace_view(existing->second, effect);
    if (skip_members_) return;
    relations_[name] = {.made = now(effect),
                        .view = effect.kind == EffectKind::create_view,
                        .open = effect.open_columns,
                        .columns = {}};
}

/// CREATE OR REPLACE VIEW keeps the columns and may add some (PostgreSQL manual, CREATE VIEW).
void Replay::replace_view(Relation& view, const Effect& effect) const {
    view.open = true;
    if (!view.made || !effect.conditional) view.made = now(effect);
}

void Replay::create_type(const Effect& effect) {
    const ObjectName name = new_key(effect);
    if (effect.kind == EffectKind::create_enum) note_created(name);
    skip_members_ = types_.contains(name) && effect.conditional;
    if (skip_members_) return;
    types_[name] = {.made = now(effect), .is_enum = effect.kind == EffectKind::create_enum, .labels = {}};
}

void Replay::add_column(const Effect& effect) {
    if (effect.with_container && skip_members_) return;
    const ObjectName table = effect.with_container ? new_key(effect) : key_of(effect, relations_);
    auto& columns = relations_[table].columns;
    if (!effect.if_not_exists || effect.with_container || !columns.contains(effect.member))
        make(columns, effect.member, now(effect));
}

void Replay::add_label(const Effect& effect) {
    if (effect.with_container && skip_members_) return;
    const ObjectName type = effect.with_container ? new_key(effect) : key_of(effect, types_);
    auto& labels = types_[type].labels;
    if (!effect.if_not_exists || !labels.contains(effect.member)) make(labels, effect.member, now(effect));
}

template <class Map>
void Replay::drop_object(Map& objects, Kind kind, const Effect& effect) {
    const ObjectName name = key_of(effect, objects);
    const auto found = objects.find(name);
    const auto made = found == objects.end() ? std::nullopt : found->second.made;
    note_removed(kind, name, "", made, effect);
    if (found == objects.end()) return;
    if (!effect.conditional) {
        objects.erase(found);
    } else if (found->second.made) {
        found->second.made->certain = false;
    }
}

void Replay::drop_column(const Effect& effect) {
    const ObjectName table = key_of(effect, relations_);
    auto& columns = relations_[table].columns;
    note_removed(Kind::column, table, effect.member, made_of(columns, effect.member), effect);
    if (!effect.conditional) {
        columns.erase(effect.member);
    } else if (const auto found = columns.find(effect.member); found != columns.end()) {
        found->second.certain = false;
    }
}

void Replay::rename_column(const Effect& effect) {
    const ObjectName table = key_of(effect, relations_);
    drop_column(effect);
    make(relations_[table].columns, effect.new_name, now(effect));
}

void Replay::rename_label(const Effect& effect) {
    const ObjectName name = key_of(effect, types_);
    auto& labels = types_[name].labels;
    note_removed(Kind::enum_value, name, effect.member, made_of(labels, effect.member), effect);
    if (!effect.conditional) labels.erase(effect.member);
    make(labels, effect.new_name, now(effect));
}

void Replay::move_relation(const Effect& effect, const ObjectName& to) {
    Relation moved = relations_[key_of(effect, relations_)];
    // Of what no script creates nothing is known, not even that it is a table.
    const bool known = moved.made.has_value();
    moved.open = moved.open || !known;
    moved.made = now(effect);
    moved.made->certain = moved.made->certain && known;
    drop_object(relations_, Kind::table, effect);
    note_created(to);
    if (effect.conditional && relations_.contains(to)) return;
    relations_[to] = std::move(moved);
}

void Replay::move_type(const Effect& effect, const ObjectName& to) {
    Type moved = types_[key_of(effect, types_)];
    const bool known = moved.made.has_value();
    moved.made = now(effect);
    moved.made->certain = moved.made->certain && known;
    drop_object(types_, Kind::enumeration, effect);
    if (moved.is_enum) note_created(to);
    if (effect.conditional && types_.contains(to)) return;
    types_[to] = std::move(moved);
}

void Replay::set_schema(const Effect& effect) {
    const ObjectName to{effect.new_name, effect.object};
    if (types_.contains(key_of(effect, types_))) return move_type(effect, to);
    move_relation(effect, to);
}

/// What stands in the schema goes with it, CASCADE or not: without, PostgreSQL lets only an empty one go.
void Replay::drop_schema(const Effect& effect) {
    std::vector<ObjectName> relations;
    std::vector<ObjectName> types;
    for (const auto& [name, relation] : relations_)
        if (name.schema == effect.object) relations.push_back(name);
    for (const auto& [name, type] : types_)
        if (name.schema == effect.object) types.push_back(name);
    Effect drop = effect;
    drop.schema = effect.object;
    for (const auto& name : relations) {
        drop.object = name.name;
        drop_object(relations_, Kind::table, drop);
    }
    for (const auto& name : types) {
        drop.object = name.name;
        drop_object(types_, Kind::enumeration, drop);
    }
}

void Replay::rename_schema(const Effect& effect) {
    std::vector<ObjectName> relations;
    std::vector<ObjectName> types;
    for (const auto& [name, relation] : relations_)
        if (name.schema == effect.object) relations.push_back(name);
    for (const auto& [name, type] : types_)
        if (name.schema == effect.object) types.push_back(name);
    Effect move = effect;
    move.schema = effect.object;
    for (const auto& name : relations) {
        move.object = name.name;
        move_relation(move, {effect.new_name, name.name});
    }
    for (const auto& name : types) {
        move.object = name.name;
        move_type(move, {effect.new_name, name.name});
    }
}

}  // namespace migration_guard
