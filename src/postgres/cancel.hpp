// Ending a migration on the server: a client that goes away does not stop what it began.
//
// Not the ending of the CLI's processes (prisma/). Keeps true: only the session that holds Prisma's lock in this
// database is ended, and first it is asked (cancel), so that it can write down what became of its script.
#pragma once

#include "postgres/connection.hpp"

namespace migration_guard::postgres {

/// pg_cancel_backend, after half of `timeout` pg_terminate_backend. True when nobody holds the lock any more.
/// Throws Failure when the session that asks is lost, Interrupted.
bool cancel_lock_holder(Connection& connection, Duration timeout);

}  // namespace migration_guard::postgres
