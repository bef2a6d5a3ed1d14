#include "config/option.hpp"

#include "base/text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::config {
namespace {

template <typename T>
struct Optional : std::false_type {};
template <typename T>
struct Optional<std::optional<T>> : std::true_type {};

template <typename T>
std::vector<std::string> words_for() {
    if constexpr (std::is_enum_v<T>) return all_words<T>();
    return {};
}

template <typename T>
Reading<T> read_word(std::string_view text) {
    if (const auto value = value_of<T>(text)) return {.value = *value, .problem = ""};
    return {.problem = "it is none of its values"};
}

Reading<std::string> read_text(std::string_view text) {
    const auto is_control = [](unsigned char c) { return c < ' ' || c == 0x7F; };
    if (text.empty()) return {.problem = "it is empty; leave it out for the default"};
    if (!is_utf8(text)) return {.problem = "it is not UTF-8"};
    if (std::ranges::any_of(text, is_control)) return {.problem = "it has a control character"};
    return {.value = std::string(text), .problem = ""};
}

template <typename T>
Reading<T> read(const Value& value) {
    if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        return {.value = value.items, .problem = ""};
    } else if constexpr (std::is_same_v<T, bool>) {
        return read_boolean(value.text);
    } else if constexpr (std::is_same_v<T, Duration>) {
        return read_duration(value.text);
    } else if constexpr (std::is_same_v<T, int>) {
        return read_port(value.text);
    } else if constexpr (std::is_same_v<T, std::string>) {
        return read_text(value.text);
    } else if constexpr (Optional<T>::value) {
        auto plain = read<typename T::value_type>(value);
        return {.value = plain.value, .problem = plain.problem};
    } else {
        return read_word<T>(value.text);
    }
}

/// What the kind of `value` says against it, before anything is read.
std::string wrong_kind(const Option& option, const Value& value) {
    const bool list = value.kind == Value::Kind::list;
    if (value.kind == Value::Kind::null) return "it is null; leave it out for the default";
    if (is_list(option)) return list ? "" : "it is not a list of texts";
    if (value.kind == Value::Kind::nested) return "it is an object";
    return list ? "it is a list" : "";
}

/// A list goes into an argv or is compared with names: what neither can hold is refused.
std::string wrong_items(const Value& value) {
    for (const auto& item : value.items)
        if (!is_utf8(item) || item.find('\0') != std::string::npos) return "it has an item that is not plain text";
    return "";
}

/// What was probably meant: the nearest of the words, if the option has words.
std::string nearest_word(const Option& option, const Value& value) {
    return std::visit([&]<typename T>(T Settings::*) { return nearest(value.text, words_for<T>()); }, option.field);
}

/// What is left to say of a value that has the right type.
std::string wrong_by_rule(const Option& option, const Value& value) {
    const bool good = option.rule.holds == nullptr || option.rule.holds(value);
    return good ? "" : "it must be " + std::string(option.rule.allowed);
}

std::string json_of(const std::vector<std::string>& items) {
    return nlohmann::json(items).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

template <typename T>
std::optional<std::string> text_of(const T& value) {
    if constexpr (Optional<T>::value) {
        return value ? text_of(*value) : std::nullopt;
    } else if constexpr (std::is_same_v<T, bool>) {
        return value ? "true" : "false";
    } else if constexpr (std::is_same_v<T, int>) {
        return std::to_string(value);
    } else if constexpr (std::is_same_v<T, Duration>) {
        return to_text(value);
    } else if constexpr (std::is_same_v<T, std::string>) {
        return value.empty() ? std::nullopt : std::optional(value);
    } else if constexpr (std::is_enum_v<T>) {
        return std::string(word_of(value));
    } else {
        return value.empty() ? std::nullopt : std::optional(json_of(value));
    }
}

}  // namespace

std::optional<Problem> store(Settings& settings, const Option& option, const Value& value) {
    if (auto wrong = wrong_kind(option, value); !wrong.empty()) return Problem{std::move(wrong), ""};
    if (auto wrong = wrong_items(value); !wrong.empty()) return Problem{std::move(wrong), ""};
    const auto put = [&]<typename T>(T Settings::*member) -> std::optional<Problem> {
        auto reading = read<T>(value);
        if (reading.problem.empty()) reading.problem = wrong_by_rule(option, value);
        if (!reading.problem.empty()) return Problem{std::move(reading.problem), nearest_word(option, value)};
        settings.*member = std::move(reading.value);
        return std::nullopt;
    };
    return std::visit(put, option.field);
}

Value value_of_text(const Option& option, std::string_view text) {
    if (!is_list(option)) return {.kind = Value::Kind::scalar, .text = std::string(text), .items = {}};
    auto list = read_json_list(text);
    const auto kind = list.problem.empty() ? Value::Kind::list : Value::Kind::scalar;
    return {.kind = kind, .text = std::string(text), .items = std::move(list.value)};
}

std::optional<std::string> value_text(const Settings& settings, const Option& option) {
    return std::visit([&](auto member) { return text_of(settings.*member); }, option.field);
}

}  // namespace migration_guard::config
