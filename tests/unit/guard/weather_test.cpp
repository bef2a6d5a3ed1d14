// Rough weather around a run: sessions that break, somebody else's migrations, limits that pass.
#include "base/failure.hpp"
#include "guard/guard.hpp"
#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

namespace migration_guard {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using test::As;
using test::FakeWorld;
using test::row;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

std::vector<ExitCode> codes(const Outcome& outcome) {
    std::vector<ExitCode> found;
    for (const auto& problem : outcome.problems) found.push_back(problem.code);
    return found;
}

TEST(Weather, WhatIsWaitedForDecidesAlsoWhereTheDeadlineEndsTheWait) {
    for (const auto& [apply, code] : {std::pair(ApplyMode::prisma, ExitCode::turn_timeout),
                                      std::pair(ApplyMode::wait, ExitCode::migrations_pending)}) {
        for (const Duration deadline : {Duration(seconds(2)), Duration(minutes(14))}) {
            FakeWorld world({"1"});
            world.plan.settings.apply = apply;
            world.plan.settings.deadline = deadline;
            world.server.turn_free = false;
            world.server.login_takes = milliseconds(100);
            EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, code);
            EXPECT_LE(world.clock.elapsed(), deadline);
            EXPECT_GE(world.clock.elapsed(), deadline * 8 / 10);
        }
    }
}

TEST(Weather, AStandbyIsWaitedForTillTheDeadlineWhereWaitTimeoutIsZero) {
    FakeWorld world({"1"});
    world.server.snapshot.server.in_recovery = true;
    world.plan.settings.wait_timeout = Duration(0);  // what is left of the deadline
    world.clock.at(seconds(100), [&] { world.server.snapshot.server.in_recovery = false; });
    world.migrator.steps = {{milliseconds(200), [&] { world.server.apply("1"); }}};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
    EXPECT_GE(world.clock.elapsed(), seconds(100));
}

TEST(Weather, ASessionThatBreaksIsNotYet) {
    FakeWorld world({"1"});
    world.server.apply("1");
    world.server.lose = {"57P01 terminated", "53300 too many clients", "57P01 terminated"};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.message;
    EXPECT_EQ(world.server.connects, 4);
}

TEST(Weather, ASessionThatAlwaysBreaksIs69AfterWaitTimeout) {
    FakeWorld world({"1"});
    world.plan.settings.wait_timeout = seconds(20);
    world.server.lose.assign(1000, "57P01 terminated");
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::database_unreachable);
    EXPECT_EQ(outcome.message, "57P01 terminated");
    EXPECT_LE(world.clock.elapsed(), seconds(25));
    EXPECT_GE(world.clock.elapsed(), seconds(19));
}

// CONNECTION LIMIT 1: the look has its connection, the turn gets none.
// A failover of the pooler, a DBA: the apply has a session of its own, and what it did is known only by looking.
TEST(Weather, ASessionThatBreaksDuringTheApplyIsMadeAnewForTheLookThatDecides) {
    FakeWorld world({"1"});
    world.migrator.steps = {{milliseconds(200), [&] {
                                 world.server.apply("1");
                                 world.server.lose = {"57P01 terminated"};
                             }}};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.message;
    EXPECT_THAT(outcome.applied_now, ElementsAre("1"));
}

TEST(Weather, ASessionThatAlwaysBreaksAfterTheApplyIs69AtOnce) {
    FakeWorld world({"1"});
    world.migrator.steps = {{milliseconds(200), [&] { world.server.lose.assign(1000, "57P01 terminated"); }}};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::database_unreachable);
    EXPECT_LE(world.clock.elapsed(), seconds(5));
}

TEST(Weather, ALoginWithOneConnectionIsToldThatApplyingTakesTwo) {
    FakeWorld world({"1"});
    world.plan.settings.wait_timeout = seconds(5);
    world.server.no_turn.assign(1000, "53300 too many connections for role \"app\"");
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::database_unreachable);
    EXPECT_EQ(outcome.message,
              "no second connection, which applying needs: 53300 too many connections for role \"app\"");
    EXPECT_THAT(outcome.remedy, HasSubstr("three connections at once"));
    EXPECT_THAT(outcome.remedy, HasSubstr("CONNECTION LIMIT"));
    EXPECT_EQ(world.migrator.starts, 0);
}

