// Names as the server cuts them.

#include "schema/declared.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

std::string repeat(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i) {
        all += text;
    }
    return all;
}

TEST(TruncateIdentifier, keeps_63_bytes) {
    EXPECT_EQ(truncate_identifier(""), "");
    EXPECT_EQ(truncate_identifier(repeat("a", 63)), repeat("a", 63));
    EXPECT_EQ(truncate_identifier(repeat("a", 64)), repeat("a", 63));
}

TEST(TruncateIdentifier, cuts_between_characters) {
    EXPECT_EQ(truncate_identifier(repeat("é", 40)), repeat("é", 31));
    EXPECT_EQ(truncate_identifier(repeat("表", 21)), repeat("表", 21));
    EXPECT_EQ(truncate_identifier(repeat("表", 22)), repeat("表", 21));
    EXPECT_EQ(truncate_identifier("a" + repeat("😀", 20)), "a" + repeat("😀", 15));
    EXPECT_EQ(truncate_identifier(repeat("a", 62) + "é"), repeat("a", 62));
}

}  // namespace
}  // namespace migration_guard
