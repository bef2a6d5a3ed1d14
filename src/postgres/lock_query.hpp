// Who migrates just now: the holders of Prisma's advisory lock and of a guard's turn, and who stands in their way.
//
// Not the taking of either (prisma_lock.hpp, turn.cpp). Keeps true: only this database's locks count (advisory locks
// are scoped to a database), and a server that has no such view (CockroachDB) counts as nobody holding anything.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::postgres {

/// prisma-engines: flavour/postgres.rs, acquire_lock().
constexpr std::int64_t prisma_lock_key = 72707369;
/// The guard's own; it never changes, since releases exclude each other.
constexpr std::int64_t turn_lock_key = 7883946067395503153;

struct LockHolders {
    std::optional<LockHolder> migrating;
    std::optional<LockHolder> turn;
};

/// What the session that migrates for a guard is called: this and a number of the run.
constexpr auto migrating_session_prefix = "migration-guard ";

enum class MigratingSessions { by_lock, by_lock_or_name };
Query lock_holders_query(MigratingSessions which = MigratingSessions::by_lock);
LockHolders read_lock_holders(const Result& result);

/// Who blocks the session that holds Prisma's lock, with a first row for that session itself.
Query blockers_query();
void read_blockers(const Result& result, Progress& progress);

/// Who holds an ACCESS EXCLUSIVE lock on a relation of this database, the ledger first: whom a read may wait for.
Query exclusive_lock_query();
/// "pid 4711 (psql, 10.0.1.7, idle in transaction, 31 s) holds an exclusive lock on public.x"; empty: nobody.
std::string words_for_exclusive_lock(const Result& result);

}  // namespace migration_guard::postgres
