// The pipeline over a fake world: what happens in which order, and what never happens.
#include "guard/guard.hpp"

#include "base/failure.hpp"
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
using testing::ElementsAre;
using testing::HasSubstr;

ConnectResult not_yet(const std::string& reason) {
    return {ConnectResult::Kind::not_yet, {reason}, {}};
}
ConnectResult never(ExitCode code, const std::string& reason) {
    return {ConnectResult::Kind::never, {}, {code, reason, "do something", false}};
}

TEST(Guard, NothingPendingIsOneConnectionAndOneLook) {
    FakeWorld world({"1"});
    world.server.apply("1");
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_EQ(world.server.connects, 1);
    EXPECT_EQ(world.server.looks, 1);
    EXPECT_EQ(world.migrator.starts, 0);
}

TEST(Guard, AppliesWhatIsPendingUnderTheTurn) {
    FakeWorld world({"1", "2"});
    world.server.apply("1");
    world.migrator.steps = {{seconds(1), [&] {
                                 EXPECT_EQ(world.server.turns_alive, 1);
                                 world.server.apply("2");
                             }}};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.message;
    EXPECT_THAT(outcome.applied_now, ElementsAre("2"));
    EXPECT_EQ(world.server.turns_alive, 0);
}

TEST(Guard, TheLedgerDecidesAndNotTheExitStatus) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] { world.server.apply("1"); }}};
    world.migrator.outcome.status = 1;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);

    FakeWorld liar({"1"});
    liar.migrator.outcome.status = 0;
    EXPECT_EQ(Guard(liar.plan, liar.ports()).bring_up_to_date().code, ExitCode::apply_not_started);
}

TEST(Guard, AFailedMigrationIs84WithItsError) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] { world.server.fail("1", "ERROR: no such thing"); }}};
    world.migrator.outcome.status = 1;
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::apply_failed);
    EXPECT_THAT(outcome.message, HasSubstr("ERROR: no such thing"));
    EXPECT_THAT(outcome.remedy, HasSubstr("resolve --rolled-back 1"));
}

TEST(Guard, HalfOfTheBundleIs86) {
    FakeWorld world({"1", "2"});
    world.migrator.steps = {{seconds(1), [&] { world.server.apply("1"); }}};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ledger_incomplete);
    EXPECT_THAT(outcome.applied_now, ElementsAre("1"));
}

TEST(Guard, WhatEndedTheApplyBetweenTwoMigrationsIsTold) {
    FakeWorld world({"1", "2"});
    world.migrator.steps = {{seconds(1), [&] {
                                 world.server.apply("1");
                                 world.migrator.outcome.status = 1;
                                 world.migrator.outcome.message =
                                     "migration 2: writing the ledger failed: 53100 disk full";
                             }}};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ledger_incomplete);
    EXPECT_EQ(outcome.message,
              "the apply ended early, 1 of 2 pending migrations are still not in the ledger: migration 2: writing the "
              "ledger failed: 53100 disk full");
}

TEST(Guard, ALedgerThatAScriptDropsOrEmptiesIs86AndNotAMissingCli) {
    for (const bool dropped : {true, false}) {
        FakeWorld world({"1", "2"});
        world.server.apply("1");
        world.migrator.steps = {{seconds(1), [&] {
                                     auto& ledger = world.server.snapshot.ledger;
                                     ledger.rows.clear();
                                     if (!dropped) return;
                                     ledger.state = LedgerReading::State::absent;
                                     world.server.snapshot.server.table_count = 3;
                                 }}};
        world.migrator.outcome.status = 1;
        world.migrator.outcome.message = "42P01 relation does not exist";
        const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
        EXPECT_EQ(outcome.code, ExitCode::ledger_incomplete);
        EXPECT_EQ(outcome.message, std::string("the ledger _prisma_migrations ") +
                                       (dropped ? "was dropped" : "lost rows") +
                                       " while migrations were applied: 42P01 relation does not exist");
        EXPECT_THAT(outcome.remedy, HasSubstr("migration-guard baseline"));
    }
}

