#include "log/line.hpp"

#include "base/text.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

TEST(TextLine, is_prefix_phase_and_pairs) {
    EXPECT_EQ(
        text_line({.level = Level::info,
                   .elapsed = Duration(412),
                   .phase = "wait",
                   .text = "not ready yet",
                   .fields = {{"reason", "connection refused (db:5432)"}, {"tries", "3"}}}),
        "migration-guard phase=wait t=0.412s msg=\"not ready yet\" reason=\"connection refused (db:5432)\" tries=3\n");
}

TEST(TextLine, says_levels_other_than_info) {
    EXPECT_THAT(text_line({.level = Level::warn, .phase = "x"}), HasSubstr(" level=warn"));
    EXPECT_THAT(text_line({.level = Level::error, .phase = "x"}), HasSubstr(" level=error"));
    EXPECT_THAT(text_line({.level = Level::debug, .phase = "x"}), HasSubstr(" level=debug"));
    EXPECT_EQ(text_line({.level = Level::info, .phase = "x"}), "migration-guard phase=x t=0.000s\n");
}

TEST(TextLine, quotes_what_would_be_misread_and_leaves_out_what_is_empty) {
    EXPECT_EQ(
        text_line(
            {.phase = "x",
             .fields = {{"a", "plain/1.2:é"}, {"b", "two words"}, {"c", "x=y"}, {"d", "say \"hi\\\""}, {"e", ""}}}),
        "migration-guard phase=x t=0.000s a=plain/1.2:é b=\"two words\" c=\"x=y\" d=\"say \\\"hi\\\\\\\"\"\n");
}

TEST(TextLine, is_one_line_whatever_is_in_it) {
    const auto line =
        text_line({.phase = "cli", .text = "a\nb\r\n\x1B[31mred\x1B[0m \xFF", .fields = {{"k", "x\ny\n"}}});
    EXPECT_EQ(line, "migration-guard phase=cli t=0.000s msg=\"a b red \xEF\xBF\xBD\" k=\"x y\"\n");
}

class LongLines : public testing::TestWithParam<std::string (*)(const Line&)> {};

TEST_P(LongLines, fit_into_the_limit_and_keep_what_is_short) {
    const std::string huge(20'000, 'x');
    const std::string quotes(20'000, '"');
    const std::string accents = [] {
        std::string out;
        for (int i = 0; i < 10'000; ++i) out += "é";
        return out;
    }();
    const std::vector<Line> lines{
        {.phase = "exit", .text = huge, .fields = {{"code", "84"}}},
        {.phase = "exit", .text = "", .fields = {{"cause", quotes}, {"remedy", accents}, {"code", "84"}}},
        {.phase = huge, .text = quotes, .fields = {{"a", huge}, {"b", huge}, {"c", huge}, {"code", "84"}}},
        {.phase = "exit", .text = "", .fields = {{"code", "84"}, {"cause", std::string(5000, '\n')}}},
    };
    for (const auto& line : lines) {
        const auto written = GetParam()(line);
        EXPECT_LE(written.size(), longest_line);
        EXPECT_TRUE(is_utf8(written));
        EXPECT_THAT(written, EndsWith("\n"));
        EXPECT_EQ(std::ranges::count(written, '\n'), 1);
        EXPECT_THAT(written, HasSubstr("84"));
    }
}

TEST_P(LongLines, with_very_many_fields_lose_the_last_ones) {
    Line line{.phase = "x"};
    for (int i = 0; i < 300; ++i) line.fields.push_back({"key" + std::to_string(i), std::string(100, 'v')});
    const auto written = GetParam()(line);
    EXPECT_LE(written.size(), longest_line);
    EXPECT_THAT(written, HasSubstr("key0"));
}

INSTANTIATE_TEST_SUITE_P(All, LongLines, testing::Values(text_line, json_line));

TEST(JsonLine, is_an_object_with_the_same_content) {
    const auto line = json_line({.level = Level::warn,
                                 .elapsed = Duration(1500),
                                 .phase = "wait",
                                 .text = "say \"no\"\n",
                                 .fields = {{"reason", "a\\b"}, {"empty", ""}, {"msg", "taken"}}});
    const auto json = nlohmann::json::parse(line);
    EXPECT_EQ(json, (nlohmann::json{{"program", "migration-guard"},
                                    {"t", 1.5},
                                    {"level", "warn"},
                                    {"phase", "wait"},
                                    {"msg", "say \"no\""},
                                    {"reason", "a\\b"},
                                    {"msg_", "taken"}}));
    EXPECT_THAT(line, Not(HasSubstr("\n\n")));
}

}  // namespace
}  // namespace migration_guard::log
