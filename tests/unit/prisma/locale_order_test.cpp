#include "prisma/locale_order.hpp"

#include "prisma/project.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace migration_guard::prisma {
namespace {

using testing::ElementsAreArray;

std::vector<std::string> sorted(std::vector<std::string> names) {
    std::ranges::sort(names, locale_less);
    return names;
}

// Each list is in the order of Node 20's localeCompare (ICU 78, en-US).
TEST(LocaleOrder, IsJavaScriptsLocaleCompare) {
    const std::vector<std::vector<std::string>> lists{
        {"0_init", "1_init", "10_x"},
        {"0001_init", "2024", "20240501_1", "20240501-x", "alpha", "Zeta"},
        {"_a", "_A", "_b", "_B", "-a", ".git", "0"},
        {"20240101000000_a_b", "20240101000000_a-b", "20240101000000_ab", "20240101000000_Ab"},
        {"a b", "a_b", "a-b", "a,b", "a.b", "a+b", "a~b", "a$b", "a0b", "ab"},
        {"a", "A", "á", "Á", "à", "à̧", "b"},
        {"s", "ŝ", "ss", "sS", "SS", "ß", "st", "sz"},
        {"ad", "ae", "aE", "AE", "aé", "áe", "æ", "Æ", "af"},
        {"d", "D", "ď", "đ", "Đ", "e"},
        {"cote", "coté", "côte", "côté"},
        {"ab", "aB", "Ab", "AB", "abc"},
    };
    for (const auto& list : lists) {
        auto shuffled = list;
        std::ranges::reverse(shuffled);
        EXPECT_THAT(sorted(shuffled), ElementsAreArray(list));
    }
}

TEST(LocaleOrder, ComposedAndDecomposedLettersAreTheSame) {
    EXPECT_EQ(collation_key("\u00e9v\u00e9nement"), collation_key("e\u0301ve\u0301nement"));
}

TEST(LocaleOrder, IsTotal) {
    EXPECT_TRUE(locale_less("\u00e9", "e\u0301") != locale_less("e\u0301", "\u00e9")) << "bytes decide a tie";
    EXPECT_FALSE(locale_less("a", "a"));
}

TEST(LocaleOrder, AnyBytesHaveAKey) {
    for (const auto* name : {"", "\xff\xfe", "\xe2\x82", "\x01\x02", "日本", "\xf0\x9f\x98\x80"}) {
        EXPECT_FALSE(locale_less(name, name));
    }
}

}  // namespace
}  // namespace migration_guard::prisma