TEST(Guard, AConnectionThatWasLostIsTold) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] {
                                 world.server.begin("1");
                                 world.migrator.outcome.status = 1;
                                 world.migrator.outcome.message = "the connection was lost: 57P01 terminated";
                             }}};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::apply_failed);
    EXPECT_THAT(outcome.message, HasSubstr("57P01"));
}

TEST(Guard, NothingIsStartedWhenTheCliIsMissing) {
    FakeWorld world({"1"});
    world.migrator.missing = "the Prisma CLI is not in the image";
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::apply_not_started);
    EXPECT_EQ(world.migrator.starts, 0);
    EXPECT_THAT(outcome.message, HasSubstr("the Prisma CLI is not in the image"));
}

TEST(Guard, NothingIsStartedWithoutTheRightToCreate) {
    FakeWorld world({"1"});
    world.server.snapshot.server.can_create_in_schema = false;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::database_refused);
    EXPECT_EQ(world.migrator.starts, 0);
}

TEST(Guard, LosersWaitWithoutAConnectionAndLookAgain) {
    FakeWorld world({"1"});
    world.server.turn_free = false;
    world.clock.at(seconds(20), [&] {
        EXPECT_FALSE(world.server.connected);
        world.server.apply("1");
        world.server.turn_free = true;
    });
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_EQ(world.migrator.starts, 0);
    EXPECT_THAT(world.journal.lines("turn"), ElementsAre(HasSubstr("waiting for another guard that migrates")));
}

TEST(Guard, TurnTimeoutIs75) {
    FakeWorld world({"1"});
    world.plan.settings.turn_timeout = seconds(30);
    world.server.turn_free = false;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::turn_timeout);
    EXPECT_GE(world.clock.elapsed(), seconds(30));
    EXPECT_LT(world.clock.elapsed(), seconds(33));
}

TEST(Guard, ARunningRowIsWaitedFor) {
    FakeWorld world({"1"});
    world.server.begin("1");
    world.server.snapshot.migrating = LockHolder{42, "prisma", "10.0.0.3", "active", "", 3};
    world.clock.at(seconds(5), [&] {
        world.server.apply("1");
        world.server.snapshot.migrating.reset();
    });
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
    EXPECT_EQ(world.migrator.starts, 0);
}

TEST(Guard, AnUnfinishedRowThatNobodyHoldsIsFailed) {
    FakeWorld world({"1"});
    world.server.begin("1");
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::migration_failed);
}

TEST(Guard, ARowThatWasFinishedWhileItWasLookedAtIsNotFailed) {
    FakeWorld world({"1"});
    world.server.begin("1");  // its session had just ended when the locks were read
    world.server.after_look = [&](int look) {
        if (look == 1) world.server.apply("1");
    };
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
}

TEST(Guard, ARowThatWasBegunWhileItWasLookedAtIsNotFailed) {
    FakeWorld world({"1", "2"});
    world.server.begin("1");
    world.server.after_look = [&](int look) {
        if (look == 1) {
            world.server.apply("1");
            world.server.begin("2");
        }
        if (look == 2) world.server.apply("2");
    };
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
}

TEST(Guard, ApplyWaitLeavesItToOthers) {
    FakeWorld world({"1"});
    world.plan.settings.apply = ApplyMode::wait;
    world.clock.at(seconds(9), [&] { world.server.apply("1"); });
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);

    FakeWorld nobody({"1"});
    nobody.plan.settings.apply = ApplyMode::wait;
    nobody.plan.settings.turn_timeout = seconds(5);
    EXPECT_EQ(Guard(nobody.plan, nobody.ports()).bring_up_to_date().code, ExitCode::migrations_pending);
    EXPECT_EQ(nobody.migrator.starts, 0);
}

