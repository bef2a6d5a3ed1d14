#include "database_test.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <set>
#include <thread>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::IsSubsetOf;

class LedgerLookTest : public DatabaseTest {};

TEST_F(LedgerLookTest, AbsentInAnEmptyDatabaseWithTheFactsOfTheServer) {
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::absent);
    EXPECT_EQ(seen.server.database, database);
    EXPECT_EQ(seen.server.user, user);
    EXPECT_EQ(seen.server.schema, "public");
    EXPECT_TRUE(seen.server.schema_exists);
    EXPECT_TRUE(seen.server.can_create_in_schema);
    EXPECT_FALSE(seen.server.in_recovery);
    EXPECT_FALSE(seen.server.read_only);
    EXPECT_FALSE(seen.server.cockroach);
    EXPECT_FALSE(seen.server.prisma_contract);
    EXPECT_EQ(seen.server.transaction_pooler, "");
    EXPECT_EQ(seen.server.table_count, 0U);
    EXPECT_EQ(seen.server.version, db().value("SELECT split_part(current_setting('server_version'), ' ', 1)"));
    EXPECT_EQ(std::to_string(seen.server.version_number), db().value("SHOW server_version_num"));
    EXPECT_GT(seen.ledger_ms, 0);
    EXPECT_FALSE(seen.migrating.has_value());
    EXPECT_FALSE(seen.turn.has_value());
}

// Two replicas on an empty database: where the ledger stands is asked by more than one statement, and another session
// makes it in between. A look that falls there was told as a ledger in the wrong place (89).
TEST_F(LedgerLookTest, OneThatIsMadeMeanwhileIsNeverInTheWrongPlace) {
    std::atomic<bool> enough = false;
    std::thread maker([&] {
        while (!enough) {
            make_ledger();
            db().run("DROP TABLE _prisma_migrations");
        }
    });
    const auto opened = open(url());
    std::set<State> states;
    for (int i = 0; i < 300; ++i) states.insert(opened->look({}).ledger.state);
    enough = true;
    maker.join();
    EXPECT_THAT(states, IsSubsetOf({State::absent, State::present}));
}

TEST_F(LedgerLookTest, ReadsRowsOldestFirstWithTimesInUtc) {
    make_ledger();
    db().run("SET TimeZone = 'Asia/Tokyo'");
    add_row("2_failed", "NULL");
    db().run("UPDATE _prisma_migrations SET started_at = started_at + interval '1 hour', logs = E'line\\nline'");
    add_row("1_done", "'2025-11-03 10:00:01+01'");
    db().run(
        fmt::format("ALTER DATABASE {} SET TimeZone = 'America/New_York'; ALTER DATABASE {} SET DateStyle = 'German'",
                    database, database));

    const auto seen = look();
    ASSERT_EQ(seen.ledger.state, State::present) << seen.ledger.detail;
    ASSERT_EQ(seen.ledger.rows.size(), 2U);
    const auto& done = seen.ledger.rows[0];
    EXPECT_EQ(done.migration_name, "1_done");
    EXPECT_EQ(done.started_at.text(), "2025-11-03T09:00:00.123456Z");
    EXPECT_EQ(done.started_at.micros, 1'762'160'400'123'456);
    EXPECT_EQ(done.finished_at->text(), "2025-11-03T09:00:01.000000Z");
    EXPECT_FALSE(done.logs.has_value());
    EXPECT_FALSE(done.rolled_back_at.has_value());
    EXPECT_EQ(done.applied_steps_count, 1);
    EXPECT_EQ(done.checksum, std::string(64, 'a'));
    EXPECT_EQ(done.id.size(), 36U);
    EXPECT_EQ(seen.ledger.rows[1].logs, "line\nline");
    EXPECT_TRUE(seen.ledger.rows[1].is_unfinished());
}

TEST_F(LedgerLookTest, InfiniteTimesAndTimesWithoutZoneAreReadAsWell) {
    make_ledger();
    add_row("1_a", "'infinity'");
    db().run("ALTER TABLE _prisma_migrations ALTER started_at TYPE timestamp USING started_at AT TIME ZONE 'UTC'");
    db().run(fmt::format("ALTER DATABASE {} SET TimeZone = 'America/New_York'", database));
    const auto seen = look();
    ASSERT_EQ(seen.ledger.state, State::present) << seen.ledger.detail;
    EXPECT_EQ(seen.ledger.rows[0].finished_at->text(), "infinity");
    EXPECT_EQ(seen.ledger.rows[0].started_at.text(), "2025-11-03T09:00:00.123456Z");
}

TEST_F(LedgerLookTest, FollowsTheSchemaOfTheUrl) {
    db().run("CREATE SCHEMA \"My \"\"Shop\"");
    make_ledger("\"My \"\"Shop\"");
    EXPECT_EQ(look("schema=My+%22Shop").ledger.state, State::present);
    EXPECT_EQ(look("schema=My+%22Shop").server.schema, "My \"Shop");
    EXPECT_EQ(look().ledger.state, State::absent);
}

TEST_F(LedgerLookTest, AMissingSchemaIsAnAbsentLedger) {
    const auto seen = look("schema=nowhere");
    EXPECT_EQ(seen.ledger.state, State::absent);
    EXPECT_FALSE(seen.server.schema_exists);
    EXPECT_TRUE(seen.server.can_create_in_schema) << "as it may create schemas in the database";
}

TEST_F(LedgerLookTest, ALedgerInTheRolesOwnSchemaIsMisplaced) {
    // The first deploy of such a role put it there; the second one of Prisma fails with "already exists".
    db().run(fmt::format("CREATE SCHEMA {}", user));
    make_ledger(user);
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::misplaced);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("?schema=" + user));
}

