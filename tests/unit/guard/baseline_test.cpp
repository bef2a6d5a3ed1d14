// `baseline` over a fake world: what it goes on with, and what it leaves alone.
#include "guard/baseline.hpp"

#include "guard/recovery_ports.hpp"
#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::FakeWorld;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

class FakeWriter : public LedgerWriter {
public:
    ResolveOutcome mark_rolled_back(const std::string&, Duration) override { return {}; }
    ResolveOutcome mark_row_rolled_back(const std::string&, const std::string&, Duration) override { return {}; }
    ResolveOutcome mark_applied(const BundledMigration&, Duration) override { return {}; }
    ResolveOutcome mark_all_applied(const std::vector<BundledMigration>& migrations, Duration patience) override {
        patient_for = patience;
        for (const auto& migration : migrations) marked.push_back(migration.name);
        return {};
    }

    std::vector<std::string> marked;
    Duration patient_for{};
};

/// Four migrations, of which each makes a table of its own name; the database has the first three.
struct Baseline : testing::Test {
    FakeWorld world{{"1", "2", "3", "4"}};
    FakeWriter writer;

    Baseline() {
        auto bundle = test::bundle_of({"1", "2", "3", "4"});
        for (auto& migration : bundle.migrations)
            migration.script = "CREATE TABLE \"" + migration.name + "\" (id int);";
        std::promise<Bundle> promise;
        promise.set_value(std::move(bundle));
        world.plan.bundle = promise.get_future().share();
        auto& snapshot = world.server.snapshot;
        snapshot.server.schema = "public";
        snapshot.server.table_count = 3;
        for (const auto* table : {"1", "2", "3"}) {
            CatalogueRelation relation;
            relation.columns["id"] = {};
            snapshot.catalogue.relations[{"public", table}] = relation;
        }
    }

    LedgerRow& row(const std::string& name) {
        world.server.apply(name);
        return world.server.snapshot.ledger.rows.back();
    }
    /// As `resolve --applied` and an interrupted baseline leave it.
    void mark(const std::string& name) {
        auto& marked = row(name);
        marked.applied_steps_count = 0;
        marked.logs = "";
    }

    BaselineOutcome begin(Mark what) {
        auto ports = world.ports();
        ports.writer = &writer;
        return baseline(world.plan, ports, what);
    }
};

TEST_F(Baseline, MarksTheProvenPrefix) {
    const auto result = begin(Mark::the_proven_prefix);
    EXPECT_EQ(result.outcome.code, ExitCode::ok);
    EXPECT_THAT(writer.marked, ElementsAre("1", "2", "3"));
    EXPECT_EQ(result.outcome.message,
              "3 of 4 bundled migrations are marked applied; the rest is pending: "
              "migration-guard migrate (or prisma migrate deploy)");
}

TEST_F(Baseline, GoesOnWhereAnotherWasInterrupted) {
    mark("1");
    EXPECT_EQ(begin(Mark::nothing).outcome.message,
              "the database proves the first 3 of 4 bundled migrations, 1 of which is marked already; mark the others "
              "with: migration-guard baseline --yes");
    const auto result = begin(Mark::the_proven_prefix);
    EXPECT_EQ(result.outcome.code, ExitCode::ok);
    EXPECT_THAT(writer.marked, ElementsAre("2", "3"));
    EXPECT_THAT(to_text(result), HasSubstr("1: proven, marked already\n"));
    EXPECT_THAT(to_text(result), HasSubstr("2: proven, marked applied\n"));
    EXPECT_EQ(result.outcome.message,
              "3 of 4 bundled migrations are marked applied, 1 of them before; the rest is pending: migration-guard "
              "migrate (or prisma migrate deploy)");
}

TEST_F(Baseline, WaitsForPrismasLockAsLongAsTurnTimeoutSays) {
    begin(Mark::the_proven_prefix);
    EXPECT_EQ(writer.patient_for, std::chrono::seconds(10)) << "as prisma migrate resolve";
    world.plan.settings.turn_timeout = std::chrono::seconds(1);
    begin(Mark::the_proven_prefix);
    EXPECT_EQ(writer.patient_for, std::chrono::seconds(1));
    world.plan.settings.deadline = std::chrono::milliseconds(300);
    begin(Mark::the_proven_prefix);
    EXPECT_EQ(writer.patient_for, std::chrono::milliseconds(300)) << "nothing outlives the deadline";
}

