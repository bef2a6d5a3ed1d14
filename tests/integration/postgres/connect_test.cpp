// Connect failures against servers that say exactly this, and against a real one.
#include "database_test.hpp"

#include "base/failure.hpp"
#include "support/scripted_server.hpp"

#include <gmock/gmock.h>

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <ostream>
#include <thread>

namespace migration_guard::postgres {
namespace {

using Kind = ConnectResult::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using test::Peer;
using testing::AnyOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

ConnectResult attempt(const std::string& url, Interrupt& stop, Duration timeout = milliseconds(400)) {
    PostgresOptions options;
    options.migrate = parse_url(url, "DATABASE_URL", "/");
    return open_database(options, stop)->connect(timeout);
}

std::string local_url(int port, const std::string& query = "") {
    return fmt::format("postgresql://app:s3cret@127.0.0.1:{}/shop?{}", port, query);
}

struct Scripted {
    const char* name;
    std::function<void(Peer&)> script;
    Kind kind;
    const char* reason;
    const char* query = "sslmode=disable";
};

std::ostream& operator<<(std::ostream& out, const Scripted& row) {
    return out << row.name;
}

/// A script that refuses the login with this SQLSTATE, before any authentication.
std::function<void(Peer&)> refusing(const std::string& sqlstate, const std::string& text) {
    return [=](Peer& peer) {
        peer.read_startup();
        peer.send(test::error_response(sqlstate, text));
    };
}

std::function<void(Peer&)> asking(const std::string& message) {
    return [=](Peer& peer) {
        peer.read_startup();
        peer.send(message);
        peer.hang();
    };
}

class ScriptedConnect : public testing::TestWithParam<Scripted> {};

TEST_P(ScriptedConnect, IsClassified) {
    const auto& row = GetParam();
    test::ScriptedServer server(row.script);
    test::StopSwitch stop;
    const auto begun = std::chrono::steady_clock::now();
    const auto result = attempt(local_url(server.port(), row.query), stop);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(3)) << "bounded";
    EXPECT_EQ(result.kind, row.kind) << result.not_yet.reason << result.never.reason;
    const auto reason = result.not_yet.reason + result.never.reason;
    EXPECT_THAT(reason, HasSubstr(row.reason));
    EXPECT_THAT(reason + result.never.hint, Not(HasSubstr("s3cret")));
    EXPECT_THAT(reason, Not(HasSubstr("\n")));
    if (row.kind == Kind::never) {
        EXPECT_EQ(result.never.code, ExitCode::database_refused);
        EXPECT_NE(result.never.hint, "");
    }
}

INSTANTIATE_TEST_SUITE_P(
    Servers, ScriptedConnect,
    testing::Values(
        // A matter of time.
        Scripted{"closes after accept", [](Peer&) {}, Kind::not_yet, "server closed the connection unexpectedly"},
        Scripted{"closes after the startup packet", [](Peer& peer) { peer.read_startup(); }, Kind::not_yet,
                 "server closed the connection unexpectedly"},
        Scripted{"says nothing", [](Peer& peer) { peer.hang(); }, Kind::not_yet, "was reached but says nothing"},
        Scripted{"closes after SSLRequest", [](Peer& peer) { peer.read_startup(); }, Kind::not_yet,
                 "server closed the connection unexpectedly", "sslmode=require"},
        Scripted{"says nothing to SSLRequest", [](Peer& peer) { peer.hang(); }, Kind::not_yet,
                 "was reached but says nothing", "sslmode=require"},
        Scripted{"garbage to SSLRequest",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                 },
                 Kind::not_yet, "received invalid response to SSL negotiation: H", "sslmode=require"},
        Scripted{"S, then no TLS",
                 [](Peer& peer) {
                     peer.accept_tls();
                     peer.send("garbage instead of a handshake");
                     peer.hang();
                 },
                 Kind::not_yet, "SSL", "sslmode=require"},
        Scripted{"S, then closes", [](Peer& peer) { peer.accept_tls(); }, Kind::not_yet, "SSL", "sslmode=require"},
        Scripted{"HTTP",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send("HTTP/1.1 400 Bad Request\r\n\r\n");
                 },
                 Kind::not_yet, "expected authentication request from server, but received H"},
        Scripted{"giant length field",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send("R\x7f\xff\xff\xff");
                     peer.hang();
                 },
                 Kind::not_yet, ""},
        Scripted{"negative length field",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send("R\xff\xff\xff\xff");
                     peer.hang();
                 },
                 Kind::not_yet, ""},
        Scripted{"half a message",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send(std::string("R\0\0", 3));
                     peer.hang();
                 },
                 Kind::not_yet, "says nothing"},
        Scripted{"endless notices",
                 [](Peer& peer) {
                     peer.read_startup();
                     for (int i = 0; i < 200; ++i) {
                         peer.send_bytewise(test::message('N', std::string("SNOTICE\0Mx\0\0", 12)));
                     }
                 },
                 Kind::not_yet, ""},
        Scripted{"starting up", refusing("57P03", "the database system is starting up"), Kind::not_yet,
                 "57P03 the database system is starting up"},
        Scripted{"too many connections", refusing("53300", "sorry, too many clients already"), Kind::not_yet,
                 "53300 sorry"},
        Scripted{"admin shutdown", refusing("57P01", "terminating connection"), Kind::not_yet, "57P01"},
        Scripted{"crash shutdown", refusing("57P02", "terminating connection"), Kind::not_yet, "57P02"},
        Scripted{"out of memory", refusing("53200", "out of memory"), Kind::not_yet, "53200"},
        Scripted{"unknown SQLSTATE", refusing("ZZ123", "what"), Kind::not_yet, "ZZ123 what"},
        Scripted{"a pooler without its server", refusing("08P01", "server login failed: connect failed"), Kind::not_yet,
                 "08P01 server login failed"},
        Scripted{"an error without SQLSTATE, as of old",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send("Eold words\n");
                 },
                 Kind::not_yet, ""},
        Scripted{"57P01 after the login",
                 [](Peer& peer) {
                     peer.read_startup();
                     peer.send(test::authentication(0));
                     peer.send(test::error_response("57P01", "terminating connection due to administrator command"));
                 },
                 Kind::not_yet, "57P01"},
        // Never.
        Scripted{"wrong password", refusing("28P01", "password authentication failed for user \"app\""), Kind::never,
                 "28P01 password authentication failed"},
        Scripted{"no entry in pg_hba.conf", refusing("28000", "no pg_hba.conf entry for host"), Kind::never, "28000"},
        Scripted{"missing database", refusing("3D000", "database \"shop\" does not exist"), Kind::never, "3D000"},
        Scripted{"no CONNECT", refusing("42501", "permission denied for database \"shop\""), Kind::never, "42501"},
        Scripted{"database closed", refusing("55000", "database \"shop\" is not currently accepting connections"),
                 Kind::never, "55000"},
        Scripted{"bad options", refusing("42704", "unrecognized configuration parameter \"x\""), Kind::never, "42704"},
        Scripted{"bad option value", refusing("22023", "invalid value for parameter \"x\""), Kind::never, "22023"},
        Scripted{"a localised refusal", refusing("28P01", "authentification par mot de passe \303\251chou\303\251e"),
                 Kind::never, "28P01 authentification"},
        Scripted{"a refusal in Latin-1", refusing("28P01", "\351chou\351e"), Kind::never, "28P01"},
        Scripted{"PgBouncer, no database", refusing("08P01", "no such database: shop"), Kind::never,
                 "no such database"},
        Scripted{"PgBouncer, options", refusing("08P01", "unsupported startup parameter: options"), Kind::never,
                 "options"},
        Scripted{"no TLS there", [](Peer& peer) { peer.refuse_tls(); }, Kind::never, "server does not support SSL",
                 "sslmode=require"},
        Scripted{"unknown authentication", asking(test::authentication(99)), Kind::never, "authentication method 99"},
        Scripted{"Kerberos", asking(test::authentication(2)), Kind::never, "not supported"},
        Scripted{"unknown SASL mechanism", asking(test::authentication(10, std::string("SCRAM-SHA-512\0\0", 15))),
                 Kind::never, "SASL authentication mechanisms"},
        Scripted{"channel binding without TLS", asking(test::authentication(10, std::string("SCRAM-SHA-256\0\0", 15))),
                 Kind::never, "channel binding", "sslmode=disable&channel_binding=require"}));

