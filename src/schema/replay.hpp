// What scripts leave behind when they run one after the other: the tables, columns, enums and labels that exist then,
// and for each which migration gave it the name it has.
//
// Not the database: only what the scripts' texts tell. Nor the questions asked of it (origins.hpp, collisions.hpp,
// baseline.hpp). Keeps true: pure; what only may have run (DO blocks) is there, but not `certain`; session-temporary
// objects never are.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/effects.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace migration_guard {

/// A table, column, enum, label or index as scripts name it.
struct ScriptObject {
    enum class Kind { table, view, join_table, column, enumeration, enum_value, index } kind = Kind::table;
    std::string schema;  ///< as asked for; what scripts leave open is the connection's schema
    std::string object;  ///< table, enum or index
    std::string member;  ///< column or label, else empty
    // clang-tidy 14 takes the comparison with zero inside for a pointer's.
    auto operator<=>(const ScriptObject&) const = default;  // NOLINT(modernize-use-nullptr)
};

class Replay {
public:
    /// Who made a name what it is: an index into the caller's migrations.
    struct Made {
        std::size_t by = 0;
        bool certain = true;
    };
    struct Relation {
        std::optional<Made> made;  ///< none: no script creates it, some only alter it
        bool view = false;
        bool open = false;     ///< has columns beyond those listed
        bool follows = false;  ///< whoever changes the columns of another table may change its own
        std::map<std::string, Made> columns;
    };
    struct Type {
        std::optional<Made> made;
        bool is_enum = true;
        std::map<std::string, Made> labels;
    };
    /// What is gone: who removed it (drop, rename, move) and who had made it.
    struct Removed {
        std::size_t by = 0;
        std::optional<Made> made;
        bool certain = true;
    };

    explicit Replay(std::string default_schema) : default_schema_(std::move(default_schema)) {}

    /// To be called before run(): a table or enum that the database has, whoever made it.
    void assume_relation(const ObjectName& name) { relations_.try_emplace(resolved(name)); }
    void assume_enum(const ObjectName& name) { types_.try_emplace(resolved(name)); }

    void run(std::size_t migration, const ScriptEffects& script);

    /// Keys have a schema, but for objects whose schema the scripts leave unknown ("").
    [[nodiscard]] const std::map<ObjectName, Relation>& relations() const { return relations_; }
    [[nodiscard]] const std::map<ObjectName, Type>& types() const { return types_; }
    /// Latest removals, with kind table for all relations and enumeration for all types.
    [[nodiscard]] const std::map<ScriptObject, Removed>& removed() const { return removed_; }
    /// Where scripts create tables, views or enums.
    [[nodiscard]] const std::set<std::string>& schemas() const { return schemas_; }

    [[nodiscard]] const Relation* relation(const ObjectName& name) const;
    [[nodiscard]] const Type* type(const ObjectName& name) const;
    [[nodiscard]] ObjectName resolved(const ObjectName& name) const;

private:
    void apply(const Effect& effect);
    void create_relation(const Effect& effect);
    void replace_view(Relation& view, const Effect& effect) const;
    void create_type(const Effect& effect);
    void add_column(const Effect& effect);
    void add_label(const Effect& effect);
    template <class Map>
    void drop_object(Map& objects, ScriptObject::Kind kind, const Effect& effect);
    void drop_column(const Effect& effect);
    void drop_schema(const Effect& effect);
    void rename_column(const Effect& effect);
    void rename_label(const Effect& effect);
    void move_relation(const Effect& effect, const ObjectName& to);
    void move_type(const Effect& effect, const ObjectName& to);
    void set_schema(const Effect& effect);
    void rename_schema(const Effect& effect);

    template <class Map>
    [[nodiscard]] ObjectName key_of(const Effect& effect, const Map& map) const;
    [[nodiscard]] ObjectName new_key(const Effect& effect) const;
    [[nodiscard]] Made now(const Effect& effect) const { return {.by = migration_, .certain = !effect.conditional}; }
    void note_created(const ObjectName& name);
    void note_removed(ScriptObject::Kind kind, const ObjectName& name, const std::string& member,
                      std::optional<Made> made, const Effect& effect);

    std::string default_schema_;
    std::size_t migration_ = 0;
    bool skip_members_ = false;  ///< of a CREATE ... IF NOT EXISTS whose object is there already
    std::map<ObjectName, Relation> relations_;
    std::map<ObjectName, Type> types_;
    std::map<ScriptObject, Removed> removed_;
    std::set<std::string> schemas_;
};

}  // namespace migration_guard