TEST_F(LedgerLookTest, ARolesOwnSchemaWithoutLedgerWouldMisplaceIt) {
    db().run(fmt::format("CREATE SCHEMA {}", user));
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::misplaced);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("puts new tables into schema " + user));
    EXPECT_EQ(look("schema=public").ledger.state, State::absent) << "said in the URL, it is no matter of search paths";
}

TEST_F(LedgerLookTest, TwoLedgersOfWhichTheSearchPathHidesOneAreMisplaced) {
    make_ledger();
    db().run(fmt::format("CREATE SCHEMA {}", user));
    make_ledger(user);
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::misplaced);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("two ledgers"));
}

TEST_F(LedgerLookTest, ALedgerInAnotherListedSchemaIsMisplaced) {
    db().run("CREATE SCHEMA audit");
    make_ledger("audit");
    SnapshotRequest request;
    request.listed_schemas = {"public", "audit"};
    const auto seen = look("", request);
    EXPECT_EQ(seen.ledger.state, State::misplaced);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("audit"));
    EXPECT_EQ(look("schema=public", request).ledger.state, State::misplaced);
    EXPECT_EQ(look().ledger.state, State::absent) << "an unlisted schema is another app's";
}

TEST_F(LedgerLookTest, ALedgerOutsideOfTheSearchPathIsMisplaced) {
    make_ledger();
    db().run(fmt::format("ALTER DATABASE {} SET search_path = ''", database));
    EXPECT_EQ(look().ledger.state, State::misplaced);
    EXPECT_EQ(look("schema=public").ledger.state, State::present);
}

TEST_F(LedgerLookTest, AViewIsNotATable) {
    db().run("CREATE VIEW _prisma_migrations AS SELECT 1 AS id");
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::not_a_table);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("public._prisma_migrations is a view"));
}

TEST_F(LedgerLookTest, MissingAndForeignColumnsAreWrong) {
    make_ledger();
    db().run("ALTER TABLE _prisma_migrations DROP COLUMN rolled_back_at");
    auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::wrong_columns);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("rolled_back_at"));
    db().run("ALTER TABLE _prisma_migrations ADD COLUMN rolled_back_at text");
    add_row("1_a", "now()", "'soon'");
    EXPECT_EQ(look().ledger.state, State::wrong_columns);
}

