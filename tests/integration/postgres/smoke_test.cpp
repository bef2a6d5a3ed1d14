#include "database_test.hpp"

#include "base/failure.hpp"
#include "support/scripted_server.hpp"

#include <gmock/gmock.h>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;
using testing::StartsWith;

class SmokeTest : public DatabaseTest {
protected:
    SmokeResult run(const std::string& sql, Duration timeout = seconds(5), const std::string& query = "") {
        if (!runner) runner = smoke_runner(parse_url(url(query), "DATABASE_URL", "/"), seconds(5), stop);
        return runner->run({"check.sql", "prisma/smoke/check.sql", sql}, timeout, seconds(5));
    }

    std::unique_ptr<SmokeRunner> runner;
};

TEST_F(SmokeTest, PassesAndIsTakenBackButForTheSequence) {
    db().run("CREATE TABLE event (id serial PRIMARY KEY, name text)");
    const auto result = run("INSERT INTO event (name) VALUES ('smoke') RETURNING id");
    EXPECT_TRUE(result.ok) << result.error;
    EXPECT_EQ(result.name, "check.sql");
    EXPECT_GT(result.ms, 0);
    EXPECT_EQ(db().value("SELECT count(*) FROM event"), "0");
    EXPECT_EQ(db().value("SELECT last_value FROM event_id_seq"), "1");
    EXPECT_EQ(db().value(
                  "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"),
              "0");
}

struct Case {
    const char* sql;
    const char* error;  ///< empty: passes
};

TEST_F(SmokeTest, FirstColumnsAndErrorsDecide) {
    db().run("CREATE TABLE t (i int)");
    for (const auto& [sql, error] : {
             Case{"SELECT true", ""},
             Case{"SELECT 1, false", ""},
             Case{"SELECT 'f'::text", ""},
             Case{"SELECT 0", ""},
             Case{"SELECT i FROM t", ""},
             Case{"INSERT INTO t VALUES (1)", ""},
             Case{"SELECT", ""},
             Case{"", ""},
             Case{"-- nothing\n", ""},
             Case{"\xEF\xBB\xBFSELECT true", ""},
             Case{"\xEF\xBB\xBFSELECT\nfalse", "prisma/smoke/check.sql:1: its first column is false"},
             Case{"\xEF\xBB\xBF\nSELECT nowhere.x", "prisma/smoke/check.sql:2: 42P01"},
             Case{"SELECT false", "prisma/smoke/check.sql:1: its first column is false"},
             Case{"SELECT NULL", "prisma/smoke/check.sql:1: its first column is null"},
             Case{"VALUES (true), (false)", "prisma/smoke/check.sql:1: its first column is false"},
             Case{"SELECT 1/0", "prisma/smoke/check.sql:1: 22012 division by zero"},
             Case{"-- é\nSELECT\n  'é', nowhere.x\nFROM t", "prisma/smoke/check.sql:3: 42P01"},
             Case{"SELECT 1; SELECT 2", "prisma/smoke/check.sql:1: 42601 cannot insert multiple commands"},
             Case{"SELECT 1; COMMIT", "prisma/smoke/check.sql:1: 42601"},
             Case{"COPY t FROM STDIN", "COPY FROM STDIN has no data here"},
             Case{"COPY t TO STDOUT", ""},
         }) {
        const auto result = run(sql);
        EXPECT_EQ(result.ok, *error == '\0') << sql << ": " << result.error;
        EXPECT_THAT(result.error, HasSubstr(error)) << sql;
    }
    EXPECT_EQ(db().value("SELECT count(*) FROM t"), "0");
}

TEST_F(SmokeTest, ACommitOfItsOwnCommitsNothing) {
    db().run(
        "CREATE TABLE t (i int); CREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN INSERT INTO t VALUES (1); COMMIT; "
        "END $$");
    EXPECT_FALSE(run("CALL p()").ok);
    EXPECT_TRUE(run("COMMIT").ok);
    EXPECT_TRUE(run("SELECT true").ok) << "the session goes on";
    EXPECT_EQ(db().value("SELECT count(*) FROM t"), "0");
}

TEST_F(SmokeTest, HasATimeLimit) {
    const auto result = run("SELECT pg_sleep(20)", milliseconds(200));
    EXPECT_FALSE(result.ok);
    EXPECT_THAT(result.error, HasSubstr("57014 canceling statement due to statement timeout"));
    EXPECT_LT(result.ms, 1500);
}

TEST_F(SmokeTest, ALostSessionIsAFailedCheckAndTheNextOneConnectsAgain) {
    const auto result = run("SELECT pg_terminate_backend(pg_backend_pid())");
    EXPECT_FALSE(result.ok);
    EXPECT_THAT(result.error, StartsWith("prisma/smoke/check.sql:1: the connection"));
    EXPECT_TRUE(run("SELECT true").ok);
}

TEST_F(SmokeTest, LooksWhereTheAppLooks) {
    db().run("CREATE SCHEMA app; CREATE TABLE app.t (i int)");
    EXPECT_TRUE(run("SELECT count(*) FROM t", seconds(5), "schema=app").ok);
}

TEST_F(SmokeTest, UsesTheAppsOwnLogin) {
    const auto role = make_role("app");
    db().run("CREATE TABLE t (i int)");
    runner = smoke_runner(parse_url(url_as(role, "secret"), "DATABASE_URL", "/"), seconds(5), stop);
    EXPECT_THAT(run("INSERT INTO t VALUES (1)").error, HasSubstr("42501 permission denied for table t"));
    runner = smoke_runner(parse_url(url_as(role, "wrong"), "DATABASE_URL", "/"), seconds(5), stop);
    try {
        run("SELECT true");
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_refused);
    }
}

TEST_F(SmokeTest, ALoginThatNobodyAnswersEndsWithTheTimeThatIsLeft) {
    test::ScriptedServer server([](test::Peer& peer) { peer.hang(); });
    const auto silent = "postgresql://app@127.0.0.1:" + std::to_string(server.port()) + "/app";
    runner = smoke_runner(parse_url(silent, "DATABASE_URL", "/"), std::chrono::minutes(10), stop);
    try {
        runner->run({"check.sql", "prisma/smoke/check.sql", "SELECT true"}, seconds(5), milliseconds(200));
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
    }
}

}  // namespace
}  // namespace migration_guard::postgres
