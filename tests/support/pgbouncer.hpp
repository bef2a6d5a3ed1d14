// A real PgBouncer in transaction mode before the test server.
//
// Not the server itself (test_server.hpp). Keeps true: it ends with the test; without the program a test is skipped
// loudly, or fails where the environment has CI set.
#pragma once

#include <sys/types.h>
#include <string>

namespace migration_guard::test {

/// Path of the program, empty when it is not installed.
std::string find_pgbouncer();

class PgBouncer {
public:
    /// Logs in to host:port as `user` with `password`; clients use the same. Throws std::runtime_error.
    PgBouncer(const std::string& host, int port, const std::string& user, const std::string& password);
    ~PgBouncer();
    PgBouncer(const PgBouncer&) = delete;
    PgBouncer& operator=(const PgBouncer&) = delete;

    [[nodiscard]] int port() const { return port_; }

private:
    std::string folder_;
    int port_ = 0;
    pid_t pid_ = -1;
};

}  // namespace migration_guard::test
