#include "support/node.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace migration_guard::test {
namespace {

std::string output_of(const std::string& command) {
    std::string out;
    FILE* const pipe = popen(command.c_str(), "r");
    if (pipe == nullptr) return out;
    std::array<char, 65536> buffer{};
    for (std::size_t got = 0; (got = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) out.append(buffer.data(), got);
    pclose(pipe);
    return out;
}

}  // namespace

std::optional<std::string> node(const std::string& script, const std::string& argument) {
    if (output_of("node --version 2>/dev/null").empty()) return std::nullopt;
    return output_of("node -e '" + script + "' '" + argument + "'");
}

bool skipping_is_failing() {
    return std::getenv("CI") != nullptr;
}

}  // namespace migration_guard::test
