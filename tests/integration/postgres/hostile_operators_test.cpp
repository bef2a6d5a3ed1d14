#include "database_test.hpp"

#include "base/failure.hpp"
#include "ledger/bundle.hpp"

#include <gmock/gmock.h>

namespace migration_guard::postgres {
namespace {

using testing::Key;
using testing::UnorderedElementsAre;

/// Every operator of pg_catalog stands in the schema evil too, first on the search path, and between any two of the
/// types that a catalogue has where pg_catalog has none: an exact match is taken wherever it stands. All of them raise.
constexpr auto evil_operators = R"(
CREATE SCHEMA evil;
DO $do$
DECLARE o record; n int := 0;
BEGIN
  FOR o IN
    SELECT oprname AS name, format_type(oprleft, NULL) AS l, format_type(oprright, NULL) AS r,
           format_type(oprresult, NULL) AS result
    FROM pg_operator WHERE oprnamespace = 'pg_catalog'::regnamespace AND oprkind = 'b'
    UNION ALL
    SELECT u.name, format_type(l.oid, NULL), format_type(r.oid, NULL), 'boolean'
    FROM unnest('{=,<>,<,>,<=,>=,||,~~,!~~,~,+,-,*}'::text[]) u (name), pg_type l, pg_type r
    WHERE l.oid::regtype = ANY ('{name,oid,text,"\"char\"",int2,int4,int8,float8,bool,timestamptz,varchar}'::regtype[])
      AND r.oid::regtype = ANY ('{name,oid,text,"\"char\"",int2,int4,int8,float8,bool,timestamptz,varchar}'::regtype[])
      AND NOT EXISTS (SELECT FROM pg_operator p WHERE p.oprname = u.name AND p.oprleft = l.oid AND p.oprright = r.oid)
  LOOP
    n := n + 1;
    EXECUTE format('CREATE FUNCTION evil.f%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN RAISE ''evil %s''; '
                   'END $f$', n, o.l, o.r, o.result, replace(o.name, '%', '%%'));
    EXECUTE format('CREATE OPERATOR evil.%s (FUNCTION = evil.f%s, LEFTARG = %s, RIGHTARG = %s)',
                   o.name, n, o.l, o.r);
  END LOOP;
END $do$)";

class HostileOperators : public DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        db().run(evil_operators);
        db().run(fmt::format("ALTER DATABASE {} SET search_path = evil, pg_catalog, public", database));
    }
};

TEST_F(HostileOperators, AreThere) {
    test::Session app(url());
    for (const char* const sql : {"SELECT 'a'::name = 'a'::name", "SELECT 1::oid IN (1)", "SELECT 1 <> 2",
                                  "SELECT 'a' || 'b'::name", "SELECT CASE 'a'::\"char\" WHEN 'a' THEN 1 END"})
        EXPECT_THROW(app.run(sql), std::exception) << sql;
}

TEST_F(HostileOperators, DoNotReachALook) {
    make_ledger();
    add_row("20250101000000_init", "now()");
    const auto login = make_role("login");
    db().run(fmt::format(
        "CREATE TYPE mood AS ENUM ('a'); CREATE SCHEMA other; CREATE TYPE other.kind AS ENUM ('x'); CREATE DOMAIN d AS "
        "varchar(3); CREATE TABLE t (a serial, m mood, k other.kind, ks other.kind[], d d, i int GENERATED ALWAYS AS "
        "IDENTITY); GRANT INSERT ON t TO {}; ALTER ROLE {} SET role = {}",
        login, login, login));
    auto made = options(url("schema=public"));
    made.app_role = login;
    SnapshotRequest request{{{""}, {"t"}, {"mood"}}, {"other"}, {"public.x"}, true};
    const auto seen = open(made)->look(request);
    EXPECT_EQ(seen.ledger.state, LedgerReading::State::present) << seen.ledger.detail;
    EXPECT_EQ(seen.ledger.rows.size(), 1U);
    const auto& columns = seen.catalogue.relations.at({"public", "t"}).columns;
    EXPECT_EQ(columns.at("d").type, "character varying");
    EXPECT_EQ(columns.at("k").type, "kind");
    EXPECT_EQ(columns.at("a").closed_sequence, "public.t_a_seq");
    EXPECT_TRUE(columns.at("i").has_default);
    EXPECT_FALSE(columns.at("m").can_read);
    EXPECT_THAT(seen.catalogue.enums, UnorderedElementsAre(Key(ObjectName{"public", "mood"})));
}