TEST(Connect, SucceedsWithAServerThatSpeaksBytewise) {
    test::ScriptedServer server([](Peer& peer) {
        peer.refuse_tls();
        peer.send_bytewise(test::logged_in());
        peer.hang();
    });
    test::StopSwitch stop;
    EXPECT_EQ(attempt(local_url(server.port()), stop, seconds(5)).kind, Kind::connected);
    EXPECT_EQ(server.connections(), 1) << "a server without TLS costs no second connection";
}

TEST(Connect, AServerThatNeverEndsTalkingIsNotListenedToForEver) {
    test::ScriptedServer server([](Peer& peer) {
        peer.read_startup();
        peer.send(test::authentication(0));
        const auto name = [](int i) { return "n" + std::to_string(i) + std::string(1, '\0'); };
        for (int i = 0; peer.send(test::message('S', name(i) + std::string(100, 'v') + std::string(1, '\0'))); ++i) {
        }
    });
    test::StopSwitch stop;
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_EQ(attempt(local_url(server.port(), "sslmode=disable"), stop).kind, Kind::not_yet);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(5));
}

TEST(Connect, ACopyThatNobodyAskedForEndsTheSession) {
    for (const char kind : {'G', 'H', 'W'}) {  // in, out, both
        test::ScriptedServer server([kind](Peer& peer) {
            peer.read_startup();
            peer.send(test::logged_in());
            peer.read_message();
            peer.send(test::message('1', "") + test::message('2', "") + test::message(kind, std::string(3, '\0')));
            peer.hang();
        });
        test::StopSwitch stop;
        PostgresOptions options;
        options.migrate = parse_url(local_url(server.port(), "sslmode=disable"), "DATABASE_URL", "/");
        const auto database = open_database(options, stop);
        ASSERT_EQ(database->connect(seconds(5)).kind, Kind::connected);
        try {
            database->look({});
            FAIL() << kind;
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code, ExitCode::database_unreachable);
            EXPECT_THAT(failure.what(), AnyOf(HasSubstr("a COPY that nobody asked for"), HasSubstr("replication")));
        }
    }
}

