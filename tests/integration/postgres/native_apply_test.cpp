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

TEST_F(NativeApplyTest, CreatesTheLedgerAsPrismaDoesAndAppliesInOrder) {
    add("1_a", "CREATE TABLE a (i int); INSERT INTO a VALUES (1);");
    add("2_b", "ALTER TABLE a ADD COLUMN j int;");
    add("3_empty", "");
    add("4_comment", "-- nothing\n");
    const auto outcome = apply();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::ended);
    EXPECT_EQ(outcome.status, 0) << outcome.message;
    EXPECT_THAT(ledger(),
                ElementsAre("1_a finished 1", "2_b finished 1", "3_empty finished 1", "4_comment finished 1"));
    EXPECT_EQ(
        db().value("SELECT bool_and(id ~ '^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$' AND "
                   "checksum = repeat('c', 64) AND started_at <= finished_at AND finished_at BETWEEN now() - interval "
                   "'1 min' AND clock_timestamp()) FROM _prisma_migrations"),
        "t");
    EXPECT_EQ(
        db().value("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod) || ' ' || attnotnull, ', ' "
                   "ORDER BY attnum) FROM pg_attribute WHERE attrelid = '_prisma_migrations'::regclass AND attnum > 0"),
        "id character varying(36) true, checksum character varying(64) true, finished_at timestamp with time zone "
        "false, migration_name character varying(255) true, logs text false, rolled_back_at timestamp with time zone "
        "false, started_at timestamp with time zone true, applied_steps_count integer true");
    EXPECT_EQ(db().value("SELECT conname FROM pg_constraint WHERE conrelid = '_prisma_migrations'::regclass"),
              "_prisma_migrations_pkey");
    EXPECT_THAT(journal.lines, Contains("applying migration migration=2_b progress=2 of 4"));
    EXPECT_THAT(journal.states, Contains("migrating 2_b (2 of 4)"));
    EXPECT_THAT(journal.lines, Contains(StartsWith("migration applied migration=4_comment progress=4 of 4 took=")));
    const auto* const locks =
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
        "database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for (int i = 0; i < 100 && db().value(locks) != "0"; ++i) {  // the server takes a moment to see that we have gone
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    EXPECT_EQ(db().value(locks), "0");
}

TEST_F(NativeApplyTest, FollowsTheSchemaOfTheUrl) {
    db().run("CREATE SCHEMA \"App\"");
    add("1_a", "CREATE TABLE a (i int)");
    EXPECT_EQ(apply("schema=App").status, 0);
    EXPECT_TRUE(exists("\"App\".a"));
    EXPECT_THAT(ledger("\"App\"._prisma_migrations"), ElementsAre("1_a finished 1"));
    EXPECT_FALSE(exists("public.a"));
}

TEST_F(NativeApplyTest, AppliesOnlyWhatIsStillPending) {
    make_ledger();
    add_row("1_a", "now()");
    add_row("2_b", "NULL", "now()");
    add("1_a", "SELECT 1/0");
    add("2_b", "CREATE TABLE b ()");
    EXPECT_EQ(apply().status, 0);
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 1", "2_b rolledBack 1", "2_b finished 1"));
}

TEST_F(NativeApplyTest, AFailingScriptLeavesNothingButItsRowWithPrismasText) {
    add("1_a", "CREATE TABLE a (i int);\n\nINSERT INTO nowhere VALUES (1);");
    add("2_b", "CREATE TABLE b ()");
    const auto outcome = apply();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::ended);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.code, ExitCode::apply_failed);
    EXPECT_EQ(outcome.failed_migration, "1_a");
    EXPECT_EQ(outcome.message, "migration 1_a failed: 42P01 relation \"nowhere\" does not exist");
    EXPECT_EQ(outcome.hint, "") << "the words for a failed row say what to do";
    EXPECT_FALSE(outcome.cancelled_clean);
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
    EXPECT_FALSE(exists("a"));
    EXPECT_FALSE(exists("b"));
    EXPECT_THAT(logs(), MatchesRegex(
                            "A migration failed to apply\\. .*migrate-resolve\n\nMigration name: 1_a\n\nDatabase error "
                            "code: 42P01\n\nDatabase error:\nERROR: relation \"nowhere\" does not exist\n\nPosition:\n"
                            ".*  3.* INSERT INTO nowhere VALUES .*\n\nDbError \\{ severity: \"ERROR\", "
                            "parsed_severity: Some\\(Error\\), code: SqlState\\(E42P01\\), .*position: "
                            "Some\\(Original\\(38\\)\\).*file: Some\\(\"parse_relation.c\"\\), line: Some\\([0-9]+\\), "
                            "routine: Some\\(\"parserOpenTable\"\\) \\}"));
}

