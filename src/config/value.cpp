#include "config/value.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace migration_guard::config {
namespace {

struct Unit {
    std::string_view suffix;
    std::int64_t milliseconds;
};

constexpr std::array units{Unit{"", 1000}, Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000}, Unit{"h", 3'600'000}};

std::size_t count_digits(std::string_view text) {
    const auto* const end = std::ranges::find_if_not(text, [](char c) { return c >= '0' && c <= '9'; });
    return static_cast<std::size_t>(end - text.begin());
}

/// The number that `digits` spell; so large a number that every bound refuses it when they are too many.
std::int64_t number_of(std::string_view digits) {
    std::int64_t number = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return result.ec == std::errc() ? number : INT64_MAX;
}

/// A number with at most three decimals, in thousandths of a unit.
struct Decimal {
    std::int64_t whole = 0;
    std::int64_t thousandths = 0;
    std::size_t decimals = 0;
    std::size_t length = 0;  ///< characters read, 0 when there is no number
};

Decimal read_decimal(std::string_view text) {
    Decimal out;
    out.length = count_digits(text);
    if (out.length == 0) return out;
    out.whole = number_of(text.substr(0, out.length));
    if (!text.substr(out.length).starts_with('.')) return out;
    const std::string_view fraction = text.substr(out.length + 1);
    out.decimals = count_digits(fraction);
    if (out.decimals == 0) return {};
    out.length += 1 + out.decimals;
    std::string padded(fraction.substr(0, std::min<std::size_t>(out.decimals, 3)));
    padded.resize(3, '0');
    out.thousandths = number_of(padded);
    return out;
}

}  // namespace

Reading<Duration> read_duration(std::string_view text) {
    if (text.starts_with('-')) return {.problem = "it is negative"};
    const Decimal number = read_decimal(text);
    if (number.length == 0) return {.problem = "it is not a number with a unit"};
    const std::string_view suffix = text.substr(number.length);
    const auto* const unit = std::ranges::find(units, suffix, &Unit::suffix);
    if (unit == units.end()) return {.problem = "unknown unit \"" + std::string(suffix) + "\""};
    if (number.decimals > 3 || (unit->milliseconds == 1 && number.decimals > 0))
        return {.problem = "it is finer than a millisecond"};
    if (number.whole > longest_duration.count() / unit->milliseconds)
        return {.problem = "it is longer than " + to_text(longest_duration)};
    const Duration value(number.whole * unit->milliseconds + number.thousandths * unit->milliseconds / 1000);
    if (value > longest_duration) return {.problem = "it is longer than " + to_text(longest_duration)};
    return {.value = value, .problem = ""};
}

Reading<bool> read_boolean(std::string_view text) {
    if (text == "true" || text == "false") return {.value = text == "true", .problem = ""};
    return {.problem = "it is not a boolean"};
}

Reading<int> read_port(std::string_view text) {
    constexpr std::int64_t highest = 65535;
    const bool digits = !text.empty() && count_digits(text) == text.size();
    const std::int64_t port = digits ? number_of(text) : 0;
    if (port < 1 || port > highest) return {.problem = "it is not a port"};
    return {.value = static_cast<int>(port), .problem = ""};
}

Reading<std::vector<std::string>> read_json_list(std::string_view text) {
    const auto parsed = nlohmann::json::parse(text, nullptr, false);
    const bool texts =
        parsed.is_array() && std::ranges::all_of(parsed, [](const auto& item) { return item.is_string(); });
    if (!texts) return {.problem = "it is not a JSON list of texts"};
    return {.value = parsed.get<std::vector<std::string>>(), .problem = ""};
}

}  // namespace migration_guard::config
