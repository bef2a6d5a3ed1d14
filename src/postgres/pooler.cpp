#include "postgres/pooler.hpp"

namespace migration_guard::postgres {

int server_process(Connection& connection) {
    const auto result = connection.execute({"SELECT pg_catalog.pg_backend_pid()"});
    require_ok(result, "asking for the server's process");
    return static_cast<int>(result.integer(0, 0));
}

bool is_behind_transaction_pooler(Connector& connector, Connection& connection, int process, const DatabaseUrl& url,
                                  Duration timeout) {
    if (process == connection.backend_pid()) return false;
    const auto other = connector.require(url, timeout);
    // A pooler hands out the process that was given back last; other clients may take it in between.
    constexpr int tries = 5;
    for (int i = 0; i < tries; ++i) {
        if (server_process(connection) == server_process(*other)) return true;
    }
    return false;
}

}  // namespace migration_guard::postgres
