// `diagnose` over a fake world: what it says with less and less to look at.
#include "guard/diagnose.hpp"

#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::FakeWorld;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DeclaredPart declaring(const std::string& model) {
    DeclaredTable table;
    table.name = table.model = model;
    DeclaredPart part;
    part.schema = DeclaredSchema{{table}, {}};
    return part;
}

template <class Value>
std::shared_future<Value> ready(Value value) {
    std::promise<Value> promise;
    promise.set_value(std::move(value));
    return promise.get_future().share();
}

Bundle with_another_table() {
    auto bundle = test::bundle_of({"1"});
    bundle.migrations[0].script = "CREATE TABLE \"User\" (id int);";
    return bundle;
}

LogFindings incident() {
    LogFindings findings;
    LogGroup group;
    group.code = "P2021";
    group.kind = LogGroup::Kind::table;
    group.object = "public.AnalyticsEvent";
    group.count = 3;
    findings.groups = {group};
    findings.errors = 3;
    return findings;
}

ConnectResult refused() {
    return {ConnectResult::Kind::never, {}, {ExitCode::database_refused, "no such login", "check it", false}};
}

TEST(Diagnose, WithoutADatabaseTheBundleProvesThatNobodyMigrated) {
    FakeWorld world({"1"});
    world.plan.bundle = ready(with_another_table());
    world.plan.declared = ready(declaring("AnalyticsEvent"));
    world.plan.database.schema = "public";
    world.server.answers = {refused()};
    const auto diagnosis = diagnose(world.plan, world.ports(), incident());
    EXPECT_EQ(diagnosis.code(), ExitCode::database_refused);
    ASSERT_EQ(diagnosis.logged.size(), 1U);
    EXPECT_THAT(diagnosis.logged[0].cause, HasSubstr("none of the 1 bundled migrations creates it"));
    EXPECT_THAT(diagnosis.check.history.migrations, IsEmpty()) << "nobody knows their state";
    EXPECT_THAT(diagnosis.bundled, ElementsAre("1"));
}

TEST(Diagnose, WithoutAUrlBundleAndLogAreRead) {
    const ImageAlone image{ready(with_another_table()), ready(declaring("AnalyticsEvent")), {}};
    const auto diagnosis = diagnose_without_database(
        image, Failure(ExitCode::config_invalid, "DATABASE_URL is not set", "set it"), incident());
    EXPECT_EQ(diagnosis.code(), ExitCode::config_invalid);
    EXPECT_THAT(diagnosis.declared, ElementsAre("public.AnalyticsEvent"));
    EXPECT_THAT(diagnosis.logged[0].cause, HasSubstr("none of the 1 bundled migrations creates it"));
}

TEST(Diagnose, WithoutADatabaseTheBundleTellsWhoCreatesWhatTheLogNames) {
    auto bundle = test::bundle_of({"1"});
    bundle.migrations[0].script = "CREATE TABLE \"AnalyticsEvent\" (id int);";
    const ImageAlone image{ready(bundle), ready(declaring("AnalyticsEvent")), {}};
    auto logs = incident();
    logs.groups.push_back(logs.groups[0]);
    logs.groups[1].code = "P2022";
    logs.groups[1].kind = LogGroup::Kind::column;
    logs.groups[1].object = "AnalyticsEvent.id";
    const auto diagnosis = diagnose_without_database(
        image, Failure(ExitCode::config_invalid, "DATABASE_URL is not set", "set it"), std::move(logs));
    EXPECT_EQ(diagnosis.logged[0].cause,
              "migration 1 creates public.AnalyticsEvent; whether it is applied only the database tells");
    EXPECT_EQ(diagnosis.logged[0].next, "mend config_invalid (78) first, then: migration-guard diagnose");
    EXPECT_THAT(diagnosis.logged[1].cause, HasSubstr("migration 1 creates AnalyticsEvent.id"));
}

TEST(Diagnose, WithoutAProjectTheLogIsRead) {
    const auto diagnosis = diagnose_without_database(
        std::nullopt, Failure(ExitCode::bundle_unreadable, "no schema.prisma", "add it"), incident());
    EXPECT_EQ(diagnosis.code(), ExitCode::bundle_unreadable);
    EXPECT_EQ(diagnosis.logs.errors, 3U);
    EXPECT_THAT(diagnosis.logged[0].cause, HasSubstr("could not be looked at"));
    ASSERT_EQ(diagnosis.causes.size(), 1U);
    EXPECT_EQ(diagnosis.causes[0].next, "add it");
}

TEST(Diagnose, ErrorsOfTheLogAreAFindingOfTheirOwnWhereNothingElseIsWrong) {
    FakeWorld world({"1"});
    world.server.apply("1");
    const auto diagnosis = diagnose(world.plan, world.ports(), incident());
    EXPECT_EQ(diagnosis.code(), ExitCode::schema_mismatch);
    EXPECT_EQ(diagnosis.check.message,
              "the log holds errors of a missing object (public.AnalyticsEvent), and the "
              "database has all that this image needs");
    EXPECT_THAT(diagnosis.check.remedy, HasSubstr("migration-guard diagnose --logs"));
    EXPECT_THAT(diagnosis.check.problems, testing::SizeIs(1));
    EXPECT_THAT(diagnosis.causes, IsEmpty());
}

TEST(Diagnose, NoRemedyOfTheCheckLeadsToMigratingAnotherAppsDatabase) {
    FakeWorld world({"1"});
    world.plan.declared = ready(declaring("AnalyticsEvent"));
    world.server.apply("0_theirs");
    const auto diagnosis = diagnose(world.plan, world.ports(), std::nullopt);
    ASSERT_EQ(diagnosis.causes.size(), 1U);
    EXPECT_EQ(diagnosis.causes[0].kind, Cause::Kind::other_app);
    EXPECT_EQ(diagnosis.check.remedy, diagnosis.causes[0].next);
}

}  // namespace
}  // namespace migration_guard
