// The world as the guard sees it: the database, whoever applies migrations, the clock. Everything else that the guard
// needs is a value, read once before it starts.
//
// Not implemented here: postgres/ and prisma/ implement these, tests have fakes, and one contract suite runs against
// both. Keeps true: an outcome that the guard branches on is a value; any other failure is a Failure; every wait is
// bounded by the Duration it is given and ended by the Interrupt that the adapter was built with (as Interrupted).
#pragma once

#include "base/exit_code.hpp"
#include "base/time.hpp"
#include "ledger/bundle.hpp"
#include "ledger/reading.hpp"
#include "schema/catalogue.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

/// The outcome of one attempt to connect and log in.
struct Connected {};
struct NotYet {
    std::string
        reason;  ///< one line, no secret: "connection refused (db:5432)", "57P03 the database system is starting up"
    std::string hint = {};  ///< where something else than the server is the matter
};
struct Never {
    ExitCode code = ExitCode::database_refused;
    std::string reason;
    std::string hint;
    bool missing_database = false;  ///< 3D000: createDatabase may cure it
};
struct ConnectResult {
    enum class Kind { connected, not_yet, never } kind = Kind::connected;
    NotYet not_yet;
    Never never;
};

/// Somebody who holds Prisma's advisory lock (72707369) or a turn.
struct LockHolder {
    int pid = 0;
    std::string application;
    std::string client;  ///< address or "local"
    std::string state;   ///< pg_stat_activity.state
    std::string query;   ///< one line, shortened; literals may hold data: logged at debug level only
    double seconds = 0;  ///< since its transaction or query began
};

struct ServerFacts {
    std::string version;  ///< "15.20"
    int version_number = 0;
    std::string database;
    std::string user;
    std::string schema;  ///< the schema that Prisma looks in: ?schema=, or public
    bool schema_exists = false;
    bool in_recovery = false;
    bool read_only = false;         ///< default_transaction_read_only, or a standby
    std::string read_only_because;  ///< one line, and what to do about it, where read_only
    std::string read_only_remedy;
    bool can_create_in_schema = false;  ///< also CREATE on the database when the schema is missing
    bool cockroach = false;
    bool prisma_contract = false;  ///< a Prisma 8 ledger is there
    std::vector<std::string>
        tables;  ///< relkind r in the schemas that Prisma lists (P3005), PostGIS's left out; at most 20
    std::size_t table_count = 0;     ///< all of them
    std::string transaction_pooler;  ///< empty, or why one is suspected
};

/// One look at the database: everything in one round trip.
struct Snapshot {
    ServerFacts server;
    LedgerReading ledger;
    Catalogue catalogue;
    std::optional<LockHolder> migrating;  ///< holder of Prisma's lock
    std::optional<LockHolder> turn;       ///< holder of a guard's turn
    double ledger_ms = 0;
    double catalogue_ms = 0;
};

/// What a look shall include.
struct SnapshotRequest {
    CatalogueRequest catalogue;
    std::vector<std::string> listed_schemas;   ///< the datasource's `schemas`, for P3005
    std::vector<std::string> external_tables;  ///< schema.name, of the config file: do not count for P3005
    /// Look for migrating sessions of guards too, by their name: one that runs with Prisma's lock switched off
    /// (PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK) holds none. Only wanted where a row is unfinished.
    bool sessions = false;
};

/// While somebody migrates: how far, and who is in the way.
struct Progress {
    std::vector<LedgerRow> rows;          ///< as in LedgerReading
    std::optional<LockHolder> migrating;  ///< the session that holds Prisma's lock
    std::vector<LockHolder> blockers;     ///< pg_blocking_pids() of that session
    bool waiting_for_lock = false;
};

/// The right to migrate, held by one guard at a time over all replicas and releases. Given up when destroyed.
class Turn {
public:
    virtual ~Turn() = default;
    /// False when the server ended the session that holds it (so that somebody else may hold it now).
    virtual bool held() = 0;
};

struct SmokeResult {
    std::string name;
    bool ok = false;
    double ms = 0;
    std::string error;  ///< one line with file:line, empty when ok
};

/// Ordered by schema and name.
struct Whereabouts {
    std::vector<ObjectName> relations;
    std::vector<ObjectName> enums;
};

/// What happens in a table, as the server's statistics tell it.
struct TableActivity {
    ObjectName table;
    long long rows = 0;     ///< n_live_tup: an estimate
    long long inserts = 0;  ///< n_tup_ins: since the statistics were last reset
};

/// What became of a migration that was to be ended on the server.
enum class Cancelled {
    not_asked,
    no_session,  ///< none of that name was found: it had not begun, or it goes by another name
    ended,
    still_there,  ///< not gone within the time
};

/// What tells the sessions of an apply besides their name, which a script may change (SET application_name).
struct OwnSessions {
    std::vector<int> client_ports;  ///< local ports of the connections of the CLI's processes
    std::vector<int> backend_pids;  ///< as the server counts them
};

/// The database that is migrated: one connection, opened by connect(), with the migrate URL.
class Database {
public:
    virtual ~Database() = default;

