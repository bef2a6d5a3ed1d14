// One migration script, run as Prisma up to 7.3 runs it: the whole text as one simple query.
//
// Not the bookkeeping around it (native_run.hpp). Keeps true: the server runs it as one transaction unless the script
// says otherwise, so that a failing script leaves nothing behind; whatever it does to the session is told.
#pragma once

#include "postgres/connection.hpp"
#include "postgres/prisma_error_text.hpp"

#include <optional>
#include <string>

namespace migration_guard::postgres {

struct ScriptRun {
    std::optional<ServerError> error;
    bool cancelled = false;         ///< 57014: the server confirms that it stopped the script
    bool committed_itself = false;  ///< a COMMIT of the script's own, or END or ROLLBACK, was executed
};

/// Waits for the script's end without limit: `stop` ends it by a cancel on the server, for whose confirmation it waits
/// `cancel_time`. Throws Failure database_unreachable when the session is lost or the cancel not confirmed.
ScriptRun run_script(Connection& connection, const std::string& script, Interrupt& stop, Duration cancel_time);

/// True when a cancel in its midst leaves nothing of it behind: no COMMIT of its own, nothing that PostgreSQL refuses
/// inside of a transaction. Errs on the side of false.
bool leaves_nothing_when_cancelled(const std::string& script);

ServerError server_error(const Result& result);

}  // namespace migration_guard::postgres
