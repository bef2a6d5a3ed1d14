#include "applog/word_finder.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::applog {
namespace {

// Words that begin alike, that stand inside one another and that end in one another.
constexpr std::array<std::string_view, 6> words{"The table `", "The tab", "table", "base", "database", "The column `"};
constexpr WordFinder finder(words);

void expect_what_find_says(std::string_view text) {
    const auto found = finder.find(text);
    for (std::size_t word = 0; word < words.size(); ++word) {
        const std::size_t place = text.find(words[word]);
        ASSERT_EQ(found.has(word) ? found.at(word) : std::string_view::npos, place) << words[word] << " in " << text;
    }
}

TEST(WordFinder, FindsTheFirstOfEachWord) {
    for (const std::string_view text :
         {"", "The", "The table `a` and The table `b`", "database", "base", "a table of a database of tables", "tabl",
          "The tabThe table", "The The table `", "x\xFF database \xE2\x80\xA6 table"})
        expect_what_find_says(text);
}

TEST(WordFinder, NeverReadsBehindTheEnd) {
    for (const auto word : words) {
        const std::vector<char> exact(word.begin(), word.end());
        for (std::size_t size = 0; size <= exact.size(); ++size) expect_what_find_says({exact.data(), size});
    }
}

TEST(WordFinder, AgreesWithFindOnWordsPutTogetherByChance) {
    std::mt19937 chance(1);  // NOLINT: the same each time
    for (int round = 0; round < 500; ++round) {
        std::string text;
        for (int piece = 0; piece < 8; ++piece) {
            const auto word = words[chance() % words.size()];
            text += word.substr(chance() % 3, 1 + chance() % word.size());
        }
        expect_what_find_says(text);
    }
}

TEST(WordFinder, TellsThemInTheOrderOfTheList) {
    std::vector<std::size_t> told;
    const auto found = finder.find("database, The table `");
    found.each([&](std::size_t word) {
        told.push_back(word);
        return word == 3;
    });
    EXPECT_EQ(told, (std::vector<std::size_t>{0, 1, 2, 3}));
}

}  // namespace
}  // namespace migration_guard::applog
