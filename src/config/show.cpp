#include "config/show.hpp"

#include "base/secrets.hpp"
#include "base/text.hpp"
#include "config/option.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::config {
namespace {

using nlohmann::ordered_json;

std::string_view word_of_source(Source source) {
    switch (source) {
        case Source::file:
            return "file";
        case Source::environment:
            return "environment";
        case Source::flag:
            return "flag";
        case Source::default_value:
            break;
    }
    return "default";
}

/// The settings with everything masked that may not be shown.
Settings shown_settings(Settings settings) {
    for (auto& argument : settings.prisma_command) argument = mask_credentials(argument);
    for (std::size_t i = 1; i < settings.failure_command.size(); ++i) settings.failure_command[i] = "***";
    return settings;
}

/// A list as a list, booleans and ports as such, everything else as one would write it.
ordered_json json_value(const Settings& settings, const Option& option) {
    if (const auto* const list = std::get_if<std::vector<std::string> Settings::*>(&option.field))
        return settings.*(*list);
    if (const auto* const flag = std::get_if<bool Settings::*>(&option.field)) return settings.*(*flag);
    if (const auto* const port = std::get_if<std::optional<int> Settings::*>(&option.field))
        return (settings.*(*port)) ? ordered_json(*(settings.*(*port))) : ordered_json(nullptr);
    const auto text = value_text(settings, option);
    return text ? ordered_json(one_line(mask_credentials(*text))) : ordered_json(nullptr);
}

std::string plain(std::string_view markdown) {
    std::string text(markdown);
    std::erase(text, '`');
    return text;
}

const Found* found_for(const Findings& findings, const Option& option, const Origin& origin) {
    const auto found = findings.find(option.key);
    return found == findings.end() || origin.source != Source::default_value ? nullptr : &found->second;
}

bool has_value(const Found* found) {
    return found != nullptr && !std::holds_alternative<std::monostate>(found->value);
}

ordered_json json_of(const Found& found) {
    if (const auto* const list = std::get_if<std::vector<std::string>>(&found.value)) {
        auto words = ordered_json::array();
        for (const auto& word : *list) words.push_back(mask_credentials(word));
        return words;
    }
    if (const auto* const number = std::get_if<int>(&found.value)) return *number;
    return one_line(mask_credentials(std::get<std::string>(found.value)));
}

ordered_json json_entry(const Settings& settings, const Option& option, const Origin& origin, const Found* found) {
    if (has_value(found)) return {{"value", json_of(*found)}, {"from", "found"}, {"place", found->place}};
    ordered_json entry{{"value", json_value(settings, option)}};
    const bool unset = !value_text(settings, option).has_value();
    if (unset) entry["unset"] = plain(default_text(option));
    entry["from"] = word_of_source(origin.source);
    const auto& place = found != nullptr ? found->place : origin.place;
    entry["place"] = place.empty() ? ordered_json(nullptr) : ordered_json(place);
    return entry;
}

std::string text_line(const Settings& settings, const Option& option, const Origin& origin, const Found* found) {
    const auto value = value_text(settings, option);
    std::string shown = value ? one_line(mask_credentials(*value)) : "(" + plain(default_text(option)) + ")";
    std::string place = origin.place.empty() ? "" : "from " + origin.place;
    if (found != nullptr) place = one_line(found->place);
    if (has_value(found)) {
        const auto json = json_of(*found);
        shown = json.is_string() ? json.get<std::string>() : json.dump();
    }
    return fmt::format("{:<26}{}{}{}\n", option.key, shown, place.empty() ? "" : "   ", place);
}

}  // namespace

std::string show_text(const Loaded& loaded, const Findings& findings) {
    const Settings settings = shown_settings(loaded.settings);
    std::string out = fmt::format("configuration: {}\n\n", loaded.source);
    for (std::size_t i = 0; i < options().size(); ++i) {
        const Option& option = options()[i];
        const Origin& origin = loaded.origins[i];
        out += text_line(settings, option, origin, found_for(findings, option, origin));
    }
    for (const auto& warning : loaded.warnings) out += "\nwarning: " + one_line(warning);
    return loaded.warnings.empty() ? out : out + "\n";
}

std::string show_json(const Loaded& loaded, const Findings& findings) {
    const Settings settings = shown_settings(loaded.settings);
    ordered_json keys;
    for (std::size_t i = 0; i < options().size(); ++i)
        keys[std::string(options()[i].key)] =
            json_entry(settings, options()[i], loaded.origins[i], found_for(findings, options()[i], loaded.origins[i]));
    const ordered_json document{{"source", loaded.source},
                                {"file", loaded.file.empty() ? ordered_json(nullptr) : ordered_json(loaded.file)},
                                {"settings", keys},
                                {"warnings", loaded.warnings}};
    return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace migration_guard::config
