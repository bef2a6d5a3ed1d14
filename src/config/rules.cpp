#include "config/rules.hpp"

#include "schema/object_pattern.hpp"

#include <algorithm>
#include <cctype>

namespace migration_guard::config {
namespace {

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool is_graphic(char c) {
    return c > ' ' && c < '\x7F';
}

/// Which schema stands for a lone name is known later; whether it is a pattern does not hang on it.
bool is_object_pattern(const std::string& text) {
    return ObjectPattern::read(text, "public").has_value();
}

}  // namespace

bool is_positive_duration(const Value& value) {
    return read_duration(value.text).value > Duration::zero();
}

bool is_variable_name(const Value& value) {
    const std::string_view text = value.text;
    const bool begins_with_digit = !text.empty() && std::isdigit(static_cast<unsigned char>(text.front())) != 0;
    return !text.empty() && !begins_with_digit && std::ranges::all_of(text, is_word);
}

bool are_object_patterns(const Value& value) {
    return std::ranges::all_of(value.items, is_object_pattern);
}

bool are_names(const Value& value) {
    return std::ranges::none_of(value.items, &std::string::empty);
}

bool is_resolve_once(const Value& value) {
    constexpr std::string_view action = "rolled-back:";
    constexpr std::size_t row_length = 8;  // an id written by hand may be shorter
    std::string_view text = value.text;
    if (!text.starts_with(action)) return false;
    text.remove_prefix(action.size());
    const std::size_t at = text.rfind('@');
    if (at == 0 || at == std::string_view::npos) return false;
    const std::string_view row = text.substr(at + 1);
    return !row.empty() && row.size() <= row_length && std::ranges::all_of(row, is_graphic);
}

bool is_http_path(const Value& value) {
    return value.text.starts_with('/') && std::ranges::all_of(value.text, is_graphic);
}

bool is_command(const Value& value) {
    return value.items.empty() || !value.items.front().empty();
}

}  // namespace migration_guard::config
