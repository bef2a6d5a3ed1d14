#include "native_apply_fixture.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

TEST_F(NativeApplyTest, NothingFurtherLetsTheRunningScriptFinish) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(0.5)");
    add("2_b", "CREATE TABLE b ()");
    const auto applying = start(options(url()));
    wait_for_query("pg_sleep(0.5)");
    applying->begin_nothing_further();
    EXPECT_TRUE(applying->heeds_begin_nothing_further());
    const auto outcome = finish(*applying);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.message, HasSubstr("stopped before migration 2_b"));
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 1"));
}

TEST_F(NativeApplyTest, ACancelAfterAStopLeavesARowThatIsAppliedAgain) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(30); CREATE TABLE a2 ()");
    auto applying = start(options(url()));
    wait_for_query("pg_sleep(30)");
    applying->begin_nothing_further();
    applying->end();
    applying->end();
    auto outcome = finish(*applying, seconds(5));
    EXPECT_TRUE(outcome.cancelled_clean);
    EXPECT_EQ(outcome.failed_migration, "1_a");
    EXPECT_THAT(ledger(), ElementsAre("1_a rolledBack logs 0"));
    EXPECT_THAT(logs(), HasSubstr("57014"));
    EXPECT_FALSE(exists("a"));

    bundle.migrations[0].script = "CREATE TABLE a ()";
    EXPECT_EQ(apply().status, 0);
    EXPECT_THAT(ledger(), ElementsAre("1_a rolledBack logs 0", "1_a finished 1"));
}

TEST_F(NativeApplyTest, TheGuardsOwnCancelOnTheServerIsTheSame) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(30)");
    const auto opened = open(url());
    auto named = options(url());
    named.migration_session = "migration-guard 0123abcd";
    const auto applying = start(named);
    wait_for_query("pg_sleep(30)");
    applying->begin_nothing_further();
    EXPECT_EQ(opened->cancel_migration("migration-guard 0123abcd", seconds(5)), Cancelled::ended);
    EXPECT_TRUE(finish(*applying, seconds(5)).cancelled_clean);
    EXPECT_THAT(ledger(), ElementsAre("1_a rolledBack logs 0"));
}

TEST_F(NativeApplyTest, AScriptThatMayHaveCommittedStaysFailed) {
    for (const std::string script : {"BEGIN; CREATE TABLE a (); COMMIT; SELECT pg_sleep(30);",
                                     "DO $$ BEGIN CREATE TABLE b (); COMMIT; PERFORM pg_sleep(30); END $$;"}) {
        add("1_a", script);
        const auto applying = start(options(url()));
        wait_for_query("pg_sleep(30)");
        applying->begin_nothing_further();
        applying->end();
        EXPECT_FALSE(finish(*applying, seconds(5)).cancelled_clean) << script;
        EXPECT_THAT(ledger(), ElementsAre("1_a logs 0")) << script;
        bundle.migrations.clear();
        db().run("DROP TABLE _prisma_migrations; DROP TABLE IF EXISTS a, b");
    }
}

TEST_F(NativeApplyTest, ACancelledConcurrentIndexStaysFailedSinceItLeavesAnInvalidIndex) {
    db().run("CREATE TABLE a (i int)");
    make_ledger();
    add("1_a", "CREATE INDEX CONCURRENTLY a_i ON a (i)");
    test::Session blocker(url());
    blocker.run("BEGIN; INSERT INTO a VALUES (1)");
    const auto applying = start(options(url()));
    wait_for_query("CONCURRENTLY");
    applying->begin_nothing_further();
    applying->end();
    EXPECT_FALSE(finish(*applying, seconds(5)).cancelled_clean);
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
}

TEST_F(NativeApplyTest, EndWithoutAStopLeavesTheRowFailed) {
    add("1_a", "SELECT pg_sleep(30)");
    const auto applying = start(options(url()));
    wait_for_query("pg_sleep(30)");
    applying->end();
    const auto outcome = finish(*applying, seconds(5));
    EXPECT_FALSE(outcome.cancelled_clean);
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
}

TEST_F(NativeApplyTest, EndsWhileItTriesForTheLock) {
    db().run("SELECT pg_advisory_lock(72707369)");
    add("1_a", "SELECT 1");
    const auto applying = start(options(url()));
    EXPECT_FALSE(applying->wait(milliseconds(100)));
    applying->end();
    EXPECT_EQ(finish(*applying, seconds(2)).status, 1);
    EXPECT_FALSE(exists("_prisma_migrations"));
}

TEST_F(NativeApplyTest, WaitReturnsEarlyWhenAStopSignalArrives) {
    add("1_a", "SELECT pg_sleep(2)");
    const auto applying = start(options(url()));
    wait_for_query("pg_sleep(2)");
    while (!journal.states.empty() && applying->wait(milliseconds(1))) {
    }
    applying->wait(milliseconds(1));
    std::thread raise([this] {
        std::this_thread::sleep_for(milliseconds(100));
        stop.raise(15);
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE(applying->wait(seconds(2)));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(1));
    raise.join();
    EXPECT_EQ(finish(*applying).status, 0) << "it goes on, and the later waits are not ended at once";
}

TEST_F(NativeApplyTest, TwoAtOnceApplyOnce) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(0.3)");
    const auto first = start(options(url()));
    const auto kept = std::move(migrator);
    const auto second = start(options(url()));
    EXPECT_EQ(finish(*first).status, 0);
    EXPECT_EQ(finish(*second).status, 0);
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 1"));
}

TEST_F(NativeApplyTest, IsAlwaysReady) {
    const auto native = native_migrator(options(url()), stop, journal);
    EXPECT_EQ(native->not_ready(), "");
    EXPECT_EQ(native->name(), "native");
}

}  // namespace
}  // namespace migration_guard::postgres
