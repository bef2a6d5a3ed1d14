#include "postgres/snapshot.hpp"

#include "postgres/catalogue_query.hpp"
#include "postgres/ledger_query.hpp"
#include "postgres/lock_query.hpp"
#include "postgres/server_query.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace migration_guard::postgres {
namespace {

/// The order of the statements of a look.
enum Step : std::size_t { server, places, tables, rows, locks, catalogue };

double milliseconds_between(Instant from, Instant to) {
    return std::chrono::duration<double, std::milli>(to - from).count();
}

std::vector<Query> place_queries(const DatabaseUrl& url, const std::vector<std::string>& listed_schemas,
                                 const std::vector<std::string>& external_tables) {
    return {server_query(url), ledger_places_query(), tables_query(url, listed_schemas, external_tables)};
}

/// All but the rows.
LedgerLook read_place(const std::vector<Result>& results, const Connection& connection, const DatabaseUrl& url,
                      const std::vector<std::string>& listed_schemas) {
    LedgerLook look;
    LedgerEvidence evidence;
    evidence.listed = listed_schemas;
    read_server(results[server], connection, url, look.server, evidence);
    read_ledger_places(results[places], evidence);
    read_tables(results[tables], look.server);
    look.ledger = place_ledger(evidence);
    const auto read = place_read(evidence);
    look.ledger_schema = read ? read->schema : evidence.schema;
    return look;
}

}  // namespace

Snapshot take_snapshot(Connection& connection, const DatabaseUrl& url, const std::string& app_role,
                       const SnapshotRequest& request) {
    auto queries = place_queries(url, request.listed_schemas, request.external_tables);
    queries.push_back(ledger_rows_query(url));
    queries.push_back(
        lock_holders_query(request.sessions ? MigratingSessions::by_lock_or_name : MigratingSessions::by_lock));
    const bool with_catalogue = !request.catalogue.empty();
    // The session itself tells best what its own login acts as: a default role, a pooler's login.
    const auto role = app_role == url.user ? AppRole() : AppRole(app_role);
    if (with_catalogue) {
        auto more = catalogue_queries(request.catalogue, url.effective_schema(), role, connection.server_version());
        std::ranges::move(more, std::back_inserter(queries));
    }
    const auto begun = std::chrono::steady_clock::now();
    const auto results = connection.pipeline(queries, Bytes::any);

    Snapshot snapshot;
    auto look = read_place(results, connection, url, request.listed_schemas);
    read_ledger_rows(results[rows], look.ledger);
    snapshot.server = std::move(look.server);
    snapshot.ledger = std::move(look.ledger);
    auto holders = read_lock_holders(results[locks]);
    snapshot.migrating = std::move(holders.migrating);
    snapshot.turn = std::move(holders.turn);
    snapshot.ledger_ms = milliseconds_between(begun, results[locks].arrived);
    if (with_catalogue) {
        const auto reading = std::chrono::steady_clock::now();
        snapshot.catalogue =
            read_catalogue(connection, results, catalogue, request.catalogue, url.effective_schema(), role);
        snapshot.catalogue_ms = milliseconds_between(results[locks].arrived, results.back().arrived) +
                                milliseconds_between(reading, std::chrono::steady_clock::now());
    }
    return snapshot;
}

LedgerLook look_at_ledger(Connection& connection, const DatabaseUrl& url,
                          const std::vector<std::string>& listed_schemas,
                          const std::vector<std::string>& external_tables) {
    const auto results = connection.pipeline(place_queries(url, listed_schemas, external_tables), Bytes::any);
    auto look = read_place(results, connection, url, listed_schemas);
    if (look.ledger.state == LedgerReading::State::present) {
        read_ledger_rows(connection.execute(ledger_rows_query(url), Bytes::any), look.ledger);
    }
    return look;
}

Progress read_progress(Connection& connection, const DatabaseUrl& url) {
    const auto results = connection.pipeline({ledger_rows_query(url), blockers_query()}, Bytes::any);
    Progress progress;
    LedgerReading reading;
    read_ledger_rows(results[0], reading);
    progress.rows = std::move(reading.rows);
    read_blockers(results[1], progress);
    return progress;
}

Whereabouts find_everywhere(Connection& connection, const std::vector<std::string>& relations,
                            const std::vector<std::string>& enums) {
    if (relations.empty() && enums.empty()) return {};
    const auto result = connection.execute({R"(
SELECT n.nspname, f.name, f.is_enum
FROM (SELECT c.relnamespace AS schema, c.relname AS name, false AS is_enum FROM pg_catalog.pg_class c
      WHERE c.relname = ANY ($1::pg_catalog.name[]) AND c.relkind = ANY ('{r,p,v,m,f}')
      UNION ALL
      SELECT t.typnamespace, t.typname, true FROM pg_catalog.pg_type t
      WHERE t.typname = ANY ($2::pg_catalog.name[]) AND t.typtype = 'e') f
JOIN pg_catalog.pg_namespace n ON n.oid = f.schema
WHERE n.nspname <> 'information_schema' AND n.nspname !~~ 'pg\_%'
ORDER BY 1, 2 LIMIT 1000)",
                                            {array_parameter(relations), array_parameter(enums)}},
                                           Bytes::any);
    require_ok(result, "looking in other schemas");
    Whereabouts found;
    for (int row = 0; row < result.rows(); ++row) {
        auto& names = result.boolean(row, 2) ? found.enums : found.relations;
        names.push_back({result.text(row, 0), result.text(row, 1)});
    }
    return found;
}

std::vector<TableActivity> read_activity(Connection& connection, const std::vector<ObjectName>& tables) {
    if (tables.empty()) return {};
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    for (const auto& table : tables) {
        schemas.push_back(table.schema);
        names.push_back(table.name);
    }
    const auto result = connection.execute({R"(
SELECT s.schemaname, s.relname, s.n_live_tup, s.n_tup_ins
FROM pg_catalog.pg_stat_all_tables s
JOIN ROWS FROM (pg_catalog.unnest($1::pg_catalog.name[]), pg_catalog.unnest($2::pg_catalog.name[])) AS w (schema, name)
  ON s.schemaname = w.schema AND s.relname = w.name
ORDER BY 1, 2 LIMIT 1000)",
                                            {array_parameter(schemas), array_parameter(names)}},
                                           Bytes::any);
    require_ok(result, "reading table statistics");
    std::vector<TableActivity> found;
    found.reserve(static_cast<std::size_t>(result.rows()));
    for (int row = 0; row < result.rows(); ++row) {
        found.push_back({{result.text(row, 0), result.text(row, 1)}, result.integer(row, 2), result.integer(row, 3)});
    }
    return found;
}

}  // namespace migration_guard::postgres
