// For each way in which an app comes to fail: the cause, and what to type next.
#include "guard/causes.hpp"

#include "support/ledger_builders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::As;
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;
using Kind = Cause::Kind;

MigrationRecord record(const std::string& name, MigrationState state) {
    MigrationRecord made;
    made.name = name;
    made.state = state;
    made.bundled = state != MigrationState::ahead && state != MigrationState::retired;
    const bool finished = state != MigrationState::failed && state != MigrationState::running;
    if (state != MigrationState::pending) made.row = test::row(name, finished ? As::applied : As::unfinished);
    return made;
}

MigrationRecord marked(const std::string& name) {
    auto made = record(name, MigrationState::applied);
    made.row->applied_steps_count = 0;
    made.row->logs = "";
    return made;
}

Missing table(const std::string& name, const std::string& created_by = "") {
    Missing missing;
    missing.kind = "table";
    missing.object = "public." + name;
    missing.model = name;
    if (!created_by.empty()) missing.created_by = created_by;
    return missing;
}

struct Causes : testing::Test {
    Outcome check;
    Evidence evidence{.migrations_dir = "db/migrations", .declared_tables = 3, .bundled = 2, .elsewhere = {}};

    Causes() {
        check.ledger_read = true;
        check.database.name = "app";
        check.database.schema = "public";
    }
    void has(MigrationRecord migration) { check.history.migrations.push_back(std::move(migration)); }
    void lacks(Missing missing) { check.missing.push_back(std::move(missing)); }
    void fails(ExitCode code, const std::string& message, const std::string& remedy = "do it") {
        check.problems.push_back({code, message, remedy});
    }
    [[nodiscard]] std::vector<Cause> found() const { return find_causes(check, evidence); }
    [[nodiscard]] std::vector<Kind> kinds() const {
        std::vector<Kind> kinds;
        for (const auto& cause : found()) kinds.push_back(cause.kind);
        return kinds;
    }
};

TEST_F(Causes, WhatAPendingMigrationDropsStandsBeforeTheMigrateThatItStops) {
    has(record("1", MigrationState::applied));
    has(record("2", MigrationState::pending));
    has(record("3", MigrationState::pending));
    fails(ExitCode::migrations_pending, "2 migrations are pending");
    auto going = table("A");
    going.once_created_by = "1";
    going.removed_by = "2";
    going.goes_with_pending = true;
    check.doomed = {going};
    EXPECT_THAT(kinds(), ElementsAre(Kind::removed_again, Kind::pending));
    EXPECT_EQ(
        found().at(0).text,
        "table public.A: there now, and gone after the apply: migration 1 creates it, and 2 drops or renames it.");
    EXPECT_THAT(found().at(0).next, HasSubstr("remove it from schema.prisma"));
    EXPECT_THAT(found().at(1).next, testing::StartsWith("after that: "));
}

TEST_F(Causes, WhatAnUnbundledMigrationMayHaveDroppedNamesIt) {
    auto made = record("1", MigrationState::applied);
    made.row = test::row("1", As::applied, 10);
    has(made);
    auto before = record("0_before", MigrationState::retired);
    before.row = test::row("0_before", As::applied, 5);
    has(before);
    lacks(table("A", "1"));
    EXPECT_THAT(found().at(0).text, Not(HasSubstr("0_before")));
    auto late = record("2_late", MigrationState::retired);
    late.row = test::row("2_late", As::applied, 15);
    has(late);
    const auto cause = found().at(0);
    EXPECT_EQ(cause.kind, Kind::dropped);
    EXPECT_THAT(cause.text, HasSubstr("by hand, by a restore, or by 2_late, which this image does not bundle"));
    EXPECT_THAT(cause.next, HasSubstr("deploy an image that bundles 2_late, or restore it"));
    const auto then = [&](const std::string& name, MigrationState state, As as, std::int64_t started) {
        auto other = record(name, state);
        other.row = test::row(name, as, started);
        has(other);
        return found().at(0).text;
    };
    EXPECT_THAT(then("3_ahead", MigrationState::ahead, As::applied, 20), HasSubstr("or by 3_ahead, which"));
    EXPECT_THAT(then("4_undone", MigrationState::retired, As::rolled_back, 30), HasSubstr("or by 4_undone, which"))
        << "a mark brings nothing back";
    EXPECT_THAT(then("0_earlier", MigrationState::retired, As::applied, 25), HasSubstr("or by 4_undone, which"));
}

