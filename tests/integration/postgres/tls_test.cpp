// TLS against the test server, whose certificate is for localhost alone and signed by a CA of its own.
#include "database_test.hpp"

#include <gmock/gmock.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace migration_guard::postgres {
namespace {

using Kind = ConnectResult::Kind;
using std::chrono::seconds;
using testing::HasSubstr;

class TlsTest : public DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        if (test::server_folder().empty()) GTEST_SKIP() << "needs the certificates of scripts/with-postgres";
        folder = std::filesystem::temp_directory_path() / database;
        std::filesystem::create_directories(folder);
    }

    void TearDown() override {
        std::filesystem::remove_all(folder);
        DatabaseTest::TearDown();
    }

    [[nodiscard]] static std::string ca() { return test::server_folder() + "/ca.pem"; }

    ConnectResult connect_to(const std::string& at_host, const std::string& query) {
        return open_database(options(server_url(user, password, at_host, port, database, query)), stop)
            ->connect(seconds(5));
    }

    /// What the server says of the session's TLS.
    std::string session(const std::string& query, const std::string& column) {
        const auto opened = open(server_url(user, password, "localhost", port, database, query));
        return db().value(
            fmt::format("SELECT {} FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = "
                        "current_database() AND application_name = 'migration-guard'",
                        column));
    }

    void shell(const std::string& command) const {
        const auto in_folder = fmt::format("cd '{}' && {} >/dev/null 2>&1", folder.string(), command);
        ASSERT_EQ(std::system(in_folder.c_str()), 0) << command;
    }

    /// id.p12 with password "p w", signed by the server's CA, for CN=client.
    void make_identity(const std::string& extra = "") const {
        shell("openssl req -newkey rsa:2048 -nodes -subj /CN=client -keyout id.key -out id.csr");
        shell(fmt::format(
            "openssl x509 -req -in id.csr -CA {0}/ca.pem -CAkey {0}/ca.key -set_serial 7 -days 2 -out id.crt",
            test::server_folder()));
        shell(fmt::format(
            "openssl pkcs12 -export {} -inkey id.key -in id.crt -certfile {} -passout 'pass:p w' -out id.p12", extra,
            ca()));
    }

    [[nodiscard]] std::string identity(const std::string& secret) const {
        return fmt::format("sslmode=require&sslidentity={}/id.p12&sslpassword={}", folder.string(), secret);
    }

    std::filesystem::path folder;
};

TEST_F(TlsTest, IsUsedAsTheUrlSays) {
    EXPECT_EQ(session("", "ssl"), "t");
    EXPECT_EQ(session("sslmode=require", "ssl"), "t");
    EXPECT_EQ(session("sslmode=disable", "ssl"), "f");
}

TEST_F(TlsTest, IsVerifiedAgainstTheCaOfTheUrl) {
    for (const std::string query : {"sslaccept=strict", "sslmode=require&sslaccept=strict", "sslmode=verify-full"}) {
        EXPECT_EQ(connect_to("localhost", query + "&sslcert=" + ca()).kind, Kind::connected) << query;
        const auto wrong_name = connect_to("127.0.0.1", query + "&sslcert=" + ca());
        EXPECT_EQ(wrong_name.kind, Kind::never) << query;
        EXPECT_THAT(wrong_name.never.reason, HasSubstr("does not match host name \"127.0.0.1\""));
        EXPECT_THAT(wrong_name.never.hint, HasSubstr("certificate made for 127.0.0.1"));
        EXPECT_THAT(wrong_name.never.hint, testing::Not(HasSubstr("sslcert=")));
    }
    EXPECT_EQ(connect_to("127.0.0.1", "sslmode=verify-ca&sslcert=" + ca()).kind, Kind::connected);
    EXPECT_EQ(connect_to("127.0.0.1", "sslcert=" + ca()).kind, Kind::connected) << "a CA alone verifies nothing";
}

