#include "config/value.hpp"

#include <gmock/gmock.h>

namespace migration_guard::config {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;
using std::chrono_literals::operator""h;

struct GoodDuration {
    std::string text;
    Duration expected;
};

class GoodDurations : public testing::TestWithParam<GoodDuration> {};

TEST_P(GoodDurations, are_read) {
    const auto reading = read_duration(GetParam().text);
    EXPECT_EQ(reading.problem, "");
    EXPECT_EQ(reading.value, GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(All, GoodDurations,
                         testing::Values(GoodDuration{"500ms", 500ms}, GoodDuration{"90s", 90s},
                                         GoodDuration{"10m", 10min}, GoodDuration{"1h", 1h}, GoodDuration{"90", 90s},
                                         GoodDuration{"0", 0s}, GoodDuration{"0ms", 0s}, GoodDuration{"1.5s", 1500ms},
                                         GoodDuration{"0.25", 250ms}, GoodDuration{"0.001h", 3600ms},
                                         GoodDuration{"007s", 7s}, GoodDuration{"168h", 168h},
                                         GoodDuration{"604800", 168h}, GoodDuration{"604800000ms", 168h}));

struct BadText {
    std::string text;
    std::string problem;
};

class BadDurations : public testing::TestWithParam<BadText> {};

TEST_P(BadDurations, are_refused_with_the_reason) {
    EXPECT_EQ(read_duration(GetParam().text).problem, GetParam().problem);
}

INSTANTIATE_TEST_SUITE_P(
    All, BadDurations,
    testing::Values(BadText{"", "it is not a number with a unit"}, BadText{"s", "it is not a number with a unit"},
                    BadText{"-1s", "it is negative"}, BadText{"-0", "it is negative"},
                    BadText{"+1s", "it is not a number with a unit"}, BadText{"NaN", "it is not a number with a unit"},
                    BadText{"inf", "it is not a number with a unit"}, BadText{".5s", "it is not a number with a unit"},
                    BadText{"1.s", "it is not a number with a unit"}, BadText{"5sec", "unknown unit \"sec\""},
                    BadText{"10M", "unknown unit \"M\""}, BadText{"1h30m", "unknown unit \"h30m\""},
                    BadText{"1e3", "unknown unit \"e3\""}, BadText{"0x10", "unknown unit \"x10\""},
                    BadText{"5 s", "unknown unit \" s\""}, BadText{"5s ", "unknown unit \"s \""},
                    BadText{"1.5ms", "it is finer than a millisecond"},
                    BadText{"0.0001s", "it is finer than a millisecond"}, BadText{"168.001h", "it is longer than 168h"},
                    BadText{"169h", "it is longer than 168h"},
                    BadText{"9223372036854775807h", "it is longer than 168h"},
                    BadText{"99999999999999999999999s", "it is longer than 168h"}));

TEST(ToText, writes_durations_that_are_read_back) {
    for (const Duration duration : {0ms, 1ms, 999ms, 1000ms, 1234ms, 1500ms, 60'000ms, 61'000ms, 90'000ms, 840'000ms,
                                    3'600'000ms, 5'400'000ms, 604'800'000ms})
        EXPECT_EQ(read_duration(to_text(duration)).value, duration) << to_text(duration);
}

TEST(ReadBoolean, knows_two_words) {
    EXPECT_TRUE(read_boolean("true").value);
    EXPECT_FALSE(read_boolean("false").value);
    for (const auto* const text : {"false", "true"}) EXPECT_EQ(read_boolean(text).problem, "");
    for (const auto* const text : {"", "yes", "no", "on", "1", "0", "True", "TRUE", " true"})
        EXPECT_NE(read_boolean(text).problem, "") << text;
}

TEST(ReadPort, is_a_tcp_port) {
    EXPECT_EQ(read_port("1").value, 1);
    EXPECT_EQ(read_port("65535").value, 65535);
    for (const auto* const text : {"", "0", "65536", "-1", "80 ", "3000.0", "http", "99999999999999999999"})
        EXPECT_NE(read_port(text).problem, "") << text;
}

TEST(ReadJsonList, is_a_list_of_texts) {
    EXPECT_THAT(read_json_list(R"(["a b", "\u00e9", ""])").value, testing::ElementsAre("a b", "é", ""));
    EXPECT_EQ(read_json_list("[]").problem, "");
    for (const auto* const text : {"", "a", "a,b", "[a]", "['a']", "[1]", "[\"a\",]", "[\"a\"] x", "{}", "\"a\"",
                                   "[[\"a\"]]", "null", "[null]", "[\"\xFF\"]", "// c\n[]"})
        EXPECT_NE(read_json_list(text).problem, "") << text;
}

TEST(ReadJsonList, refuses_deep_nesting_without_a_crash) {
    EXPECT_NE(read_json_list(std::string(20'000, '[')).problem, "");
    EXPECT_NE(read_json_list(std::string(20'000, '[') + std::string(20'000, ']')).problem, "");
}

TEST(Words, name_every_value_once) {
    EXPECT_THAT(all_words<Mode>(), testing::ElementsAre("enforce", "observe", "off"));
    EXPECT_EQ(value_of<ApplyMode>("native"), ApplyMode::native);
    EXPECT_EQ(value_of<ApplyMode>("Native"), std::nullopt);
    EXPECT_EQ(word_of(MigrationOrder::automatic), "auto");
}

}  // namespace
}  // namespace migration_guard::config