TEST_F(NativeApplyTest, AFailureLaterKeepsWhatWasAppliedBefore) {
    add("1_a", "CREATE TABLE a (i int)");
    add("2_b", "CREATE TABLE b (); SELECT 1/0");
    add("3_c", "CREATE TABLE c ()");
    const auto outcome = apply();
    EXPECT_EQ(outcome.failed_migration, "2_b");
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 1", "2_b logs 0"));
    EXPECT_TRUE(exists("a"));
    EXPECT_FALSE(exists("b"));
    EXPECT_FALSE(exists("c"));
}

TEST_F(NativeApplyTest, OwnTransactionsWork) {
    add("1_whole", "BEGIN; CREATE TABLE a (); COMMIT;");
    add("2_fails_inside", "BEGIN; CREATE TABLE b (); SELECT 1/0; COMMIT;");
    const auto outcome = apply();
    EXPECT_EQ(outcome.failed_migration, "2_fails_inside");
    EXPECT_THAT(ledger(), ElementsAre("1_whole finished 1", "2_fails_inside logs 0"))
        << "where Prisma's own bookkeeping ends in 25P02 and loses the logs";
    EXPECT_THAT(logs(), HasSubstr("Database error code: 22012"));
    EXPECT_TRUE(exists("a"));
    EXPECT_FALSE(exists("b"));
}

TEST_F(NativeApplyTest, ATransactionLeftOpenIsAFailure) {
    add("1_a", "BEGIN; CREATE TABLE a ();");
    const auto outcome = apply();
    EXPECT_EQ(outcome.code, ExitCode::apply_failed);
    EXPECT_THAT(outcome.message, HasSubstr("BEGIN without COMMIT"));
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
    EXPECT_THAT(logs(), HasSubstr("Database error code: none"));
    EXPECT_FALSE(exists("a"));
}

TEST_F(NativeApplyTest, WhatWasCommittedBeforeTheFailureStays) {
    add("1_a", "BEGIN; CREATE TABLE a (); COMMIT; SELECT 1/0;");
    EXPECT_EQ(apply().status, 1);
    EXPECT_TRUE(exists("a"));
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
}

TEST_F(NativeApplyTest, CopyFromStdinEndsInAnErrorAndCopyToStdoutIsDropped) {
    add("1_out", "CREATE TABLE a (i int); INSERT INTO a SELECT generate_series(1, 100000); COPY a TO STDOUT;");
    add("2_in", "CREATE TABLE b (i int); COPY b FROM STDIN;");
    const auto outcome = apply();
    EXPECT_EQ(outcome.failed_migration, "2_in");
    EXPECT_THAT(outcome.message, HasSubstr("COPY FROM STDIN has no data here"));
    EXPECT_FALSE(outcome.cancelled_clean) << "COPY's error has the SQLSTATE of a cancel";
    EXPECT_THAT(ledger(), ElementsAre("1_out finished 1", "2_in logs 0"));
    EXPECT_FALSE(exists("b"));
}

TEST_F(NativeApplyTest, AChangedSearchPathOrRoleOrEncodingIsPutBack) {
    const auto role = make_role("other");
    add("1_dump",
        "SELECT pg_catalog.set_config('search_path', '', false); CREATE TABLE public.a (i int); SET "
        "client_encoding = 'LATIN1'; SET default_transaction_read_only = on;");
    add("2_role", "CREATE TABLE b (i int); SET ROLE " + role + ";");
    add("3_login", "CREATE TABLE c (\"é\" int); SET SESSION AUTHORIZATION " + role + ";");
    add("4_discard", "DISCARD ALL;");
    add("5_unlock", "SELECT pg_advisory_unlock_all();");
    add("6_last", "CREATE TABLE d (i int)");
    const auto outcome = apply();
    EXPECT_EQ(outcome.status, 0) << outcome.message;
    EXPECT_EQ(ledger().size(), 6U);
    for (const char* const table : {"public.a", "public.b", "public.c", "public.d"})
        EXPECT_TRUE(exists(table)) << table;
    EXPECT_EQ(db().value("SELECT attname FROM pg_attribute WHERE attrelid = 'c'::regclass AND attnum = 1"), "é");
}

