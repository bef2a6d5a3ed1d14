#include "applog/log_line.hpp"

#include "base/text.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::applog {
namespace {

/// Text that is left as it is is not copied; nothing may be left that clean() would not leave.
TEST(LogLine, TextIsCleanWhateverBytesTheLogHas) {
    const std::vector<std::string> pieces{"a",      " ",    "\t",   "~",        "\x7F",         "\x01",      "\r",
                                          "\u00e9", "\xC2", "\x80", "\u0085",   "\u009b31m",    "\u00a0",    "\u2028",
                                          "\xFF",   "\xE2", "\x82", "\x1B[31m", "\xED\xA0\x80", "\U0001F600"};
    std::mt19937 random(7);
    LineReader reader;
    for (std::size_t round = 0; round < 20'000; ++round) {
        std::string line = "text ";
        for (std::size_t i = random() % 6; i > 0; --i) line += pieces[random() % pieces.size()];
        line += '.';
        ASSERT_EQ(reader.take_apart(line).text, clean(line)) << testing::PrintToString(line);
    }
}

}  // namespace
}  // namespace migration_guard::applog
