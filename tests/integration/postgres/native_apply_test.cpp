#include "database_test.hpp"

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

class KeptJournal : public Journal {
public:
    void event(Level, const std::string&, const std::string& text, const std::vector<Field>& fields) override {
        std::string line = text;
        for (const auto& field : fields) line += " " + field.key + "=" + field.value;
        lines.push_back(line);
    }
    void state(const std::string& phase, const std::string& detail) override { states.push_back(phase + " " + detail); }

    std::vector<std::string> lines;
    std::vector<std::string> states;
};

class NativeApplyTest : public DatabaseTest {
protected:
    void add(const std::string& name, const std::string& script) {
        BundledMigration migration;
        migration.name = name;
        migration.has_script = true;
        migration.script = script;
        migration.checksums.as_is = std::string(64, 'c');
        bundle.migrations.push_back(migration);
    }

    [[nodiscard]] ApplyRequest request() const {
        ApplyRequest made;
        made.bundle = &bundle;
        for (const auto& migration : bundle.migrations) made.pending.push_back(migration.name);
        return made;
    }

    std::unique_ptr<Applying> start(const PostgresOptions& made) {
        migrator = native_migrator(made, stop, journal);
        return migrator->start(request());
    }

    ApplyOutcome apply(const std::string& query = "") { return apply(options(url(query))); }
    ApplyOutcome apply(const PostgresOptions& made) { return finish(*start(made)); }

    static ApplyOutcome finish(Applying& applying, Duration limit = seconds(20)) {
        const auto begun = std::chrono::steady_clock::now();
        while (!applying.wait(milliseconds(50))) {
            if (std::chrono::steady_clock::now() - begun > limit) {
                ADD_FAILURE() << "the apply does not end";
                applying.end();
                break;
            }
        }
        return applying.outcome();
    }

    /// Waits until a script of this text runs.
    void wait_for_query(const std::string& part) {
        for (int i = 0; i < 200; ++i) {
            if (db().value(fmt::format("SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE "
                                       "'%{}%' AND pid <> pg_backend_pid()",
                                       part)) != "0") {
                return;
            }
            std::this_thread::sleep_for(milliseconds(20));
        }
        ADD_FAILURE() << "no such query: " << part;
    }

    /// One line a row: what is set, and the count.
    std::vector<std::string> ledger(const std::string& table = "_prisma_migrations") {
        std::vector<std::string> lines;
        for (const auto& row : db().rows(fmt::format(
                 "SELECT migration_name || CASE WHEN finished_at IS NULL THEN '' ELSE ' finished' END || CASE WHEN "
                 "rolled_back_at IS NULL THEN '' ELSE ' rolledBack' END || CASE WHEN logs IS NULL THEN '' ELSE ' logs' "
                 "END "
                 "|| ' ' || applied_steps_count FROM {} ORDER BY started_at",
                 table))) {
            lines.push_back(row[0].value_or("NULL"));
        }
        return lines;
    }

    std::string logs() { return db().value("SELECT logs FROM _prisma_migrations ORDER BY started_at DESC LIMIT 1"); }

    bool exists(const std::string& relation) {
        return db().value(fmt::format("SELECT to_regclass('{}') IS NOT NULL", relation)) == "t";
    }

    Bundle bundle;
    KeptJournal journal;
    std::unique_ptr<Migrator> migrator;
};

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
    EXPECT_EQ(db().value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                         "database = (SELECT oid FROM pg_database WHERE datname = current_database())"),
              "0");
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
    EXPECT_THAT(outcome.hint, HasSubstr("migration-guard resolve --rolled-back 1_a"));
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

// Refusals: before any row.

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
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(30)%' AND pid <> "
        "pg_backend_pid() AND datname = current_database()");
    const auto outcome = finish(*applying);
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::ended);
    EXPECT_EQ(outcome.failed_migration, "1_a");
    EXPECT_THAT(outcome.message, HasSubstr("57P01"));
    EXPECT_THAT(ledger(), ElementsAre("1_a 0"));
}

// Stopping.

TEST_F(NativeApplyTest, NothingFurtherLetsTheRunningScriptFinish) {
    add("1_a", "CREATE TABLE a (); SELECT pg_sleep(0.5)");
    add("2_b", "CREATE TABLE b ()");
    const auto applying = start(options(url()));
    wait_for_query("pg_sleep(0.5)");
    applying->begin_nothing_further();
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
    const auto applying = start(options(url()));
    wait_for_query("pg_sleep(30)");
    applying->begin_nothing_further();
    EXPECT_TRUE(opened->cancel_migration(seconds(5)));
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
