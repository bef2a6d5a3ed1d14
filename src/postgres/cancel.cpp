#include "postgres/cancel.hpp"

#include <fmt/format.h>

namespace migration_guard::postgres {
namespace {

constexpr Duration between_looks = std::chrono::milliseconds(50);
/// A cancel that arrived between two statements of the session ended nothing: it is sent again.
constexpr Duration between_cancels = std::chrono::milliseconds(500);

void pause(Connection& connection, Duration duration) {
    Patience(connection.interrupt(), duration).wait(-1, 0);
}

/// Counts the sessions, and calls `function` on each. A login sees the names of its own sessions only, and may end only
/// those: the migration runs with the same URL. As the login itself, whatever ALTER ROLE ... SET role makes of a
/// session: that role might not end it (42501).
int on_sessions(Connection& connection, const std::string& name, const std::string& function) {
    const auto results = connection.pipeline(
        {{"BEGIN"},
         {"SET LOCAL ROLE NONE"},
         {fmt::format("SELECT {} FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() "
                      "AND application_name = $1 AND pid <> pg_catalog.pg_backend_pid()",
                      function),
          {name}},
         {"COMMIT"}});
    for (const auto& result : results) require_ok(result, "ending the session that migrates");
    return results[2].rows();
}

}  // namespace

Cancelled cancel_sessions(Connection& connection, const std::string& application_name, Duration timeout) {
    if (application_name.empty()) return Cancelled::no_session;
    const auto begun = std::chrono::steady_clock::now();
    auto next_cancel = begun;
    for (bool found = false;; found = true) {
        const auto now = std::chrono::steady_clock::now();
        const bool ask = now >= next_cancel;
        const bool terminate = now - begun >= timeout / 2;
        if (ask) next_cancel = now + between_cancels;
        const auto* const function = !ask        ? "pid"
                                     : terminate ? "pg_catalog.pg_terminate_backend(pid)"
                                                 : "pg_catalog.pg_cancel_backend(pid)";
        if (on_sessions(connection, application_name, function) == 0) {
            return found ? Cancelled::ended : Cancelled::no_session;
        }
        if (now - begun >= timeout) return Cancelled::still_there;
        pause(connection, between_looks);
    }
}

}  // namespace migration_guard::postgres