TEST_F(LedgerLookTest, NullsThatPrismaCannotReadAreTold) {
    make_ledger();
    add_row("1_a", "now()");
    db().run("ALTER TABLE _prisma_migrations ALTER applied_steps_count DROP NOT NULL");
    db().run("UPDATE _prisma_migrations SET applied_steps_count = NULL");
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::null_values);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("1_a has no applied_steps_count"));
    EXPECT_THAT(seen.ledger.rows, IsEmpty());
}

TEST_F(LedgerLookTest, ADeniedLedgerIsNotAnAbsentOne) {
    make_ledger();
    const auto role = make_role("app");
    const auto seen = open(url_as(role, "secret"))->look({});
    EXPECT_EQ(seen.ledger.state, State::no_permission);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("42501"));
    EXPECT_FALSE(seen.server.can_create_in_schema);
}

TEST_F(LedgerLookTest, ADeniedSchemaIsNotAnAbsentLedger) {
    db().run("CREATE SCHEMA closed");
    const auto role = make_role("app");
    EXPECT_EQ(open(url_as(role, "secret", "schema=closed"))->look({}).ledger.state, State::no_permission);
}

TEST_F(LedgerLookTest, AClosedSchemaIsToldBeforeWhatStandsInIt) {
    make_ledger();
    db().run("REVOKE ALL ON SCHEMA public FROM PUBLIC");
    const auto role = make_role("app");
    for (const std::string query : {"", "schema=public"}) {
        const auto seen = open(url_as(role, "secret", query))->look({});
        EXPECT_EQ(seen.ledger.state, State::no_permission) << query;
        EXPECT_THAT(seen.ledger.detail, HasSubstr("no USAGE on schema public"));
        EXPECT_THAT(seen.ledger.remedy, HasSubstr("GRANT USAGE ON SCHEMA \"public\""));
    }
}

// Every row would look pending.
TEST_F(LedgerLookTest, ALedgerWhoseRowsAreHiddenIsNotAnEmptyOne) {
    make_ledger();
    add_row("1_a", "now()");
    const auto owner = make_role("own");
    const auto app = make_role("app");
    db().run(
        fmt::format("GRANT SELECT ON _prisma_migrations TO {1}; ALTER TABLE _prisma_migrations OWNER TO {0}; "
                    "ALTER TABLE _prisma_migrations ENABLE ROW LEVEL SECURITY",
                    owner, app));
    const auto state_for = [&](const std::string& role, const std::string& query) {
        return open(url_as(role, "secret", query))->look({}).ledger.state;
    };
    for (const std::string query : {"", "schema=public"}) {
        EXPECT_EQ(state_for(app, query), State::no_permission);
        EXPECT_EQ(state_for(owner, query), State::present);
    }
    const auto hidden = open(url_as(app, "secret"))->look({});
    EXPECT_THAT(hidden.ledger.detail, HasSubstr("row-level security"));
    EXPECT_THAT(hidden.ledger.remedy, HasSubstr("BYPASSRLS"));

    db().run("ALTER TABLE _prisma_migrations FORCE ROW LEVEL SECURITY");
    EXPECT_EQ(state_for(owner, ""), State::no_permission);
    db().run(fmt::format("ALTER ROLE {} BYPASSRLS", owner));
    EXPECT_EQ(state_for(owner, ""), State::present);
    db().run("CREATE POLICY seen ON _prisma_migrations FOR SELECT USING (true)");
    EXPECT_EQ(state_for(app, ""), State::present) << "an app that could read it before";
}

TEST_F(LedgerLookTest, ALedgerOfNumbersThatAreNoneIsUnusable) {
    db().run(
        "CREATE TABLE _prisma_migrations AS SELECT 'x'::text AS id, 'x'::text AS checksum, now() AS finished_at, "
        "'x'::text "
        "AS migration_name, ''::text AS logs, now() AS rolled_back_at, now() AS started_at, 'NaN'::numeric AS "
        "applied_steps_count");
    const auto seen = look();
    EXPECT_EQ(seen.ledger.state, State::wrong_columns);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("NaN"));
}

