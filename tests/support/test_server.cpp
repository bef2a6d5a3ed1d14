#include "support/test_server.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace migration_guard::test {
namespace {

std::string environment(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

struct ResultDeleter {
    void operator()(PGresult* result) const { PQclear(result); }
};
using ResultPtr = std::unique_ptr<PGresult, ResultDeleter>;

std::string option(PQconninfoOption* options, const std::string& keyword) {
    for (const auto* entry = options; entry->keyword != nullptr; ++entry) {
        if (keyword == entry->keyword) return entry->val == nullptr ? "" : entry->val;
    }
    return "";
}

std::string unique_name() {
    static std::atomic<int> counter{0};
    return fmt::format("guard_{}_{}", getpid(), ++counter);
}

}  // namespace

struct Session::Handle {
    PGconn* connection = nullptr;
    explicit Handle(const std::string& url) : connection(PQconnectdb(url.c_str())) {}
    ~Handle() { PQfinish(connection); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
};

Session::Session(const std::string& url) : handle_(std::make_unique<Handle>(url)) {
    if (PQstatus(handle_->connection) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(handle_->connection));
    PQsetNoticeProcessor(
        handle_->connection, [](void*, const char*) {}, nullptr);
}

Session::~Session() = default;

std::vector<Session::Row> Session::rows(const std::string& sql) {
    const ResultPtr result(PQexec(handle_->connection, sql.c_str()));
    const auto status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
        throw std::runtime_error(sql + ": " + PQerrorMessage(handle_->connection));
    }
    std::vector<Row> rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        Row cells;
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            const bool null = PQgetisnull(result.get(), row, column) != 0;
            cells.push_back(null ? std::nullopt : std::optional<std::string>(PQgetvalue(result.get(), row, column)));
        }
        rows.push_back(std::move(cells));
    }
    return rows;
}

std::string Session::value(const std::string& sql) {
    const auto result = rows(sql);
    return result.empty() ? "" : result.front().front().value_or("NULL");
}

int Session::backend_pid() const {
    return PQbackendPID(handle_->connection);
}

void Session::send(const std::string& sql) {
    if (PQsendQuery(handle_->connection, sql.c_str()) == 0)
        throw std::runtime_error(PQerrorMessage(handle_->connection));
}

bool Session::finish() {
    bool good = true;
    while (PGresult* const result = PQgetResult(handle_->connection)) {
        good = good && PQresultStatus(result) != PGRES_FATAL_ERROR;
        PQclear(result);
    }
    return good;
}

void PostgresTest::SetUp() {
    const auto server = environment("GUARD_TEST_POSTGRES");
    if (server.empty()) {
        ASSERT_TRUE(environment("CI").empty()) << "GUARD_TEST_POSTGRES is not set: run under scripts/with-postgres";
        GTEST_SKIP() << "NO POSTGRESQL: GUARD_TEST_POSTGRES is not set, run under scripts/with-postgres";
    }
    auto* const options = PQconninfoParse(server.c_str(), nullptr);
    ASSERT_NE(options, nullptr) << "GUARD_TEST_POSTGRES is not a URL";
    user = option(options, "user");
    password = option(options, "password");
    host = option(options, "host");
    port = std::stoi("0" + option(options, "port"));
    PQconninfoFree(options);

    database = unique_name();
    Session(server_url(user, password, host, port, "postgres")).run("CREATE DATABASE " + database);
}

void PostgresTest::TearDown() {
    session_.reset();
    if (database.empty()) return;
    Session admin(server_url(user, password, host, port, "postgres"));
    admin.run(fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", database));
    for (const auto& role : roles_) admin.run(fmt::format("DROP ROLE IF EXISTS {}", role));
}

std::string PostgresTest::server_url(const std::string& login, const std::string& secret, const std::string& at_host,
                                     int at_port, const std::string& name, const std::string& query) const {
    return fmt::format("postgresql://{}:{}@{}:{}/{}{}{}", login, secret, at_host, at_port, name,
                       query.empty() ? "" : "?", query);
}

std::string PostgresTest::url(const std::string& query) const {
    return url_as(user, password, query);
}

std::string PostgresTest::url_as(const std::string& login, const std::string& secret, const std::string& query) const {
    return server_url(login, secret, host, port, database, query);
}

Session& PostgresTest::db() {
    if (!session_) session_ = std::make_unique<Session>(url());
    return *session_;
}

std::string PostgresTest::make_role(const std::string& suffix) {
    auto name = database + "_" + suffix;
    db().run(fmt::format("CREATE ROLE {} LOGIN PASSWORD 'secret'", name));
    roles_.push_back(name);
    return name;
}

std::string server_folder() {
    return environment("GUARD_TEST_POSTGRES_DIR");
}

}  // namespace migration_guard::test
