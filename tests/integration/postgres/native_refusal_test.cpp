#include "native_apply_fixture.hpp"

#include <gmock/gmock.h>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

TEST_F(NativeApplyTest, TablesWithoutLedgerAreRefused) {
    db().run("CREATE TABLE old ()");
    add("1_a", "CREATE TABLE a ()");
    const auto outcome = apply();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::refused);
    EXPECT_EQ(outcome.code, ExitCode::ledger_missing);
    EXPECT_THAT(outcome.message, HasSubstr("public.old"));
    EXPECT_FALSE(exists("_prisma_migrations"));
}

TEST_F(NativeApplyTest, AFailedRowOfAnyNameIsRefused) {
    make_ledger();
    add_row("0_unknown", "NULL");
    add("1_a", "CREATE TABLE a ()");
    const auto outcome = apply();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::refused);
    EXPECT_EQ(outcome.code, ExitCode::migration_failed);
    EXPECT_THAT(outcome.message, HasSubstr("0_unknown"));
}

TEST_F(NativeApplyTest, AMisplacedLedgerIsRefused) {
    db().run(fmt::format("CREATE SCHEMA {}", user));
    add("1_a", "CREATE TABLE a ()");
    EXPECT_EQ(apply().code, ExitCode::ledger_unusable);
}

TEST_F(NativeApplyTest, NoRightToCreateTheLedgerIsRefused) {
    const auto role = make_role("app");
    add("1_a", "CREATE TABLE a ()");
    const auto outcome = apply(options(url_as(role, "secret")));
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::refused);
    EXPECT_EQ(outcome.code, ExitCode::database_refused);
    EXPECT_THAT(outcome.message, HasSubstr("42501"));
}

// Whoever audits or constrains the ledger is named, whenever the server tells.
TEST_F(NativeApplyTest, WhatRefusesTheRowIsTold) {
    add("1_a", "CREATE TABLE a ()");
    const std::string raise =
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'audited'; END$$; ";
    for (const auto& [refuse, told] : std::vector<std::pair<std::string, std::string>>{
             {"ALTER TABLE _prisma_migrations ADD extra int NOT NULL", "23502"},
             {raise + "CREATE TRIGGER refuse BEFORE INSERT ON _prisma_migrations EXECUTE FUNCTION refuse()", "audited"},
             {raise + "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON _prisma_migrations DEFERRABLE INITIALLY "
                      "DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()",
              "audited"}}) {
        make_ledger();
        db().run(refuse);
        const auto outcome = apply();
        EXPECT_THAT(outcome.message, MatchesRegex("migration 1_a: writing the ledger failed: .*" + told + ".*"));
        EXPECT_THAT(outcome.hint, HasSubstr("take it off"));
        EXPECT_FALSE(exists("a"));
        db().run("DROP TABLE _prisma_migrations; DROP FUNCTION IF EXISTS refuse()");
    }
}

// What cannot be recorded would run again at the next start.
TEST_F(NativeApplyTest, NothingRunsThatTheLedgerCannotRecord) {
    const auto role = make_role("app");
    add("1_a", "CREATE TABLE a ()");
    for (const std::string kept :
         {"CREATE RULE kept AS ON INSERT TO _prisma_migrations DO INSTEAD NOTHING",
          "CREATE RULE kept AS ON UPDATE TO _prisma_migrations DO INSTEAD NOTHING",
          "CREATE POLICY written ON _prisma_migrations FOR INSERT WITH CHECK (true); CREATE POLICY seen ON "
          "_prisma_migrations FOR SELECT USING (true); ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY"}) {
        make_ledger();
        db().run(
            fmt::format("GRANT ALL ON SCHEMA public TO {0}; GRANT ALL ON _prisma_migrations TO {0}; {1}", role, kept));
        const auto outcome = apply(options(url_as(role, "secret")));
        EXPECT_TRUE(outcome.status != 0 || outcome.kind == ApplyOutcome::Kind::refused) << kept;
        EXPECT_THAT(outcome.message, HasSubstr("row-level security")) << kept;
        EXPECT_FALSE(exists("a")) << kept;
        db().run("DROP TABLE _prisma_migrations CASCADE");
    }
}

TEST_F(NativeApplyTest, ABusyLockIsTriedForAndNeverWaitedIn) {
    db().run("SET application_name = 'schema-engine'; SELECT pg_advisory_lock(72707369)");
    add("1_a", "CREATE TABLE a ()");
    auto made = options(url());
    made.prisma_lock_timeout = milliseconds(400);
    const auto applying = start(made);
    for (int i = 0; i < 10; ++i) {
        EXPECT_EQ(
            db().value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                       "database = (SELECT oid FROM pg_database WHERE datname = current_database()) AND NOT granted"),
            "0");
        std::this_thread::sleep_for(milliseconds(30));
    }
    const auto outcome = finish(*applying);
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::refused);
    EXPECT_EQ(outcome.code, ExitCode::turn_timeout);
    EXPECT_THAT(outcome.message, HasSubstr("schema-engine"));
    EXPECT_FALSE(exists("_prisma_migrations"));
}

TEST_F(NativeApplyTest, WaitsForALockThatIsGivenUpInTime) {
    db().run("SELECT pg_advisory_lock(72707369)");
    add("1_a", "CREATE TABLE a ()");
    const auto applying = start(options(url()));
    EXPECT_FALSE(applying->wait(milliseconds(200)));
    db().run("SELECT pg_advisory_unlock(72707369)");
    EXPECT_EQ(finish(*applying).status, 0);
}

TEST_F(NativeApplyTest, AMissingScriptStopsBeforeItsRow) {
    add("1_a", "CREATE TABLE a ()");
    add("2_b", "");
    bundle.migrations[1].has_script = false;
    const auto outcome = apply();
    EXPECT_EQ(outcome.code, ExitCode::bundle_unreadable);
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 1"));
}

TEST_F(NativeApplyTest, AnUnreachableServerIsRefused) {
    add("1_a", "CREATE TABLE a ()");
    const auto outcome = apply(options(server_url(user, password, host, 1, database)));
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::refused);
    EXPECT_EQ(outcome.code, ExitCode::database_unreachable);
}

TEST_F(NativeApplyTest, ASessionThatTheServerEndsIsTold) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(30)");
    const auto applying = start(options(url()));
    wait_for_query("pg_sleep(30)");
    db().run(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND datname = "
        "current_database() AND pid <> "
        "pg_backend_pid() AND datname = current_database()");
    const auto outcome = finish(*applying);
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::ended);
    EXPECT_EQ(outcome.failed_migration, "1_a");
    EXPECT_THAT(outcome.message, HasSubstr("57P01"));
    EXPECT_THAT(ledger(), ElementsAre("1_a 0"));
}

}  // namespace
}  // namespace migration_guard::postgres
