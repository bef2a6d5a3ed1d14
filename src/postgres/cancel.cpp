#include "postgres/cancel.hpp"

#include "postgres/lock_query.hpp"

#include <fmt/format.h>

namespace migration_guard::postgres {
namespace {

constexpr Duration between_looks = std::chrono::milliseconds(50);
/// A cancel that arrived between two statements of the session ended nothing: it is sent again.
constexpr Duration between_cancels = std::chrono::milliseconds(500);

void pause(Connection& connection, Duration duration) {
    Patience(connection.interrupt(), duration).wait(-1, 0);
}

}  // namespace

bool cancel_lock_holder(Connection& connection, Duration timeout) {
    const auto begun = std::chrono::steady_clock::now();
    auto next_cancel = begun;
    for (;;) {
        const auto result = connection.execute(lock_holders_query());
        require_ok(result, "looking for the session that migrates");
        const auto holder = read_lock_holders(result).migrating;
        if (!holder) return true;
        const auto now = std::chrono::steady_clock::now();
        if (now - begun >= timeout) return false;
        if (now >= next_cancel) {
            const bool terminate = now - begun >= timeout / 2;
            const auto* const function = terminate ? "pg_terminate_backend" : "pg_cancel_backend";
            require_ok(connection.execute({fmt::format("SELECT pg_catalog.{}({})", function, holder->pid)}),
                       "cancelling the migration");
            next_cancel = now + between_cancels;
        }
        pause(connection, between_looks);
    }
}

}  // namespace migration_guard::postgres
