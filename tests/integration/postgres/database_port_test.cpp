#include "database_test.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class DatabasePortTest : public DatabaseTest {};

TEST_F(DatabasePortTest, AnOpenConnectionIsKept) {
    const auto opened = open(url());
    const auto count =
        "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'migration-guard' AND datname = "
        "current_database()";
    EXPECT_EQ(opened->connect(seconds(1)).kind, ConnectResult::Kind::connected);
    EXPECT_EQ(db().value(count), "1");
    opened->disconnect();
    for (int i = 0; i < 50 && db().value(count) != "0"; ++i) std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(db().value(count), "0");
    EXPECT_THROW(opened->look({}), Failure);
}

// ALTER ROLE ... SET role: the session acts as the owner, which may not end the login's sessions.
TEST_F(DatabasePortTest, AMigrationIsCancelledWhateverRoleItsLoginActsAs) {
    const auto owner = make_role("own");
    const auto login = make_role("login");
    db().run(fmt::format("ALTER ROLE {1} NOINHERIT; GRANT {0} TO {1}; ALTER ROLE {1} SET role = {0}", owner, login));
    const auto opened = open(url_as(login, "secret"));
    test::Session migration(url_as(login, "secret"));
    migration.run("SET application_name = 'migration-guard 0123abcd'");
    EXPECT_EQ(opened->cancel_migration("migration-guard 0123abcd", seconds(2)), Cancelled::ended);
}

TEST_F(DatabasePortTest, ALostConnectionIsUnreachableWithTheServersReason) {
    const auto opened = open(url());
    db().run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'migration-guard' AND datname "
        "= "
        "current_database()");
    try {
        opened->look({});
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
        EXPECT_THAT(failure.what(), HasSubstr("57P01"));
    }
    EXPECT_EQ(opened->connect(seconds(5)).kind, ConnectResult::Kind::connected);
    EXPECT_EQ(opened->look({}).ledger.state, LedgerReading::State::absent);
}

// The turn.

TEST_F(DatabasePortTest, OneTurnAtATimeOnAConnectionOfItsOwn) {
    const auto one = open(url());
    const auto other = open(url());
    auto turn = one->try_turn();
    ASSERT_NE(turn, nullptr);
    EXPECT_TRUE(turn->held());
    EXPECT_EQ(other->try_turn(), nullptr);
    EXPECT_EQ(
        db().value("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'migration-guard' AND datname = "
                   "current_database()"),
        "3")
        << "the loser keeps no connection for it";
    one->disconnect();
    EXPECT_TRUE(turn->held()) << "it does not hang on the Database's connection";
    turn.reset();
    std::unique_ptr<Turn> second;
    for (int i = 0; i < 100 && !second; ++i) second = other->try_turn();
    EXPECT_NE(second, nullptr);
}

