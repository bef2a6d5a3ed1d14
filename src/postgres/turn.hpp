// A guard's turn to migrate: a transaction-level advisory lock in a transaction that is kept open.
//
// Not Prisma's own lock (prisma_lock.hpp), which the Prisma CLI must be able to take while the turn is held.
// Keeps true: it works through a transaction pooler, which keeps a server connection for the length of a transaction;
// a holder that dies gives it up at once; an idle READ COMMITTED transaction has no snapshot, so that it does not hold
// up CREATE INDEX CONCURRENTLY.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"

#include <memory>

namespace migration_guard::postgres {

/// Null while somebody else holds it; the connection is closed then.
std::unique_ptr<Turn> take_turn(std::unique_ptr<Connection> connection);

}  // namespace migration_guard::postgres