TEST_F(Causes, PendingIsAppliedByMigrate) {
    has(record("1", MigrationState::pending));
    lacks(table("A", "1"));
    fails(ExitCode::migrations_pending, "1 migration is pending");
    const auto causes = found();
    ASSERT_THAT(causes, SizeIs(1));
    EXPECT_EQ(causes[0].kind, Kind::pending);
    EXPECT_EQ(causes[0].text, "table public.A: migration 1 creates it and has not been applied.");
    EXPECT_EQ(causes[0].next, "migration-guard migrate (or prisma migrate deploy)");
}

TEST_F(Causes, ATenantsTableOfThatNameIsNoReasonToChangeTheUrl) {
    has(record("1", MigrationState::pending));
    auto missing = table("A", "1");
    missing.found_in = "tenant_b";
    lacks(missing);
    const auto causes = found();
    ASSERT_THAT(kinds(), ElementsAre(Kind::pending));
    EXPECT_THAT(causes[0].text, HasSubstr("has not been applied (found in tenant_b, Prisma looks in public)."));
    EXPECT_THAT(causes[0].next, Not(HasSubstr("schema")));
}

TEST_F(Causes, ABackupsTableOfThatNameIsNoReasonToChangeTheUrl) {
    has(record("1", MigrationState::applied));
    auto missing = table("A", "1");
    missing.found_in = "backup";
    lacks(missing);
    const auto causes = found();
    ASSERT_THAT(kinds(), ElementsAre(Kind::dropped));
    EXPECT_THAT(causes[0].text, HasSubstr("(found in backup, Prisma looks in public)"));
    EXPECT_THAT(causes[0].next, AllOf(Not(HasSubstr("?schema")), HasSubstr("db/migrations/1/migration.sql")));
}

TEST_F(Causes, MarkedAppliedStaysMarkedAppliedWhateverElseStandsElsewhere) {
    has(marked("1"));
    auto missing = table("A", "1");
    missing.found_in = "tenant_b";
    lacks(missing);
    evidence.elsewhere.moved_to = "tenant_b";
    ASSERT_THAT(kinds(), ElementsAre(Kind::marked_applied));
    EXPECT_THAT(found()[0].next, HasSubstr("prisma db execute --file db/migrations/1/migration.sql"));
}

TEST_F(Causes, AMarkedScriptIsNotRunAgainWhereOthersOfItsObjectsStand) {
    has(marked("1"));
    lacks(table("B", "1"));
    evidence.partly_there = {"1"};
    const auto cause = found().at(0);
    EXPECT_EQ(cause.kind, Kind::marked_applied);
    EXPECT_THAT(cause.text, HasSubstr("others of its objects are there"));
    EXPECT_THAT(cause.next, AllOf(HasSubstr("the statements of db/migrations/1/migration.sql that make it, and no"),
                                  Not(HasSubstr("execute"))));
}

TEST_F(Causes, ATableThatWasMovedIsMovedBack) {
    has(record("1", MigrationState::applied));
    lacks(table("A", "1"));
    evidence.elsewhere.moved_to = "app";
    ASSERT_THAT(kinds(), ElementsAre(Kind::other_schema));
    EXPECT_THAT(found()[0].next,
                AllOf(HasSubstr("ALTER TABLE \"app\".\"A\" SET SCHEMA \"public\""), Not(HasSubstr("?schema"))));
}

