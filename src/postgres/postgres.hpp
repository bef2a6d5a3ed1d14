// The ports of guard/ on PostgreSQL, ready to be built by main.
//
// Not their parts (every other header of this folder). Keeps true: an adapter opens its connections itself, with the
// URL that it was given, and closes them when it is destroyed.
#pragma once

#include "base/interrupt.hpp"
#include "guard/ports.hpp"
#include "guard/recovery_ports.hpp"
#include "postgres/environment.hpp"
#include "postgres/url.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::postgres {

struct PostgresOptions {
    DatabaseUrl migrate;   ///< what ledger, lock and apply use; its `schema` already holds databaseSchema
    std::string app_role;  ///< user of the app's URL; empty: the migrate URL's user
    std::vector<std::string> listed_schemas;             ///< the datasource's `schemas`: native apply tests P3005 again
    std::vector<std::string> external_tables;            ///< schema.name, of the config file: not part of that test
    Duration connect_timeout = std::chrono::seconds(5);  ///< for connections opened on the way: turn, apply, resolve
    Duration query_timeout = std::chrono::seconds(30);   ///< for one round trip of the guard's own statements
    Duration prisma_lock_timeout = std::chrono::seconds(10);  ///< native apply: how long it tries for Prisma's lock
    std::string migration_session;  ///< application_name of the session that applies natively; empty: the URL's
    std::optional<Duration> migration_lock_timeout;
    std::optional<Duration> migration_statement_timeout;
};

/// A name (application_name) for the sessions that migrate for one run: by it they are told from everybody else's.
std::string new_migration_session();

/// A stop signal that arrives while a method waits ends it (Interrupted). One that arrived before the method was called
/// ends only connect(), and only until the first connection has been made; everything else then still works, so that
/// a migration can be cancelled and its ledger read after the signal.
std::unique_ptr<Database> open_database(PostgresOptions options, Interrupt& interrupt);

/// apply: native, without the Prisma CLI. The run has a thread and a session of its own; `interrupt` only makes wait()
/// return early.
std::unique_ptr<Migrator> native_migrator(PostgresOptions options, Interrupt& interrupt, Journal& journal);

/// resolve, baseline, resolveOnce. A session of its own for each order, and in it one transaction under Prisma's lock:
/// also through a transaction pooler.
std::unique_ptr<LedgerWriter> ledger_writer(PostgresOptions options, Interrupt& interrupt);

/// Smoke checks with the app's own URL; one session for all of them, opened by the first.
/// A login that fails is a Failure (69, 77), not a failed check.
std::unique_ptr<SmokeRunner> smoke_runner(DatabaseUrl app, Duration connect_timeout, Interrupt& interrupt);

}  // namespace migration_guard::postgres
