#include "postgres/catalogue_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string_view>

namespace migration_guard::postgres {
namespace {

/// In the order of the SELECT list of columns_query().
enum Cell : int {
    schema_name,
    relation,
    kind,
    can_use_schema,
    column,
    type_id,
    not_null,
    has_default,
    can_read,
    can_write,
    can_update,
    can_delete,
    closed_sequence,
};

std::vector<std::string> named(const std::vector<std::string>& schemas, const std::string& connection_schema) {
    std::vector<std::string> names;
    for (const auto& schema : schemas) {
        const auto& name = schema.empty() ? connection_schema : schema;
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

/// The sequence that the default of column `a` draws from, when the role may not: nextval() asks for USAGE or UPDATE.
/// What a default hangs on stands in pg_depend, for serial and for hand-written ones; an identity column has no default
/// there, and asks for nothing. CASE keeps the right from being asked of what is no sequence. Who owns the table is
/// taken to own its sequences: the usual single login pays nothing for the question.
constexpr std::string_view closed_sequence_of_a = R"(
       CASE WHEN a.atthasdef AND NOT r.owned THEN (
           SELECT pg_catalog.format('%I.%I', m.nspname, s.relname)
           FROM pg_catalog.pg_attrdef f
           JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
                                      AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
           JOIN pg_catalog.pg_class s ON s.oid = d.refobjid
           JOIN pg_catalog.pg_namespace m ON m.oid = s.relnamespace
           WHERE f.adrelid = r.oid AND f.adnum = a.attnum
             AND CASE s.relkind WHEN 'S' THEN NOT pg_catalog.has_sequence_privilege(r.role, s.oid, 'USAGE, UPDATE') END
           ORDER BY 1 LIMIT 1) END)";

/// attidentity came with PostgreSQL 10; a generated column (12) has a default in atthasdef as well. OFFSET 0 keeps the
/// rights of a relation from being asked for once a column.
Query columns_query(const std::string& schemas, const std::string& relations, const std::string& role,
                    int server_version) {
    return {fmt::format(R"(
SELECT r.nspname, r.relname, r.relkind, r.usable, a.attname, a.atttypid, a.attnotnull, a.atthasdef{},
       r.readable OR coalesce(pg_catalog.has_column_privilege(r.role, r.oid, a.attnum, 'SELECT'), true),
       r.writable OR coalesce(pg_catalog.has_column_privilege(r.role, r.oid, a.attnum, 'INSERT'), true),
       r.updatable, r.deletable,{}
FROM (SELECT c.oid, n.nspname, c.relname, c.relkind, o.role,
             coalesce(pg_catalog.has_schema_privilege(o.role, n.oid, 'USAGE'), true) AS usable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'SELECT'), true) AS readable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'INSERT'), true) AS writable,
             coalesce(pg_catalog.has_any_column_privilege(o.role, c.oid, 'UPDATE'), true) AS updatable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'DELETE'), true) AS deletable,
             coalesce(pg_catalog.pg_has_role(o.role, c.relowner, 'USAGE'), true) AS owned
      FROM (SELECT (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $3::pg_catalog.name) AS role OFFSET 0) o,
           pg_catalog.pg_namespace n, pg_catalog.pg_class c
      WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND c.relnamespace = n.oid
        AND c.relname = ANY ($2::pg_catalog.name[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f') OFFSET 0) r
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)",
                        server_version >= 100000 ? " OR a.attidentity <> ''" : "", closed_sequence_of_a),
            {schemas, relations, role}};
}

/// The types of those columns, what domains stand upon and what arrays are made of.
Query types_query(const std::string& schemas, const std::string& relations) {
    return {R"(
WITH RECURSIVE used (oid) AS (
    SELECT DISTINCT a.atttypid
    FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c, pg_catalog.pg_attribute a
    WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND c.relnamespace = n.oid
      AND c.relname = ANY ($2::pg_catalog.name[]) AND a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    UNION
    SELECT x.next FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) x (next) WHERE x.next <> 0)
SELECT t.oid, CASE n.nspname WHEN 'pg_catalog' THEN pg_catalog.format_type(t.oid, NULL) ELSE t.typname::text END,
       n.nspname, t.typtype, t.typbasetype, t.typelem, t.typcategory
FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace)",
            {schemas, relations}};
}