TEST_F(Causes, AllTablesInAnotherSchemaMayMeanTheUrl) {
    has(record("1", MigrationState::applied));
    for (const auto* name : {"A", "B", "C"}) lacks(table(name, "1"));
    evidence.elsewhere.moved_to = "app";
    EXPECT_THAT(found()[0].next, HasSubstr("?schema=app"));
}

TEST_F(Causes, AScriptThatMakesItElsewhereIsTheCause) {
    has(record("1", MigrationState::applied));
    auto missing = table("A");
    missing.found_in = "app";
    lacks(missing);
    evidence.elsewhere.made["public.A"] = {"app", "1"};
    ASSERT_THAT(kinds(), ElementsAre(Kind::other_schema));
    EXPECT_THAT(found()[0].text, HasSubstr("migration 1 creates it in schema app"));
}

TEST_F(Causes, NeverMigratedNamesTheCommandThatMakesTheMigration) {
    has(record("1", MigrationState::applied));
    lacks(table("A"));
    ASSERT_THAT(kinds(), ElementsAre(Kind::never_migrated));
    EXPECT_THAT(found()[0].next, HasSubstr("prisma migrate dev --name add_A"));
}

TEST_F(Causes, WhoForgotTheQuotesIsNotSentToMigrateDev) {
    auto missing = table("A");
    missing.folded = "public.a";
    missing.folded_by = "1";
    missing.folded_mend = "ALTER it";
    lacks(missing);
    const auto cause = found().at(0);
    EXPECT_EQ(cause.kind, Kind::never_migrated);
    EXPECT_EQ(cause.migration, "1");
    EXPECT_EQ(cause.text,
              "table public.A: migration 1 creates public.a instead: PostgreSQL folds a name without quotes to lower "
              "case.");
    EXPECT_EQ(cause.next, "ALTER it");
}

TEST_F(Causes, WhatABundledMigrationTookAwayAgainIsNotCalledNeverMigrated) {
    auto missing = table("A");
    missing.once_created_by = "1";
    missing.removed_by = "2";
    lacks(missing);
    const auto cause = found().at(0);
    EXPECT_EQ(cause.kind, Kind::removed_again);
    EXPECT_EQ(cause.text, "table public.A: migration 1 creates it, and 2 drops or renames it.");
    EXPECT_EQ(cause.migration, "2");
    EXPECT_THAT(cause.next, HasSubstr("remove it from schema.prisma"));
    EXPECT_EQ(find_causes_offline(check, {missing}, 2).at(0).kind, Kind::removed_again);
}

TEST_F(Causes, WhatOthersMakeIsACauseToo) {
    auto missing = table("users");
    missing.need = Missing::Need::external;
    missing.object = "auth.users";
    lacks(missing);
    ASSERT_THAT(kinds(), ElementsAre(Kind::external));
    EXPECT_THAT(found()[0].next, AllOf(HasSubstr("ignoreObjects"), HasSubstr("auth.users"), Not(HasSubstr("migrate"))));
}

