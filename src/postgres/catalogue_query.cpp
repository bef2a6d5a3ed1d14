#include "postgres/catalogue_query.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace migration_guard::postgres {
namespace {

/// In the order of the SELECT list of relations_query().
enum Cell : int {
    schema_name,
    relation,
    kind,
    can_use_schema,
    column,
    type,
    type_schema,
    is_enum,
    list,
    not_null,
    has_default,
    can_read,
    can_write,
};

std::vector<std::string> named(const std::vector<std::string>& schemas, const std::string& connection_schema) {
    std::vector<std::string> names;
    for (const auto& schema : schemas) {
        const auto& name = schema.empty() ? connection_schema : schema;
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

/// Domains by their base type, before the array and behind it; a domain may stand upon another.
constexpr auto base_type =
    "LEFT JOIN LATERAL (WITH RECURSIVE d AS (SELECT {0}.typtype, {0}.typbasetype AS oid WHERE {0}.typtype = 'd' "
    "UNION ALL SELECT t.typtype, t.typbasetype FROM d JOIN pg_catalog.pg_type t ON t.oid = d.oid "
    "WHERE t.typtype = 'd') SELECT t.* FROM d JOIN pg_catalog.pg_type t ON t.oid = d.oid WHERE t.typtype <> 'd') "
    "{1} ON {0}.typtype = 'd'";

}  // namespace

/// attidentity came with PostgreSQL 10; a generated column (12) has a default in atthasdef as well.
Query relations_query(const CatalogueRequest& request, const std::string& schema, const std::string& role,
                      int server_version) {
    const auto* const identity = server_version >= 100000 ? " OR a.attidentity <> ''" : "";
    auto sql = fmt::format(
        R"(
SELECT r.nspname, r.relname, r.relkind, r.usable, a.attname,
       CASE WHEN e.typnamespace = 'pg_catalog'::pg_catalog.regnamespace THEN pg_catalog.format_type(e.oid, NULL)
            ELSE e.typname::pg_catalog.text END,
       en.nspname, e.typtype = 'e', l.elem <> 0, a.attnotnull, a.atthasdef{identity},
       r.readable OR coalesce(pg_catalog.has_column_privilege(r.role, r.oid, a.attnum, 'SELECT'), true),
       r.writable OR coalesce(pg_catalog.has_column_privilege(r.role, r.oid, a.attnum, 'INSERT'), true)
FROM (SELECT c.oid, n.nspname, c.relname, c.relkind, o.role,
             coalesce(pg_catalog.has_schema_privilege(o.role, n.oid, 'USAGE'), true) AS usable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'SELECT'), true) AS readable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'INSERT'), true) AS writable
      FROM (SELECT (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = $3::pg_catalog.name) AS role) o,
           pg_catalog.pg_namespace n, pg_catalog.pg_class c
      WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND c.relnamespace = n.oid
        AND c.relname = ANY ($2::pg_catalog.name[]) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')) r
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
{whole_domain}
LEFT JOIN LATERAL (SELECT CASE WHEN coalesce(tb.typcategory, t.typcategory) = 'A'
                               THEN coalesce(tb.typelem, t.typelem) ELSE 0 END AS elem) l ON true
LEFT JOIN pg_catalog.pg_type i ON i.oid = CASE WHEN l.elem <> 0 THEN l.elem ELSE coalesce(tb.oid, t.oid) END
{element_domain}
LEFT JOIN pg_catalog.pg_type e ON e.oid = coalesce(ib.oid, i.oid)
LEFT JOIN pg_catalog.pg_namespace en ON en.oid = e.typnamespace)",
        fmt::arg("identity", identity), fmt::arg("whole_domain", fmt::format(base_type, "t", "tb")),
        fmt::arg("element_domain", fmt::format(base_type, "i", "ib")));
    return {std::move(sql),
            {array_parameter(named(request.schemas, schema)), array_parameter(request.relations), role}};
}

Query enums_query(const CatalogueRequest& request, const std::string& schema) {
    return {R"(
SELECT n.nspname, t.typname, e.enumlabel
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND t.typname = ANY ($2::pg_catalog.name[]) AND t.typtype = 'e'
ORDER BY 1, 2, e.enumsortorder)",
            {array_parameter(named(request.schemas, schema)), array_parameter(request.enums)}};
}

void read_relations(const Result& result, Catalogue& catalogue) {
    require_ok(result, "reading the catalogue");
    for (int row = 0; row < result.rows(); ++row) {
        auto& found = catalogue.relations[{result.text(row, schema_name), result.text(row, relation)}];
        found.kind = result.text(row, kind).at(0);
        found.can_use_schema = result.boolean(row, can_use_schema);
        if (result.is_null(row, column)) continue;  // CREATE TABLE x ()
        auto name = result.text(row, column);
        found.columns[name] = {.name = name,
                               .type = result.text(row, type),
                               .type_schema = result.text(row, type_schema),
                               .is_enum = result.boolean(row, is_enum),
                               .list = result.boolean(row, list),
                               .not_null = result.boolean(row, not_null),
                               .has_default = result.boolean(row, has_default),
                               .can_read = result.boolean(row, can_read),
                               .can_write = result.boolean(row, can_write)};
    }
}

void read_enums(const Result& result, Catalogue& catalogue) {
    require_ok(result, "reading the enums");
    for (int row = 0; row < result.rows(); ++row) {
        auto& labels = catalogue.enums[{result.text(row, 0), result.text(row, 1)}];
        if (!result.is_null(row, 2)) labels.push_back(result.text(row, 2));
    }
}

}  // namespace migration_guard::postgres