TEST(Weather, AServerThatIsGoneWhenTheTurnIsTakenKeepsItsOwnReason) {
    FakeWorld world({"1"});
    world.plan.settings.wait_timeout = seconds(5);
    world.server.no_turn.assign(1000, "connection refused (db:5432)");
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.message, "connection refused (db:5432)");
    EXPECT_THAT(outcome.remedy, HasSubstr("is the server up"));
}

// The last slot went to another between the turn and the connection that migrates.
TEST(Weather, NoConnectionForTheApplyItselfGetsTheSameRemedy) {
    using Kind = ApplyOutcome::Kind;
    for (const auto& [kind, message] : {std::pair{Kind::refused, "53300 too many connections for role \"app\""},
                                        std::pair{Kind::ended, "P2037 Too many database connections opened"},
                                        std::pair{Kind::ended, "Schema engine error: too many connections for role"}}) {
        FakeWorld world({"1"});
        world.migrator.outcome.kind = kind;
        world.migrator.outcome.status = 1;
        world.migrator.outcome.message = message;
        EXPECT_THAT(Guard(world.plan, world.ports()).bring_up_to_date().remedy, HasSubstr("CONNECTION LIMIT"));
    }
}

TEST(Weather, NoRoundTripOutlivesTheDeadline) {
    FakeWorld world({"1"});
    world.server.apply("1");
    world.plan.settings.deadline = seconds(3);
    Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_GT(world.server.round_trip_limit, Duration(0));
    EXPECT_LE(world.server.round_trip_limit, seconds(3));
}

// Prisma's lock may be switched off (PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK): then the turn alone tells.
TEST(Weather, AnUnfinishedRowUnderSomebodysTurnIsRunning) {
    FakeWorld world({"1"});
    world.server.begin("1");
    world.server.turn_free = false;
    world.server.snapshot.turn = LockHolder{42, "migration-guard", "10.0.0.3", "idle in transaction", "", 1};
    EXPECT_EQ(Guard(world.plan, world.ports()).check(Purpose::check).code, ExitCode::turn_timeout);

    world.clock.at(seconds(5), [&] {
        world.server.apply("1");
        world.server.snapshot.turn.reset();
    });
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
}

TEST(Weather, ItsOwnTurnMakesNothingRunning) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] {
                                 world.server.fail("1", "ERROR: no");
                                 world.server.snapshot.turn = LockHolder{42, "migration-guard", "local", "", "", 1};
                             }}};
    world.migrator.outcome.status = 1;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::apply_failed);
}

// Another replica created the table between this one's look at the ledger and its look at the scripts' objects.
TEST(Weather, WhatAnotherReplicaJustCreatedIsNoCollision) {
    FakeWorld world({"1", "2"});
    world.server.apply("1");
    std::promise<Bundle> bundle;
    auto made = test::bundle_of({"1", "2"});
    made.migrations[1].script = "CREATE TABLE a ()";
    bundle.set_value(made);
    world.plan.bundle = bundle.get_future().share();
    world.server.after_look = [&](int look) {
        if (look != 1) return;
        world.server.apply("2");
        world.server.snapshot.catalogue.relations[{"public", "a"}] = {};
    };
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.message;
    EXPECT_EQ(world.migrator.starts, 0);
}

TEST(Weather, ACollisionUnderTheTurnIs82BeforeAnythingIsWritten) {
    FakeWorld world({"1", "2"});
    world.server.apply("1");
    std::promise<Bundle> bundle;
    auto made = test::bundle_of({"1", "2"});
    made.migrations[1].script = "CREATE TABLE a ()";
    bundle.set_value(made);
    world.plan.bundle = bundle.get_future().share();
    world.server.snapshot.catalogue.relations[{"public", "a"}] = {};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::history_refused);
    EXPECT_EQ(world.migrator.starts, 0);
    EXPECT_EQ(Guard(world.plan, world.ports()).check(Purpose::before_deploy).code, ExitCode::history_refused);
}

