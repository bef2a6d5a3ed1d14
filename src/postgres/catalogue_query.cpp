#include "postgres/catalogue_query.hpp"

#include "postgres/column_types.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string_view>

namespace migration_guard::postgres {
namespace {

/// In the order of the SELECT list of columns_query().
enum ColumnCell : int {
    schema_name,
    relation,
    kind,
    partition,
    can_use_schema,
    column,
    type_id,
    not_null,
    has_default,
    can_read,
    can_write,
    can_update,
    can_delete,
    owned,
};

std::vector<std::string> named(const std::vector<std::string>& schemas, const std::string& connection_schema) {
    std::vector<std::string> names;
    for (const auto& schema : schemas) {
        const auto& name = schema.empty() ? connection_schema : schema;
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

constexpr std::string_view current_role = "SELECT oid FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER";

/// ALTER ROLE ... SET role: whom that login acts as from its first statement on, a database's own setting first
/// (PostgreSQL manual, "pg_db_role_setting").
constexpr std::string_view acting_role = R"(
          SELECT coalesce((SELECT d.oid FROM pg_catalog.pg_db_role_setting s
                           CROSS JOIN LATERAL pg_catalog.unnest(s.setconfig) c (setting)
                           JOIN pg_catalog.pg_roles d ON c.setting = ('role=' || d.rolname)
                           WHERE s.setrole = r.oid AND (s.setdatabase = 0 OR s.setdatabase = (
                               SELECT oid FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()))
                           ORDER BY s.setdatabase DESC LIMIT 1), r.oid)
          FROM pg_catalog.pg_roles r WHERE r.rolname = $3::pg_catalog.name)";

std::string role_of(const AppRole& role) {
    return fmt::format("(SELECT ({}) AS role OFFSET 0) o", role ? acting_role : current_role);
}

std::vector<std::optional<std::string>> parameters_for(const std::string& schemas, const std::string& relations,
                                                       const AppRole& role) {
    std::vector<std::optional<std::string>> parameters{schemas, relations};
    if (role) parameters.emplace_back(*role);
    return parameters;
}

/// attidentity and relispartition came with PostgreSQL 10; a generated column (12) has a default in atthasdef as well.
/// OFFSET 0 keeps the rights of a relation from being asked for once a column.
Query columns_query(const std::string& schemas, const std::string& relations, const AppRole& role, int server_version) {
    return {fmt::format(R"(
SELECT r.nspname, r.relname, r.relkind, r.partition, r.usable, a.attname, a.atttypid, a.attnotnull, a.atthasdef{},
       r.readable OR coalesce(pg_catalog.has_column_privilege(r.role, r.oid, a.attnum, 'SELECT'), true),
       r.writable OR coalesce(pg_catalog.has_column_privilege(r.role, r.oid, a.attnum, 'INSERT'), true),
       r.updatable, r.deletable, r.owned
FROM (SELECT c.oid, n.nspname, c.relname, c.relkind, {} AS partition, o.role,
             coalesce(pg_catalog.has_schema_privilege(o.role, n.oid, 'USAGE'), true) AS usable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'SELECT'), true) AS readable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'INSERT'), true) AS writable,
             coalesce(pg_catalog.has_any_column_privilege(o.role, c.oid, 'UPDATE'), true) AS updatable,
             coalesce(pg_catalog.has_table_privilege(o.role, c.oid, 'DELETE'), true) AS deletable,
             coalesce(pg_catalog.pg_has_role(o.role, c.relowner, 'USAGE'), true) AS owned
      FROM {}, pg_catalog.pg_namespace n, pg_catalog.pg_class c
      WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND c.relnamespace = n.oid
        AND c.relname = ANY ($2::pg_catalog.name[]) AND c.relkind = ANY ('{{r,p,v,m,f}}') OFFSET 0) r
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped)",
                        server_version >= 100000 ? " OR a.attidentity <> ''" : "",
                        server_version >= 100000 ? "c.relispartition" : "false", role_of(role)),
            parameters_for(schemas, relations, role)};
}

/// The sequences that defaults draw from and the role may not: nextval() asks for USAGE or UPDATE. What a default hangs
/// on stands in pg_depend, for serial and for hand-written ones; an identity column has no default there, and asks for
/// nothing. CASE keeps the right from being asked of what is no sequence. Who owns the table is taken to own its
/// sequences.
Query closed_sequences_query(const std::string& schemas, const std::string& relations, const AppRole& role) {
    return {fmt::format(R"(
SELECT n.nspname, c.relname, a.attname, pg_catalog.min(pg_catalog.format('%I.%I', m.nspname, s.relname))
FROM {}, pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
JOIN pg_catalog.pg_attrdef f ON f.adrelid = c.oid
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum = f.adnum
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
                           AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
JOIN pg_catalog.pg_class s ON s.oid = d.refobjid
JOIN pg_catalog.pg_namespace m ON m.oid = s.relnamespace
WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND c.relname = ANY ($2::pg_catalog.name[])
  AND c.relkind = ANY ('{{r,p,v,m,f}}') AND NOT pg_catalog.pg_has_role(o.role, c.relowner, 'USAGE')
  AND CASE WHEN s.relkind = 'S' THEN NOT pg_catalog.has_sequence_privilege(o.role, s.oid, 'USAGE, UPDATE') END
GROUP BY 1, 2, 3)",
                        role_of(role)),
            parameters_for(schemas, relations, role)};
}

