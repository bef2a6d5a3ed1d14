// A real PostgreSQL for tests: the server named by GUARD_TEST_POSTGRES (scripts/with-postgres), and a database of its
// own for each test.
//
// Not the code under test: it speaks libpq directly. Keeps true: a test without a server is skipped loudly, and fails
// where the environment has CI set; a test leaves neither a database nor a role behind.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::test {

/// A plain session of the test's own. Any error throws std::runtime_error with the server's message.
class Session {
public:
    /// `url` as libpq reads it.
    explicit Session(const std::string& url);
    ~Session();
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;

    using Row = std::vector<std::optional<std::string>>;
    /// Several statements are one simple query; the rows are those of the last.
    std::vector<Row> rows(const std::string& sql);
    void run(const std::string& sql) { rows(sql); }
    /// First column of the first row; "NULL" for null, "" for no row.
    std::string value(const std::string& sql);
    [[nodiscard]] int backend_pid() const;
    /// Sends and does not wait: for statements that are meant to hang.
    void send(const std::string& sql);
    /// Waits for what send() began; true when it succeeded.
    bool finish();

private:
    struct Handle;
    std::unique_ptr<Handle> handle_;
};

/// Fixture: skips without a server; creates a database, drops it (with its sessions) afterwards.
class PostgresTest : public testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    /// URL of the test's database for the superuser; `query` such as "schema=x".
    [[nodiscard]] std::string url(const std::string& query = "") const;
    [[nodiscard]] std::string url_as(const std::string& user, const std::string& password,
                                     const std::string& query = "") const;
    /// Any other database, host, port or login of the server.
    [[nodiscard]] std::string server_url(const std::string& user, const std::string& password, const std::string& host,
                                         int port, const std::string& database, const std::string& query = "") const;
    /// A session of the superuser in the test's database, opened at first use.
    Session& db();
    /// A login role with password "secret", dropped afterwards.
    std::string make_role(const std::string& suffix);

    std::string database;  ///< name of the test's database
    std::string user;
    std::string password;
    std::string host;
    int port = 0;

private:
    std::unique_ptr<Session> session_;
    std::vector<std::string> roles_;
};

/// Folder with ca.pem and server.crt of the test server; empty when it was not made by scripts/with-postgres.
std::string server_folder();

}  // namespace migration_guard::test