TEST_F(HostileOperators, DoNotReachAFirstLook) {
    db().run("CREATE TABLE t (a int)");
    const auto seen = look("schema=public");
    EXPECT_EQ(seen.ledger.state, LedgerReading::State::absent);
    EXPECT_THAT(seen.server.tables, testing::ElementsAre("public.t"));
}

TEST_F(HostileOperators, DoNotHideWhoMigrates) {
    make_ledger();
    test::Session migrating(url());
    migrating.run("SET application_name = 'migration-guard-migrate-1'");
    migrating.run("SELECT pg_advisory_lock(72707369)");
    const auto opened = open(url("schema=public"));
    const auto seen = opened->look({{}, {}, {}, true});
    ASSERT_TRUE(seen.migrating);
    EXPECT_EQ(seen.migrating->pid, migrating.backend_pid());
}

TEST_F(HostileOperators, DoNotHideWhoLocksTheLedger) {
    make_ledger();
    db().run("BEGIN; LOCK TABLE _prisma_migrations");
    const auto opened = open(url("schema=public"));
    opened->limit_round_trips(std::chrono::milliseconds(300));
    try {
        opened->look({});
        FAIL() << "the ledger is locked";
    } catch (const Failure& failure) {
        EXPECT_THAT(failure.what(), testing::HasSubstr("holds an exclusive lock on public._prisma_migrations"));
    }
}

TEST_F(HostileOperators, DoNotHideWhoBlocksTheMigration) {
    make_ledger();
    db().run("CREATE TABLE t (a int)");
    db().run("BEGIN; LOCK TABLE t");
    test::Session migrating(url());
    migrating.run("SELECT pg_advisory_lock(72707369)");
    migrating.send("TABLE t");
    const auto opened = open(url("schema=public"));
    Progress progress;
    for (int i = 0; i < 200 && progress.blockers.empty(); ++i) progress = opened->progress();
    ASSERT_EQ(progress.blockers.size(), 1U);
    EXPECT_EQ(progress.blockers.front().pid, db().backend_pid());
    EXPECT_TRUE(progress.waiting_for_lock);
    db().run("COMMIT");
    EXPECT_TRUE(migrating.finish());
}

TEST_F(HostileOperators, DoNotReachTheOtherQuestions) {
    db().run("CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TYPE app.mood AS ENUM ()");
    const auto opened = open(url("schema=public"));
    const auto found = opened->find_everywhere({"t"}, {"mood"});
    EXPECT_THAT(found.relations, testing::ElementsAre(ObjectName{"app", "t"}));
    EXPECT_THAT(found.enums, testing::ElementsAre(ObjectName{"app", "mood"}));
    EXPECT_EQ(opened->activity({{"app", "t"}}).size(), 1U);
    opened->create_schema();
    EXPECT_NE(opened->try_turn(), nullptr);
    test::Session migrating(url());
    migrating.run("SET application_name = 'migration-guard-migrate-1'");
    migrating.send("SELECT pg_sleep(60)");
    opened->also_ours({{}, {migrating.backend_pid()}});
    EXPECT_EQ(opened->cancel_migration("migration-guard-migrate-1", std::chrono::seconds(2)), Cancelled::ended);
    EXPECT_FALSE(migrating.finish());
}

TEST_F(HostileOperators, DoNotReachWhatIsWrittenIntoTheLedger) {
    make_ledger();
    add_row("20250101000000_init", "NULL");
    add_row("20250102000000_second", "NULL");
    const auto writer = ledger_writer(options(url("schema=public")), stop);
    const std::chrono::seconds patience(2);
    EXPECT_EQ(writer->mark_rolled_back("20250101000000_init", patience).kind, ResolveOutcome::Kind::done);
    BundledMigration second;
    second.name = "20250102000000_second";
    second.checksums.as_is = std::string(64, 'a');
    EXPECT_EQ(writer->mark_applied(second, patience).kind, ResolveOutcome::Kind::done);
    EXPECT_EQ(db().value("SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL"), "2");
    EXPECT_EQ(db().value("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL"), "1");
}

}  // namespace
}  // namespace migration_guard::postgres