TEST_F(LedgerLookTest, CountsTheTablesThatMakeADatabaseNonEmpty) {
    db().run(
        "CREATE SCHEMA other; CREATE TABLE other.x (); CREATE TABLE a (); CREATE TABLE \"B\" (); CREATE VIEW v AS "
        "SELECT "
        "1; CREATE TABLE p (i int) PARTITION BY RANGE (i); CREATE TABLE spatial_ref_sys (); CREATE MATERIALIZED VIEW m "
        "AS SELECT 1");
    auto seen = look();
    EXPECT_EQ(seen.server.table_count, 2U);
    EXPECT_THAT(seen.server.tables, ElementsAre("public.B", "public.a"));
    SnapshotRequest request;
    request.listed_schemas = {"other"};
    EXPECT_EQ(look("", request).server.table_count, 3U);
    db().run("DO $$ BEGIN FOR i IN 1..30 LOOP EXECUTE 'CREATE TABLE t' || i || ' ()'; END LOOP; END $$");
    seen = look();
    EXPECT_EQ(seen.server.table_count, 32U);
    EXPECT_EQ(seen.server.tables.size(), 20U);
    make_ledger();
    EXPECT_EQ(look().server.table_count, 0U) << "with a ledger it does not matter";
}

TEST_F(LedgerLookTest, KnowsReadOnlyDatabasesAndPrisma8) {
    db().run("CREATE SCHEMA prisma_contract");
    db().run(fmt::format("ALTER DATABASE {} SET default_transaction_read_only = on", database));
    const auto seen = look();
    EXPECT_TRUE(seen.server.read_only);
    EXPECT_FALSE(seen.server.in_recovery);
    EXPECT_EQ(seen.server.read_only_because, "default_transaction_read_only is on (set by: database)");
    EXPECT_EQ(seen.server.read_only_remedy,
              fmt::format("ALTER DATABASE \"{}\" RESET default_transaction_read_only", database));

    const auto remedy_for = [this](const std::string& from_url) {
        return open(from_url)->look({}).server.read_only_remedy;
    };
    EXPECT_THAT(remedy_for(url("options=-c%20default_transaction_read_only%3Don")), HasSubstr("options= in the URL"));
    const auto role = make_role("app");
    db().run(fmt::format("ALTER DATABASE {} RESET default_transaction_read_only", database));
    EXPECT_EQ(look().server.read_only_because + look().server.read_only_remedy, "");
    db().run(fmt::format("ALTER ROLE {} SET default_transaction_read_only = on", role));
    EXPECT_THAT(remedy_for(url_as(role, "secret")), HasSubstr("ALTER ROLE \"" + role + "\" RESET"));
    db().run(
        fmt::format("ALTER ROLE {0} RESET ALL; ALTER ROLE {0} IN DATABASE {1} SET default_transaction_read_only = "
                    "on",
                    role, database));
    EXPECT_THAT(remedy_for(url_as(role, "secret")), HasSubstr("\" IN DATABASE \"" + database + "\" RESET"));
    EXPECT_TRUE(seen.server.prisma_contract);
}

TEST_F(LedgerLookTest, TellsWhoMigratesAndWhoHasTheTurn) {
    db().run("SET application_name = 'schema-engine'; SELECT pg_advisory_lock(72707369)");
    const auto opened = open(url());
    const auto turn = opened->try_turn();
    ASSERT_NE(turn, nullptr);
    const auto seen = opened->look({});
    ASSERT_TRUE(seen.migrating.has_value());
    EXPECT_EQ(seen.migrating->pid, db().backend_pid());
    EXPECT_EQ(seen.migrating->application, "schema-engine");
    EXPECT_EQ(seen.migrating->client, "127.0.0.1");
    EXPECT_EQ(seen.migrating->state, "idle");
    ASSERT_TRUE(seen.turn.has_value());
    EXPECT_EQ(seen.turn->application, "migration-guard");
}

TEST_F(LedgerLookTest, LocksOfOtherDatabasesAndOtherKeysAreNobodys) {
    test::Session elsewhere(server_url(user, password, host, port, "postgres"));
    elsewhere.run("SELECT pg_try_advisory_lock(72707369)");
    db().run("SELECT pg_advisory_lock(0, 72707369), pg_advisory_lock(72707370)");
    EXPECT_FALSE(look().migrating.has_value());
}

