// What the database has, as read from pg_catalog: the values that comparison works on.
//
// Not the query (postgres/catalogue_query.hpp). Keeps true: only objects that were asked for are in it, so absence
// here means absence in the database only for names in the request.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace migration_guard {

/// schema and name of a relation or type, as the database spells them.
struct ObjectName {
    std::string schema;
    std::string name;
    // clang-tidy 14 takes the comparison with zero inside for a pointer's.
    auto operator<=>(const ObjectName&) const = default;  // NOLINT(modernize-use-nullptr)
    [[nodiscard]] std::string text() const { return schema + "." + name; }
};

/// What to look up: every relation, type and index whose name is listed, in every listed schema.
struct CatalogueRequest {
    std::vector<std::string> schemas;  ///< empty string: the connection's schema
    std::vector<std::string> relations;
    std::vector<std::string> enums;
    std::vector<std::string> indexes = {};
    [[nodiscard]] bool empty() const { return relations.empty() && enums.empty() && indexes.empty(); }
};

struct CatalogueColumn {
    std::string name;
    std::string type;         ///< without modifiers and without []; domains by their base type; of pg_catalog's types
                              ///< format_type()'s text, of all others (enums, extensions) pg_type.typname
    std::string type_schema;  ///< schema of the (element) type
    bool is_enum = false;
    bool list = false;
    bool not_null = false;
    bool has_default = false;     ///< default, identity or generated
    bool can_read = true;         ///< has_column_privilege(app role, SELECT)
    bool can_write = true;        ///< has_column_privilege(app role, INSERT)
    std::string closed_sequence;  ///< that its default draws from and the app's role may not use, quoted; else empty
};

struct CatalogueRelation {
    char kind = 'r';             ///< pg_class.relkind: r p v m f
    bool partition = false;      ///< so that DROP TABLE of another name takes it along
    bool can_use_schema = true;  ///< USAGE on the schema for the app's role
    bool can_update = true;      ///< has_any_column_privilege(app role, UPDATE)
    bool can_delete = true;      ///< has_table_privilege(app role, DELETE)
    std::map<std::string, CatalogueColumn> columns;
};

struct CatalogueIndex {
    std::string table;      ///< in the index's own schema; also a materialized view
    bool attached = false;  ///< of a partition or child, so that it may go with what is dropped under another name
};

struct Catalogue {
    std::map<ObjectName, CatalogueRelation> relations;
    std::map<ObjectName, std::vector<std::string>> enums;  ///< labels in enum order
    std::map<ObjectName, CatalogueIndex> indexes;
};

}  // namespace migration_guard
