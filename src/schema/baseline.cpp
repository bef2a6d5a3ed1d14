#include "schema/baseline.hpp"

#include "schema/replay_indexes.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace migration_guard {
namespace {

using Kind = ScriptObject::Kind;
using Item = BaselineProof::Item;
using Standing = BaselineProof::Step::Standing;

constexpr const char* temporary_schema = "pg_temp";

bool is_enum_kind(Kind kind) {
    return kind == Kind::enumeration || kind == Kind::enum_value;
}

bool is_about_indexes(EffectKind kind) {
    return kind == EffectKind::create_index || kind == EffectKind::drop_index || kind == EffectKind::rename_index;
}

bool exists(const Catalogue& catalogue, const ScriptObject& object) {
    const ObjectName name{object.schema, object.object};
    if (is_enum_kind(object.kind)) {
        const auto type = catalogue.enums.find(name);
        if (type == catalogue.enums.end()) return false;
        return object.member.empty() || std::ranges::find(type->second, object.member) != type->second.end();
    }
    if (object.kind == Kind::index) return catalogue.indexes.contains(name);
    const auto relation = catalogue.relations.find(name);
    if (relation == catalogue.relations.end()) return false;
    return object.member.empty() || relation->second.columns.contains(object.member);
}

/// Items that hold or do not, for each migration, in the state that the first `length` scripts leave.
class State {
public:
    State(const Replay& replay, const IndexReplay& indexes, const IndexReplay& at_the_end, const Catalogue& catalogue)
        : replay_(&replay), catalogue_(&catalogue), doubted_(&at_the_end.doubted()) {
        for (const auto& [name, relation] : replay.relations()) add_relation(name, relation);
        for (const auto& [name, type] : replay.types()) add_type(name, type);
        for (const auto& [object, removed] : replay.removed()) add_removed(object, removed);
        for (const auto& [name, index] : indexes.indexes()) add_index(name, index);
        for (const auto& [name, by] : indexes.removed()) add_removed_index(name, by, indexes);
    }

    [[nodiscard]] bool consistent() const { return consistent_; }
    [[nodiscard]] bool proves(std::size_t migration) const { return items_.contains(migration); }
    [[nodiscard]] std::vector<Item> items(std::size_t migration) const {
        const auto found = items_.find(migration);
        return found == items_.end() ? std::vector<Item>{} : found->second;
    }

private:
    enum class Show { always, when_it_fails };

    void add(std::size_t by, const ScriptObject& object, bool must_exist, Show show) {
        const bool holds = exists(*catalogue_, object) == must_exist;
        consistent_ = consistent_ && holds;
        if (show == Show::always || !holds)
            items_[by].push_back({.object = object, .must_exist = must_exist, .holds = holds});
    }

    void add_relation(const ObjectName& name, const Replay::Relation& relation) {
        const bool known = relation.made && relation.made->certain && !name.schema.empty();
        if (known)
            add(relation.made->by, {relation.view ? Kind::view : Kind::table, name.schema, name.name, ""}, true,
                Show::always);
        const bool table_is_there = exists(*catalogue_, {Kind::table, name.schema, name.name, ""});
        for (const auto& [column, made] : relation.columns) {
            if (!made.certain || name.schema.empty()) continue;
            const bool own = relation.made && made.by == relation.made->by;
            // The columns of an absent table are not told one by one.
            if (own && !table_is_there) continue;
            add(made.by, {Kind::column, name.schema, name.name, column}, true,
                own ? Show::when_it_fails : Show::always);
        }
    }

    void add_type(const ObjectName& name, const Replay::Type& type) {
        if (!type.is_enum || name.schema.empty()) return;
        const bool known = type.made && type.made->certain;
        if (known) add(type.made->by, {Kind::enumeration, name.schema, name.name, ""}, true, Show::always);
        const bool type_is_there = exists(*catalogue_, {Kind::enumeration, name.schema, name.name, ""});
        for (const auto& [label, made] : type.labels) {
            if (!made.certain) continue;
            const bool own = type.made && made.by == type.made->by;
            if (own && !type_is_there) continue;
            add(made.by, {Kind::enum_value, name.schema, name.name, label}, true,
                own ? Show::when_it_fails : Show::always);
        }
    }

    void add_index(const ObjectName& name, const IndexReplay::Index& index) {
        if (!index.certain || doubted_->contains(name)) return;
        const ObjectName table_name{name.schema, index.table};
        const auto* table = replay_->relation(table_name);
        const bool own = table != nullptr && table->made && table->made->by == index.by;
        // The indexes of an absent table are not told one by one.
        if (own && !exists(*catalogue_, {Kind::table, name.schema, index.table, ""})) return;
        add(index.by, {Kind::index, name.schema, name.name, ""}, true, own ? Show::when_it_fails : Show::always);
    }