TEST(Weather, AMissingCliIsAWarningAtEachStartAndAProblemOnlyWhenItIsNeeded) {
    FakeWorld world({"1"});
    world.migrator.missing = "the Prisma CLI is not in the image";
    EXPECT_THAT(codes(Guard(world.plan, world.ports()).check(Purpose::before_deploy)),
                ElementsAre(ExitCode::apply_not_started));
    for (const auto others : {ApplyMode::never, ApplyMode::wait}) {
        world.plan.settings.apply = others;
        EXPECT_EQ(Guard(world.plan, world.ports()).check(Purpose::before_deploy).code, ExitCode::ok);
    }
    world.plan.settings.apply = ApplyMode::prisma;

    world.server.apply("1");
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok);
    ASSERT_EQ(outcome.warnings.size(), 1U);
    EXPECT_EQ(outcome.warnings.front().kind, "applierMissing");
    EXPECT_THAT(Guard(world.plan, world.ports()).check(Purpose::check).warnings, Not(IsEmpty()));

    world.plan.settings.apply = ApplyMode::never;
    EXPECT_THAT(Guard(world.plan, world.ports()).bring_up_to_date().warnings, IsEmpty());
}

TEST(Weather, BeforeDeployAsksForTheRightToCreate) {
    FakeWorld world({"1"});
    world.server.snapshot.server.can_create_in_schema = false;
    EXPECT_EQ(Guard(world.plan, world.ports()).check(Purpose::before_deploy).code, ExitCode::database_refused);
}

TEST(Weather, AStandbyIsNotAskedToCreateASchema) {
    FakeWorld world({"1"});
    world.plan.settings.create_database = true;
    world.plan.settings.wait_timeout = seconds(10);
    world.server.snapshot.server.schema_exists = false;
    world.server.snapshot.server.in_recovery = true;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::database_unreachable);
    EXPECT_EQ(world.server.created_schemas, 0);
}

Interrupted stopped(FakeWorld& world) {
    world.migrator.steps = {{seconds(1), [&] { world.server.begin("1"); }}};
    world.migrator.lives_on = true;
    world.clock.at(seconds(3), [&] { world.interrupt.raise(SIGTERM); });
    try {
        Guard(world.plan, world.ports()).bring_up_to_date();
    } catch (const Interrupted& interrupted) {
        return interrupted;
    }
    return Interrupted(0, "not interrupted");
}

TEST(Weather, AStopSaysWhatBecameOfTheMigrationAndWhatToDo) {
    FakeWorld world({"1"});
    const auto ended = stopped(world);
    EXPECT_THAT(ended.left_behind, HasSubstr("was cancelled on the server and stands failed"));
    EXPECT_THAT(ended.remedy, HasSubstr("migration-guard resolve --rolled-back 1"));
}

TEST(Weather, ACancelThatWasNotAnsweredIsNotCalledOne) {
    FakeWorld world({"1"});
    world.server.cancelled = Cancelled::still_there;
    EXPECT_THAT(stopped(world).left_behind, HasSubstr("may still run on the server"));
}

TEST(Weather, AMigrationThatStillRunsAfterTheStopIsSaid) {
    FakeWorld world({"1"});
    world.server.cancelled = Cancelled::still_there;
    world.server.on_cancel = [&] {
        world.server.snapshot.migrating = LockHolder{42, "migration-guard 1a2b3c4d", "local", "active", "", 1};
    };
    const auto ended = stopped(world);
    EXPECT_THAT(ended.left_behind, HasSubstr("still runs on the server (pid 42"));
    EXPECT_THAT(ended.remedy, HasSubstr("the next start waits for it"));
}

TEST(Weather, WhatTheApplierKnowsOfAnErrorComesFirst) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] { world.server.fail("1", "ERROR: cannot run inside a transaction"); }}};
    world.migrator.outcome.status = 1;
    world.migrator.outcome.hint = "split the script";
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::apply_failed);
    EXPECT_TRUE(outcome.remedy.starts_with("split the script; ")) << outcome.remedy;
    EXPECT_THAT(outcome.remedy, HasSubstr("resolve --rolled-back 1"));
}

}  // namespace
}  // namespace migration_guard
