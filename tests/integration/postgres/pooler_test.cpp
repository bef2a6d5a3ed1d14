// Through a real PgBouncer in transaction mode: what must work there, and what is said of it.
#include "database_test.hpp"

#include "support/pgbouncer.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <thread>

namespace migration_guard::postgres {
namespace {

using Kind = ConnectResult::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

class PoolerTest : public DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        if (test::find_pgbouncer().empty()) {
            ASSERT_EQ(std::getenv("CI"), nullptr) << "pgbouncer is not installed";
            GTEST_SKIP() << "NO PGBOUNCER: install it";
        }
        bouncer = std::make_unique<test::PgBouncer>(host, port, user, password);
    }

    void TearDown() override {
        bouncer.reset();
        DatabaseTest::TearDown();
    }

    [[nodiscard]] std::string pooled(const std::string& query = "", const std::string& secret = "") const {
        return server_url(user, secret.empty() ? password : secret, "127.0.0.1", bouncer->port(), database, query);
    }

    std::unique_ptr<test::PgBouncer> bouncer;
};

TEST_F(PoolerTest, ALookWorksAndSuspectsThePooler) {
    make_ledger();
    add_row("1_a", "now()");
    db().run("CREATE TABLE t (i int)");
    SnapshotRequest request;
    request.catalogue = {{""}, {"t"}, {}};
    const auto opened = open(pooled());
    for (int i = 0; i < 3; ++i) {
        const auto seen = opened->look(request);
        EXPECT_EQ(seen.ledger.rows.size(), 1U);
        EXPECT_EQ(seen.catalogue.relations.size(), 1U);
        EXPECT_THAT(seen.server.transaction_pooler, HasSubstr("pooler"));
    }
    EXPECT_EQ(open(url())->look({}).server.transaction_pooler, "");
    EXPECT_THAT(open(url("pgbouncer=true"))->look({}).server.transaction_pooler, HasSubstr("pgbouncer=true"));
}

TEST_F(PoolerTest, AMissingLedgerDoesNotSpoilTheRestOfTheRoundTrip) {
    SnapshotRequest request;
    request.catalogue = {{""}, {"t"}, {}};
    db().run("CREATE TABLE t (i int)");
    const auto seen = open(pooled())->look(request);
    EXPECT_EQ(seen.ledger.state, LedgerReading::State::absent);
    EXPECT_EQ(seen.catalogue.relations.size(), 1U);
}

TEST_F(PoolerTest, ATurnExcludesDirectAndPooledGuardsAlike) {
    const auto through = open(pooled());
    const auto direct = open(url());
    auto turn = through->try_turn();
    ASSERT_NE(turn, nullptr);
    EXPECT_EQ(direct->try_turn(), nullptr);
    EXPECT_EQ(open(pooled())->try_turn(), nullptr);
    EXPECT_TRUE(turn->held());
    EXPECT_TRUE(direct->look({}).turn.has_value());
    turn.reset();
    for (int i = 0; i < 100 && !turn; ++i) turn = direct->try_turn();
    EXPECT_NE(turn, nullptr) << "it is given up with its connection";
    EXPECT_EQ(through->try_turn(), nullptr);
}

TEST_F(PoolerTest, TheLoserLeavesNoLockBehindOnTheServerConnection) {
    const auto direct = open(url());
    const auto through = open(pooled());
    {
        const auto turn = direct->try_turn();
        ASSERT_NE(turn, nullptr);
        for (int i = 0; i < 10; ++i) EXPECT_EQ(through->try_turn(), nullptr);
    }
    const auto held = [&] {
        return db().value(
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
            "database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    };
    for (int i = 0; i < 100 && held() != "0"; ++i) std::this_thread::sleep_for(milliseconds(10));
    EXPECT_EQ(held(), "0");
}

TEST_F(PoolerTest, ALostServerLosesTheTurn) {
    const auto through = open(pooled());
    const auto turn = through->try_turn();
    ASSERT_NE(turn, nullptr);
    db().run(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND "
        "database = (SELECT oid FROM pg_database WHERE datname = current_database())");
    EXPECT_FALSE(turn->held());
}

TEST_F(PoolerTest, SmokeChecksWork) {
    db().run("CREATE SCHEMA app; CREATE TABLE app.t (i int)");
    const auto runner = smoke_runner(parse_url(pooled("schema=app"), "DATABASE_URL", "/"), seconds(5), stop);
    EXPECT_TRUE(runner->run({"a.sql", "a.sql", "INSERT INTO t VALUES (1)"}, seconds(5), seconds(5)).ok);
    EXPECT_FALSE(runner->run({"b.sql", "b.sql", "SELECT false"}, seconds(5), seconds(5)).ok);
    EXPECT_EQ(db().value("SELECT count(*) FROM app.t"), "0");
}

TEST_F(PoolerTest, ResolveWorksAndLeavesNoLockBehind) {
    make_ledger();
    add_row("1_a", "NULL");
    const auto writer = ledger_writer(options(pooled()), stop);
    EXPECT_EQ(writer->mark_rolled_back("1_a", seconds(1)).kind, ResolveOutcome::Kind::done);
    EXPECT_EQ(db().value("SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at IS NOT NULL"), "1");
    EXPECT_EQ(db().value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                         "database = (SELECT oid FROM pg_database WHERE datname = current_database())"),
              "0");
    db().run("SELECT pg_advisory_lock(72707369)");
    EXPECT_EQ(writer->mark_rolled_back("1_a", milliseconds(100)).kind, ResolveOutcome::Kind::lock_busy);
}

TEST_F(PoolerTest, NativeApplyIsRefusedBeforeItTakesALock) {
    class Silent : public Journal {
        void event(Level, const std::string&, const std::string&, const std::vector<Field>&) override {}
        void state(const std::string&, const std::string&) override {}
    } journal;
    Bundle bundle;
    bundle.migrations.push_back({"1_a", true, "SELECT 1", {}});
    const auto migrator = native_migrator(options(pooled()), stop, journal);
    const auto applying = migrator->start({&bundle, {"1_a"}, true, ""});
    for (int i = 0; i < 100 && !applying->wait(milliseconds(100)); ++i) {
    }
    const auto outcome = applying->outcome();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::refused);
    EXPECT_EQ(outcome.code, ExitCode::config_invalid) << outcome.message;
    EXPECT_THAT(outcome.hint, HasSubstr("DIRECT_URL"));
    EXPECT_EQ(db().value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                         "database = (SELECT oid FROM pg_database WHERE datname = current_database())"),
              "0");
}

TEST_F(PoolerTest, ItsRefusalsAreNever) {
    const auto wrong = open_database(options(pooled("", "wrong")), stop)->connect(seconds(3));
    EXPECT_EQ(wrong.kind, Kind::never) << wrong.not_yet.reason;
    const auto with_options = open_database(options(pooled("options=-c%20geqo=off")), stop)->connect(seconds(3));
    EXPECT_EQ(with_options.kind, Kind::never) << with_options.not_yet.reason;
    EXPECT_THAT(with_options.never.hint, HasSubstr("DIRECT_URL"));
    auto elsewhere = options(pooled());
    elsewhere.migrate.database = database + "_gone";
    const auto missing = open_database(elsewhere, stop)->connect(seconds(3));
    EXPECT_EQ(missing.kind, Kind::never) << missing.not_yet.reason;
    EXPECT_TRUE(missing.never.missing_database) << missing.never.reason;
}

}  // namespace
}  // namespace migration_guard::postgres
