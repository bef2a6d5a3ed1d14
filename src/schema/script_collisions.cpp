#include "schema/script_collisions.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace migration_guard {
namespace {

using Kind = ScriptObject::Kind;

constexpr const char* temporary_schema = "pg_temp";

bool is_about_enums(EffectKind kind) {
    return kind == EffectKind::create_enum || kind == EffectKind::add_enum_value ||
           kind == EffectKind::rename_enum_value || kind == EffectKind::rename_type;
}

bool is_about_relations(EffectKind kind) {
    return kind == EffectKind::create_table || kind == EffectKind::create_view || kind == EffectKind::add_column ||
           kind == EffectKind::rename_column || kind == EffectKind::rename_table;
}

/// What a name stands for while the pending scripts run.
enum class Fate {
    untouched,  ///< as the catalogue has it
    made,       ///< a pending script made it
    uncertain,  ///< it may be gone or new
};

/// The database as the pending scripts change it.
class Outlook {
public:
    Outlook(std::string default_schema, const Catalogue& catalogue)
        : default_schema_(std::move(default_schema)), catalogue_(&catalogue) {}

    std::vector<ScriptCollision> run(const std::vector<NamedScript>& pending) {
        for (const auto& [name, script] : pending) {
            // What the script drops without a name may be anything, at any place in it.
            if (script.drops_unnamed) break;
            migration_ = name;
            indexes_uncertain_ = indexes_uncertain_ || script.indexes_unnamed || !script.parsed;
            if (script.indexes_unnamed) cascades();
            for (const auto& effect : script.effects)
                if (effect.schema != temporary_schema) apply(effect);
            path_left_ = path_left_ || script.leaves_search_path;
        }
        return std::move(found_);
    }

private:
    /// None: which schema it is cannot be told.
    [[nodiscard]] std::optional<ObjectName> name_of(const Effect& effect, const std::string& object) const {
        const bool unqualified = effect.schema.empty();
        if (effect.schema_unknown || (unqualified && path_left_)) return std::nullopt;
        return ObjectName{unqualified ? default_schema_ : effect.schema, object};
    }

    [[nodiscard]] Fate fate(const ObjectName& name) const {
        if (gone_everywhere_.contains(name.name) || uncertain_schemas_.contains(name.schema)) return Fate::uncertain;
        if (const auto found = fates_.find(name); found != fates_.end()) return found->second;
        return tables_dropped_ && is_partition(name) ? Fate::uncertain : Fate::untouched;
    }

    [[nodiscard]] bool is_partition(const ObjectName& name) const {
        const auto relation = catalogue_->relations.find(name);
        return relation != catalogue_->relations.end() && relation->second.partition;
    }

    [[nodiscard]] bool is_view(const ObjectName& name) const {
        const auto relation = catalogue_->relations.find(name);
        return relation != catalogue_->relations.end() &&
               (relation->second.kind == 'v' || relation->second.kind == 'm');
    }

    [[nodiscard]] bool in_database(Kind kind, const ObjectName& name) const {
        if (fate(name) != Fate::untouched) return false;
        return kind == Kind::enumeration ? catalogue_->enums.contains(name) : catalogue_->relations.contains(name);
    }

    [[nodiscard]] bool member_in_database(Kind kind, const ObjectName& name, const std::string& member) const {
        if (fate(name) != Fate::untouched || touched_members_.contains({name, member})) return false;
        if (kind == Kind::column) {
            const auto relation = catalogue_->relations.find(name);
            return relation != catalogue_->relations.end() && relation->second.columns.contains(member);
        }
        const auto type = catalogue_->enums.find(name);
        return type != catalogue_->enums.end() && std::ranges::find(type->second, member) != type->second.end();
    }

    /// False as well where anything was dropped that the index may have gone with.
    [[nodiscard]] bool index_in_database(const ObjectName& name, const std::string& table) const {
        const auto found = catalogue_->indexes.find(name);
        if (found == catalogue_->indexes.end() || found->second.attached || indexes_uncertain_) return false;
        const ObjectName its_table{name.schema, found->second.table};
        return fate(name) == Fate::untouched && fate(its_table) == Fate::untouched &&
               fate({name.schema, table}) == Fate::untouched && !narrowed_.contains(its_table) &&
               !touched_indexes_.contains(name) && !touched_indexes_.contains({"", name.name});
    }

