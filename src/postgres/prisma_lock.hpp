// Prisma's own advisory lock, for those who write the ledger in Prisma's place.
//
// Not the guard's turn (turn.hpp). Keeps true: it is only ever tried for. A statement that waits for it would have a
// snapshot, and with a CREATE INDEX CONCURRENTLY of the lock's holder that is a deadlock.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/lock_query.hpp"

namespace migration_guard::postgres {

/// Once: true when this session has it (now, or had it before: the lock counts).
bool try_prisma_lock(Connection& connection);

/// Tries until this session has the lock or `patience` ends. Throws Failure, Interrupted.
bool take_prisma_lock(Connection& connection, Patience& patience);

/// The same lock for the length of a transaction, which is open (READ COMMITTED) when it returns true: for writes that
/// fit into one, since it works through a transaction pooler, where a session's lock would stay behind.
bool begin_under_prisma_lock(Connection& connection, Patience& patience);

}  // namespace migration_guard::postgres
