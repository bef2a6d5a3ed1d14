// replace_invalid_utf8 against Node's own decoder, since checksums and logs must agree with what the CLI makes of
// bytes.
#include "base/text.hpp"

#include "support/node.hpp"

#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace migration_guard {
namespace {

std::string to_hex(const std::string& bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string out;
    for (const char c : bytes) {
        out += digits[static_cast<unsigned char>(c) >> 4U];
        out += digits[static_cast<unsigned char>(c) & 0xFU];
    }
    return out;
}

/// Bytes near every boundary of the encoding, drawn with a fixed seed.
std::vector<std::string> samples() {
    constexpr std::array<unsigned char, 24> bytes{0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0,
                                                  0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC,
                                                  0xED, 0xEE, 0xEF, 0xF0, 0xF3, 0xF4, 0xF5, 0xFF};
    std::mt19937 random(20251103);  // NOLINT: the same samples in every run
    std::uniform_int_distribution<std::size_t> pick(0, bytes.size() - 1);
    std::uniform_int_distribution<std::size_t> length(1, 8);
    std::vector<std::string> out(5000);
    for (auto& sample : out)
        for (std::size_t left = length(random); left > 0; --left) sample += static_cast<char>(bytes.at(pick(random)));
    return out;
}

TEST(Utf8LikeNode, replaces_what_text_decoder_replaces) {
    const auto file = std::filesystem::current_path() / "utf8_like_node.txt";
    std::ofstream input(file);
    std::string expected;
    for (const auto& sample : samples()) {
        input << to_hex(sample) << '\n';
        expected += to_hex(replace_invalid_utf8(sample)) + '\n';
    }
    input.close();
    const auto decoded = test::node(
        "const d = new TextDecoder(\"utf-8\", {ignoreBOM: true});"
        "for (const line of require(\"fs\").readFileSync(process.argv[1], \"utf8\").split(\"\\n\").slice(0, -1))"
        " console.log(Buffer.from(d.decode(Buffer.from(line, \"hex\"))).toString(\"hex\"))",
        file.string());
    std::filesystem::remove(file);
    if (!decoded) {
        if (test::skipping_is_failing()) FAIL() << "node is needed";
        GTEST_SKIP() << "NOT TESTED: node is not installed";
    }
    EXPECT_EQ(*decoded, expected);
}

}  // namespace
}  // namespace migration_guard
