#include "base/text.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace migration_guard {
namespace {

using std::string_literals::operator""s;

struct Wellformedness {
    std::string name;
    std::string bytes;
    std::string replaced;  ///< equal to `bytes` when well-formed
};

class Utf8Test : public testing::TestWithParam<Wellformedness> {};

TEST_P(Utf8Test, is_judged_and_replaced_as_unicode_says) {
    const auto& [name, bytes, replaced] = GetParam();
    EXPECT_EQ(is_utf8(bytes), bytes == replaced);
    EXPECT_EQ(replace_invalid_utf8(bytes), replaced);
    EXPECT_TRUE(is_utf8(replace_invalid_utf8(bytes)));
}

const std::string bad = "\xEF\xBF\xBD";

INSTANTIATE_TEST_SUITE_P(
    All, Utf8Test,
    testing::Values(Wellformedness{"empty", "", ""}, Wellformedness{"ascii", "a b", "a b"},
                    Wellformedness{"nul_is_well_formed", "a\0b"s, "a\0b"s},
                    Wellformedness{"two_bytes", "\xC3\xA9", "\xC3\xA9"},
                    Wellformedness{"three_bytes", "\xE2\x82\xAC", "\xE2\x82\xAC"},
                    Wellformedness{"four_bytes", "\xF0\x9F\x98\x80", "\xF0\x9F\x98\x80"},
                    Wellformedness{"byte_order_mark_is_kept", "\xEF\xBB\xBFx", "\xEF\xBB\xBFx"},
                    Wellformedness{"last_before_surrogates", "\xED\x9F\xBF", "\xED\x9F\xBF"},
                    Wellformedness{"highest", "\xF4\x8F\xBF\xBF", "\xF4\x8F\xBF\xBF"},
                    Wellformedness{"lone_continuation", "a\x80z", "a" + bad + "z"},
                    Wellformedness{"overlong_two", "\xC0\xAF", bad + bad},
                    Wellformedness{"overlong_three", "\xE0\x80\xAF", bad + bad + bad},
                    Wellformedness{"surrogate", "\xED\xA0\x80", bad + bad + bad},
                    Wellformedness{"above_highest", "\xF4\x90\x80\x80", bad + bad + bad + bad},
                    Wellformedness{"f5_to_ff", "\xF5\xFF", bad + bad},
                    Wellformedness{"cut_after_one", "a\xE2", "a" + bad},
                    Wellformedness{"cut_after_two_is_one_replacement", "\xE2\x82", bad},
                    Wellformedness{"cut_after_three_is_one_replacement", "\xF0\x9F\x98", bad},
                    Wellformedness{"broken_by_ascii", "\xE2\x82z", bad + "z"},
                    Wellformedness{"broken_by_lead", "\xF0\x9F\xC3\xA9", bad + "\xC3\xA9"},
                    // Unicode 15, table 3-8: the example of maximal subparts.
                    Wellformedness{"unicode_table_3_8", "\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64",
                                   "\x61" + bad + bad + bad + "\x62" + bad + "\x63" + bad + bad + "\x64"}),
    [](const auto& test) { return test.param.name; });

TEST(OneLine, takes_everything_away_that_a_log_line_cannot_hold) {
    EXPECT_EQ(one_line("plain"), "plain");
    EXPECT_EQ(one_line("first\nsecond\r\nthird"), "first second third");
    EXPECT_EQ(one_line("ERROR:  no such table\n"), "ERROR:  no such table");
    EXPECT_EQ(one_line("a\0b"s), "ab");
    EXPECT_EQ(one_line("a\tb\x7F"
                       "c"),
              "a b c");
    EXPECT_EQ(one_line("\x1B[1;31mred\x1B[0m and \x1B[38:2::255:0:0mtrue colour\x1B[m"), "red and true colour");
    EXPECT_EQ(one_line("\x1B]0;title\abody"), "body");
    EXPECT_EQ(one_line("\x1B]8;;https://x.y\x1B\\link\x1B]8;;\x1B\\"), "link");
    EXPECT_EQ(one_line("\xC2\x9B"
                       "31mred"),
              "red")
        << "CSI as one C1 character";
    EXPECT_EQ(one_line("next\xC2\x85line\xE2\x80\xA8"
                       "separated"),
              "next line separated");
    EXPECT_EQ(one_line("\x1B(Bcharset\x1B"
                       "c"),
              "charset");
    EXPECT_EQ(one_line("bad\xFF"
                       "byte"),
              "bad" + bad + "byte");
}

TEST(OneLine, survives_sequences_that_are_cut_short) {
    EXPECT_EQ(one_line("x\x1B"), "x");
    EXPECT_EQ(one_line("x\x1B["), "x");
    EXPECT_EQ(one_line("x\x1B[31"), "x");
    EXPECT_EQ(one_line("\x1B]never closed"), "never closed") << "only the opening is swallowed";
    EXPECT_EQ(one_line("\x1B]never\nclosed\a"), "never closed");
    EXPECT_EQ(one_line("\x1B[\x1B[31mX"), "X");
}

TEST(OneLine, is_cut_on_a_character_boundary_with_a_mark) {
    EXPECT_EQ(one_line("abcdef", 6), "abcdef");
    EXPECT_EQ(one_line("abcdefg", 6), "abc…");
    EXPECT_EQ(one_line("abéééé", 8), "abé…");
    EXPECT_EQ(one_line("abéééé", 6), "ab…");
    EXPECT_EQ(one_line("abcdef", 2), "") << "no room for the mark";
    EXPECT_LE(one_line(std::string(100'000, 'x')).size(), 4096U);
}

TEST(Clean, keeps_lines_and_tabs) {
    EXPECT_EQ(clean("a\r\nb\n\tc\x1B[0m\0\x01"s), "a\nb\n\tc ");
    EXPECT_EQ(clean("progress 1\rprogress 2"), "progress 1 progress 2");
}

TEST(Join, names_the_first_and_counts_the_rest) {
    EXPECT_EQ(join({}), "");
    EXPECT_EQ(join({"a"}), "a");
    EXPECT_EQ(join({"a", "b", "c"}), "a, b, c");
    EXPECT_EQ(join({"a", "b", "c"}, 2), "a, b and 1 more");
    EXPECT_EQ(join({"a", "b", "c"}, 0), "3 more");
}

TEST(Nearest, finds_what_was_meant_and_nothing_else) {
    const std::vector<std::string> keys{"mode", "apply", "applyTimeout", "waitTimeout", "deadline", "init"};
    EXPECT_EQ(nearest("waitTimout", keys), "waitTimeout");
    EXPECT_EQ(nearest("WAITTIMEOUT", keys), "waitTimeout");
    EXPECT_EQ(nearest("wait-timeout", keys), "waitTimeout");
    EXPECT_EQ(nearest("aplpy", keys), "apply") << "a swap is one edit";
    EXPECT_EQ(nearest("mdoe", keys), "mode");
    EXPECT_EQ(nearest("verbosity", keys), "");
    EXPECT_EQ(nearest("x", keys), "");
    EXPECT_EQ(nearest("", keys), "");
    EXPECT_EQ(nearest(std::string(100'000, 'a'), keys), "");
}

}  // namespace
}  // namespace migration_guard
