#include "postgres/classify.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string_view>

namespace migration_guard::postgres {
namespace {

using Kind = ConnectResult::Kind;
using testing::HasSubstr;
using testing::StartsWith;

DatabaseUrl url_of(const std::string& text = "postgresql://app:s3cret@db:5433/shop") {
    return parse_url(text, "DATABASE_URL", "/");
}

struct Message {
    std::string_view text;  ///< as libpq gives it
    Kind kind;
    std::string_view reason;
};

std::ostream& operator<<(std::ostream& out, const Message& row) {
    return out << row.text;
}

class LibpqMessage : public testing::TestWithParam<Message> {};

TEST_P(LibpqMessage, IsClassified) {
    const auto& row = GetParam();
    const auto result = classify_failure(row.text, url_of());
    EXPECT_EQ(result.kind, row.kind) << result.not_yet.reason << result.never.reason;
    EXPECT_EQ(result.not_yet.reason + result.never.reason, row.reason);
}

INSTANTIATE_TEST_SUITE_P(
    Libpq15, LibpqMessage,
    testing::Values(
        Message{
            "connection to server at \"db\" (10.0.0.5), port 5433 failed: Connection refused\n\tIs the server running "
            "on that host and accepting TCP/IP connections?\n",
            Kind::not_yet, "connection refused (db:5433)"},
        Message{"connection to server at \"db\" (10.0.0.5), port 5433 failed: Connection timed out\n", Kind::not_yet,
                "connection timed out (db:5433)"},
        Message{"connection to server at \"db\" (10.0.0.5), port 5433 failed: No route to host\n", Kind::not_yet,
                "no route to host (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: Connection reset by peer\n", Kind::not_yet,
                "connection reset by peer (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: FATAL:  57P03: the database system is starting up\n"
                "LOCATION:  ProcessStartupPacket, postmaster.c:2410\n",
                Kind::not_yet, "57P03 the database system is starting up"},
        Message{
            "connection to server at \"db\", port 5433 failed: FATAL:  53300: remaining connection slots are reserved "
            "for non-replication superuser connections\n",
            Kind::not_yet, "53300 remaining connection slots are reserved for non-replication superuser connections"},
        Message{
            "connection to server at \"db\", port 5433 failed: FATAL:  28P01: password authentication failed for user "
            "\"app\"\nLOCATION:  auth_failed, auth.c:335\n",
            Kind::never, "28P01 password authentication failed for user \"app\""},
        Message{"connection to server at \"db\", port 5433 failed: PANNE FATALE:  3D000: la base n'existe pas\n",
                Kind::never, "3D000 la base n'existe pas"},
        Message{"connection to server at \"db\", port 5433 failed: server does not support SSL, but SSL was required\n",
                Kind::never, "server does not support SSL, but SSL was required (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: SSL error: certificate verify failed\n", Kind::never,
                "SSL error: certificate verify failed (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: SSL error: tlsv13 alert certificate required\n",
                Kind::never, "SSL error: tlsv13 alert certificate required (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: SSL error: unsupported protocol\n", Kind::never,
                "SSL error: unsupported protocol (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: SSL error: wrong version number\n", Kind::not_yet,
                "SSL error: wrong version number (db:5433)"},
        Message{"connection to server at \"db\", port 5433 failed: SSL SYSCALL error: EOF detected\n", Kind::not_yet,
                "SSL SYSCALL error: EOF detected (db:5433)"},
        Message{"connection to server on socket \"/run/.s.PGSQL.5433\" failed: Permission denied\n", Kind::never,
                "permission denied (db:5433)"},
        Message{"", Kind::not_yet, "no connection (db:5433)"},
        Message{"\n\n", Kind::not_yet, "no connection (db:5433)"},
        // libpq's second attempt without TLS: the telling one of the two decides, in either order.
        Message{
            "connection to server at \"db\", port 5433 failed: FATAL:  28P01: password authentication failed for user "
            "\"app\"\nLOCATION:  x\nconnection to server at \"db\", port 5433 failed: FATAL:  28000: no pg_hba.conf "
            "entry for host \"10.0.0.6\", user \"app\", database \"shop\", no encryption\n",
            Kind::never, "28P01 password authentication failed for user \"app\""},
        Message{
            "connection to server at \"db\", port 5433 failed: FATAL:  28000: no pg_hba.conf entry, SSL encryption\n"
            "connection to server at \"db\", port 5433 failed: FATAL:  3D000: database \"shop\" does not exist\n",
            Kind::never, "3D000 database \"shop\" does not exist"},
        Message{
            "connection to server at \"db\", port 5433 failed: FATAL:  28000: no pg_hba.conf entry, SSL encryption\n"
            "connection to server at \"db\", port 5433 failed: FATAL:  57P03: the database system is shutting down\n",
            Kind::not_yet, "57P03 the database system is shutting down"},
        // Poolers give 08P01 or XX000 for everything.
        Message{"connection to server at \"db\", port 5433 failed: FATAL:  08P01: no such database: shop\n",
                Kind::never, "08P01 no such database: shop"},
        Message{"connection to server at \"db\", port 5433 failed: FATAL:  08P01: SASL authentication failed\n",
                Kind::never, "08P01 SASL authentication failed"},
        Message{"connection to server at \"db\", port 5433 failed: FATAL:  08P01: pgbouncer cannot connect to server\n",
                Kind::not_yet, "08P01 pgbouncer cannot connect to server"},
        Message{"connection to server at \"db\", port 5433 failed: FATAL:  08P01: query_wait_timeout\n", Kind::not_yet,
                "08P01 query_wait_timeout"},
        Message{"connection to server at \"db\", port 5433 failed: FATAL:  XX000: Tenant or user not found\n",
                Kind::never, "XX000 Tenant or user not found"}));

TEST(Classify, HintsNameTheVariableAndNeverThePassword) {
    for (const std::string_view code : {"28P01", "28000", "3D000", "42501", "42704", "55000", "0A000"}) {
        const auto result = classify_sqlstate(std::string(code), "text", url_of());
        EXPECT_EQ(result.kind, Kind::never) << code;
        EXPECT_EQ(result.never.code, ExitCode::database_refused);
        EXPECT_THAT(result.never.hint, testing::Not(HasSubstr("s3cret")));
        EXPECT_THAT(result.never.hint, testing::AnyOf(HasSubstr("DATABASE_URL"), HasSubstr("app"))) << code;
        EXPECT_EQ(result.never.missing_database, code == "3D000");
    }
}

TEST(Classify, HostileTextIsOneCleanLine) {
    const auto result = classify_sqlstate("28P01", "a\nb\x1b[31m\xff", url_of());
    EXPECT_THAT(result.never.reason, StartsWith("28P01 a b"));
    EXPECT_THAT(result.never.reason, testing::Not(HasSubstr("\x1b")));
}

TEST(Classify, KnowsAServerWithoutTls) {
    EXPECT_TRUE(says_no_tls("x failed: server does not support SSL, but SSL was required\n"));
    EXPECT_FALSE(says_no_tls("x failed: SSL error: certificate verify failed\n"));
}

TEST(Classify, NamesThePlace) {
    EXPECT_EQ(place(url_of()), "db:5433");
    EXPECT_EQ(place(url_of("postgresql://a:b@[::1]/x")), "[::1]:5432");
    EXPECT_EQ(place(url_of("postgresql://a:b@localhost/x?host=/run/pg")), "/run/pg/.s.PGSQL.5432");
}

}  // namespace
}  // namespace migration_guard::postgres