TEST_F(NativeApplyTest, AZeroByteIsAFailureAsWithPrisma) {
    add("1_a", std::string("CREATE TABLE a ();\0 SELECT 1", 28));
    const auto outcome = apply();
    EXPECT_EQ(outcome.failed_migration, "1_a");
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
    EXPECT_THAT(logs(), HasSubstr("Database error code: none"));
    EXPECT_FALSE(exists("a"));
}

TEST_F(NativeApplyTest, ConcurrentIndexesWorkAloneAndHaveAHintInCompany) {
    add("1_table", "CREATE TABLE a (i int)");
    add("2_alone", "-- by itself\nCREATE INDEX CONCURRENTLY a_i ON a (i);\n");
    add("3_company", "CREATE INDEX CONCURRENTLY a_j ON a (i); SELECT 1;");
    const auto opened = open(url());
    const auto turn = opened->try_turn();  // an idle READ COMMITTED holder must not stall it
    ASSERT_NE(turn, nullptr);
    const auto outcome = apply();
    EXPECT_EQ(outcome.failed_migration, "3_company");
    EXPECT_THAT(outcome.message, HasSubstr("25001"));
    EXPECT_THAT(outcome.hint, HasSubstr("only one of its migration"));
    EXPECT_EQ(db().value("SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_i'::regclass"), "t");
}

TEST_F(NativeApplyTest, ANewEnumValueUsedAtOnceHasAHint) {
    add("1_a", "CREATE TYPE e AS ENUM ('a')");
    add("2_b", "ALTER TYPE e ADD VALUE 'b'; SELECT 'b'::e;");
    const auto outcome = apply();
    EXPECT_THAT(outcome.message, HasSubstr("55P04"));
    EXPECT_THAT(outcome.hint, HasSubstr("migration of its own"));
}

TEST_F(NativeApplyTest, LargeResultsAndNoticesAreDropped) {
    add("1_a", "DO $$ BEGIN RAISE WARNING 'noise'; END $$; SELECT repeat('x', 100000) FROM generate_series(1, 500);");
    EXPECT_EQ(apply().status, 0);
}

TEST_F(NativeApplyTest, LimitsHoldInTheSessionThatMigrates) {
    add("1_a",
        "CREATE TABLE limits AS SELECT current_setting('lock_timeout') l, current_setting('statement_timeout') s");
    auto made = options(url());
    made.migration_lock_timeout = milliseconds(1500);
    made.migration_statement_timeout = seconds(60);
    EXPECT_EQ(apply(made).status, 0);
    EXPECT_EQ(db().value("SELECT l || ' ' || s FROM limits"), "1500ms 1min");
}

TEST_F(NativeApplyTest, ALockTimeoutIsAFailureLikeAnyOther) {
    db().run("CREATE TABLE busy ()");
    make_ledger();
    add("1_a", "ALTER TABLE busy ADD COLUMN i int");
    test::Session blocker(url());
    blocker.run("BEGIN; LOCK TABLE busy");
    auto made = options(url());
    made.migration_lock_timeout = milliseconds(200);
    const auto outcome = apply(made);
    EXPECT_EQ(outcome.code, ExitCode::apply_failed);
    EXPECT_THAT(outcome.message, HasSubstr("55P03"));
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
}

TEST_F(NativeApplyTest, AServersStatementTimeoutIsNoCancelOfOurs) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(10)");
    auto made = options(url());
    made.migration_statement_timeout = milliseconds(300);
    const auto outcome = apply(made);
    EXPECT_THAT(outcome.message, HasSubstr("57014"));
    EXPECT_FALSE(outcome.cancelled_clean);
    EXPECT_THAT(ledger(), ElementsAre("1_a logs 0"));
}

}  // namespace
}  // namespace migration_guard::postgres