TEST_F(LedgerLookTest, WritesNothingAndTakesNoLock) {
    make_ledger();
    add_row("1_a", "now()");
    db().run("BEGIN; LOCK TABLE _prisma_migrations IN ROW EXCLUSIVE MODE");
    const auto before = db().value("SELECT pg_current_wal_insert_lsn()");
    const auto opened = open(url());
    EXPECT_EQ(opened->look({}).ledger.state, State::present);
    EXPECT_EQ(db().value("SELECT count(*) FROM pg_locks WHERE pid <> pg_backend_pid() AND database = (SELECT oid FROM "
                         "pg_database WHERE datname = current_database())"),
              "0");
    EXPECT_EQ(db().value("SELECT pg_current_xact_id_if_assigned() IS NULL"), "t");
    db().run("ROLLBACK");
}

TEST_F(LedgerLookTest, ProgressTellsRowsHolderAndBlockers) {
    make_ledger();
    add_row("1_a", "NULL");
    db().run("CREATE TABLE busy ()");
    test::Session blocker(url());
    blocker.run("BEGIN; LOCK TABLE busy");
    db().run("SELECT pg_advisory_lock(72707369)");
    db().send("ALTER TABLE busy ADD COLUMN x int");
    const auto opened = open(url());
    Progress progress;
    for (int i = 0; i < 100 && progress.blockers.empty(); ++i) progress = opened->progress();
    EXPECT_EQ(progress.rows.size(), 1U);
    ASSERT_TRUE(progress.migrating.has_value());
    EXPECT_EQ(progress.migrating->pid, db().backend_pid());
    EXPECT_TRUE(progress.waiting_for_lock);
    ASSERT_EQ(progress.blockers.size(), 1U);
    EXPECT_EQ(progress.blockers[0].pid, blocker.backend_pid());
    EXPECT_EQ(progress.blockers[0].state, "idle in transaction");
    blocker.run("ROLLBACK");
    EXPECT_TRUE(db().finish());
}

TEST_F(LedgerLookTest, ExternalTablesDoNotMakeADatabaseNonEmpty) {
    db().run("CREATE SCHEMA other; CREATE TABLE other.\"T.x\" (); CREATE TABLE a (); CREATE TABLE \"A\" ()");
    SnapshotRequest request;
    request.listed_schemas = {"other"};
    request.external_tables = {"other.T.x", "public.a", "gone.b", "c"};
    const auto seen = look("", request);
    EXPECT_EQ(seen.server.table_count, 1U);
    EXPECT_THAT(seen.server.tables, ElementsAre("public.A"));
}

TEST_F(LedgerLookTest, FindsRelationsAndEnumsInAllSchemas) {
    db().run(
        "CREATE SCHEMA app; CREATE TABLE app.\"User\" (); CREATE TABLE \"User\" (); CREATE VIEW app.\"Post\" AS SELECT "
        "1; CREATE TYPE app.\"Role\" AS ENUM ('a'); CREATE TABLE \"Role\" (); CREATE TYPE \"Other\" AS (i int)");
    const auto opened = open(url());
    auto found = opened->find_everywhere({"User", "Post", "Gone"}, {"Role", "User", "Other"});
    EXPECT_THAT(found.relations,
                ElementsAre(ObjectName{"app", "Post"}, ObjectName{"app", "User"}, ObjectName{"public", "User"}));
    EXPECT_THAT(found.enums, ElementsAre(ObjectName{"app", "Role"})) << "a table's own type and a composite are none";
    found = opened->find_everywhere({}, {"Role"});
    EXPECT_THAT(found.relations, IsEmpty());
    EXPECT_THAT(found.enums, ElementsAre(ObjectName{"app", "Role"}));
    EXPECT_THAT(opened->find_everywhere({}, {}).relations, IsEmpty());
}

}  // namespace
}  // namespace migration_guard::postgres