TEST_F(TlsTest, AnotherCaIsNever) {
    shell("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=other -keyout other.key -out other.pem");
    for (const std::string query : {"sslaccept=strict", "sslmode=verify-ca"}) {
        const auto result = connect_to("localhost", query + "&sslcert=" + (folder / "other.pem").string());
        EXPECT_EQ(result.kind, Kind::never);
        EXPECT_EQ(result.never.code, ExitCode::database_refused);
        EXPECT_THAT(result.never.reason, HasSubstr("certificate verify failed"));
        EXPECT_THAT(result.never.hint, HasSubstr("sslcert="));
    }
}

TEST_F(TlsTest, AMissingCaFileIsAConfigurationError) {
    const auto result = connect_to("localhost", "sslaccept=strict&sslcert=/nonexistent/ca.pem");
    EXPECT_EQ(result.kind, Kind::never);
    EXPECT_EQ(result.never.code, ExitCode::config_invalid);
    EXPECT_THAT(result.never.reason, HasSubstr("DATABASE_URL: sslcert cannot be read: /nonexistent/ca.pem"));
}

TEST_F(TlsTest, WhatIsNoFileHoldsNobodyUp) {
    const auto fifo = (folder / "fifo").string();
    ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
    for (const auto& path : {fifo, folder.string(), std::string("/dev/zero")}) {
        for (const std::string parameter : {"sslaccept=strict&sslcert=", "sslpassword=x&sslidentity="}) {
            const auto result = connect_to("localhost", parameter + path);
            EXPECT_EQ(result.kind, Kind::never);
            EXPECT_EQ(result.never.code, ExitCode::config_invalid);
            EXPECT_THAT(result.never.reason, HasSubstr("cannot be read: " + path));
        }
    }
}

TEST_F(TlsTest, ABrokenCaFileIsNever) {
    std::ofstream(folder / "ca.pem") << "no certificate";
    const auto result = connect_to("localhost", "sslaccept=strict&sslcert=" + (folder / "ca.pem").string());
    EXPECT_EQ(result.kind, Kind::never);
    EXPECT_EQ(result.never.code, ExitCode::database_refused);
}

TEST_F(TlsTest, TheBundleOfTheImageIsFoundThroughSslCertFile) {
    ASSERT_EQ(setenv("SSL_CERT_FILE", ca().c_str(), 1), 0);
    EXPECT_EQ(connect_to("localhost", "sslaccept=strict").kind, Kind::connected);
    unsetenv("SSL_CERT_FILE");
    const auto system_bundle = connect_to("localhost", "sslaccept=strict");
    EXPECT_EQ(system_bundle.kind, Kind::never) << "the system's bundle, or its absence, does not vouch for the test CA";
}

TEST_F(TlsTest, AnIdentityIsSentFromAPkcs12Bundle) {
    make_identity();
    EXPECT_EQ(session(identity("p+w"), "client_dn"), "/CN=client");
    EXPECT_EQ(session("", "client_dn"), "NULL");
}

TEST_F(TlsTest, AnIdentityThatCannotBeOpenedIsNever) {
    make_identity();
    const auto wrong_password = connect_to("localhost", identity("wrong"));
    EXPECT_EQ(wrong_password.kind, Kind::never);
    EXPECT_EQ(wrong_password.never.code, ExitCode::database_refused);
    EXPECT_THAT(wrong_password.never.reason, HasSubstr("sslidentity cannot be opened"));
    EXPECT_THAT(wrong_password.never.hint, HasSubstr("openssl pkcs12"));

    std::ofstream(folder / "id.p12") << "no bundle";
    EXPECT_THAT(connect_to("localhost", identity("p+w")).never.reason, HasSubstr("no PKCS#12 file"));

    std::filesystem::remove(folder / "id.p12");
    const auto missing = connect_to("localhost", identity("p+w"));
    EXPECT_EQ(missing.never.code, ExitCode::config_invalid);
}

