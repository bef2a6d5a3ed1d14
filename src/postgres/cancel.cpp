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

std::string numbers(const std::vector<int>& values) {
    std::vector<std::string> texts;
    texts.reserve(values.size());
    for (const int value : values) texts.push_back(std::to_string(value));
    return array_parameter(texts);
}

/// A port names a session only where nothing rewrites it on the way (NAT, a pooler): this session's own tells.
constexpr auto is_ours =
    "(application_name = $1 OR usename = SESSION_USER AND (pid = ANY ($2::pg_catalog.int4[]) OR "
    "client_port = ANY ($3::pg_catalog.int4[]) AND client_addr = pg_catalog.inet_client_addr() "
    "AND pg_catalog.inet_client_port() = $4::pg_catalog.int4))";

/// Counts the sessions, and calls `function` on each. A login sees the names of its own sessions only, and may end only
/// those: the migration runs with the same URL. As the login itself, whatever ALTER ROLE ... SET role makes of a
/// session: that role might not end it (42501).
int on_sessions(Connection& connection, const std::string& name, const OwnSessions& own, const std::string& function) {
    const auto results = connection.pipeline(
        {{"BEGIN"},
         {"SET LOCAL ROLE NONE"},
         {fmt::format("SELECT {} FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database() "
                      "AND {} AND pid <> pg_catalog.pg_backend_pid()",
                      function, is_ours),
          {name, numbers(own.backend_pids), numbers(own.client_ports), std::to_string(connection.local_port())}},
         {"COMMIT"}});
    for (const auto& result : results) require_ok(result, "ending the session that migrates");
    return results[2].rows();
}

}  // namespace

Cancelled cancel_sessions(Connection& connection, const std::string& application_name, const OwnSessions& own,
                          Duration timeout) {
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
        if (on_sessions(connection, application_name, own, function) == 0) {
            return found ? Cancelled::ended : Cancelled::no_session;
        }
        if (now - begun >= timeout) return Cancelled::still_there;
        pause(connection, between_looks);
    }
}

}  // namespace migration_guard::postgres
