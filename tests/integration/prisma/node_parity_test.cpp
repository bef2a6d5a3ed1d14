// What Node and dotenv make of random input, against what the guard makes of it.

#include "integration/prisma/real_prisma.hpp"
#include "prisma/dotenv.hpp"
#include "support/processes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::prisma {
namespace {

using nlohmann::json;

/// The JSON that a Node program prints; skips or fails the test when there is no Node.
json ask_node(const std::string& program) {
    const auto ran =
        test::run({"/usr/bin/env", "node", "-e", program}, {"PATH=" + test::path_variable()}, std::chrono::seconds(60));
    return ran.status == 0 ? json::parse(ran.output, nullptr, false) : json();
}

bool no_node(const json& answer) {
    return answer.is_null() || answer.is_discarded();
}

#define SKIP_WITHOUT_NODE(answer)                                  \
    if (no_node(answer)) {                                         \
        if (test::in_ci()) FAIL() << "no node, or no such module"; \
        GTEST_SKIP() << "no node, or no such module";              \
    }

TEST(NodeParity, LocaleCompareOfRandomNames) {
    const auto sorted = ask_node(R"(
const letters = [...'abzABZ0129_-. ,+~$@#()[]{}!%&=;^éÉàçÇñøđłßæÆœüÜabcdXYZ__--'];
const pick = () => letters[Math.floor(Math.random() * letters.length)];
const names = new Set();
for (let i = 0; i < 8000; i++) names.add(Array.from({ length: 1 + Math.floor(Math.random() * 8) }, pick).join(''));
console.log(JSON.stringify([...names].sort((a, b) => a.localeCompare(b))));
)");
    SKIP_WITHOUT_NODE(sorted);
    const auto names = sorted.get<std::vector<std::string>>();
    ASSERT_GT(names.size(), 5000U);
    for (std::size_t i = 1; i < names.size(); ++i)
        ASSERT_TRUE(locale_less(names[i - 1], names[i])) << names[i - 1] << " before " << names[i];
}

TEST(NodeParity, DotenvOfRandomFiles) {
    const auto dotenv = (test::installed("6") / "node_modules" / "dotenv").string();
    const auto cases = ask_node(fmt::format(R"(
const dotenv = require('{}');
const parts = ['A=', 'B = ', 'export C=', 'D: ', "'", '"', '`', '\\', '#', '\n', '\n', ' ', 'x', 'y z', '${{A}}', '\\n', '\r\n', '\t', '=', 'export '];
const text = () => Array.from({{ length: Math.floor(Math.random() * 14) }}, () => parts[Math.floor(Math.random() * parts.length)]).join('');
const cases = [];
for (let i = 0; i < 20000; i++) {{ const t = text(); cases.push([t, dotenv.parse(t)]); }}
console.log(JSON.stringify(cases));
)",
                                            dotenv));
    SKIP_WITHOUT_NODE(cases);
    ASSERT_GT(cases.size(), 1000U);
    for (const auto& entry : cases) {
        const auto text = entry.at(0).get<std::string>();
        ASSERT_EQ(parse_dotenv(text), entry.at(1).get<Environment>()) << json(text).dump();
    }
}

}  // namespace
}  // namespace migration_guard::prisma
