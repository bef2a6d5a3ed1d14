#include "applog/log_time.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>

namespace migration_guard::applog {
namespace {

struct Case {
    std::string_view text;
    std::string_view read;  ///< "" when it is no timestamp
    std::string_view rest = "";
};

std::ostream& operator<<(std::ostream& out, const Case& c) {
    return out << c.text;
}

class ReadTimeTest : public testing::TestWithParam<Case> {};

TEST_P(ReadTimeTest, ReadsWhatStandsInFront) {
    const auto read = read_time(GetParam().text);
    ASSERT_EQ(read.has_value(), !GetParam().read.empty());
    if (!read) return;
    EXPECT_EQ(shown_time(read->time).text, GetParam().read);
    EXPECT_EQ(GetParam().text.substr(read->length), GetParam().rest);
}

INSTANTIATE_TEST_SUITE_P(Docker, ReadTimeTest,
                         testing::Values(Case{"2025-11-10T03:51:27.425062648Z prisma:error", "2025-11-10T03:51:27Z",
                                              " prisma:error"},
                                         Case{"2025-11-10T03:51:27Z", "2025-11-10T03:51:27Z"},
                                         Case{"2025-11-10 03:51:27,425 x", "2025-11-10T03:51:27Z", " x"},
                                         Case{"2025/11/10 03:51:27 x", "2025-11-10T03:51:27Z", " x"}));

INSTANTIATE_TEST_SUITE_P(Zones, ReadTimeTest,
                         testing::Values(Case{"2025-11-10T00:30:00+01:00 x", "2025-11-09T23:30:00Z", " x"},
                                         Case{"2025-12-31 23:30:00 -0130 x", "2026-01-01T01:00:00Z", " x"},
                                         Case{"2025-11-10 03:51:27 UTC x", "2025-11-10T03:51:27Z", " x"},
                                         Case{"2025-11-10 03:51:27 - x", "2025-11-10T03:51:27Z", " - x"},
                                         Case{"2024-02-28T23:59:59-00:30", "2024-02-29T00:29:59Z"}));

INSTANTIATE_TEST_SUITE_P(Nest, ReadTimeTest,
                         testing::Values(Case{"11/10/2025, 3:51:27 AM     LOG", "2025-11-10T03:51:27Z", "     LOG"},
                                         Case{"11/10/2025, 12:00:00 AM x", "2025-11-10T00:00:00Z", " x"},
                                         Case{"1/2/2025, 12:00:00\xE2\x80\xAFPM x", "2025-01-02T12:00:00Z", " x"},
                                         Case{"11/10/2025, 3:51:27 PM", "2025-11-10T15:51:27Z"}));

INSTANTIATE_TEST_SUITE_P(NoTimestamp, ReadTimeTest,
                         testing::Values(Case{"", ""}, Case{"prisma:error", ""}, Case{"2025-11-10T03:51", ""},
                                         Case{"2025-13-10T03:51:27Z", ""}, Case{"2025-11-10T03:61:27Z", ""},
                                         Case{"0025-11-10T03:51:27Z", ""}, Case{"13/45/2025, 3:51:27 AM", ""},
                                         Case{"123456789012345678901234567890", ""}));

TEST(TimeOfEpoch, TellsTheUnitBySize) {
    for (const double number : {1762746687.0, 1762746687425.0, 1762746687425062.0, 1762746687425062648.0}) {
        const auto time = time_of_epoch(number);
        ASSERT_TRUE(time) << number;
        EXPECT_EQ(shown_time(*time).text, "2025-11-10T03:51:27Z") << number;
    }
}

TEST(TimeOfEpoch, TakesNoOtherNumberForATime) {
    for (const double number : {0.0, -1762746687.0, 42.0, 999'999'999.0, 5e9, 1e30})
        EXPECT_FALSE(time_of_epoch(number));
}

TEST(ShownTime, CountsDaysAsTheCalendarDoes) {
    constexpr std::int64_t second = 1'000'000;
    EXPECT_EQ(shown_time(0).text, "1970-01-01T00:00:00Z");
    EXPECT_EQ(shown_time(-1).text, "1969-12-31T23:59:59Z");
    EXPECT_EQ(shown_time(951'782'400 * second).text, "2000-02-29T00:00:00Z");
    EXPECT_EQ(shown_time(4'107'542'400 * second).text, "2100-03-01T00:00:00Z");
}

}  // namespace
}  // namespace migration_guard::applog