TEST(Guard, ApplyNeverIs80AtOnce) {
    FakeWorld world({"1"});
    world.plan.settings.apply = ApplyMode::never;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::migrations_pending);
    EXPECT_EQ(world.clock.elapsed(), Duration(0));
}

TEST(Guard, AnApplyThatOutlivesItsTimeIsCancelledOnTheServer) {
    FakeWorld world({"1"});
    world.plan.settings.apply_timeout = seconds(30);
    world.migrator.steps = {{seconds(1), [&] { world.server.begin("1"); }}};
    world.migrator.lives_on = true;
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::apply_timed_out);
    EXPECT_EQ(world.server.cancels, 1);
    EXPECT_EQ(world.migrator.ends, 1);
    EXPECT_THAT(outcome.message, HasSubstr("applyTimeout 30s"));
}

TEST(Guard, ACliThatLivesOnAfterTheLedgerIsCompleteIsEnded) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] { world.server.apply("1"); }}};
    world.migrator.lives_on = true;
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
    EXPECT_EQ(world.migrator.ends, 1);
    EXPECT_EQ(world.server.cancels, 0);
    EXPECT_LT(world.clock.elapsed(), seconds(15));
}

TEST(Guard, ASignalDuringAnApplyLetsItFinishWithinStopTimeout) {
    FakeWorld world({"1", "2"});
    world.migrator.steps = {{seconds(1), [&] { world.server.begin("1"); }},
                            {seconds(6), [&] { world.server.apply("1"); }}};
    world.migrator.lives_on = true;
    world.clock.at(seconds(3), [&] { world.interrupt.raise(SIGTERM); });
    try {
        Guard(world.plan, world.ports()).bring_up_to_date();
        FAIL() << "not interrupted";
    } catch (const Interrupted& interrupted) {
        EXPECT_EQ(interrupted.signal, SIGTERM);
        EXPECT_EQ(interrupted.left_behind, "1 of 2 pending migrations applied; the next start applies the rest");
    }
    EXPECT_TRUE(world.migrator.told_to_begin_nothing);
}

TEST(Guard, AMigrationLongerThanStopTimeoutIsCancelled) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] { world.server.begin("1"); }}};
    world.migrator.lives_on = true;
    world.clock.at(seconds(3), [&] { world.interrupt.raise(SIGTERM); });
    EXPECT_THROW(Guard(world.plan, world.ports()).bring_up_to_date(), Interrupted);
    EXPECT_EQ(world.server.cancels, 1);
    EXPECT_GE(world.clock.elapsed(), seconds(11));
    EXPECT_LT(world.clock.elapsed(), seconds(13));
}

TEST(Guard, ASecondSignalCancelsAtOnce) {
    FakeWorld world({"1"});
    world.migrator.steps = {{seconds(1), [&] { world.server.begin("1"); }}};
    world.migrator.lives_on = true;
    world.clock.at(seconds(3), [&] { world.interrupt.raise(SIGTERM); });
    world.clock.at(seconds(4), [&] { world.interrupt.raise(SIGTERM); });
    EXPECT_THROW(Guard(world.plan, world.ports()).bring_up_to_date(), Interrupted);
    EXPECT_EQ(world.server.cancels, 1);
    EXPECT_LT(world.clock.elapsed(), seconds(6));
}

TEST(Guard, AnotherPrismaThatTookTheLockIsWaitedFor) {
    FakeWorld world({"1"});
    world.migrator.outcome.status = 1;
    world.migrator.outcome.message = "Error: P1002";
    world.clock.at(seconds(4), [&] { world.server.apply("1"); });
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
}

TEST(Guard, CheckNeverWritesAndTakesNoTurn) {
    FakeWorld world({"1"});
    const auto outcome = Guard(world.plan, world.ports()).check(Purpose::check);
    EXPECT_EQ(outcome.code, ExitCode::migrations_pending);
    EXPECT_EQ(world.migrator.starts, 0);
    EXPECT_EQ(Guard(world.plan, world.ports()).check(Purpose::before_deploy).code, ExitCode::ok);
}