Query enums_query(const std::string& schemas, const std::string& names) {
    return {R"(
SELECT n.nspname, t.typname, e.enumlabel, t.oid, t.typarray
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_type t ON t.typnamespace = n.oid
LEFT JOIN pg_catalog.pg_enum e ON e.enumtypid = t.oid
WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND t.typname = ANY ($2::pg_catalog.name[]) AND t.typtype = 'e'
ORDER BY 1, 2, e.enumsortorder)",
            {schemas, names}};
}

/// Also those of constraints. DROP TABLE takes the partitions and their indexes along without a word of them.
Query indexes_query(const std::string& schemas, const std::string& names) {
    return {R"(
SELECT n.nspname, c.relname, t.relname,
       EXISTS (SELECT FROM pg_catalog.pg_inherits h WHERE h.inhrelid = c.oid OR h.inhrelid = t.oid)
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid
JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
WHERE n.nspname = ANY ($1::pg_catalog.name[]) AND c.relname = ANY ($2::pg_catalog.name[]))",
            {schemas, names}};
}

std::vector<long long> unknown_types(const Result& columns, const ColumnTypes& types) {
    std::set<long long> unknown;
    for (int row = 0; row < columns.rows(); ++row) {
        if (columns.is_null(row, column)) continue;
        const auto id = columns.integer(row, type_id);
        if (!types.knows(id)) unknown.insert(id);
    }
    return {unknown.begin(), unknown.end()};
}

void read_columns(const Result& result, const ColumnTypes& types, Catalogue& catalogue) {
    for (int row = 0; row < result.rows(); ++row) {
        auto& found = catalogue.relations[{result.text(row, schema_name), result.text(row, relation)}];
        found.kind = result.text(row, kind).at(0);
        found.partition = result.boolean(row, partition);
        found.can_use_schema = result.boolean(row, can_use_schema);
        found.can_update = result.boolean(row, can_update);
        found.can_delete = result.boolean(row, can_delete);
        if (result.is_null(row, column)) continue;  // CREATE TABLE x ()
        auto& described = found.columns[result.text(row, column)];
        described.name = result.text(row, column);
        types.describe(described, result.integer(row, type_id));
        described.not_null = result.boolean(row, not_null);
        described.has_default = result.boolean(row, has_default);
        described.can_read = result.boolean(row, can_read);
        described.can_write = result.boolean(row, can_write);
    }
}

/// A default that somebody else's sequence may stand behind: the usual single login has none.
bool has_default_of_others(const Result& columns) {
    for (int row = 0; row < columns.rows(); ++row) {
        if (columns.boolean(row, owned) || columns.is_null(row, column)) continue;
        if (columns.boolean(row, has_default)) return true;
    }
    return false;
}

void read_closed_sequences(const Result& result, Catalogue& catalogue) {
    require_ok(result, "reading the rights on sequences");
    for (int row = 0; row < result.rows(); ++row) {
        const auto found = catalogue.relations.find({result.text(row, 0), result.text(row, 1)});
        if (found == catalogue.relations.end()) continue;
        const auto described = found->second.columns.find(result.text(row, 2));
        if (described != found->second.columns.end()) described->second.closed_sequence = result.text(row, 3);
    }
}

void read_enums(const Result& result, Catalogue& catalogue, ColumnTypes& types) {
    for (int row = 0; row < result.rows(); ++row) {
        const ObjectName name{result.text(row, 0), result.text(row, 1)};
        auto& labels = catalogue.enums[name];
        if (labels.empty()) types.add_enum(result.integer(row, 3), result.integer(row, 4), name.schema, name.name);
        if (!result.is_null(row, 2)) labels.push_back(result.text(row, 2));
    }
}

void read_indexes(const Result& result, Catalogue& catalogue) {
    for (int row = 0; row < result.rows(); ++row) {
        catalogue.indexes[{result.text(row, 0), result.text(row, 1)}] = {.table = result.text(row, 2),
                                                                         .attached = result.boolean(row, 3)};
    }
}

}  // namespace

std::vector<Query> catalogue_queries(const CatalogueRequest& request, const std::string& schema, const AppRole& role,
                                     int server_version) {
    const auto schemas = array_parameter(named(request.schemas, schema));
    std::vector<Query> queries{columns_query(schemas, array_parameter(request.relations), role, server_version)};
    if (!request.enums.empty()) queries.push_back(enums_query(schemas, array_parameter(request.enums)));
    if (!request.indexes.empty()) queries.push_back(indexes_query(schemas, array_parameter(request.indexes)));
    return queries;
}

Catalogue read_catalogue(Connection& connection, const std::vector<Result>& results, std::size_t first,
                         const CatalogueRequest& request, const std::string& schema, const AppRole& role) {
    const Result& columns = results.at(first);
    for (std::size_t i = first; i < results.size(); ++i) require_ok(results[i], "reading the catalogue");
    Catalogue catalogue;
    ColumnTypes types;
    std::size_t next = first + 1;
    if (!request.enums.empty()) read_enums(results.at(next++), catalogue, types);
    if (!request.indexes.empty()) read_indexes(results.at(next), catalogue);
    const auto unknown = unknown_types(columns, types);
    if (!unknown.empty()) types.add(connection.execute(types_query(unknown), Bytes::any));
    read_columns(columns, types, catalogue);
    if (has_default_of_others(columns)) {
        const auto schemas = array_parameter(named(request.schemas, schema));
        read_closed_sequences(
            connection.execute(closed_sequences_query(schemas, array_parameter(request.relations), role), Bytes::any),
            catalogue);
    }
    return catalogue;
}

}  // namespace migration_guard::postgres