TEST_F(DatabasePortTest, ATurnIsLostWithItsSession) {
    const auto opened = open(url());
    const auto turn = opened->try_turn();
    ASSERT_NE(turn, nullptr);
    db().run(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
        "database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    EXPECT_FALSE(turn->held());
    EXPECT_FALSE(turn->held());
    EXPECT_NE(opened->try_turn(), nullptr);
}

TEST_F(DatabasePortTest, ServerSettingsDoNotEndATurn) {
    db().run(
        fmt::format("ALTER DATABASE {0} SET idle_in_transaction_session_timeout = '100ms'; ALTER DATABASE {0} SET "
                    "statement_timeout = '5s'; ALTER DATABASE {0} SET default_transaction_isolation = 'serializable'; "
                    "ALTER DATABASE {0} SET default_transaction_read_only = on",
                    database));
    const auto opened = open(url());
    const auto turn = opened->try_turn();
    ASSERT_NE(turn, nullptr);
    std::this_thread::sleep_for(milliseconds(300));
    EXPECT_TRUE(turn->held());
    EXPECT_EQ(
        db().value("SELECT backend_xmin IS NULL AND backend_xid IS NULL FROM pg_stat_activity WHERE pid = (SELECT pid "
                   "FROM pg_locks WHERE locktype = 'advisory' AND "
                   "database = (SELECT oid FROM pg_database WHERE datname = current_database()))"),
        "t")
        << "it holds no snapshot";
}

// Cancelling.

constexpr auto own_session = "migration-guard 0123abcd";

TEST_F(DatabasePortTest, CancelAsksFirst) {
    db().run("SET application_name = 'migration-guard 0123abcd'");
    db().send("SELECT pg_sleep(30)");
    const auto opened = open(url());
    std::thread session([this] {
        EXPECT_FALSE(db().finish());
        EXPECT_EQ(db().value("SELECT 1"), "1");  // the statement was cancelled, not the session
        db().run("SET application_name = 'done'");
    });
    EXPECT_EQ(opened->cancel_migration(own_session, seconds(10)), Cancelled::ended);
    session.join();
}

TEST_F(DatabasePortTest, ASessionThatStaysAfterTheCancelIsTerminated) {
    db().run("SET application_name = 'migration-guard 0123abcd'");
    const auto opened = open(url());
    EXPECT_EQ(opened->cancel_migration(own_session, milliseconds(600)), Cancelled::ended);
    EXPECT_THROW(db().run("SELECT 1"), std::runtime_error);
}

TEST_F(DatabasePortTest, SomebodyElsesMigrationIsLeftAlone) {
    db().run("SELECT pg_advisory_lock(72707369)");
    EXPECT_EQ(open(url())->cancel_migration(own_session, milliseconds(600)), Cancelled::no_session);
    EXPECT_EQ(open(url())->cancel_migration("", milliseconds(600)), Cancelled::no_session);
    EXPECT_EQ(db().value("SELECT 1"), "1");
}

// SET application_name in a script: the name is gone, the connection is not.
TEST_F(DatabasePortTest, ASessionThatChangedItsNameIsKnownByItsPortOrItsPid) {
    db().run("SET application_name = 'pg_dump'");
    const int port_of_it = std::stoi(db().value("SELECT inet_client_port()"));
    const int pid_of_it = db().backend_pid();
    const auto opened = open(url());
    opened->also_ours({{port_of_it + 1, 1}, {pid_of_it + 100000}});
    EXPECT_EQ(opened->cancel_migration(own_session, milliseconds(300)), Cancelled::no_session);
    for (const bool by_port : {true, false}) {
        test::Session migration(url());
        const int own_port = std::stoi(migration.value("SELECT inet_client_port()"));
        opened->also_ours(by_port ? OwnSessions{{1, own_port}, {}} : OwnSessions{{}, {migration.backend_pid()}});
        EXPECT_EQ(opened->cancel_migration(own_session, milliseconds(600)), Cancelled::ended);
        EXPECT_THROW(migration.run("SELECT 1"), std::runtime_error);
    }
    EXPECT_EQ(db().value("SELECT 1"), "1") << "somebody else's";
}

TEST_F(DatabasePortTest, AnotherLoginsSessionIsNotOursWhateverItsPort) {
    const auto role = make_role("app");
    test::Session other(url_as(role, "secret"));
    const auto opened = open(url());
    opened->also_ours({{std::stoi(other.value("SELECT inet_client_port()"))}, {other.backend_pid()}});
    EXPECT_EQ(opened->cancel_migration(own_session, milliseconds(300)), Cancelled::no_session);
    EXPECT_EQ(other.value("SELECT 1"), "1");
}

TEST_F(DatabasePortTest, AMigratingSessionWithoutPrismasLockIsFoundByItsName) {
    db().run("SET application_name = 'migration-guard 0123abcd'");
    const auto opened = open(url());
    SnapshotRequest request;
    request.sessions = true;
    EXPECT_FALSE(opened->look(request).migrating) << "idle";
    db().send("SELECT pg_sleep(30)");
    for (int i = 0; i < 100 && !opened->look(request).migrating; ++i) std::this_thread::sleep_for(milliseconds(20));
    EXPECT_TRUE(opened->look(request).migrating);
    EXPECT_FALSE(opened->look({}).migrating);
    EXPECT_EQ(opened->cancel_migration(own_session, milliseconds(600)), Cancelled::ended);
}

TEST_F(DatabasePortTest, AfterTheStopSignalItStillCancelsAndLooks) {
    db().run("SET application_name = 'migration-guard 0123abcd'");
    const auto opened = open(url());
    stop.raise(15);
    EXPECT_EQ(opened->connect(seconds(1)).kind, ConnectResult::Kind::connected);
    EXPECT_EQ(opened->cancel_migration(own_session, milliseconds(600)), Cancelled::ended);
    EXPECT_EQ(opened->look({}).ledger.state, LedgerReading::State::absent);
    opened->disconnect();
    EXPECT_EQ(opened->connect(seconds(5)).kind, ConnectResult::Kind::connected);
}

TEST_F(DatabasePortTest, BeforeTheFirstConnectionAStopSignalEndsTheAttempt) {
    const auto opened = open_database(options(url()), stop);
    stop.raise(15);
    EXPECT_THROW(opened->connect(seconds(5)), Interrupted);
}

TEST_F(DatabasePortTest, ActivityTellsOfTablesThatExist) {
    db().run("CREATE TABLE a (i int); INSERT INTO a SELECT generate_series(1, 7); SELECT pg_stat_force_next_flush()");
    std::vector<TableActivity> seen;
    const auto opened = open(url());
    for (int i = 0; i < 100 && (seen.empty() || seen[0].inserts == 0); ++i) {
        seen = opened->activity({{"public", "a"}, {"public", "gone"}, {"other", "a"}});
        std::this_thread::sleep_for(milliseconds(20));
    }
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].table, (ObjectName{"public", "a"}));
    EXPECT_EQ(seen[0].inserts, 7);
}