TEST_F(TlsTest, AnOldRc2BundleIsNeverWithTheLineThatRewritesIt) {
    make_identity("-legacy");
    const auto result = connect_to("localhost", identity("p+w"));
    EXPECT_EQ(result.kind, Kind::never);
    EXPECT_EQ(result.never.code, ExitCode::database_refused);
    EXPECT_THAT(result.never.hint, HasSubstr("openssl pkcs12 -legacy -in old.p12"));
}

TEST_F(TlsTest, NothingOfTheSurroundingsHasInfluence) {
    const auto home = folder.string();
    std::filesystem::create_directories(folder / ".postgresql");
    std::ofstream(folder / ".postgresql/postgresql.crt") << "garbage";
    std::ofstream(folder / ".postgresql/postgresql.key") << "garbage";
    std::ofstream(folder / ".postgresql/root.crt") << "garbage";
    std::ofstream(folder / ".pgpass") << "*:*:*:*:" << password;
    chmod((folder / ".pgpass").c_str(), 0600);
    const std::string old_home = std::getenv("HOME") == nullptr ? "/" : std::getenv("HOME");
    setenv("HOME", home.c_str(), 1);
    for (const char* const setting : {"PGPASSWORD=wrong", "PGSSLMODE=verify-full", "PGOPTIONS=-c search_path=evil",
                                      "PGSERVICE=nowhere", "PGHOSTADDR=192.0.2.1", "PGAPPNAME=evil",
                                      "PGREQUIREPEER=evil", "PGTZ=Asia/Tokyo", "PGCLIENTENCODING=LATIN1"}) {
        putenv(const_cast<char*>(setting));
    }
    ignore_libpq_environment();
    EXPECT_EQ(std::getenv("PGPASSWORD"), nullptr);
    EXPECT_EQ(std::getenv("PGTZ"), nullptr);
    EXPECT_EQ(connect_to("localhost", "").kind, Kind::connected);
    const auto without_password =
        open_database(options(server_url(user, "", "localhost", port, database)), stop)->connect(seconds(5));
    EXPECT_EQ(without_password.kind, Kind::never) << ".pgpass is not read";
    setenv("HOME", old_home.c_str(), 1);
}

TEST_F(TlsTest, ASocketNeedsNoTls) {
    const auto opened = open(fmt::format("postgresql://{}:{}@localhost:{}/{}?host={}&sslmode=require", user, password,
                                         port, database, test::server_folder()));
    EXPECT_EQ(opened->look({}).server.database, database);
}

TEST_F(TlsTest, RefusalsOfTheRealServerAreNever) {
    const auto wrong = open_database(options(url_as(user, "wrong")), stop)->connect(seconds(5));
    EXPECT_EQ(wrong.kind, Kind::never);
    EXPECT_EQ(wrong.never.reason, "28P01 password authentication failed for user \"" + user + "\"");
    const auto unknown = open_database(options(url_as("nobody_here", "x")), stop)->connect(seconds(5));
    EXPECT_THAT(unknown.never.reason, HasSubstr("28P01"));
    const auto bad_option = connect_to("localhost", "options=-c%20no_such=1");
    EXPECT_EQ(bad_option.kind, Kind::never);
    EXPECT_THAT(bad_option.never.reason, HasSubstr("42704"));

    const auto role = make_role("shut_out");
    db().run(fmt::format("REVOKE CONNECT ON DATABASE {} FROM PUBLIC", database));
    const auto shut_out = open_database(options(url_as(role, "secret")), stop)->connect(seconds(5));
    EXPECT_EQ(shut_out.kind, Kind::never);
    EXPECT_THAT(shut_out.never.reason, HasSubstr("42501"));
    EXPECT_FALSE(shut_out.never.missing_database);

    db().run(fmt::format("ALTER ROLE {} CONNECTION LIMIT 0; GRANT CONNECT ON DATABASE {} TO PUBLIC", role, database));
    const auto full = open_database(options(url_as(role, "secret")), stop)->connect(seconds(5));
    EXPECT_EQ(full.kind, Kind::not_yet);
    EXPECT_THAT(full.not_yet.reason, HasSubstr("53300"));
}

}  // namespace
}  // namespace migration_guard::postgres
