// Strings as execve wants them.
#pragma once

#include <string>
#include <vector>

namespace migration_guard::system {

/// Pointers into `strings`, which must outlive them, and a null at the end.
inline std::vector<char*> exec_arguments(const std::vector<std::string>& strings) {
    std::vector<char*> result;
    result.reserve(strings.size() + 1);
    // exec takes char* for historical reasons and does not write.
    for (const auto& text : strings) result.push_back(const_cast<char*>(text.c_str()));  // NOLINT
    result.push_back(nullptr);
    return result;
}

}  // namespace migration_guard::system