TEST(Wait, GivesUpAfterWaitTimeoutWithTheLastReason) {
    FakeWorld world({"1"});
    world.server.answers = {not_yet("connection refused"), not_yet("57P03 the database system is starting up")};
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::database_unreachable);
    EXPECT_THAT(outcome.message, HasSubstr("57P03 the database system is starting up"));
    EXPECT_GE(world.clock.elapsed(), seconds(60));
    EXPECT_LT(world.clock.elapsed(), seconds(66));
    EXPECT_EQ(world.journal.lines("wait").size(), 2U) << "one line for each new reason";
}

TEST(Wait, ZeroMeansWhatIsLeftOfTheDeadline) {
    FakeWorld world({"1"});
    world.plan.settings.wait_timeout = Duration(0);
    world.server.answers = {not_yet("connection refused")};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::database_unreachable);
    EXPECT_GE(world.clock.elapsed(), minutes(14));
}

TEST(Wait, WhatCanNeverSucceedEndsItAtOnce) {
    FakeWorld world({"1"});
    world.server.answers = {never(ExitCode::database_refused, "28P01 password authentication failed")};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::database_refused);
    EXPECT_EQ(world.clock.elapsed(), Duration(0));
}

TEST(Wait, AMissingDatabaseIsCreatedOnlyWhenAsked) {
    FakeWorld world({"1"});
    auto missing = never(ExitCode::database_refused, "3D000 database \"app\" does not exist");
    missing.never.missing_database = true;
    world.server.answers = {missing};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::database_refused);
    EXPECT_EQ(world.server.created_databases, 0);

    world.plan.settings.create_database = true;
    world.server.answers = {missing, ConnectResult{}};
    world.migrator.steps = {{milliseconds(200), [&] { world.server.apply("1"); }}};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::ok);
    EXPECT_EQ(world.server.created_databases, 1);
}

TEST(Wait, AStandbyIsNoObstacleUntilSomethingHasToBeWritten) {
    FakeWorld matches({"1"});
    matches.server.apply("1");
    matches.server.snapshot.server.in_recovery = true;
    EXPECT_EQ(Guard(matches.plan, matches.ports()).bring_up_to_date().code, ExitCode::ok);

    FakeWorld pending({"1"});
    pending.server.snapshot.server.in_recovery = true;
    pending.server.snapshot.server.read_only_because = "because of this";
    pending.server.snapshot.server.read_only_remedy = "do that";
    const auto outcome = Guard(pending.plan, pending.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::database_unreachable);
    EXPECT_EQ(outcome.message, "migrations are pending, but nothing can be written: because of this, for 60s now");
    EXPECT_EQ(outcome.remedy, "do that");
    EXPECT_GE(pending.clock.elapsed(), seconds(60));
}

TEST(Wait, WhatIsNotTheServersFaultHasAHintOfItsOwn) {
    FakeWorld world({"1"});
    auto refused = not_yet("no thread");
    refused.not_yet.hint = "raise the limit";
    world.server.answers = {refused};
    world.plan.settings.wait_timeout = Duration(0);
    world.plan.settings.deadline = seconds(0);
    const auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::database_unreachable);
    EXPECT_EQ(outcome.remedy, "raise the limit");
}

TEST(Wait, ABrokenBundleComesBeforeADatabaseThatIsDown) {
    FakeWorld world({"1"});
    std::promise<Bundle> broken;
    broken.set_exception(std::make_exception_ptr(Failure(ExitCode::bundle_unreadable, "no migration", "add one")));
    world.plan.bundle = broken.get_future().share();
    world.server.answers = {not_yet("connection refused")};
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().code, ExitCode::bundle_unreadable);
    EXPECT_EQ(world.clock.elapsed(), Duration(0));
}

}  // namespace
}  // namespace migration_guard