TEST(Connect, MissingPasswordIsNever) {
    test::ScriptedServer server([](Peer& peer) {
        peer.read_startup();
        peer.send(test::authentication(3));
        peer.hang();
    });
    test::StopSwitch stop;
    const auto result = attempt(fmt::format("postgresql://app@127.0.0.1:{}/shop?sslmode=disable", server.port()), stop);
    EXPECT_EQ(result.kind, Kind::never);
    EXPECT_THAT(result.never.reason, HasSubstr("no password supplied"));
}

TEST(Connect, StrictWithoutSslmodeGoesWithoutTlsWhereThereIsNone) {
    // Prisma: sslmode=prefer verifies what is encrypted, and takes a server without TLS as it is.
    const auto bundle = std::getenv("GUARD_TEST_POSTGRES_DIR");
    if (bundle == nullptr) GTEST_SKIP() << "NO POSTGRESQL: needs the CA file of scripts/with-postgres";
    test::ScriptedServer server([](Peer& peer) {
        const auto first = peer.read_startup();
        const bool ssl_request = first.size() == 4;
        if (ssl_request) peer.send("N");
        if (ssl_request && peer.read_startup().empty()) return;
        peer.send(test::logged_in());
        peer.hang();
    });
    test::StopSwitch stop;
    const auto query = fmt::format("sslaccept=strict&sslcert={}/ca.pem", bundle);
    EXPECT_EQ(attempt(local_url(server.port(), query), stop, seconds(5)).kind, Kind::connected);
    EXPECT_EQ(attempt(local_url(server.port(), query + "&sslmode=require"), stop, seconds(5)).kind, Kind::never);
}

TEST(Connect, NobodyListensIsNotYet) {
    test::StopSwitch stop;
    const auto result = attempt(local_url(1), stop);
    EXPECT_EQ(result.kind, Kind::not_yet);
    EXPECT_EQ(result.not_yet.reason, "connection refused (127.0.0.1:1)");
}

