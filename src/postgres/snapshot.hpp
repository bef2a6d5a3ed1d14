// One look at the database: server, ledger, catalogue and lock holders in one round trip.
//
// Not what follows from it (ledger/verdict.hpp). Keeps true: nothing is written, no lock is taken, and each statement
// is a transaction of its own, so that it works through a transaction pooler as well.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"
#include "postgres/url.hpp"

#include <string>

namespace migration_guard::postgres {

/// `app_role`: whose privileges the catalogue tells. Throws Failure, Interrupted.
Snapshot take_snapshot(Connection& connection, const DatabaseUrl& url, const std::string& app_role,
                       const SnapshotRequest& request);

/// Server and ledger alone, for whoever holds Prisma's lock and decides again under it. A missing ledger is no error of
/// a statement here, so that it can be asked for inside of a transaction.
struct LedgerLook {
    ServerFacts server;
    LedgerReading ledger;
    std::string ledger_schema;  ///< where it stands, or where it would be created
};
LedgerLook look_at_ledger(Connection& connection, const DatabaseUrl& url,
                          const std::vector<std::string>& listed_schemas,
                          const std::vector<std::string>& external_tables);

Progress read_progress(Connection& connection, const DatabaseUrl& url);

/// In all schemas but the server's own.
Whereabouts find_everywhere(Connection& connection, const std::vector<std::string>& relations,
                            const std::vector<std::string>& enums);

/// Rows and inserts of those tables that exist, by the server's statistics (manual 28.2, pg_stat_all_tables).
std::vector<TableActivity> read_activity(Connection& connection, const std::vector<ObjectName>& tables);

}  // namespace migration_guard::postgres
