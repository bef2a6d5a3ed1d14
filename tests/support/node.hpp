// Runs a script with Node, for tests that compare us with JavaScript.
//
// Not for tests of the product's own child processes. Keeps true: without Node the test says so loudly and fails in CI.
#pragma once

#include <optional>
#include <string>

namespace migration_guard::test {

/// Standard output of `node -e SCRIPT ARGUMENT`; nothing when there is no Node. Neither may hold a single quote.
std::optional<std::string> node(const std::string& script, const std::string& argument);

/// True when the environment is one where a skipped test is a failure.
bool skipping_is_failing();

}  // namespace migration_guard::test