TEST(Connect, AFullBacklogIsNotYetInTime) {
    // A listener that never accepts: once its queue is full, the kernel drops what comes.
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), size), 0);
    ASSERT_EQ(listen(listener, 0), 0);
    ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size), 0);
    test::StopSwitch stop;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 4; ++i) {
        const auto result = attempt(local_url(ntohs(address.sin_port)), stop, milliseconds(200));
        EXPECT_EQ(result.kind, Kind::not_yet);
        EXPECT_THAT(result.not_yet.reason, AnyOf(HasSubstr("no answer in time"), HasSubstr("says nothing")));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(3));
    close(listener);
}

TEST(Connect, AnUnknownHostIsNotYet) {
    test::StopSwitch stop;
    const auto result = attempt("postgresql://a:s3cret@no-such-host.invalid/x", stop, seconds(20));
    EXPECT_EQ(result.kind, Kind::not_yet);
    EXPECT_THAT(result.not_yet.reason, HasSubstr("name not resolved"));
    EXPECT_THAT(result.not_yet.reason, HasSubstr("no-such-host.invalid:5432"));
}

TEST(Connect, SocketsThatAreNotThereAreNotYet) {
    test::StopSwitch stop;
    const auto result = attempt("postgresql://a:b@localhost/x?host=/nonexistent/run", stop);
    EXPECT_EQ(result.kind, Kind::not_yet);
    EXPECT_EQ(result.not_yet.reason, "no such file or directory (/nonexistent/run/.s.PGSQL.5432)");
    const auto too_long = attempt("postgresql://a:b@localhost/x?host=/" + std::string(200, 'x'), stop);
    EXPECT_EQ(too_long.kind, Kind::never);
}

TEST(Connect, AStopSignalEndsTheWaitForAServerThatSaysNothing) {
    test::ScriptedServer server([](Peer& peer) { peer.hang(); });
    test::StopSwitch stop;
    std::thread raise([&] {
        std::this_thread::sleep_for(milliseconds(100));
        stop.raise(15);
    });
    const auto begun = std::chrono::steady_clock::now();
    try {
        attempt(local_url(server.port()), stop, seconds(30));
        FAIL();
    } catch (const Interrupted& interrupted) {
        EXPECT_EQ(interrupted.signal, 15);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(5));
    raise.join();
}

TEST(Connect, AServerThatGoesSilentAfterTheLoginIsUnreachableInTime) {
    test::ScriptedServer server([](Peer& peer) {
        peer.refuse_tls();
        peer.send(test::logged_in());
        peer.hang();
    });
    test::StopSwitch stop;
    PostgresOptions options;
    options.migrate = parse_url(local_url(server.port()), "DATABASE_URL", "/");
    options.query_timeout = milliseconds(300);
    const auto opened = open_database(options, stop);
    ASSERT_EQ(opened->connect(seconds(5)).kind, Kind::connected);
    EXPECT_THROW(
        {
            try {
                opened->look({});
            } catch (const Failure& failure) {
                EXPECT_EQ(failure.code, ExitCode::database_unreachable);
                EXPECT_THAT(
                    failure.what(),
                    ContainsRegex("^no answer from 127.0.0.1:[0-9]+ to .* within 300ms; is something locked[?]$"));
                throw;
            }
        },
        Failure);
}

TEST(Connect, AStopSignalEndsALook) {
    test::ScriptedServer server([](Peer& peer) {
        peer.refuse_tls();
        peer.send(test::logged_in());
        peer.hang();
    });
    test::StopSwitch stop;
    PostgresOptions options;
    options.migrate = parse_url(local_url(server.port()), "DATABASE_URL", "/");
    const auto opened = open_database(options, stop);
    ASSERT_EQ(opened->connect(seconds(5)).kind, Kind::connected);
    std::thread raise([&] {
        std::this_thread::sleep_for(milliseconds(100));
        stop.raise(2);
    });
    EXPECT_THROW(opened->look({}), Interrupted);
    raise.join();
}

}  // namespace
}  // namespace migration_guard::postgres
