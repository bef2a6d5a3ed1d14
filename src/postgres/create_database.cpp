#include "postgres/create_database.hpp"

#include "base/failure.hpp"

#include <fmt/format.h>

namespace migration_guard::postgres {
namespace {

/// prisma-engines: flavour/postgres/connector/native/mod.rs, create_postgres_admin_conn(). A database that is missing
/// or closed to this user is passed over; any other failure would be the same in the next one.
std::unique_ptr<Connection> connect_to_maintenance(Connector& connector, DatabaseUrl url, Duration timeout) {
    std::string reason;
    for (const char* const name : {"postgres", "template1", "defaultdb"}) {
        url.database = name;
        auto attempt = connector.attempt(url, timeout);
        if (attempt.connection) return std::move(attempt.connection);
        if (attempt.result.kind == ConnectResult::Kind::not_yet) {
            throw Failure(ExitCode::database_unreachable, attempt.result.not_yet.reason, "a restart may cure it");
        }
        if (reason.empty()) reason = attempt.result.never.reason;
    }
    throw Failure(
        ExitCode::database_refused,
        fmt::format("the database cannot be created: no maintenance database (postgres, template1, defaultdb) "
                    "lets user {} in: {}",
                    url.user, reason),
        "create it by hand, as a superuser: CREATE DATABASE");
}

bool is_there_already(const std::string& sqlstate) {
    // 23505: two replicas created it at the same instant and met in the catalogue's unique index.
    return sqlstate == "42P04" || sqlstate == "42P06" || sqlstate == "23505";
}

void require_created(const Result& result, const std::string& what) {
    if (result.ok() || is_there_already(result.sqlstate())) return;
    if (result.sqlstate() == "25006") require_ok(result, "creating " + what);  // read-only: no lack of rights
    throw Failure(ExitCode::database_refused, fmt::format("{} cannot be created: {}", what, result.error()),
                  "let the user of the URL do it (CREATEDB, GRANT CREATE), or create it by hand as a superuser");
}

}  // namespace

void create_database(Connector& connector, const DatabaseUrl& url, Duration connect_timeout) {
    const auto maintenance = connect_to_maintenance(connector, url, connect_timeout);
    // A simple query, since CREATE DATABASE cannot run in a transaction block and a pipeline is one.
    require_created(maintenance->simple("CREATE DATABASE " + quote_identifier(url.database)),
                    fmt::format("database {}", url.database));
    const auto created = connector.require(url, connect_timeout);
    create_schema(*created, url);
}

void create_schema(Connection& connection, const DatabaseUrl& url) {
    const auto schema = url.effective_schema();
    const auto there = connection.execute({"SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1", {schema}});
    if (there.ok() && there.rows() == 1) return;  // IF NOT EXISTS wants the right to create even then
    require_created(connection.simple("CREATE SCHEMA IF NOT EXISTS " + quote_identifier(schema)),
                    fmt::format("schema {}", schema));
}

}  // namespace migration_guard::postgres
