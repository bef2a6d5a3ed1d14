// Strict JSON is what JSON.parse accepts, since that is what CapRover reads captain-definition with.
#include "base/failure.hpp"
#include "config/document.hpp"
#include "support/node.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace migration_guard::config {
namespace {

std::string repeated(const std::string& text, int times) {
    std::string out;
    for (int i = 0; i < times; ++i) out += text;
    return out;
}

const std::vector<std::string> documents{"{}",
                                         " {} ",
                                         "\r\n{\t}\n",
                                         "{\"a\":1}",
                                         "{\"a\":1,}",
                                         "{,}",
                                         "{\"a\" 1}",
                                         "{'a':1}",
                                         "{a:1}",
                                         "{\"a\":01}",
                                         "{\"a\":+1}",
                                         "{\"a\":-0}",
                                         "{\"a\":1.}",
                                         "{\"a\":.5}",
                                         "{\"a\":1e5}",
                                         "{\"a\":1E+5}",
                                         "{\"a\":1e}",
                                         "{\"a\":NaN}",
                                         "{\"a\":Infinity}",
                                         "{\"a\":undefined}",
                                         "{\"a\":True}",
                                         "{\"a\":true}",
                                         "{\"a\":null}",
                                         "{\"a\":\"\t\"}",
                                         "{\"a\":\"\\x41\"}",
                                         "{\"a\":\"\\u00e9\"}",
                                         "{\"a\":\"\\ud83d\\ude00\"}",
                                         "{\"a\":\"\\/\\b\"}",
                                         "{\"a\":\"\\u12\"}",
                                         "{\"a\":\"\n\"}",
                                         "{\"a\":\"",
                                         "{\"a\":[1,2]}",
                                         "{\"a\":[1,2,]}",
                                         "{\"a\":[1 2]}",
                                         "{\"a\":[}",
                                         "{} {}",
                                         "{}x",
                                         "// c\n{}",
                                         "{} // c",
                                         "/* c */{}",
                                         "# c\n{}",
                                         "{\"a\":1,\"a\":2}",
                                         "\xEF\xBB\xBF{}",
                                         "\xEF\xBB\xBF\xEF\xBB\xBF{}",
                                         "{\"a\":\"\xFF\"}",
                                         "{\"\xED\xA0\x80\":1}",
                                         "{\xC2\xA0}",
                                         "{\f}",
                                         "",
                                         " ",
                                         "{\"a\":\"\x7F\"}",
                                         "{\"a\":\"\xE2\x80\xA8\"}",
                                         "{\"a\":12345678901234567890123}",
                                         "{\"a\":" + repeated("[", 200) + repeated("]", 200) + "}",
                                         "{\"a\":" + repeated("[", 200) + "}"};

/// One 1 or 0 for each document.
std::string accepted_here() {
    std::string out;
    for (const auto& document : documents) {
        try {
            read_json(document, "f", "x-migration-guard");
            out += '1';
        } catch (const Failure&) {
            out += '0';
        }
    }
    return out;
}

TEST(JsonLikeNode, accepts_what_json_parse_accepts) {
    const auto file = std::filesystem::current_path() / "json_like_node.bin";
    std::ofstream output(file, std::ios::binary);
    for (const auto& document : documents) output << document << '\0';
    output.close();
    // As CapRover's readJson does (fs-extra's jsonfile): decode, strip one byte order mark, parse.
    const auto accepted = test::node(
        "const bytes = require(\"fs\").readFileSync(process.argv[1]); let begin = 0, out = \"\";"
        "for (let end; (end = bytes.indexOf(0, begin)) >= 0; begin = end + 1) {"
        " const text = bytes.subarray(begin, end).toString(\"utf8\").replace(/^\\uFEFF/, \"\");"
        " try { JSON.parse(text); out += 1 } catch { out += 0 } }"
        "process.stdout.write(out)",
        file.string());
    std::filesystem::remove(file);
    if (!accepted) {
        if (test::skipping_is_failing()) FAIL() << "node is needed";
        GTEST_SKIP() << "NOT TESTED: node is not installed";
    }
    EXPECT_EQ(accepted_here(), *accepted);
}

}  // namespace
}  // namespace migration_guard::config
