// The table that the product exists for: situation x purpose -> code.
#include "ledger/verdict.hpp"

#include "support/ledger_builders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::As;
using test::bundle_of;
using test::row;
using testing::HasSubstr;
using testing::StartsWith;
using enum ExitCode;

const NameOrder bytewise = [](const std::string& left, const std::string& right) { return left < right; };

History history(const std::vector<std::string>& bundle, const std::vector<LedgerRow>& rows, bool migrating = false) {
    return lay_side_by_side(bundle_of(bundle), rows, migrating, bytewise);
}

Situation with(History made) {
    Situation situation;
    situation.history = std::move(made);
    return situation;
}

Situation with(LedgerReading::State state, std::size_t tables = 0) {
    auto situation = with(history({"1"}, {}));
    situation.ledger = state;
    situation.table_count = tables;
    if (tables != 0) situation.tables = {"User"};
    return situation;
}

Situation missing(Missing::Need need, std::optional<std::string> created_by = {}, bool pending = false) {
    auto situation =
        with(pending ? history({"1", "2"}, {row("1", As::applied)}) : history({"1"}, {row("1", As::applied)}));
    situation.missing.push_back(
        {need, "table", "public.AnalyticsEvent", "AnalyticsEvent", std::nullopt, std::move(created_by), pending, ""});
    return situation;
}