Query enums_query(const std::string& schemas, const std::string& names) {
    return {R"(
SELECT n.nspname, t.typname, e.enumlabel
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND t.typname = ANY ($2::pg_catalog.name[]) AND t.typtype = 'e'
ORDER BY 1, 2, e.enumsortorder)",
            {schemas, names}};
}

struct Type {
    std::string name;
    std::string schema;
    char kind = 'b';  ///< pg_type.typtype
    long long base = 0;
    long long element = 0;
    char category = 'U';
};
using Types = std::map<long long, Type>;

Types read_types(const Result& result) {
    Types types;
    for (int row = 0; row < result.rows(); ++row) {
        types[result.integer(row, 0)] = {.name = result.text(row, 1),
                                         .schema = result.text(row, 2),
                                         .kind = result.text(row, 3).at(0),
                                         .base = result.integer(row, 4),
                                         .element = result.integer(row, 5),
                                         .category = result.text(row, 6).at(0)};
    }
    return types;
}

/// The type itself, of a domain the one that it stands upon; none when it was created since the types were read.
const Type* find_base(const Types& types, long long id) {
    constexpr int deepest = 64;
    for (int i = 0; i < deepest; ++i) {
        const auto found = types.find(id);
        if (found == types.end()) return nullptr;
        if (found->second.kind != 'd') return &found->second;
        id = found->second.base;
    }
    return nullptr;
}

void set_type(CatalogueColumn& to, const Types& types, long long id) {
    const Type* type = find_base(types, id);
    to.list = type != nullptr && type->category == 'A' && type->element != 0;
    if (to.list) type = find_base(types, type->element);
    if (type == nullptr) return;
    to.type = type->name;
    to.type_schema = type->schema;
    to.is_enum = type->kind == 'e';
}

void read_columns(const Result& result, const Types& types, Catalogue& catalogue) {
    for (int row = 0; row < result.rows(); ++row) {
        auto& found = catalogue.relations[{result.text(row, schema_name), result.text(row, relation)}];
        found.kind = result.text(row, kind).at(0);
        found.can_use_schema = result.boolean(row, can_use_schema);
        found.can_update = result.boolean(row, can_update);
        found.can_delete = result.boolean(row, can_delete);
        if (result.is_null(row, column)) continue;  // CREATE TABLE x ()
        auto& described = found.columns[result.text(row, column)];
        described.name = result.text(row, column);
        set_type(described, types, result.integer(row, type_id));
        described.not_null = result.boolean(row, not_null);
        described.has_default = result.boolean(row, has_default);
        described.can_read = result.boolean(row, can_read);
        described.can_write = result.boolean(row, can_write);
        if (!result.is_null(row, closed_sequence)) described.closed_sequence = result.text(row, closed_sequence);
    }
}

void read_enums(const Result& result, Catalogue& catalogue) {
    for (int row = 0; row < result.rows(); ++row) {
        auto& labels = catalogue.enums[{result.text(row, 0), result.text(row, 1)}];
        if (!result.is_null(row, 2)) labels.push_back(result.text(row, 2));
    }
}

}  // namespace

std::vector<Query> catalogue_queries(const CatalogueRequest& request, const std::string& schema,
                                     const std::string& role, int server_version) {
    const auto schemas = array_parameter(named(request.schemas, schema));
    const auto relations = array_parameter(request.relations);
    return {columns_query(schemas, relations, role, server_version), types_query(schemas, relations),
            enums_query(schemas, array_parameter(request.enums))};
}

Catalogue read_catalogue(const Result& columns, const Result& types, const Result& enums) {
    for (const auto* result : {&columns, &types, &enums}) require_ok(*result, "reading the catalogue");
    Catalogue catalogue;
    read_columns(columns, read_types(types), catalogue);
    read_enums(enums, catalogue);
    return catalogue;
}

}  // namespace migration_guard::postgres
