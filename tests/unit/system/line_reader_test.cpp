#include "system/line_reader.hpp"

#include <gmock/gmock.h>

#include <vector>

namespace migration_guard::system {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class Lines : public testing::Test {
protected:
    std::vector<std::string> lines;
    LineReader reader{[this](std::string_view line) { lines.emplace_back(line); }};
};

TEST_F(Lines, EveryLineEndCounts) {
    reader.feed("a\nb\r\nc\rd");
    EXPECT_THAT(lines, ElementsAre("a", "b", "c"));
    reader.finish();
    EXPECT_THAT(lines, ElementsAre("a", "b", "c", "d"));
}

TEST_F(Lines, PiecesAreJoined) {
    for (const char c : std::string("one\n\ntwo\n")) reader.feed({&c, 1});
    EXPECT_THAT(lines, ElementsAre("one", "two"));
    reader.finish();
    EXPECT_EQ(lines.size(), 2U);
}

TEST_F(Lines, LongLinesComeInPieces) {
    reader.feed(std::string(20'000, 'x'));
    EXPECT_EQ(lines.size(), 2U) << "handed on before the line ends";
    reader.feed("\n");
    ASSERT_EQ(lines.size(), 3U);
    EXPECT_EQ(lines[0].size(), LineReader::longest_line);
    EXPECT_EQ(lines[0].size() + lines[1].size() + lines[2].size(), 20'000U);
}

TEST_F(Lines, CharactersAreNotCut) {
    std::string text = "x";
    while (text.size() < 20'000) text += "é";
    reader.feed(text + "\n");
    EXPECT_EQ(lines[0].size(), LineReader::longest_line - 1);
    std::string joined;
    for (const auto& line : lines) joined += line;
    EXPECT_EQ(joined, text);
}

TEST_F(Lines, AnyBytes) {
    reader.feed(std::string(30'000, '\x80'));
    reader.finish();
    std::size_t total = 0;
    for (const auto& line : lines) total += line.size();
    EXPECT_EQ(total, 30'000U);
}

}  // namespace
}  // namespace migration_guard::system