// Creating.

TEST_F(DatabasePortTest, CreatesDatabaseAndSchema) {
    const auto name = database + "_new";
    auto made = options(server_url(user, password, host, port, name, "schema=my+app"));
    const auto missing = open_database(made, stop);
    const auto result = missing->connect(seconds(5));
    ASSERT_EQ(result.kind, ConnectResult::Kind::never);
    EXPECT_TRUE(result.never.missing_database);
    EXPECT_EQ(result.never.code, ExitCode::database_refused);
    EXPECT_THAT(result.never.reason, HasSubstr("3D000 database \"" + name + "\" does not exist"));

    missing->create_database();
    missing->create_database();
    EXPECT_EQ(missing->connect(seconds(5)).kind, ConnectResult::Kind::connected);
    EXPECT_TRUE(missing->look({}).server.schema_exists);
    missing->create_schema();
    missing->disconnect();
    test::Session(server_url(user, password, host, port, "postgres")).run("DROP DATABASE " + name + " WITH (FORCE)");
}

TEST_F(DatabasePortTest, WhoMayNotCreateIsRefused) {
    const auto role = make_role("app");
    const auto code_of = [](const auto& work) {
        try {
            work();
        } catch (const Failure& failure) {
            EXPECT_THAT(failure.what(), HasSubstr("42501"));
            return failure.code;
        }
        return ExitCode::ok;
    };
    const auto elsewhere = open_database(options(server_url(role, "secret", host, port, database + "_no")), stop);
    EXPECT_EQ(code_of([&] { elsewhere->create_database(); }), ExitCode::database_refused);
    const auto here = open(options(url_as(role, "secret", "schema=mine")));
    EXPECT_EQ(code_of([&] { here->create_schema(); }), ExitCode::database_refused);
    db().run("CREATE SCHEMA mine");
    here->create_schema();
}

TEST_F(DatabasePortTest, WhatIsReadOnlyIsNoLackOfRights) {
    const auto opened = open(url("schema=fresh&options=-c%20default_transaction_read_only%3Don"));
    try {
        opened->create_schema();
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
        EXPECT_THAT(failure.what(), HasSubstr("25006"));
        EXPECT_THAT(failure.hint, HasSubstr("default_transaction_read_only"));
    }
}

TEST_F(DatabasePortTest, CreatesTheSchemaThatIsMissing) {
    const auto opened = open(url("schema=q%22q"));
    EXPECT_FALSE(opened->look({}).server.schema_exists);
    opened->create_schema();
    EXPECT_TRUE(opened->look({}).server.schema_exists);
}

}  // namespace
}  // namespace migration_guard::postgres
