#include "postgres/url.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

#include <ostream>
#include <string>
#include <string_view>

namespace migration_guard::postgres {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

DatabaseUrl parse(std::string_view url) {
    return parse_url(url, "DATABASE_URL", "/app/prisma");
}

struct Accepted {
    std::string_view url;
    std::string_view user;
    std::string_view password;
    std::string_view host;
    int port;
    std::string_view database;
};

std::ostream& operator<<(std::ostream& out, const Accepted& row) {
    return out << row.url;
}

class AcceptedUrl : public testing::TestWithParam<Accepted> {};

TEST_P(AcceptedUrl, MeansWhatPrismaReads) {
    const auto& row = GetParam();
    const auto url = parse(row.url);
    EXPECT_EQ(url.user, row.user);
    EXPECT_EQ(url.password, row.password);
    EXPECT_EQ(url.host, row.host);
    EXPECT_EQ(url.port, row.port);
    EXPECT_EQ(url.database, row.database);
}

INSTANTIATE_TEST_SUITE_P(
    Dialect, AcceptedUrl,
    testing::Values(
        Accepted{"postgresql://app:pw@db:5433/shop", "app", "pw", "db", 5433, "shop"},
        Accepted{"postgres://app:pw@db/shop", "app", "pw", "db", 5432, "shop"},
        Accepted{"postgresql://app:pw@db:/shop", "app", "pw", "db", 5432, "shop"},
        Accepted{"postgresql://app@db/shop", "app", "", "db", 5432, "shop"},
        Accepted{"postgresql://app:@db/shop", "app", "", "db", 5432, "shop"},
        Accepted{"postgresql://app:pw@db", "app", "pw", "db", 5432, "postgres"},
        Accepted{"postgresql://app:pw@db?schema=x", "app", "pw", "db", 5432, "postgres"},
        Accepted{"postgresql://app:pw@db/", "app", "pw", "db", 5432, "app"},
        Accepted{"postgresql://app:pw@db/shop/more", "app", "pw", "db", 5432, "shop"},
        // Percent-encoding: decoded in user and password, a plus is a plus there; not decoded in the database's name.
        Accepted{"postgresql://a%40b:p%23%3F%2F%25+w@db/shop", "a@b", "p#?/%+w", "db", 5432, "shop"},
        Accepted{"postgresql://app:100%@db/shop", "app", "100%", "db", 5432, "shop"},
        Accepted{"postgresql://app:%zz%4@db/shop", "app", "%zz%4", "db", 5432, "shop"},
        Accepted{"postgresql://app:%FF@db/shop", "app", "%FF", "db", 5432, "shop"},
        Accepted{"postgresql://app:p%C3%A9@db/shop", "app", "pé", "db", 5432, "shop"},
        Accepted{"postgresql://app:pé@db/shop", "app", "pé", "db", 5432, "shop"},
        Accepted{"postgresql://app:pw@db/my%20shop", "app", "pw", "db", 5432, "my%20shop"},
        Accepted{"postgresql://app:pw@db/caf\xC3\xA9", "app", "pw", "db", 5432, "caf%C3%A9"},
        // Only the last @ ends the user info, only the first colon ends the user.
        Accepted{"postgresql://app:p@ss@w:rd@db:5433/shop", "app", "p@ss@w:rd", "db", 5433, "shop"},
        Accepted{"postgresql://app:pw@[::1]:5433/shop", "app", "pw", "::1", 5433, "shop"},
        Accepted{"postgresql://app:pw@[2001:db8:1234::ffff]/shop", "app", "pw", "2001:db8:1234::ffff", 5432, "shop"},
        Accepted{"postgresql://app:pw@10.0.0.7/shop", "app", "pw", "10.0.0.7", 5432, "shop"},
        // Sockets.
        Accepted{"postgresql://app@localhost/shop?host=/var/run/postgresql", "app", "", "/var/run/postgresql", 5432,
                 "shop"},
        Accepted{"postgresql://app@localhost:5433/shop?host=%2Fvar%2Frun%2Fpostgresql", "app", "",
                 "/var/run/postgresql", 5433, "shop"},
        Accepted{"postgresql://app@db/shop?host=other&host=last", "app", "", "last", 5432, "shop"},
        Accepted{"postgresql://app@db/shop?host=", "app", "", "localhost", 5432, "shop"},
        // Blanks at the end are no part of a URL; a fragment ends it.
        Accepted{"postgresql://app:pw@db/shop  ", "app", "pw", "db", 5432, "shop"},
        Accepted{"postgresql://app:pw@db/shop#note", "app", "pw", "db", 5432, "shop"},
        Accepted{"postgresql://app:pw@db/shop?application_name=a@b", "app", "pw", "db", 5432, "shop"}));

struct Refused {
    std::string_view url;
    std::string_view reason;
    std::string_view hint;
};

std::ostream& operator<<(std::ostream& out, const Refused& row) {
    return out << row.url;
}

class RefusedUrl : public testing::TestWithParam<Refused> {};

TEST_P(RefusedUrl, IsConfigInvalidWithTheReasonAndWithoutThePassword) {
    const auto& row = GetParam();
    try {
        parse(row.url);
        FAIL() << "accepted";
    } catch (const Failure& failure) {
        const std::string message = failure.what();
        EXPECT_EQ(failure.code, ExitCode::config_invalid);
        EXPECT_THAT(message, HasSubstr(std::string("DATABASE_URL: ")));
        EXPECT_THAT(message, HasSubstr(std::string(row.reason)));
        EXPECT_THAT(failure.hint, HasSubstr(std::string(row.hint)));
        EXPECT_THAT(message + failure.hint, Not(HasSubstr("s3cret")));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Dialect, RefusedUrl,
    testing::Values(
        Refused{"", "is empty", "postgresql://"}, Refused{"\"postgresql://a:s3cret@db/x\"", "in quotes", "--env-file"},
        Refused{"'postgresql://a:s3cret@db/x'", "in quotes", "remove the quotes"},
        Refused{"postgresql://a:s3cret@db/x\n", "ends in a newline", "DATABASE_URL_FILE"},
        Refused{"postgresql://a:s3cret@db/x\r\n", "ends in a newline", "remove it"},
        Refused{"postgresql://a:s3\tcret@db/x", "control character", "%20"},
        Refused{" postgresql://a:s3cret@db/x", "begins with a blank", ""},
        Refused{"prisma://accelerate.prisma-data.net/?api_key=s3cret", "a prisma:// URL", "DIRECT_URL"},
        Refused{"prisma+postgres://localhost:51213/?api_key=s3cret", "a prisma+postgres:// URL", "directUrlEnv"},
        Refused{"mysql://a:s3cret@db/x", "must start with postgresql://", "postgresql://USER"},
        Refused{"POSTGRESQL://a:s3cret@db/x", "must start with postgresql://", ""},
        Refused{"s3cret", "must start with postgresql://", ""},
        // Unencoded characters end the authority too early.
        Refused{"postgresql://a:s3cret#x@db/x", "an unencoded #, ? or /", "%23"},
        Refused{"postgresql://a:s3cret/x@db/x", "an unencoded #, ? or /", "%2F"},
        Refused{"postgresql://a:12#s3cret@db/x", "an unencoded #, ? or /", "%23"},
        Refused{"postgresql://a:12?s3cret@db/x", "an unencoded #, ? or /", "%3F"},
        Refused{"postgresql://a:12/s3cret@db/x", "an unencoded #, ? or /", "%2F"},
        Refused{"postgresql://a:s3cret@db:54x2/x", "invalid port number", "percent-encode"},
        Refused{"postgresql://a:s3cret@db:0/x", "invalid port number", ""},
        Refused{"postgresql://a:s3cret@db:65536/x", "invalid port number", ""},
        Refused{"postgresql://a:s3cret@db:5432,db2:5432/x", "invalid port number", "one host only"},
        Refused{"postgresql://a:s3cret@db1,db2/x", "several hosts", "name one"},
        Refused{"postgresql://a:s3cret@db/x?host=db1,db2", "several hosts", "name one"},
        Refused{"postgresql://a:s3cret@/x", "no host", "localhost"},
        Refused{"postgresql://:5432/x", "no host", "localhost"},
        Refused{"postgresql://db/x", "names no user", "postgresql://USER"},
        Refused{"postgresql://:s3cret@db/x", "names no user", ""},
        Refused{"postgresql://a:s3cret@%2Fvar%2Frun/x", "percent sign", "?host=/var/run/postgresql"},
        Refused{"postgresql://a:s3cret@d b/x", "not a host name", ""},
        Refused{"postgresql://a:s3cret@d\xC3\xA9/x", "not a host name", ""},
        Refused{"postgresql://a:s3cret@[::1/x", "IPv6", "[2001:db8::1]"},
        Refused{"postgresql://a:s3cret@[fe80::1%25eth0]/x", "IPv6", ""},
        Refused{"postgresql://a:s3cret@[::1]5432/x", "IPv6", ""}, Refused{"postgresql://a%00:s3cret@db/x", "%00", ""},
        Refused{"postgresql://a:s3cret%00@db/x", "%00", ""},
        Refused{"postgresql://a:s3cret@db/x?options=%00", "%00", ""},
        Refused{"postgresql://a:s3cret@db/x?schema=", "schema= is empty", "schema=public"},
        // Integers and booleans are checked even where the guard has no use for them.
        Refused{"postgresql://a:s3cret@db/x?connect_timeout=5s", "connect_timeout=5s", "connect_timeout=5"},
        Refused{"postgresql://a:s3cret@db/x?connect_timeout=", "connect_timeout=", ""},
        Refused{"postgresql://a:s3cret@db/x?connect_timeout=-1", "whole number", ""},
        Refused{"postgresql://a:s3cret@db/x?connection_limit=many", "connection_limit=many", ""},
        Refused{"postgresql://a:s3cret@db/x?pool_timeout=1.5", "pool_timeout=1.5", ""},
        Refused{"postgresql://a:s3cret@db/x?socket_timeout=99999999999999999999", "socket_timeout", ""},
        Refused{"postgresql://a:s3cret@db/x?statement_cache_size=x", "statement_cache_size", ""},
        Refused{"postgresql://a:s3cret@db/x?pgbouncer=1", "pgbouncer=1", "pgbouncer=true"},
        Refused{"postgresql://a:s3cret@db/x?single_use_connections=yes", "single_use_connections", ""},
        Refused{"postgresql://a:s3cret@db/x?pgbouncer=maybe&pgbouncer=true", "pgbouncer=maybe", ""}));

TEST(UrlParameters, AreFormDecodedAndTheLastOneWins) {
    const auto url = parse(
        "postgresql://app:pw@db/shop?schema=first&schema=my+schema%2B&application_name=a%20b&options=-c+"
        "statement_timeout%3D5s&connect_timeout=7&pgbouncer=true&connection_limit=3&unknown=x&Schema=upper");
    EXPECT_EQ(url.schema, "my schema+");
    EXPECT_EQ(url.effective_schema(), "my schema+");
    EXPECT_EQ(url.application_name, "a b");
    EXPECT_EQ(url.options, "-c statement_timeout=5s");
    EXPECT_EQ(url.connect_timeout, std::chrono::seconds(7));
    EXPECT_TRUE(url.pgbouncer);
    EXPECT_THAT(url.notices, IsEmpty());
}

TEST(UrlParameters, HavePrismasDefaults) {
    const auto url = parse("postgresql://app:pw@db/shop");
    EXPECT_FALSE(url.schema.has_value());
    EXPECT_EQ(url.effective_schema(), "public");
    EXPECT_EQ(url.tls, TlsMode::prefer);
    EXPECT_FALSE(url.verify_certificate);
    EXPECT_FALSE(url.connect_timeout.has_value());
    EXPECT_FALSE(url.pgbouncer);
    EXPECT_EQ(url.channel_binding, "prefer");
}

TEST(UrlParameters, ZeroConnectTimeoutMeansNoneAndAHugeOneIsNoOverflow) {
    EXPECT_EQ(parse("postgresql://a:b@db/x?connect_timeout=0").connect_timeout, Duration(0));
    EXPECT_GT(parse("postgresql://a:b@db/x?connect_timeout=18446744073709551615").connect_timeout,
              std::chrono::hours(24 * 365));
}

TEST(UrlParameters, CertificatePathsResolveAgainstTheBase) {
    const auto url = parse("postgresql://a:b@db/x?sslcert=../ca.pem&sslidentity=/etc/id.p12&sslpassword=a%2Bb");
    EXPECT_EQ(url.root_certificate, "/app/ca.pem");
    EXPECT_EQ(url.identity, "/etc/id.p12");
    EXPECT_EQ(url.identity_password, "a+b");
}

struct Tls {
    std::string_view query;
    TlsMode mode;
    bool chain;
    bool host_name;
    std::string_view notice;
};

std::ostream& operator<<(std::ostream& out, const Tls& row) {
    return out << row.query;
}

class TlsParameters : public testing::TestWithParam<Tls> {};

TEST_P(TlsParameters, DecideModeAndVerification) {
    const auto& row = GetParam();
    const auto url = parse("postgresql://a:b@db/x?" + std::string(row.query));
    EXPECT_EQ(url.tls, row.mode);
    EXPECT_EQ(url.verify_certificate, row.chain);
    EXPECT_EQ(url.verify_host_name, row.host_name);
    if (row.notice.empty()) {
        EXPECT_THAT(url.notices, IsEmpty());
    } else {
        EXPECT_THAT(url.notices, Contains(HasSubstr(std::string(row.notice))));
    }
}

INSTANTIATE_TEST_SUITE_P(
    Dialect, TlsParameters,
    testing::Values(Tls{"sslmode=disable", TlsMode::disable, false, false, ""},
                    Tls{"sslmode=prefer", TlsMode::prefer, false, false, ""},
                    Tls{"sslmode=require", TlsMode::require, false, false, ""},
                    Tls{"sslmode=require&sslaccept=strict", TlsMode::require, true, true, ""},
                    Tls{"sslaccept=strict", TlsMode::prefer, true, true, ""},
                    Tls{"sslaccept=accept_invalid_certs", TlsMode::prefer, false, false, ""},
                    Tls{"sslaccept=sometimes", TlsMode::prefer, true, true, ""},
                    Tls{"sslaccept=strict&sslmode=disable", TlsMode::disable, false, false, ""},
                    Tls{"sslmode=verify-full", TlsMode::require, true, true, "sslmode=verify-full is honoured"},
                    Tls{"sslmode=verify-ca", TlsMode::require, true, false, "sslmode=verify-ca is honoured"},
                    Tls{"sslmode=allow", TlsMode::prefer, false, false, "sslmode=allow is not one that Prisma knows"},
                    // What Prisma does not know leaves the earlier value in force.
                    Tls{"sslmode=require&sslmode=allow", TlsMode::require, false, false, "is ignored"},
                    Tls{"channel_binding=bogus", TlsMode::prefer, false, false, ""}));

TEST(Url, ChannelBindingKeepsItsLastKnownValue) {
    EXPECT_EQ(parse("postgresql://a:b@db/x?channel_binding=require").channel_binding, "require");
    EXPECT_EQ(parse("postgresql://a:b@db/x?channel_binding=require&channel_binding=odd").channel_binding, "require");
}

TEST(Url, NoticesTellWhatIsNotRead) {
    EXPECT_THAT(parse("postgresql://a:b@db/x#y").notices, Contains(HasSubstr("what follows the #")));
    EXPECT_THAT(parse("postgresql://a:b@db/x/y").notices, Contains(HasSubstr("is not read")));
    EXPECT_THAT(parse("postgresql://a:b@db/x%20y").notices, Contains(HasSubstr("not percent-decode")));
    EXPECT_THAT(parse("postgresql://a%20b:c@db/").notices, IsEmpty());
}

TEST(Url, DescribesItselfWithoutPassword) {
    EXPECT_EQ(parse("postgresql://app:s3cret@db/shop?schema=sales").describe(), "app@db:5432/shop (schema sales)");
    EXPECT_EQ(parse("postgresql://app:s3cret@[::1]:1/shop").describe(), "app@[::1]:1/shop (schema public)");
    EXPECT_EQ(parse("postgresql://app@localhost/shop?host=/run/pg").describe(),
              "app@/run/pg:5432/shop (schema public)");
}

}  // namespace
}  // namespace migration_guard::postgres
