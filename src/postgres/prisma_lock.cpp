#include "postgres/prisma_lock.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>

namespace migration_guard::postgres {
namespace {

/// Until `try_once` succeeds or `patience` ends, a little slower each time.
template <class TryOnce>
bool poll(Patience& patience, TryOnce try_once) {
    Duration pause = std::chrono::milliseconds(20);
    for (;;) {
        if (try_once()) return true;
        if (patience.passed()) return false;
        patience.within(pause).wait(-1, 0);
        pause = std::min<Duration>(pause * 2, std::chrono::milliseconds(500));
    }
}

}  // namespace

bool try_prisma_lock(Connection& connection) {
    const auto result = connection.execute(
        {"SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8)", {std::to_string(prisma_lock_key)}});
    require_ok(result, "trying for Prisma's lock");
    return result.rows() == 1 && result.boolean(0, 0);
}

bool take_prisma_lock(Connection& connection, Patience& patience) {
    return poll(patience, [&] { return try_prisma_lock(connection); });
}

bool begin_under_prisma_lock(Connection& connection, Patience& patience) {
    const auto begin = fmt::format(
        "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_catalog.pg_try_advisory_xact_lock({})", prisma_lock_key);
    return poll(patience, [&] {
        const auto result = connection.simple(begin);
        require_ok(result, "trying for Prisma's lock");
        if (result.rows() == 1 && result.boolean(0, 0)) return true;
        require_ok(connection.simple("ROLLBACK"), "trying for Prisma's lock");
        return false;
    });
}

}  // namespace migration_guard::postgres
