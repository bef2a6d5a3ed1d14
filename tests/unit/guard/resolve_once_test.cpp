// resolveOnce: replicas that share the variable, of which one marks the row.
#include "guard/guard.hpp"
#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using std::chrono::seconds;
using test::FakeWorld;
using testing::ElementsAre;
using testing::HasSubstr;

/// Answers as it is told to; what happens meanwhile is another replica's doing.
class FakeWriter : public LedgerWriter {
public:
    ResolveOutcome mark_rolled_back(const std::string&, Duration) override { return {}; }
    ResolveOutcome mark_row_rolled_back(const std::string&, const std::string&, Duration) override {
        ++asked;
        if (meanwhile) meanwhile();
        return answer;
    }
    ResolveOutcome mark_applied(const BundledMigration&, Duration) override { return {}; }
    ResolveOutcome mark_all_applied(const std::vector<BundledMigration>&, Duration) override { return {}; }

    ResolveOutcome answer;
    std::function<void()> meanwhile;
    int asked = 0;
};

struct ResolveOnce : testing::Test {
    FakeWorld world{{"1"}};
    FakeWriter writer;

    void SetUp() override {
        world.server.fail("1", "ERROR: no such thing");
        world.plan.settings.resolve_once = "rolled-back:1@" + world.server.snapshot.ledger.rows.front().id;
        world.migrator.steps = {{seconds(1), [&] { world.server.apply("1"); }}};
    }
    void roll_back() {
        for (auto& row : world.server.snapshot.ledger.rows) row.rolled_back_at = test::at(9);
    }
    Outcome run() {
        auto ports = world.ports();
        ports.writer = &writer;
        return Guard(world.plan, ports).bring_up_to_date();
    }
};

TEST_F(ResolveOnce, MarksTheRowAndApplies) {
    writer.meanwhile = [&] { roll_back(); };
    EXPECT_EQ(run().code, ExitCode::ok);
    EXPECT_EQ(writer.asked, 1);
    EXPECT_EQ(world.migrator.starts, 1);
}

TEST_F(ResolveOnce, TheReplicaThatCameSecondGoesOnAsIfItHadMarkedTheRow) {
    writer.answer.kind = ResolveOutcome::Kind::row_not_found;
    writer.meanwhile = [&] { roll_back(); };
    EXPECT_EQ(run().code, ExitCode::ok);
    EXPECT_THAT(world.journal.lines("resolve"), ElementsAre(HasSubstr("somebody else marks the row")));
}

TEST_F(ResolveOnce, TheReplicaThatCameThirdWaitsForTheOneThatApplies) {
    writer.answer.kind = ResolveOutcome::Kind::lock_busy;
    writer.meanwhile = [&] {
        roll_back();
        world.server.begin("1");
        world.server.snapshot.migrating = LockHolder{42, "prisma", "10.0.0.3", "active", "", 3};
        world.clock.at(world.clock.elapsed() + seconds(5), [&] {
            world.server.apply("1");
            world.server.snapshot.migrating.reset();
        });
    };
    EXPECT_EQ(run().code, ExitCode::ok);
    EXPECT_EQ(world.migrator.starts, 0);
}

TEST_F(ResolveOnce, ARowThatStaysFailedIsStill81) {
    writer.answer.kind = ResolveOutcome::Kind::row_not_found;
    EXPECT_EQ(run().code, ExitCode::migration_failed);
    EXPECT_EQ(writer.asked, 1);
    EXPECT_THAT(world.journal.lines("resolve"), ElementsAre(HasSubstr("could not be marked")));
}

}  // namespace
}  // namespace migration_guard
