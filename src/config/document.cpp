#include "config/document.hpp"

#include <algorithm>

namespace migration_guard::config {

std::string place(const std::string& file, Position position) {
    return file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column);
}

Position position_of(std::string_view text, std::size_t offset) {
    const std::string_view before = text.substr(0, offset);
    const std::size_t newline = before.rfind('\n');
    const std::string_view line = newline == std::string_view::npos ? before : before.substr(newline + 1);
    const auto is_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
    return {.line = static_cast<int>(std::ranges::count(before, '\n')) + 1,
            .column = static_cast<int>(std::ranges::count_if(line, is_character)) + 1};
}

}  // namespace migration_guard::config
