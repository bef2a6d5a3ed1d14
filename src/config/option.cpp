#include "config/option.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <cctype>

namespace migration_guard::config {
namespace {

/// `waitTimeout` as `wait-timeout`.
std::string hyphenated(std::string_view key) {
    std::string out;
    for (const char c : key) {
        const auto byte = static_cast<unsigned char>(c);
        if (std::isupper(byte) != 0) out += '-';
        out += static_cast<char>(std::tolower(byte));
    }
    return out;
}

template <typename Spelling>
const Option* find_option(std::string_view name, Spelling spelling) {
    const auto all = options();
    const auto found = std::ranges::find_if(all, [&](const Option& option) { return spelling(option.key) == name; });
    return found == all.end() ? nullptr : &*found;
}

template <typename Spelling>
std::vector<std::string> spell_all(Spelling spelling) {
    std::vector<std::string> out;
    for (const auto& option : options()) out.push_back(spelling(option.key));
    return out;
}

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    std::string out;
    for (const auto& word : words) out.append(out.empty() ? "" : separator).append(word);
    return out;
}

/// The words of an enum field; none of any other.
std::vector<std::string> words_of(const Field& field) {
    return std::visit(
        []<typename T>(T Settings::*) {
            if constexpr (std::is_enum_v<T>) return all_words<T>();
            return std::vector<std::string>{};
        },
        field);
}

struct TypeWords {
    std::string_view placeholder;
    std::string_view allowed;
};

TypeWords type_words(const Field& field) {
    if (std::holds_alternative<bool Settings::*>(field)) return {"true|false", "true, false"};
    if (std::holds_alternative<std::optional<int> Settings::*>(field)) return {"PORT", "1 to 65535"};
    if (std::holds_alternative<std::vector<std::string> Settings::*>(field))
        return {"LIST", R"(a list of texts, in variables and flags as JSON: ["a", "b"])"};
    if (std::holds_alternative<std::string Settings::*>(field)) return {"TEXT", "a text"};
    return {"DURATION", "500ms, 90s, 10m, 1h, or a bare number of seconds"};
}

}  // namespace

const Option* option_of_key(std::string_view key) {
    return find_option(key, [](std::string_view spelled) { return spelled; });
}
const Option* option_of_flag(std::string_view name) {
    return find_option(name, flag_name);
}
const Option* option_of_variable(std::string_view name) {
    return find_option(name, variable_name);
}

std::string flag_name(std::string_view key) {
    return hyphenated(key);
}

std::string variable_name(std::string_view key) {
    std::string name = "MIGRATION_GUARD_" + hyphenated(key);
    std::ranges::transform(name, name.begin(),
                           [](unsigned char c) { return c == '-' ? '_' : static_cast<char>(std::toupper(c)); });
    return name;
}

std::vector<std::string> all_keys() {
    return spell_all([](std::string_view key) { return std::string(key); });
}
std::vector<std::string> all_flags() {
    return spell_all([](std::string_view key) { return "--" + flag_name(key); });
}
std::vector<std::string> all_variables() {
    return spell_all(variable_name);
}

bool is_list(const Option& option) {
    return std::holds_alternative<std::vector<std::string> Settings::*>(option.field);
}
bool is_boolean(const Option& option) {
    return std::holds_alternative<bool Settings::*>(option.field);
}

std::string allowed_values(const Option& option) {
    const auto words = words_of(option.field);
    if (!words.empty()) return joined(words, ", ");
    const auto type = type_words(option.field);
    if (option.rule.allowed.empty()) return std::string(type.allowed);
    if (type.placeholder == "TEXT") return std::string(option.rule.allowed);
    return std::string(type.allowed) + "; " + std::string(option.rule.allowed);
}

std::string placeholder(const Option& option) {
    const auto words = words_of(option.field);
    return words.empty() ? std::string(type_words(option.field).placeholder) : joined(words, "|");
}

std::string default_text(const Option& option) {
    if (!option.unset.empty()) return std::string(option.unset);
    return "`" + value_text(Settings{}, option).value_or("") + "`";
}

}  // namespace migration_guard::config