    /// One attempt, name resolution, TLS and login included. A connection that is already open is kept.
    virtual ConnectResult connect(Duration timeout) = 0;
    virtual void disconnect() = 0;
    /// From now on no round trip takes longer than this, nor longer than the adapter's own limit.
    virtual void limit_round_trips(Duration most) = 0;

    /// Needs connect(). A connection lost on the way is Failure database_unreachable.
    virtual Snapshot look(const SnapshotRequest& request) = 0;
    virtual Progress progress() = 0;

    /// Where do relations and enums of these names stand, in whichever schema? For "found in app, Prisma looks in
    /// public". At most 1000 of them.
    virtual Whereabouts find_everywhere(const std::vector<std::string>& relations,
                                        const std::vector<std::string>& enums) = 0;

    /// Of those relations that are tables and exist; for `diagnose`.
    virtual std::vector<TableActivity> activity(const std::vector<ObjectName>& /*tables*/) { return {}; }

    /// Tries once, on a connection of its own; null while somebody else holds it. Needs connect().
    virtual std::unique_ptr<Turn> try_turn() = 0;

    /// Sessions that cancel_migration() ends as well, whatever they are called.
    virtual void also_ours(const OwnSessions& /*sessions*/) {}

    /// pg_cancel_backend, then pg_terminate_backend, on the sessions of that name: this run's own and nobody else's.
    virtual Cancelled cancel_migration(const std::string& session, Duration timeout) = 0;

    /// CREATE DATABASE through a maintenance database, as `prisma migrate deploy` does; the schema as well.
    virtual void create_database() = 0;
    virtual void create_schema() = 0;
};

/// What there is to apply, in order.
struct ApplyRequest {
    const Bundle* bundle = nullptr;
    std::vector<std::string> pending;
    bool create_ledger = false;
    std::string transaction_pooler;  ///< as the look told it (ServerFacts): settings of the session may not arrive
};

struct ApplyOutcome {
    enum class Kind {
        ended,        ///< it ran to its end, well or badly: the ledger decides
        not_started,  ///< nothing could be run at all
        refused,      ///< the applier refused before any row, with `code`
    } kind = Kind::ended;
    int status = 0;  ///< exit status of the CLI; 128+n for a signal; natively 0 or 1
    ExitCode code = ExitCode::apply_not_started;
    std::string message;  ///< one line: why not started, or the last error text
    std::string hint;
    std::string failed_migration;  ///< natively known
    bool cancelled_clean =
        false;  ///< natively: the server confirmed the cancel and the script had no COMMIT of its own
};

/// An apply under way.
class Applying {
public:
    virtual ~Applying() = default;
    /// True when it has ended; waits for that `slice` at most. Drains the child's output. Returns early, false, when
    /// a stop signal arrives (it does not throw Interrupted: the guard decides what a signal means here).
    virtual bool wait(Duration slice) = 0;
    /// Begin nothing further (SIGTERM to nobody: a running script goes on). Natively: no next migration.
    virtual void begin_nothing_further() = 0;
    /// True when begin_nothing_further() makes it end after the migration that runs. False: it would begin the next
    /// one (the CLI), so that it has to be ended between two of them.
    [[nodiscard]] virtual bool heeds_begin_nothing_further() const { return false; }
    /// End it now: the CLI's whole process group (TERM, then KILL after a moment), or the native session's script by a
    /// cancel on the server. Idempotent.
    virtual void end() = 0;
    /// Its sessions on the server just now, as far as they are known from here.
    [[nodiscard]] virtual OwnSessions own_sessions() const { return {}; }
    /// Only after wait() returned true.
    virtual ApplyOutcome outcome() = 0;
};

class Migrator {
public:
    virtual ~Migrator() = default;
    virtual std::unique_ptr<Applying> start(const ApplyRequest& request) = 0;
    /// What is missing to be able to apply (CLI, engine), empty when ready. A few stat calls.
    virtual std::string not_ready() = 0;
    /// The code of that: something is missing, or (config_invalid) it would apply to another database.
    virtual ExitCode not_ready_code() { return ExitCode::apply_not_started; }
    /// What to do about it, one line; empty when there is nothing to add to the usual remedy.
    virtual std::string remedy() { return {}; }
    /// The word for the log: "prisma 7.10.1", "native".
    virtual std::string name() = 0;
};

class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;
    /// Throws Interrupted.
    virtual void sleep(Duration duration) = 0;
    /// Uniform in [0, 1): jitter.
    virtual double random() = 0;
};

/// Where the guard's phases go: the log, and the state file that `probe` reads.
enum class Level { debug, info, warn, error };
struct Field {
    std::string key;
    std::string value;
};
class Journal {
public:
    virtual ~Journal() = default;
    /// One event, one line: phase and event are single words, `text` a sentence or empty.
    virtual void event(Level level, const std::string& phase, const std::string& text,
                       const std::vector<Field>& fields) = 0;
    /// For probe: what is going on now ("waiting", "migrating 20251103_add_analytics 1/2").
    virtual void state(const std::string& phase, const std::string& detail) = 0;
};

}  // namespace migration_guard