    void report(Kind kind, const ObjectName& name, const std::string& member) {
        found_.push_back({.migration = migration_, .object = {kind, name.schema, name.name, member}});
    }

    void apply(const Effect& effect) {
        switch (effect.kind) {
            case EffectKind::create_table:
                return create(effect, Kind::table);
            case EffectKind::create_view:
                return create(effect, Kind::view);
            case EffectKind::create_enum:
                return create(effect, Kind::enumeration);
            case EffectKind::add_column:
                return add(effect, Kind::column, effect.member);
            case EffectKind::add_enum_value:
                return add(effect, Kind::enum_value, effect.member);
            case EffectKind::rename_column:
                return rename_member(effect, Kind::column);
            case EffectKind::rename_enum_value:
                return rename_member(effect, Kind::enum_value);
            case EffectKind::drop_column:
                narrow(effect);
                return touch(effect, effect.member);
            case EffectKind::rename_table:
                return move(effect, Kind::table, name_of(effect, effect.new_name));
            case EffectKind::rename_type:
                return move(effect, Kind::enumeration, name_of(effect, effect.new_name));
            case EffectKind::set_schema:
                return set_schema(effect);
            case EffectKind::drop_table:
            case EffectKind::drop_view:
            case EffectKind::drop_type:
                return drop(effect);
            case EffectKind::drop_schema:
            case EffectKind::rename_schema:
                uncertain_schemas_.insert(effect.object);
                uncertain_schemas_.insert(effect.new_name);
                return cascades();
            case EffectKind::create_index:
                return create_index(effect);
            case EffectKind::drop_index:
                return touch_index(effect, effect.object);
            case EffectKind::rename_index:
                touch_index(effect, effect.object);
                return touch_index(effect, effect.new_name);
            case EffectKind::create_type:
            case EffectKind::create_schema:
            case EffectKind::follow_table:
                break;
        }
    }

    void create(const Effect& effect, Kind kind) {
        const auto name = name_of(effect, effect.object);
        if (!name) return;
        const bool exists = in_database(kind, *name);
        const bool view = kind == Kind::view || (exists && is_view(*name));
        const bool certain = !effect.conditional && !effect.if_not_exists && !(view && views_uncertain_) &&
                             !(effect.open_columns && tables_uncertain_);
        if (exists && certain) report(kind, *name, "");
        // CREATE ... IF NOT EXISTS leaves what is there as it is.
        if (!exists || !effect.if_not_exists) fates_[*name] = effect.conditional ? Fate::uncertain : Fate::made;
    }

    void create_index(const Effect& effect) {
        const auto name = name_of(effect, effect.object);
        if (!name) return;
        const bool certain = !effect.conditional && !effect.if_not_exists;
        if (certain && index_in_database(*name, effect.member)) report(Kind::index, *name, "");
        if (!effect.if_not_exists) touched_indexes_.insert(*name);
    }

    void touch_index(const Effect& effect, const std::string& index) {
        touched_indexes_.insert(name_of(effect, index).value_or(ObjectName{"", index}));
    }

    /// DROP COLUMN takes the indexes along in which the column is.
    void narrow(const Effect& effect) {
        if (effect.cascade) cascades();
        if (const auto table = name_of(effect, effect.object)) narrowed_.insert(*table);
    }

    void add(const Effect& effect, Kind kind, const std::string& member) {
        const auto name = name_of(effect, effect.object);
        if (!name || effect.with_container) return;
        const bool certain =
            !effect.conditional && !effect.if_not_exists && !(kind == Kind::column && columns_uncertain_);
        if (certain && member_in_database(kind, *name, member)) report(kind, *name, member);
        if (!effect.if_not_exists) touched_members_.insert({*name, member});
    }

    void touch(const Effect& effect, const std::string& member) {
        if (const auto name = name_of(effect, effect.object)) {
            touched_members_.insert({*name, member});
        } else {
            gone_everywhere_.insert(effect.object);
        }
    }

    void rename_member(const Effect& effect, Kind kind) {
        touch(effect, effect.member);
        Effect target = effect;
        target.if_not_exists = false;
        add(target, kind, effect.new_name);
    }

    void drop(const Effect& effect) {
        if (const auto name = name_of(effect, effect.object)) {
            fates_[*name] = Fate::uncertain;
        } else {
            gone_everywhere_.insert(effect.object);
        }
        tables_dropped_ = tables_dropped_ || effect.kind == EffectKind::drop_table;
        tables_uncertain_ = tables_uncertain_ || (tables_dropped_ && effect.cascade);
        if (effect.cascade) cascades();
    }

