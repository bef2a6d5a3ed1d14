#include "ledger/history.hpp"

#include "support/ledger_builders.hpp"

#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::As;
using test::bundle_of;
using test::row;

const NameOrder bytewise = [](const std::string& left, const std::string& right) { return left < right; };

std::string shape(const History& history) {
    std::string text;
    for (const auto& record : history.migrations) {
        text += (text.empty() ? "" : " ") + record.name + "=" + std::string(to_text(record.state));
        for (const auto finding : record.findings) text += "+" + std::string(to_text(finding));
    }
    return text;
}

struct Case {
    const char* name;
    std::vector<std::string> bundle;
    std::vector<LedgerRow> rows;
    bool somebody_migrates;
    const char* expected;
};

void PrintTo(const Case& c, std::ostream* out) {
    *out << c.name;
}

class HistoryTable : public testing::TestWithParam<Case> {};

TEST_P(HistoryTable, LaysSideBySide) {
    const auto& c = GetParam();
    EXPECT_EQ(shape(lay_side_by_side(bundle_of(c.bundle), c.rows, c.somebody_migrates, bytewise)), c.expected);
}

// The states follow prisma-engines' apply_migrations.rs: an unfinished row blocks, else any row that is not rolled
// back counts as applied, else the migration is applied (again).
INSTANTIATE_TEST_SUITE_P(
    States, HistoryTable,
    testing::Values(
        Case{"NoRows", {"1", "2"}, {}, false, "1=pending 2=pending"},
        Case{"Applied", {"1"}, {row("1", As::applied)}, false, "1=applied"},
        Case{"Unfinished", {"1"}, {row("1", As::unfinished)}, false, "1=failed"},
        Case{"UnfinishedWhileSomebodyMigrates", {"1"}, {row("1", As::unfinished)}, true, "1=running"},
        Case{"RolledBackIsPendingAgain", {"1"}, {row("1", As::rolled_back)}, false, "1=pending+rolledBack"},
        Case{"FinishedAndRolledBackIsPendingAgain", {"1"}, {row("1", As::both_times)}, false, "1=pending+rolledBack"},
        Case{"RolledBackThenApplied",
             {"1"},
             {row("1", As::rolled_back, 1), row("1", As::applied, 2)},
             false,
             "1=applied"},
        Case{"AppliedThenUnfinishedBlocks",
             {"1"},
             {row("1", As::applied, 1), row("1", As::unfinished, 2)},
             false,
             "1=failed"},
        Case{"UnfinishedThenAppliedBlocksToo",
             {"1"},
             {row("1", As::unfinished, 1), row("1", As::applied, 2)},
             false,
             "1=failed"},
        Case{"TwoApplied", {"1"}, {row("1", As::applied, 1), row("1", As::applied, 2)}, false, "1=applied"},
        Case{"Edited", {"1"}, {row("1", As::applied, 1, "other")}, false, "1=applied+edited"},
        Case{"EditedOnlyAgainstAppliedRows",
             {"1"},
             {row("1", As::rolled_back, 1, "other"), row("1", As::applied, 2)},
             false,
             "1=applied"},
        Case{"OneOfTwoAppliedRowsMatches",
             {"1"},
             {row("1", As::applied, 1, "other"), row("1", As::applied, 2)},
             false,
             "1=applied"},
        Case{"PendingIsNeverEdited", {"1"}, {row("1", As::rolled_back, 1, "other")}, false, "1=pending+rolledBack"}));

INSTANTIATE_TEST_SUITE_P(
    Others, HistoryTable,
    testing::Values(
        Case{"AheadIsNewer", {"1"}, {row("1", As::applied, 1), row("2", As::applied, 2)}, false, "1=applied 2=ahead"},
        Case{"RetiredIsOlder",
             {"2"},
             {row("1", As::applied, 1), row("2", As::applied, 2)},
             false,
             "2=applied 1=retired"},
        Case{"SquashSortsFirstButIsNewer",
             {"0_squashed"},
             {row("1", As::applied, 1), row("2", As::applied, 2), row("0_squashed", As::applied, 3)},
             false,
             "0_squashed=applied 1=retired 2=retired"},
        Case{"AnotherAppsLedgerIsAhead", {"1"}, {row("x", As::applied, 1)}, false, "1=pending+outOfOrder x=ahead"},
        Case{"NewerReleaseFailed",
             {"1"},
             {row("1", As::applied, 1), row("2", As::unfinished, 2)},
             false,
             "1=applied 2=failed"},
        Case{"NewerReleaseMigrates",
             {"1"},
             {row("1", As::applied, 1), row("2", As::unfinished, 2)},
             true,
             "1=applied 2=running"},
        Case{"RolledBackElsewhereIsForgotten",
             {"1"},
             {row("1", As::applied, 1), row("2", As::rolled_back, 2)},
             false,
             "1=applied 2=retired+rolledBack"}));

INSTANTIATE_TEST_SUITE_P(
    Order, HistoryTable,
    testing::Values(
        Case{"PendingBeforeApplied", {"1", "2"}, {row("2", As::applied)}, false, "1=pending+outOfOrder 2=applied"},
        Case{"PendingAfterApplied", {"1", "2"}, {row("1", As::applied)}, false, "1=applied 2=pending"},
        Case{"PendingBeforeAhead",
             {"1", "2"},
             {row("1", As::applied, 1), row("3", As::applied, 2)},
             false,
             "1=applied 2=pending+outOfOrder 3=ahead"},
        Case{"PendingBeforeRetiredOnly",
             {"1", "3"},
             {row("2", As::applied, 1), row("3", As::applied, 2)},
             false,
             "1=pending+outOfOrder 3=applied 2=retired"},
        Case{"AppliedOutOfOrderIsNoFinding",
             {"1", "2"},
             {row("2", As::applied, 1), row("1", As::applied, 2)},
             false,
             "1=applied 2=applied"}));

TEST(History, DirectoryWithoutScriptIsNotCalledEdited) {
    Bundle bundle;
    bundle.migrations.push_back(test::bundled("1", false));
    EXPECT_EQ(shape(lay_side_by_side(bundle, {row("1", As::applied, 1, "whatever")}, false, bytewise)), "1=applied");
}

TEST(History, NewestUnfinishedRowIsTheOneShown) {
    const auto history =
        lay_side_by_side(bundle_of({"1"}), {row("1", As::unfinished, 1), row("1", As::unfinished, 5)}, false, bytewise);
    EXPECT_EQ(history.migrations[0].row->started_at.micros, test::at(5).micros);
}

TEST(Checksum, AnyLineEndingMatches) {
    const Checksums checksums{std::string(64, 'a'), std::string(64, 'b'), std::string(64, 'c')};
    for (const char c : {'a', 'b', 'c'}) EXPECT_TRUE(matches(checksums, std::string(64, c)));
    EXPECT_FALSE(matches(checksums, std::string(64, 'd')));
    EXPECT_FALSE(matches(checksums, ""));
}

TEST(Checksum, UnpaddedFormOfOldLedgersMatches) {
    const std::string padded = "0a00ff" + std::string(58, '1');
    const std::string unpadded = "a0ff" + std::string(58, '1');
    EXPECT_TRUE(matches({padded, padded, padded}, unpadded));
    EXPECT_FALSE(matches({padded, padded, padded}, padded.substr(2)));
}

}  // namespace
}  // namespace migration_guard