TEST_F(Causes, WhatTheClientDoesNotUseIsNone) {
    auto missing = table("A");
    missing.need = Missing::Need::optional;
    lacks(missing);
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(Causes, AnotherAppsDatabaseIsNeverMigrated) {
    has(record("1", MigrationState::pending));
    has(record("0_theirs", MigrationState::retired));
    for (const auto* name : {"A", "B", "C"}) lacks(table(name, "1"));
    fails(ExitCode::migrations_pending, "1 migration is pending", "apply with: migration-guard migrate");
    const auto causes = found();
    ASSERT_THAT(kinds(), ElementsAre(Kind::other_app));
    EXPECT_THAT(causes[0].text, HasSubstr("holds 1 migration, none of which"));
    EXPECT_THAT(causes[0].next, Not(HasSubstr("migrate ")));
}

TEST_F(Causes, ASquashIsNotAnotherApp) {
    has(record("1_squashed", MigrationState::pending));
    check.history.migrations[0].findings = {MigrationFinding::collides};
    has(record("0_old", MigrationState::retired));
    fails(ExitCode::history_refused, "pending migration \"1_squashed\" creates table public.A, which exists already");
    ASSERT_THAT(kinds(), ElementsAre(Kind::other));
}

TEST_F(Causes, AFailedMigrationIsToldOnceWithWhetherItsSessionRuns) {
    has(record("1", MigrationState::failed));
    has(record("2", MigrationState::pending));
    lacks(table("A", "1"));
    lacks(table("B", "2"));
    fails(ExitCode::migration_failed, "migration \"1\" failed");
    fails(ExitCode::migrations_pending, "1 migration is pending");
    const auto causes = found();
    ASSERT_THAT(kinds(), ElementsAre(Kind::failed, Kind::pending));
    EXPECT_EQ(causes[0].object, "public.A");
    EXPECT_THAT(causes[0].text, HasSubstr("No session runs it any more."));
    EXPECT_EQ(causes[1].next, "after that: migration-guard migrate (or prisma migrate deploy)");
}

TEST_F(Causes, ARunningMigrationIsToldOnceWithItsSession) {
    has(record("1", MigrationState::running));
    lacks(table("A", "1"));
    fails(ExitCode::turn_timeout, "migration \"1\" is being applied by pid 42, prisma, 10.0.0.3");
    const auto causes = found();
    ASSERT_THAT(kinds(), ElementsAre(Kind::running));
    EXPECT_THAT(causes[0].text, HasSubstr("by pid 42, prisma, 10.0.0.3."));
}

TEST_F(Causes, WithoutALedgerThatComesFirst) {
    has(record("1", MigrationState::pending));
    lacks(table("A", "1"));
    fails(ExitCode::ledger_missing, "the database has 1 table but no ledger", "look with: migration-guard baseline");
    ASSERT_THAT(kinds(), ElementsAre(Kind::no_ledger, Kind::pending));
    EXPECT_THAT(found()[1].next, HasSubstr("after that: "));
}

// Its objects are there: baseline is about to mark it.
TEST_F(Causes, WithoutALedgerWhatLacksNothingIsNotCalledPending) {
    has(record("1", MigrationState::pending));
    has(record("2", MigrationState::pending));
    lacks(table("B", "2"));
    fails(ExitCode::ledger_missing, "the database has 1 table but no ledger", "look with: migration-guard baseline");
    EXPECT_THAT(found(), ElementsAre(Field(&Cause::kind, Kind::no_ledger), Field(&Cause::migration, "2")));
}

// 87 comes before the apply: nothing is applied while something lacks that no pending script creates.
TEST_F(Causes, WhatAMigrateDoesNotMendComesBeforeIt) {
    has(record("1", MigrationState::pending));
    has(marked("2"));
    lacks(table("A", "1"));
    lacks(table("B", "2"));
    check.missing[0].comes_with_pending = true;
    fails(ExitCode::migrations_pending, "1 migration is pending");
    fails(ExitCode::schema_mismatch, "2 objects missing");
    ASSERT_THAT(kinds(), ElementsAre(Kind::marked_applied, Kind::pending));
    EXPECT_EQ(found()[1].next, "after that: migration-guard migrate (or prisma migrate deploy)");
    check.problems.pop_back();  // onSchemaMismatch: warn
    EXPECT_EQ(found()[0].next, "migration-guard migrate (or prisma migrate deploy)");
}

TEST_F(Causes, WithoutADatabaseTheBundleStillProvesWhatNobodyMigrated) {
    fails(ExitCode::database_unreachable, "no server");
    const auto causes = find_causes_offline(check, {table("A")}, 2);
    ASSERT_THAT(causes, SizeIs(2));
    EXPECT_EQ(causes[0].kind, Kind::unreachable);
    EXPECT_EQ(causes[1].kind, Kind::never_migrated);
}

}  // namespace
}  // namespace migration_guard
