// Declared schemas in a few words, and a catalogue that has exactly what one declares.
#pragma once

#include "schema/compare.hpp"

#include <string>
#include <vector>

namespace migration_guard::testing {

inline DeclaredType type(const std::string& name, const std::string& full = "") {
    DeclaredType made;
    made.name = name;
    made.full = full.empty() ? name : full;
    return made;
}

inline DeclaredType enum_type(const std::string& name, const std::string& schema = "") {
    DeclaredType made;
    made.name = name;
    made.enum_schema = schema;
    made.is_enum = true;
    return made;
}

/// A required column; its field is called like it with an f before.
inline DeclaredColumn column(const std::string& name, const DeclaredType& of = type("text", "TEXT")) {
    DeclaredColumn made;
    made.name = name;
    made.field = "f" + name;
    made.type = of;
    made.required = true;
    return made;
}

inline DeclaredColumn optional(DeclaredColumn made) {
    made.required = false;
    return made;
}

inline DeclaredColumn list(DeclaredColumn made) {
    made.required = false;
    made.list = true;
    return made;
}

inline DeclaredColumn used(DeclaredColumn made, ColumnUse use) {
    made.use = use;
    return made;
}

inline DeclaredColumn filled(DeclaredColumn made) {
    made.filled_by_database = true;
    return made;
}

/// A table of the connection's schema; its model is called like it with an M before.
inline DeclaredTable table(const std::string& name, std::vector<DeclaredColumn> columns,
                           TableKind kind = TableKind::table) {
    DeclaredTable made;
    made.name = name;
    made.model = "M" + name;
    made.kind = kind;
    made.columns = std::move(columns);
    return made;
}

inline DeclaredEnum enumeration(const std::string& name, std::vector<std::string> values) {
    DeclaredEnum made;
    made.name = name;
    made.declared_as = "E" + name;
    made.values = std::move(values);
    return made;
}

inline std::string or_public(const std::string& schema) {
    return schema.empty() ? "public" : schema;
}

inline CatalogueColumn matching(const DeclaredColumn& declared) {
    CatalogueColumn made;
    made.name = declared.name;
    made.type = declared.type.name.empty() ? "whatever" : declared.type.name;
    made.type_schema = declared.type.is_enum ? or_public(declared.type.enum_schema) : "pg_catalog";
    made.is_enum = declared.type.is_enum;
    made.list = declared.list;
    made.not_null = declared.required;
    made.has_default = declared.filled_by_database;
    return made;
}

inline Catalogue matching(const DeclaredSchema& declared) {
    Catalogue made;
    for (const DeclaredTable& t : declared.tables) {
        CatalogueRelation& relation = made.relations[{or_public(t.schema), t.name}];
        relation.kind = t.kind == TableKind::view ? 'v' : 'r';
        for (const DeclaredColumn& c : t.columns) {
            relation.columns[c.name] = matching(c);
            relation.columns[c.name].not_null = c.required && t.kind != TableKind::view;
        }
    }
    for (const DeclaredEnum& e : declared.enums) {
        made.enums[{or_public(e.schema), e.name}] = e.values;
    }
    return made;
}

/// A bit of everything that schema.prisma can declare.
inline DeclaredSchema varied() {
    DeclaredSchema made;
    made.tables = {
        table("User", {filled(column("id", type("integer", "INTEGER"))), column("e-mail"), optional(column("name")),
                       column("role", enum_type("Role")), list(column("tags")),
                       used(optional(column("old")), ColumnUse::ignored),
                       used(column("shape", type("")), ColumnUse::unsupported)}),
        table("Post",
              {column("id", type("uuid", "UUID")), column("at", type("timestamp without time zone", "TIMESTAMP(3)"))}),
        table("_PostToUser", {column("A", type("uuid", "UUID")), column("B", type("integer", "INTEGER"))},
              TableKind::join_table),
        table("Report", {column("total", type("bigint", "BIGINT"))}, TableKind::view),
        table("Legacy", {column("x")}),
        table("Elsewhere", {column("state", enum_type("State", "app"))}),
    };
    made.tables[4].ignored = true;
    made.tables[5].schema = "app";
    made.enums = {enumeration("Role", {"ADMIN", "MEMBER"}), enumeration("State", {"on"}), enumeration("Unused", {"x"})};
    made.enums[1].schema = "app";
    made.enums[2].used = false;
    return made;
}

}  // namespace migration_guard::testing
