// What is said when the CLI cannot do its work: before it is run, and after it ended without having begun.
#include "guard/guard.hpp"

#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace migration_guard {
namespace {

using test::FakeWorld;
using testing::HasSubstr;
using testing::Not;

constexpr const char* missing_cli = "put prisma with its engine into the image";

TEST(CliTrouble, TheRemedyForAMissingCliIsGivenOnlyWhenSomethingIsMissing) {
    FakeWorld world({"1"});
    world.migrator.outcome.status = 134;
    world.migrator.outcome.message = "JavaScript heap out of memory";
    auto outcome = Guard(world.plan, world.ports()).bring_up_to_date();
    EXPECT_EQ(outcome.code, ExitCode::apply_not_started);
    EXPECT_THAT(outcome.message, HasSubstr("(exit status 134): JavaScript heap out of memory"));
    EXPECT_THAT(outcome.remedy, Not(HasSubstr(missing_cli)));
    EXPECT_THAT(outcome.remedy, HasSubstr("migration-guard migrate (or prisma migrate deploy)"));

    world.migrator.outcome.hint = "more memory";
    EXPECT_EQ(Guard(world.plan, world.ports()).bring_up_to_date().remedy, "more memory");

    FakeWorld nothing_done({"1"});
    outcome = Guard(nothing_done.plan, nothing_done.ports()).bring_up_to_date();
    EXPECT_THAT(outcome.remedy, HasSubstr("this very database"));

    FakeWorld shot({"1"});
    shot.migrator.outcome.status = 137;
    EXPECT_THAT(Guard(shot.plan, shot.ports()).bring_up_to_date().remedy, HasSubstr("more memory"));

    FakeWorld missing({"1"});
    missing.migrator.outcome.kind = ApplyOutcome::Kind::not_started;
    EXPECT_THAT(Guard(missing.plan, missing.ports()).bring_up_to_date().remedy, HasSubstr(missing_cli));
}

bool warns_of_pooler(const Outcome& outcome) {
    return std::ranges::find(outcome.warnings, "transactionPooler", &Warning::kind) != outcome.warnings.end();
}

TEST(CliTrouble, AMigrationThroughATransactionPoolerIsWarnedAbout) {
    FakeWorld world({"1"});
    const auto check = [&world] { return Guard(world.plan, world.ports()).check(Purpose::check); };
    EXPECT_FALSE(warns_of_pooler(check()));
    world.server.snapshot.server.transaction_pooler = "pgbouncer=true in the URL";
    EXPECT_TRUE(warns_of_pooler(check()));
    EXPECT_THAT(check().warnings.back().text, HasSubstr("DIRECT_URL"));
    world.plan.settings.apply = ApplyMode::never;
    EXPECT_FALSE(warns_of_pooler(check())) << "somebody else's job";
    world.plan.settings.apply = ApplyMode::prisma;
    world.server.apply("1");
    EXPECT_FALSE(warns_of_pooler(check())) << "nothing to apply";
}

}  // namespace
}  // namespace migration_guard