    /// Views, indexes, and columns of a type or computed from others may have gone along.
    void cascades() { indexes_uncertain_ = views_uncertain_ = columns_uncertain_ = true; }

    void move(const Effect& effect, Kind kind, const std::optional<ObjectName>& to) {
        const auto from = name_of(effect, effect.object);
        if (!from || !to) {
            gone_everywhere_.insert({effect.object, effect.new_name});
            return;
        }
        const bool happens = !effect.if_not_exists || in_database(kind, *from);
        if (!effect.conditional && happens && in_database(kind, *to)) report(kind, *to, "");
        fates_[*from] = Fate::uncertain;
        fates_[*to] = Fate::made;
    }

    void set_schema(const Effect& effect) {
        const auto name = name_of(effect, effect.object);
        const bool type = name && in_database(Kind::enumeration, *name);
        move(effect, type ? Kind::enumeration : Kind::table, ObjectName{effect.new_name, effect.object});
    }

    std::string default_schema_;
    const Catalogue* catalogue_;
    std::string migration_;
    std::vector<ScriptCollision> found_;
    std::map<ObjectName, Fate> fates_;
    std::set<std::pair<ObjectName, std::string>> touched_members_;
    std::set<std::string> gone_everywhere_;  ///< dropped or renamed in a schema that cannot be told
    std::set<std::string> uncertain_schemas_;
    std::set<ObjectName> touched_indexes_;  ///< with an empty schema where that cannot be told
    std::set<ObjectName> narrowed_;         ///< tables that lost a column
    bool tables_dropped_ = false;           ///< with their partitions, of which DROP TABLE says nothing
    bool indexes_uncertain_ = false;  ///< some CASCADE, or what could not be read, may have dropped or renamed any
    bool views_uncertain_ = false;
    bool columns_uncertain_ = false;
    bool tables_uncertain_ = false;  ///< DROP TABLE ... CASCADE takes children along
    bool path_left_ = false;         ///< an earlier script left another search_path behind, if both run in one session
};

/// Tables that the scripts make anew: their indexes are in nobody's way.
std::set<ObjectName> made_by(const std::vector<NamedScript>& pending) {
    std::set<ObjectName> tables;
    for (const auto& [migration, script] : pending) {
        for (const auto& effect : script.effects)
            if (effect.kind == EffectKind::create_table && !effect.if_not_exists)
                tables.insert({effect.schema, effect.object});
    }
    return tables;
}

template <class Set>
std::vector<std::string> as_list(const Set& set) {
    return {set.begin(), set.end()};
}

}  // namespace

CatalogueRequest collision_request(const std::vector<NamedScript>& pending) {
    std::set<std::string> schemas;
    std::set<std::string> relations;
    std::set<std::string> enums;
    std::set<std::string> indexes;
    const auto tables = made_by(pending);
    for (const auto& [migration, script] : pending) {
        for (const auto& effect : script.effects) {
            if (effect.conditional || effect.schema_unknown || effect.schema == temporary_schema) continue;
            const bool moves = effect.kind == EffectKind::set_schema;
            const bool of_relation = moves || is_about_relations(effect.kind);
            const bool of_enum = moves || is_about_enums(effect.kind);
            if (of_relation) relations.insert(effect.object);
            if (of_enum) enums.insert(effect.object);
            if (effect.kind == EffectKind::rename_table) relations.insert(effect.new_name);
            if (effect.kind == EffectKind::rename_type) enums.insert(effect.new_name);
            if (of_relation || of_enum) schemas.insert(effect.schema);
            if (moves) schemas.insert(effect.new_name);
            const bool of_index = effect.kind == EffectKind::create_index && !effect.if_not_exists &&
                                  !tables.contains({effect.schema, effect.member});
            if (of_index) indexes.insert(effect.object);
            if (of_index) schemas.insert(effect.schema);
        }
    }
    return {.schemas = as_list(schemas),
            .relations = as_list(relations),
            .enums = as_list(enums),
            .indexes = as_list(indexes)};
}

std::vector<ScriptCollision> collisions(const std::vector<NamedScript>& pending, const std::string& default_schema,
                                        const Catalogue& catalogue) {
    return Outlook(default_schema, catalogue).run(pending);
}

}  // namespace migration_guard