    void add_removed_index(const ObjectName& name, std::size_t by, const IndexReplay& indexes) {
        const ScriptObject object{Kind::index, name.schema, name.name, ""};
        if (!indexes.indexes().contains(name) && !exists(*catalogue_, object)) add(by, object, false, Show::always);
    }

    [[nodiscard]] bool lives(const ScriptObject& object) const {
        const ObjectName name{object.schema, object.object};
        if (is_enum_kind(object.kind)) {
            const auto* type = replay_->type(name);
            return type != nullptr && (object.member.empty() || type->labels.contains(object.member));
        }
        const auto* relation = replay_->relation(name);
        if (relation == nullptr || object.member.empty()) return relation != nullptr;
        return relation->open || relation->columns.contains(object.member);
    }

    /// That something is gone proves something only when a script had made it.
    void add_removed(const ScriptObject& object, const Replay::Removed& removed) {
        if (!removed.certain || !removed.made || object.schema.empty() || lives(object)) return;
        const ScriptObject table{is_enum_kind(object.kind) ? Kind::enumeration : Kind::table, object.schema,
                                 object.object, ""};
        if (!object.member.empty() && !lives(table)) return;
        add(removed.by, object, false, Show::always);
    }

    const Replay* replay_;
    const Catalogue* catalogue_;
    const std::set<ObjectName>* doubted_;
    std::map<std::size_t, std::vector<Item>> items_;
    bool consistent_ = true;
};

bool all_hold(const std::vector<Item>& items) {
    return std::ranges::all_of(items, &Item::holds);
}

Standing standing_of(std::size_t step, std::size_t proven, const std::vector<Item>& items) {
    if (step < proven) return items.empty() ? Standing::implied : Standing::proven;
    if (items.empty()) return Standing::nothing;
    return all_hold(items) ? Standing::beyond : Standing::absent;
}

}  // namespace

CatalogueRequest baseline_request(const std::vector<NamedScript>& scripts) {
    std::set<std::string> schemas{""};
    std::set<std::string> names;
    std::set<std::string> indexes;
    for (const auto& [migration, script] : scripts) {
        for (const auto& effect : script.effects) {
            if (effect.schema == temporary_schema) continue;
            if (!effect.schema_unknown) schemas.insert(effect.schema);
            if (is_about_indexes(effect.kind)) {
                indexes.insert(effect.kind == EffectKind::rename_index ? effect.new_name : effect.object);
                continue;
            }
            const bool renames_schema =
                effect.kind == EffectKind::rename_schema || effect.kind == EffectKind::set_schema;
            if (renames_schema) schemas.insert(effect.new_name);
            names.insert(effect.object);
            const bool renames = effect.kind == EffectKind::rename_table || effect.kind == EffectKind::rename_type;
            if (renames) names.insert(effect.new_name);
        }
    }
    const std::vector<std::string> all(names.begin(), names.end());
    return {.schemas = {schemas.begin(), schemas.end()},
            .relations = all,
            .enums = all,
            .indexes = {indexes.begin(), indexes.end()}};
}

BaselineProof prove_baseline(const std::vector<NamedScript>& scripts, const std::string& default_schema,
                             const Catalogue& catalogue) {
    BaselineProof proof;
    // The items of the longest proven prefix, and of each later migration in the state that it leaves itself.
    std::vector<std::vector<Item>> items(scripts.size());
    Replay replay(default_schema);
    IndexReplay indexes(default_schema);
    IndexReplay all_indexes(default_schema);
    for (std::size_t i = 0; i < scripts.size(); ++i) all_indexes.run(i, scripts[i].second);
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        replay.run(i, scripts[i].second);
        indexes.run(i, scripts[i].second);
        const State state(replay, indexes, all_indexes, catalogue);
        items[i] = state.items(i);
        if (!state.consistent() || !state.proves(i)) continue;
        proof.proven = i + 1;
        for (std::size_t j = 0; j <= i; ++j) items[j] = state.items(j);
    }
    for (std::size_t i = 0; i < scripts.size(); ++i) {
        const Standing standing = standing_of(i, proof.proven, items[i]);
        proof.steps.push_back({.standing = standing, .migration = scripts[i].first, .items = std::move(items[i])});
    }
    return proof;
}

}  // namespace migration_guard
