// Ending a migration on the server: a client that goes away does not stop what it began.
//
// Not the ending of the CLI's processes (prisma/). Keeps true: only sessions that carry this run's own name, or are
// known to be its own, are ended, never somebody else's migration, and first they are asked (cancel), so that they can
// write down what became of the script.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"

#include <string>

namespace migration_guard::postgres {

/// pg_cancel_backend, after half of `timeout` pg_terminate_backend, on the sessions with this application_name and on
/// `own`. Throws Failure when the session that asks is lost, Interrupted.
Cancelled cancel_sessions(Connection& connection, const std::string& application_name, const OwnSessions& own,
                          Duration timeout);

}  // namespace migration_guard::postgres