struct Case {
    const char* name;
    Situation situation;
    ExitCode check;
    ExitCode before_deploy;
    ExitCode before_apply;
    ExitCode after_apply;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

class VerdictTable : public testing::TestWithParam<Case> {};

TEST_P(VerdictTable, HasOneCodeForEachPurpose) {
    const auto& c = GetParam();
    const Settings defaults;
    EXPECT_EQ(judge(c.situation, defaults, Purpose::check).code(), c.check);
    EXPECT_EQ(judge(c.situation, defaults, Purpose::before_deploy).code(), c.before_deploy);
    EXPECT_EQ(judge(c.situation, defaults, Purpose::before_apply).code(), c.before_apply);
    EXPECT_EQ(judge(c.situation, defaults, Purpose::after_apply).code(), c.after_apply);
}

INSTANTIATE_TEST_SUITE_P(
    Ledger, VerdictTable,
    testing::Values(
        Case{"Matches", with(history({"1"}, {row("1", As::applied)})), ok, ok, ok, ok},
        Case{"Pending", with(history({"1", "2"}, {row("1", As::applied)})), migrations_pending, ok, ok,
             ledger_incomplete},
        Case{"RolledBackIsPending", with(history({"1"}, {row("1", As::rolled_back)})), migrations_pending, ok, ok,
             ledger_incomplete},
        Case{"Failed", with(history({"1"}, {row("1", As::unfinished)})), migration_failed, migration_failed,
             migration_failed, migration_failed},
        Case{"Running", with(history({"1"}, {row("1", As::unfinished)}, true)), turn_timeout, turn_timeout,
             turn_timeout, turn_timeout},
        Case{"NewerReleaseFailedNothingPending",
             with(history({"1"}, {row("1", As::applied, 1), row("2", As::unfinished, 2)})), ok, ok, ok, ok},
        Case{"NewerReleaseFailedSomethingPending",
             with(history({"1", "3"}, {row("1", As::applied, 1), row("2", As::unfinished, 2)})), migration_failed,
             migration_failed, migration_failed, migration_failed},
        Case{"Ahead", with(history({"1"}, {row("1", As::applied, 1), row("2", As::applied, 2)})), ok, ok, ok, ok},
        Case{"Edited", with(history({"1"}, {row("1", As::applied, 1, "other")})), ok, ok, ok, ok},
        Case{"EmptyDatabase", with(LedgerReading::State::absent), migrations_pending, ok, ok, ledger_incomplete},
        Case{"TablesWithoutLedger", with(LedgerReading::State::absent, 1), ledger_missing, ledger_missing,
             ledger_missing, ledger_missing},
        Case{"Misplaced", with(LedgerReading::State::misplaced), ledger_unusable, ledger_unusable, ledger_unusable,
             ledger_unusable},
        Case{"NotATable", with(LedgerReading::State::not_a_table), ledger_unusable, ledger_unusable, ledger_unusable,
             ledger_unusable},
        Case{"WrongColumns", with(LedgerReading::State::wrong_columns), ledger_unusable, ledger_unusable,
             ledger_unusable, ledger_unusable},
        Case{"Nulls", with(LedgerReading::State::null_values), ledger_unusable, ledger_unusable, ledger_unusable,
             ledger_unusable},
        Case{"SelectDenied", with(LedgerReading::State::no_permission), database_refused, database_refused,
             database_refused, database_refused}));

INSTANTIATE_TEST_SUITE_P(Schema, VerdictTable,
                         testing::Values(Case{"NeverMigrated", missing(Missing::Need::needed), schema_mismatch,
                                              schema_mismatch, schema_mismatch, schema_mismatch},
                                         Case{"CreatedByAppliedAndGone", missing(Missing::Need::needed, "1"),
                                              schema_mismatch, schema_mismatch, schema_mismatch, schema_mismatch},
                                         Case{"ComesWithPending", missing(Missing::Need::needed, "2", true),
                                              migrations_pending, ok, ok, ledger_incomplete},
                                         Case{"External", missing(Missing::Need::external), ok, ok, ok, ok},
                                         Case{"RemovedByNewer", missing(Missing::Need::removed_by_newer, "1"), ok, ok,
                                              ok, ok},
                                         Case{"Optional", missing(Missing::Need::optional), ok, ok, ok, ok}));

Situation without_script() {
    Bundle bundle;
    bundle.migrations.push_back(test::bundled("1", false));
    return with(lay_side_by_side(bundle, {}, false, bytewise));
}

TEST(Verdict, WhatGoesWithPendingCountsWhereItIsToBeApplied) {
    auto situation = with(history({"1", "2"}, {row("1", As::applied)}));
    Missing going;
    going.kind = "table";
    going.object = "public.a";
    going.once_created_by = "1";
    going.removed_by = "2";
    going.goes_with_pending = true;
    situation.doomed = {going};
    EXPECT_EQ(judge(situation, {}, Purpose::before_apply).code(), schema_mismatch);
    const auto refused = judge(situation, {}, Purpose::before_deploy).problems.front();
    EXPECT_EQ(refused.code, schema_mismatch);
    EXPECT_THAT(refused.message,
                HasSubstr("1 object of schema.prisma will be missing after the apply (table public.a"));
    EXPECT_THAT(refused.remedy, StartsWith("remove it from schema.prisma"));
    const auto checked = judge(situation, {}, Purpose::check);
    EXPECT_EQ(checked.problems.size(), 1U) << "it is there, and nothing is to be applied";
    ASSERT_EQ(checked.warnings.size(), 1U);
    EXPECT_THAT(checked.warnings.front().text, HasSubstr("will be gone after the apply"));
    Settings warn;
    warn.on_schema_mismatch = Policy::warn;
    EXPECT_EQ(judge(situation, warn, Purpose::before_apply).code(), ok);
    EXPECT_EQ(judge(situation, warn, Purpose::before_apply).warnings.size(), 1U);
}

TEST(Verdict, PendingDirectoryWithoutScriptIsABrokenBundle) {
    const auto verdict = judge(without_script(), {}, Purpose::before_apply);
    EXPECT_EQ(verdict.code(), bundle_unreadable);
    EXPECT_THAT(verdict.problems.front().message, HasSubstr("\"1\" has no migration.sql"));
}

TEST(Verdict, PrismaEightDatabaseIsNotCalledEmpty) {
    auto situation = with(LedgerReading::State::absent);
    situation.prisma_contract = true;
    EXPECT_EQ(judge(situation, {}, Purpose::before_apply).code(), ledger_unusable);
}

TEST(Verdict, ApplyNeverMakesPendingAProblem) {
    Settings settings;
    settings.apply = ApplyMode::never;
    const auto pending = with(history({"1"}, {}));
    EXPECT_EQ(judge(pending, settings, Purpose::before_apply).code(), migrations_pending);
    EXPECT_EQ(judge(pending, settings, Purpose::before_deploy).code(), ok);
}

struct PolicyCase {
    const char* name;
    Situation situation;
    Policy Settings::*key;
    const char* warning;
    ExitCode code;
};

void PrintTo(const PolicyCase& c, std::ostream* out) {
    *out << c.name;
}

class PolicyTable : public testing::TestWithParam<PolicyCase> {};

TEST_P(PolicyTable, FailsWarnsOrIgnores) {
    const auto& c = GetParam();
    Settings settings;
    settings.*c.key = Policy::fail;
    EXPECT_EQ(judge(c.situation, settings, Purpose::before_apply).code(), c.code);

    settings.*c.key = Policy::warn;
    const auto warned = judge(c.situation, settings, Purpose::before_apply);
    EXPECT_EQ(warned.code(), ok);
    ASSERT_EQ(warned.warnings.size(), 1U);
    EXPECT_EQ(warned.warnings[0].kind, c.warning);

    settings.*c.key = Policy::ignore;
    const auto ignored = judge(c.situation, settings, Purpose::before_apply);
    EXPECT_EQ(ignored.code(), ok);
    EXPECT_TRUE(ignored.warnings.empty());
}

Situation colliding() {
    auto situation = with(history({"1", "2"}, {row("1", As::applied)}));
    situation.collisions.push_back({"2", "public.User"});
    return situation;
}

INSTANTIATE_TEST_SUITE_P(
    Policies, PolicyTable,
    testing::Values(PolicyCase{"Edited", with(history({"1"}, {row("1", As::applied, 1, "other")})),
                               &Settings::on_edited, "edited", history_refused},
                    PolicyCase{"Ahead", with(history({"1"}, {row("1", As::applied, 1), row("2", As::applied, 2)})),
                               &Settings::on_database_ahead, "ahead", history_refused},
                    PolicyCase{"OutOfOrder", with(history({"1", "2"}, {row("2", As::applied)})),
                               &Settings::on_out_of_order, "outOfOrder", history_refused},
                    PolicyCase{"Collision", colliding(), &Settings::on_collision, "collides", history_refused},
                    PolicyCase{"Schema", missing(Missing::Need::needed), &Settings::on_schema_mismatch, "missing",
                               schema_mismatch}));

TEST(Verdict, AcceptedEditIsSilent) {
    Settings settings;
    settings.on_edited = Policy::fail;
    settings.accept_edited = {"1"};
    const auto verdict = judge(with(history({"1"}, {row("1", As::applied, 1, "other")})), settings, Purpose::check);
    EXPECT_EQ(verdict.code(), ok);
    EXPECT_TRUE(verdict.warnings.empty());
}

TEST(Verdict, EmptyDatabaseIsSaidLoudlyOrRefused) {
    Settings settings;
    const auto empty = with(LedgerReading::State::absent);
    EXPECT_EQ(judge(empty, settings, Purpose::before_apply).warnings.front().kind, "emptyDatabase");
    settings.on_empty_database = OnEmptyDatabase::fail;
    EXPECT_EQ(judge(empty, settings, Purpose::before_apply).code(), history_refused);
}

TEST(Verdict, AllFindingsAreReportedAndTheFirstDecides) {
    auto situation = with(history({"1", "2", "3"}, {row("1", As::unfinished, 1), row("2", As::applied, 2, "other")}));
    situation.missing.push_back(
        {Missing::Need::needed, "table", "public.X", "X", std::nullopt, std::nullopt, false, ""});
    Settings settings;
    settings.on_edited = Policy::fail;
    const auto verdict = judge(situation, settings, Purpose::check);
    std::vector<ExitCode> codes;
    for (const auto& problem : verdict.problems) codes.push_back(problem.code);
    EXPECT_EQ(codes, (std::vector{migration_failed, history_refused, migrations_pending, schema_mismatch}));
}

TEST(Verdict, WhatAFailedMigrationWouldHaveCreatedIsThatFailuresFinding) {
    auto situation = with(history({"1", "2"}, {row("1", As::applied, 1), row("2", As::unfinished, 2)}));
    situation.missing.push_back({Missing::Need::needed, "table", "public.X", "X", std::nullopt, "2", false, ""});
    const auto verdict = judge(situation, {}, Purpose::after_apply);
    ASSERT_EQ(verdict.problems.size(), 1U);
    EXPECT_EQ(verdict.code(), migration_failed);
}

TEST(Verdict, EveryProblemHasAMessageAndARemedy) {
    auto situation = with(history({"1", "2"}, {row("1", As::unfinished)}));
    situation.missing.push_back(
        {Missing::Need::needed, "table", "public.X", "X", std::nullopt, std::nullopt, false, ""});
    for (const auto& problem : judge(situation, {}, Purpose::check).problems) {
        EXPECT_FALSE(problem.message.empty());
        EXPECT_THAT(problem.remedy, HasSubstr("migration-guard "));
        EXPECT_EQ(problem.message.find('\n'), std::string::npos);
    }
}

TEST(Wording, FailedRowIsToldWithStartErrorAndCommand) {
    auto failed = row("20251103_add", As::unfinished);
    failed.logs =
        "A migration failed to apply. ...\n\nDatabase error:\nERROR: relation \"x\" does not exist\n\nDbError {}";
    const auto problem = judge(with(history({"20251103_add"}, {failed})), {}, Purpose::check).problems.front();
    EXPECT_EQ(
        problem.message,
        "migration \"20251103_add\" started at 2025-11-03T09:00:01.000000Z and failed: ERROR: relation \"x\" does "
        "not exist");
    EXPECT_THAT(problem.remedy, HasSubstr("migration-guard resolve --rolled-back 20251103_add (or prisma migrate"));
}

TEST(Wording, ScriptThatRanToItsEndIsResolvedAsApplied) {
    auto failed = row("1", As::unfinished);
    failed.applied_steps_count = 1;
    const auto problem = judge(with(history({"1"}, {failed})), {}, Purpose::check).problems.front();
    EXPECT_THAT(problem.remedy, HasSubstr("resolve --applied 1"));
}

}  // namespace
}  // namespace migration_guard
