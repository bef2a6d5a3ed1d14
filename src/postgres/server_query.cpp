#include "postgres/server_query.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::postgres {
namespace {

/// In the order of the SELECT list of server_query().
enum ServerCell : int {
    version,
    version_number,
    version_text,
    database,
    user,
    in_recovery,
    read_only,
    schema_exists,
    schema_usable,
    can_create,
    prisma_contract,
    backend_pid,
    current_schema,
    path_schema,
    path_kind,
    read_only_source,
};

std::string first_word(const std::string& text) {
    return text.substr(0, text.find(' '));
}

/// A pooler answers the login itself, with a process number of its own invention.
std::string suspect_pooler(const Result& result, const Connection& connection, const DatabaseUrl& url) {
    if (url.pgbouncer) return "pgbouncer=true in the URL";
    if (result.integer(0, backend_pid) == connection.backend_pid()) return {};
    return "the session's process is not the one that answered the login, so a pooler stands between";
}

/// `source`: pg_settings.source of default_transaction_read_only.
std::string remedy_for_setting(const std::string& source, const ServerFacts& facts) {
    constexpr auto reset = "RESET default_transaction_read_only";
    const auto in_database = quote_identifier(facts.database);
    const auto of_role = quote_identifier(facts.user);
    if (source == "database") return fmt::format("ALTER DATABASE {} {}", in_database, reset);
    if (source == "user") return fmt::format("ALTER ROLE {} {}", of_role, reset);
    if (source == "database user") return fmt::format("ALTER ROLE {} IN DATABASE {} {}", of_role, in_database, reset);
    if (source == "client") return "take default_transaction_read_only out of options= in the URL";
    return fmt::format("it is set in postgresql.conf (ALTER SYSTEM {0}), or with ALTER DATABASE or ALTER ROLE ... SET",
                       reset);
}

/// A standby becomes a primary, or the URL is wrong; a setting stays until somebody takes it off.
void tell_read_only(const Result& result, ServerFacts& facts) {
    if (facts.in_recovery) {
        facts.read_only_because = "the server is in recovery, as a standby is";
        facts.read_only_remedy = "does the URL name a standby? migrations need the primary";
    } else if (facts.read_only) {
        const auto source = result.text(0, read_only_source);
        facts.read_only_because = fmt::format("default_transaction_read_only is on (set by: {})", source);
        facts.read_only_remedy = remedy_for_setting(source, facts);
    }
}

std::vector<std::string> schemas_of(const DatabaseUrl& url, std::vector<std::string> listed) {
    if (std::ranges::find(listed, url.effective_schema()) == listed.end()) listed.push_back(url.effective_schema());
    return listed;
}

}  // namespace

Query server_query(const DatabaseUrl& url) {
    return {R"(
SELECT pg_catalog.current_setting('server_version'), pg_catalog.current_setting('server_version_num'),
       pg_catalog.version(), pg_catalog.current_database(), CURRENT_USER, pg_catalog.pg_is_in_recovery(),
       pg_catalog.current_setting('transaction_read_only') = 'on', n.oid IS NOT NULL,
       coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true),
       coalesce(pg_catalog.has_schema_privilege(n.oid, 'CREATE'),
                pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')),
       EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'prisma_contract'),
       pg_catalog.pg_backend_pid(), pg_catalog.current_schema(), p.nspname, c.relkind,
       CASE WHEN pg_catalog.current_setting('transaction_read_only') = 'on' THEN
            (SELECT source FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only') END
FROM (SELECT pg_catalog.to_regclass('_prisma_migrations')::pg_catalog.oid AS ledger) s
LEFT JOIN pg_catalog.pg_namespace n ON n.nspname = $1::pg_catalog.name
LEFT JOIN pg_catalog.pg_class c ON c.oid = s.ledger
LEFT JOIN pg_catalog.pg_namespace p ON p.oid = c.relnamespace)",
            {url.effective_schema()}};
}

Query ledger_places_query() {
    return {R"(
SELECT n.nspname, c.relkind, pg_catalog.row_security_active(c.oid)
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relname = '_prisma_migrations' AND c.relkind = ANY ('{r,p,v,m,f}')
ORDER BY 1)"};
}

/// External tables and PostGIS's are left out as the engine leaves them out (sql_migration_persistence.rs: initialize;
/// schema_differ.rs: table_should_be_ignored).
Query tables_query(const DatabaseUrl& url, const std::vector<std::string>& listed_schemas,
                   const std::vector<std::string>& external) {
    return {R"(
SELECT n.nspname || '.' || c.relname, pg_catalog.count(*) OVER ()
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND n.nspname = ANY ($1::pg_catalog.name[])
  AND pg_catalog.lower(c.relname::pg_catalog.text)
      <> ALL ('{spatial_ref_sys,geometry_columns,geography_columns,raster_columns,raster_overviews}')
  AND n.nspname || '.' || c.relname <> ALL ($2::pg_catalog.text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_class l JOIN pg_catalog.pg_namespace m ON m.oid = l.relnamespace
                  WHERE l.relname = '_prisma_migrations' AND l.relkind = 'r'
                    AND m.nspname = ANY ($1::pg_catalog.name[]))
ORDER BY 1 LIMIT 20)",
            {array_parameter(schemas_of(url, listed_schemas)), array_parameter(external)}};
}

void read_server(const Result& result, const Connection& connection, const DatabaseUrl& url, ServerFacts& facts,
                 LedgerEvidence& evidence) {
    require_ok(result, "asking the server about itself");
    facts.version = first_word(result.text(0, version));
    facts.version_number = static_cast<int>(result.integer(0, version_number));
    facts.cockroach = result.text(0, version_text).find("CockroachDB") != std::string::npos;
    facts.database = result.text(0, database);
    facts.user = result.text(0, user);
    facts.schema = url.effective_schema();
    facts.schema_exists = result.boolean(0, schema_exists);
    facts.in_recovery = result.boolean(0, in_recovery);
    facts.read_only = facts.in_recovery || result.boolean(0, read_only);
    tell_read_only(result, facts);
    facts.can_create_in_schema = result.boolean(0, can_create);
    facts.prisma_contract = result.boolean(0, prisma_contract);
    if (!facts.cockroach) facts.transaction_pooler = suspect_pooler(result, connection, url);

    evidence.schema_given = url.schema.has_value();
    evidence.schema = facts.schema;
    evidence.schema_exists = facts.schema_exists;
    evidence.schema_usable = result.boolean(0, schema_usable);
    evidence.current_schema = result.text(0, current_schema);
    if (!result.is_null(0, path_schema)) {
        evidence.on_search_path = LedgerPlace{result.text(0, path_schema), result.text(0, path_kind).at(0)};
    }
}

void read_ledger_places(const Result& result, LedgerEvidence& evidence) {
    require_ok(result, "looking for the ledger");
    for (int row = 0; row < result.rows(); ++row) {
        evidence.places.push_back({result.text(row, 0), result.text(row, 1).at(0), result.boolean(row, 2)});
    }
}

void read_tables(const Result& result, ServerFacts& facts) {
    require_ok(result, "listing the tables");
    for (int row = 0; row < result.rows(); ++row) facts.tables.push_back(result.text(row, 0));
    facts.table_count = result.rows() == 0 ? 0 : static_cast<std::size_t>(result.integer(0, 1));
}

}  // namespace migration_guard::postgres
