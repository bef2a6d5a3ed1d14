#include "postgres/prisma_lock.hpp"

#include <algorithm>
#include <string>

namespace migration_guard::postgres {

bool try_prisma_lock(Connection& connection) {
    const auto result = connection.execute(
        {"SELECT pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8)", {std::to_string(prisma_lock_key)}});
    require_ok(result, "trying for Prisma's lock");
    return result.rows() == 1 && result.boolean(0, 0);
}

bool take_prisma_lock(Connection& connection, Patience& patience) {
    Duration pause = std::chrono::milliseconds(20);
    for (;;) {
        if (try_prisma_lock(connection)) return true;
        if (patience.passed()) return false;
        patience.within(pause).wait(-1, 0);
        pause = std::min<Duration>(pause * 2, std::chrono::milliseconds(500));
    }
}

}  // namespace migration_guard::postgres
