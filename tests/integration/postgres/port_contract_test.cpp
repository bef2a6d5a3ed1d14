// What guard/ relies on, asked of the real PostgreSQL adapters and of the fakes alike: a fake that behaves otherwise
// than the server would prove nothing.
#include "native_apply_fixture.hpp"
#include "support/fake_world.hpp"

#include "base/failure.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The real side: a database of the test's own, and what others do there.
class RealSide : public NativeApplyTest {
protected:
    void SetUp() override {
        NativeApplyTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        database_ = open_database(options(url()), stop);
        other_ = open_database(options(url()), stop);
    }
    Database& database() { return *database_; }
    Database& other_guard() { return *other_; }
    void ledger_row(const std::string& name, test::As as) {
        if (db().value("SELECT to_regclass('_prisma_migrations') IS NULL") == "t") make_ledger();
        add_row(name, as == test::As::applied ? "now()" : "NULL");
    }
    void prisma_migrates() { db().run("SELECT pg_advisory_lock(72707369)"); }
    void session_breaks() {
        db().run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND "
            "pid <> pg_backend_pid() AND application_name = 'migration-guard'");
    }
    std::unique_ptr<Applying> apply(const std::string& script) {
        add("1_a", script);
        return start(options(url()));
    }

private:
    std::unique_ptr<Database> database_;
    std::unique_ptr<Database> other_;
};

/// The fake side: the same, in memory.
class FakeSide : public testing::Test {
protected:
    Database& database() { return world_.database; }
    Database& other_guard() { return other_; }
    void ledger_row(const std::string& name, test::As as) {
        as == test::As::applied ? world_.server.apply(name) : world_.server.begin(name);
    }
    void SetUp() override { world_.server.snapshot.ledger.state = LedgerReading::State::absent; }
    void prisma_migrates() { world_.server.snapshot.migrating = LockHolder{7, "", "local", "active", "", 1}; }
    void session_breaks() { world_.server.lose = {"57P01 terminated"}; }
    std::unique_ptr<Applying> apply(const std::string& script) {
        const bool fails = script.find("nowhere") != std::string::npos;
        const bool sleeps = script.find("pg_sleep") != std::string::npos;
        world_.migrator.steps = {{sleeps ? seconds(30) : seconds(1), [this, fails] {
                                      fails ? world_.server.fail("1_a", "ERROR: no relation")
                                            : world_.server.apply("1_a");
                                  }}};
        world_.migrator.outcome.status = fails || sleeps ? 1 : 0;
        return world_.migrator.start({});
    }

private:
    test::FakeWorld world_{{"1_a"}};
    test::FakeDatabase other_{world_.server};
};

template <class Side>
class PortContract : public Side {
protected:
    void connect(Database& database) { ASSERT_EQ(database.connect(seconds(5)).kind, ConnectResult::Kind::connected); }
    static bool ended(Applying& applying) {
        for (int i = 0; i < 300; ++i) {
            if (applying.wait(milliseconds(50))) return true;
        }
        return false;
    }
};

using Sides = testing::Types<FakeSide, RealSide>;
class SideName {
public:
    template <class Side>
    static std::string GetName(int) {
        return std::is_same_v<Side, FakeSide> ? "fake" : "real";
    }
};
TYPED_TEST_SUITE(PortContract, Sides, SideName);

TYPED_TEST(PortContract, ALookNeedsAConnectionAndSaysSo) {
    try {
        this->database().look({});
        FAIL() << "looked without a connection";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
    }
    this->connect(this->database());
    EXPECT_EQ(this->database().look({}).ledger.state, LedgerReading::State::absent);
    this->connect(this->database());  // the one that is open is kept
    this->database().disconnect();
    EXPECT_THROW(this->database().look({}), Failure);
}

TYPED_TEST(PortContract, ALookTellsRowsAndWhoMigrates) {
    this->ledger_row("1_a", test::As::applied);
    this->ledger_row("2_b", test::As::unfinished);
    this->connect(this->database());
    const auto seen = this->database().look({});
    ASSERT_EQ(seen.ledger.state, LedgerReading::State::present);
    ASSERT_EQ(seen.ledger.rows.size(), 2U);
    for (const auto& row : seen.ledger.rows) {
        EXPECT_EQ(row.is_applied(), row.migration_name == "1_a");
        EXPECT_EQ(row.is_unfinished(), row.migration_name == "2_b");
    }
    EXPECT_FALSE(seen.migrating);
    this->prisma_migrates();
    EXPECT_TRUE(this->database().look({}).migrating);
    EXPECT_TRUE(this->database().progress().migrating);
    EXPECT_EQ(this->database().progress().rows.size(), 2U);
}

TYPED_TEST(PortContract, OneTurnAtATimeAndEverybodySeesIt) {
    this->connect(this->database());
    this->connect(this->other_guard());
    auto turn = this->database().try_turn();
    ASSERT_NE(turn, nullptr);
    EXPECT_TRUE(turn->held());
    EXPECT_EQ(this->other_guard().try_turn(), nullptr);
    EXPECT_TRUE(this->other_guard().look({}).turn);
    turn.reset();
    for (int i = 0; i < 100 && !turn; ++i) turn = this->other_guard().try_turn();
    EXPECT_NE(turn, nullptr);
}

TYPED_TEST(PortContract, ASessionThatBreaksIs69AndTheNextOneWorks) {
    this->connect(this->database());
    this->session_breaks();
    try {
        this->database().look({});
        FAIL() << "looked through a broken session";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
    }
    this->connect(this->database());
    this->database().look({});
}

TYPED_TEST(PortContract, AnApplyThatEndsWellLeavesAnAppliedRow) {
    const auto applying = this->apply("CREATE TABLE a ()");
    ASSERT_TRUE(this->ended(*applying));
    EXPECT_TRUE(applying->wait(Duration(0))) << "it stays ended";
    EXPECT_EQ(applying->outcome().kind, ApplyOutcome::Kind::ended);
    EXPECT_EQ(applying->outcome().status, 0);
    this->connect(this->database());
    const auto rows = this->database().look({}).ledger.rows;
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_TRUE(rows[0].is_applied());
}

TYPED_TEST(PortContract, AnApplyThatFailsLeavesItsRowWithTheError) {
    const auto applying = this->apply("SELECT * FROM nowhere");
    ASSERT_TRUE(this->ended(*applying));
    EXPECT_EQ(applying->outcome().status, 1);
    this->connect(this->database());
    const auto rows = this->database().look({}).ledger.rows;
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_TRUE(rows[0].is_unfinished());
    EXPECT_TRUE(rows[0].logs);
}

TYPED_TEST(PortContract, AnApplyIsEndedOnceHoweverOftenItIsAsked) {
    const auto applying = this->apply("SELECT pg_sleep(30)");
    EXPECT_FALSE(applying->wait(milliseconds(100)));
    applying->begin_nothing_further();
    applying->end();
    applying->end();
    ASSERT_TRUE(this->ended(*applying));
    EXPECT_NE(applying->outcome().status, 0);
}

}  // namespace
}  // namespace migration_guard::postgres