TEST_F(Baseline, SpeaksOfOneAsOfOne) {
    world.server.snapshot.catalogue.relations.erase({"public", "2"});
    EXPECT_EQ(begin(Mark::nothing).outcome.message,
              "the database proves the first of 4 bundled migrations; mark it with: migration-guard baseline --yes");
    EXPECT_EQ(begin(Mark::the_proven_prefix).outcome.message,
              "1 of 4 bundled migrations is marked applied; the rest is pending: "
              "migration-guard migrate (or prisma migrate deploy)");
}

TEST_F(Baseline, AnEmptyLedgerIsNone) {
    world.server.snapshot.ledger.state = LedgerReading::State::present;
    EXPECT_EQ(begin(Mark::the_proven_prefix).outcome.code, ExitCode::ok);
    EXPECT_THAT(writer.marked, ElementsAre("1", "2", "3"));
}

TEST_F(Baseline, HasNothingToDoWhereAllThatIsProvenIsMarked) {
    for (const auto* name : {"1", "2", "3"}) mark(name);
    for (const auto what : {Mark::nothing, Mark::the_proven_prefix}) {
        const auto result = begin(what);
        EXPECT_EQ(result.outcome.code, ExitCode::ok);
        EXPECT_EQ(result.outcome.message,
                  "all that the database proves is marked already: the first 3 of 4 bundled migrations; the rest is "
                  "pending: migration-guard migrate (or prisma migrate deploy)");
    }
    EXPECT_THAT(writer.marked, IsEmpty());
    mark("4");
    EXPECT_THAT(begin(Mark::nothing).outcome.message, EndsWith("the first 3 of 4 bundled migrations"));
    EXPECT_THAT(to_text(begin(Mark::nothing)), HasSubstr("4: absent, marked already\n"));
}

TEST_F(Baseline, LeavesALedgerAloneByWhichAnythingEverRan) {
    mark("1");
    const auto refuses = [&](const std::string& why) {
        const auto result = begin(Mark::the_proven_prefix);
        EXPECT_EQ(result.outcome.code, ExitCode::usage);
        EXPECT_THAT(result.outcome.message, HasSubstr(why));
        EXPECT_THAT(result.outcome.remedy, HasSubstr("migration-guard resolve --applied NAME"));
        EXPECT_THAT(result.proof.steps, IsEmpty());
        EXPECT_THAT(writer.marked, IsEmpty());
        world.server.snapshot.ledger.rows.pop_back();
    };
    row("2");
    refuses("there is a ledger _prisma_migrations already, by which migration \"2\" has run");
    world.server.fail("2", "ERROR: no such thing");
    refuses("there is a ledger _prisma_migrations already, by which migration \"2\" has run");
}

TEST_F(Baseline, LeavesTheLedgerOfAnotherAppAlone) {
    mark("0_theirs");
    const auto result = begin(Mark::the_proven_prefix);
    EXPECT_EQ(result.outcome.code, ExitCode::usage);
    EXPECT_THAT(result.outcome.message, HasSubstr("migration \"0_theirs\", which this image does not bundle"));
    EXPECT_THAT(result.outcome.remedy, HasSubstr("migration-guard diagnose"));
    EXPECT_THAT(writer.marked, IsEmpty());
}

TEST_F(Baseline, SaysWhyALedgerCannotBeRead) {
    auto& ledger = world.server.snapshot.ledger;
    ledger.state = LedgerReading::State::no_permission;
    EXPECT_EQ(begin(Mark::nothing).outcome.code, ExitCode::database_refused);
    ledger.state = LedgerReading::State::wrong_columns;
    EXPECT_EQ(begin(Mark::nothing).outcome.code, ExitCode::ledger_unusable);
}

}  // namespace
}  // namespace migration_guard
