#include "schema/replay_indexes.hpp"

namespace migration_guard {
namespace {

constexpr const char* temporary_schema = "pg_temp";

bool any_index(const ObjectName& /*name*/, const IndexReplay::Index& /*index*/) {
    return true;
}

}  // namespace

std::string IndexReplay::schema_of(const Effect& effect) const {
    return effect.schema.empty() ? default_schema_ : effect.schema;
}

/// In every schema, when it cannot be told which.
IndexReplay::Which IndexReplay::named(const Effect& effect) const {
    return [&effect, schema = schema_of(effect)](const ObjectName& name, const Index&) {
        return name.name == effect.object && (effect.schema_unknown || name.schema == schema);
    };
}

IndexReplay::Which IndexReplay::on_table(const Effect& effect) const {
    return [&effect, schema = schema_of(effect)](const ObjectName& name, const Index& index) {
        return index.table == effect.object && (effect.schema_unknown || name.schema == schema);
    };
}

void IndexReplay::run(std::size_t migration, const ScriptEffects& script) {
    migration_ = migration;
    trusted_ = script.parsed && !script.indexes_unnamed && !script.drops_unnamed;
    if (!trusted_) doubt(any_index);
    for (const auto& effect : script.effects)
        if (effect.schema != temporary_schema) apply(effect);
}

void IndexReplay::apply(const Effect& effect) {
    const auto in_schema = [&](const ObjectName& name, const Index&) { return name.schema == effect.object; };
    if (effect.cascade) doubt(any_index);
    switch (effect.kind) {
        case EffectKind::create_index:
            return create(effect);
        case EffectKind::drop_index:
            return drop(effect, named(effect));
        case EffectKind::rename_index:
            return move(effect, named(effect), [&](const ObjectName& name) {
                return ObjectName{name.schema, effect.new_name};
            });
        case EffectKind::rename_table:
            return rename_table(effect);
        case EffectKind::drop_table:
        case EffectKind::drop_view:
            return drop(effect, on_table(effect));
        case EffectKind::drop_schema:
            return drop(effect, in_schema);
        case EffectKind::set_schema:
            return move(effect, on_table(effect), [&](const ObjectName& name) {
                return ObjectName{effect.new_name, name.name};
            });
        case EffectKind::rename_schema:
            return move(effect, in_schema, [&](const ObjectName& name) {
                return ObjectName{effect.new_name, name.name};
            });
        case EffectKind::drop_column:
            return narrow_table(effect);
        case EffectKind::create_table:
            // The table that they were on must have gone by ways that the scripts do not tell.
            if (!effect.if_not_exists) doubt(on_table(effect));
            return;
        default:
            return;
    }
}

void IndexReplay::create(const Effect& effect) {
    if (effect.schema_unknown) return doubt(named(effect));
    const ObjectName name{schema_of(effect), effect.object};
    if ((effect.if_not_exists || effect.conditional) && indexes_.contains(name)) return;
    indexes_[name] = {.by = migration_, .certain = trusted_ && !effect.conditional, .table = effect.member};
}

void IndexReplay::drop(const Effect& effect, const Which& which) {
    if (effect.conditional || effect.schema_unknown) return doubt(which);
    const bool by_name = effect.kind == EffectKind::drop_index;
    for (auto index = indexes_.begin(); index != indexes_.end();) {
        if (!which(index->first, index->second)) {
            ++index;
            continue;
        }
        // Of a table that goes the table is proof enough.
        if (by_name && index->second.certain) removed_[index->first] = migration_;
        index = indexes_.erase(index);
    }
}

void IndexReplay::move(const Effect& effect, const Which& which, const NewName& new_name) {
    if (effect.conditional || effect.schema_unknown) return doubt(which);
    const bool renamed = effect.kind == EffectKind::rename_index;
    std::map<ObjectName, Index> moved;
    for (auto index = indexes_.begin(); index != indexes_.end();) {
        if (!which(index->first, index->second)) {
            ++index;
            continue;
        }
        Index arrived = index->second;
        // Those that move with their table stay their maker's: the table is the mover's proof.
        if (renamed && arrived.certain) removed_[index->first] = migration_;
        if (renamed) arrived.by = migration_;
        moved[new_name(index->first)] = arrived;
        index = indexes_.erase(index);
    }
    for (const auto& [name, index] : moved) indexes_[name] = index;
}

/// ALTER TABLE renames indexes as well (PostgreSQL manual, ALTER INDEX): of such a one nothing is said any more.
void IndexReplay::rename_table(const Effect& effect) {
    doubt(named(effect));
    const Which which = on_table(effect);
    if (effect.conditional || effect.schema_unknown) return doubt(which);
    for (auto& [name, index] : indexes_)
        if (which(name, index)) index.table = effect.new_name;
}

/// DROP COLUMN takes the indexes along in which the column is.
void IndexReplay::narrow_table(const Effect& effect) {
    const Which which = on_table(effect);
    if (effect.conditional || effect.schema_unknown) return doubt(which);
    for (auto& [name, index] : indexes_)
        if (which(name, index)) index.certain = false;
}

void IndexReplay::doubt(const Which& which) {
    for (auto& [name, index] : indexes_) {
        if (!which(name, index)) continue;
        index.certain = false;
        doubted_.insert(name);
    }
}

}  // namespace migration_guard
