#include "config/load.hpp"

#include "base/failure.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "config/config_file.hpp"
#include "config/option.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard::config {
namespace {

using Environment = std::map<std::string, std::string>;

constexpr std::string_view variable_prefix = "MIGRATION_GUARD_";
constexpr std::string_view file_variable = "MIGRATION_GUARD_CONFIG";

/// A value as it may be shown in a message.
std::string shown(const Value& value) {
    if (value.kind == Value::Kind::null) return "null";
    if (value.kind == Value::Kind::nested) return "{...}";
    if (value.kind == Value::Kind::list) return "[" + one_line(mask_credentials(join(value.items, 3)), 80) + "]";
    return "\"" + one_line(mask_credentials(value.text), 80) + "\"";
}

/// Quotes are part of the value in a Docker env_file; a carriage return stays when one is saved by an editor on
/// Windows.
std::string advice_on_quotes(const std::string& text) {
    constexpr std::string_view outside = "\"' \t\r\n";
    const bool around = !text.empty() && (outside.find(text.front()) != std::string_view::npos ||
                                          outside.find(text.back()) != std::string_view::npos);
    return around ? "; write it without quotes and blanks around it" : "";
}

/// Collects what is wrong, so that one start tells everything.
class Mistakes {
public:
    void add(std::string what, std::string hint) {
        what_.push_back(std::move(what));
        hints_.push_back(std::move(hint));
    }

    void add_value(const Option& option, const Value& value, const std::string& where, const Problem& problem) {
        std::string hint = fmt::format("{}: {}", option.key, allowed_values(option));
        if (!problem.near.empty()) hint += fmt::format("; did you mean {}?", problem.near);
        if (value.kind == Value::Kind::scalar) hint += advice_on_quotes(value.text);
        add(fmt::format("{} {} ({}): {}", option.key, shown(value), where, problem.what), std::move(hint));
    }

    [[nodiscard]] std::optional<Failure> failure() const {
        if (what_.empty()) return std::nullopt;
        std::string message = what_.size() == 1 ? "" : fmt::format("{} mistakes: ", what_.size());
        constexpr std::size_t most = 5;
        const std::size_t count = std::min(what_.size(), most);
        message +=
            fmt::format("{}", fmt::join(what_.begin(), what_.begin() + static_cast<std::ptrdiff_t>(count), "; "));
        if (count < what_.size()) message += fmt::format("; and {} more", what_.size() - count);
        return Failure(
            ExitCode::config_invalid, message,
            fmt::format("{}", fmt::join(hints_.begin(), hints_.begin() + static_cast<std::ptrdiff_t>(count), "; ")));
    }

private:
    std::vector<std::string> what_;
    std::vector<std::string> hints_;
};

std::string did_you_mean(const std::string& near, const std::string& otherwise) {
    return near.empty() ? otherwise : fmt::format("did you mean {}?", near);
}

/// Puts values over the defaults, the weakest source first.
class Loader {
public:
    Loader() {
        for (const auto& option : options())
            loaded_.origins.push_back({.key = std::string(option.key), .source = Source::default_value, .place = ""});
    }

    void take_file(ConfigFile file) {
        for (const auto& entry : file.entries) {
            if (const Option* const option = option_of_key(entry.key)) {
                take(*option, entry.value, Source::file, place(file.name, entry.value_at));
            } else {
                mistakes_.add(fmt::format("unknown key \"{}\" ({})", one_line(mask_credentials(entry.key), 80),
                                          place(file.name, entry.key_at)),
                              advice_on_key(entry.key));
            }
        }
        std::ranges::move(file.warnings, std::back_inserter(loaded_.warnings));
        loaded_.file = file.name;
    }

    void take_environment(const Environment& environment) {
        for (auto at = environment.lower_bound(std::string(variable_prefix));
             at != environment.end() && at->first.starts_with(variable_prefix); ++at) {
            const auto& [name, text] = *at;
            if (text.empty() || name == file_variable) continue;
            if (const Option* const option = option_of_variable(name)) {
                take(*option, value_of_text(*option, text), Source::environment, name);
            } else {
                warn_of_variable(name);
            }
        }
    }

    void take_flags(const CommandLine& line) {
        for (const auto& [key, text] : line.options)
            if (const Option* const option = option_of_key(key))
                take(*option, value_of_text(*option, text), Source::flag, "--" + flag_name(key));
    }

    Attempt finish() {
        warn_of_contradictions();
        loaded_.source = source();
        return {std::move(loaded_), mistakes_.failure()};
    }

private:
    void take(const Option& option, const Value& value, Source source, std::string where) {
        if (const auto problem = store(loaded_.settings, option, value)) {
            mistakes_.add_value(option, value, where, *problem);
            return;
        }
        Origin& origin = loaded_.origins[static_cast<std::size_t>(&option - options().data())];
        origin.source = source;
        origin.place = std::move(where);
    }

    static std::string advice_on_key(const std::string& key) {
        if (key == section_key) return "in a YAML file the settings stand at top level";
        return did_you_mean(nearest(key, all_keys()), "migration-guard config lists the known keys");
    }

    /// Not an error: variables outlive images, and must not block a rollback to an older guard.
    void warn_of_variable(const std::string& name) {
        auto known = all_variables();
        known.emplace_back(file_variable);
        loaded_.warnings.push_back(
            fmt::format("unknown variable {} has no effect{}", one_line(name, 80),
                        nearest(name, known).empty() ? "" : "; did you mean " + nearest(name, known) + "?"));
    }

    [[nodiscard]] bool is_set(std::string_view key) const {
        return std::ranges::find(loaded_.origins, key, &Origin::key)->source != Source::default_value;
    }

    void warn_when_longer_than_deadline(std::string_view key, std::optional<Duration> value) {
        if (value && is_set(key) && *value > loaded_.settings.deadline)
            loaded_.warnings.push_back(fmt::format("{} ({}) is longer than deadline ({}), which ends it first", key,
                                                   to_text(*value), to_text(loaded_.settings.deadline)));
    }

    void warn_of_contradictions() {
        const Settings& settings = loaded_.settings;
        warn_when_longer_than_deadline("waitTimeout", settings.wait_timeout);
        warn_when_longer_than_deadline("connectTimeout", settings.connect_timeout);
        warn_when_longer_than_deadline("turnTimeout", settings.turn_timeout);
        warn_when_longer_than_deadline("applyTimeout", settings.apply_timeout);
        if (is_set("prismaCommand") && settings.apply == ApplyMode::native)
            loaded_.warnings.emplace_back("prismaCommand has no effect with apply native");
    }

    /// "defaults", or the sources that gave something, the file by its name.
    [[nodiscard]] std::string source() const {
        const auto from = [&](Source wanted) {
            return std::ranges::find(loaded_.origins, wanted, &Origin::source) != loaded_.origins.end();
        };
        std::vector<std::string> sources;
        if (!loaded_.file.empty()) sources.push_back(loaded_.file);
        if (from(Source::environment)) sources.emplace_back("environment");
        if (from(Source::flag)) sources.emplace_back("flags");
        return sources.empty() ? "defaults" : join(sources);
    }

    Loaded loaded_;
    Mistakes mistakes_;
};

/// An empty variable counts as unset.
std::optional<std::string> variable(const Environment& environment, std::string_view name) {
    const auto found = environment.find(std::string(name));
    if (found == environment.end() || found->second.empty()) return std::nullopt;
    return found->second;
}

}  // namespace

Loaded load_settings(const CommandLine& line, const Environment& environment, const std::filesystem::path& cwd) {
    auto attempt = try_settings(line, environment, cwd);
    if (attempt.failure) throw Failure(*attempt.failure);
    return std::move(attempt.loaded);
}

Attempt try_settings(const CommandLine& line, const Environment& environment, const std::filesystem::path& cwd) {
    Loader loader;
    std::optional<Failure> unreadable;
    try {
        const auto named = line.config_file ? line.config_file : variable(environment, file_variable);
        const std::string named_by = line.config_file ? "--config" : std::string(file_variable);
        if (auto file = find_config_file(cwd, named, named_by)) loader.take_file(std::move(*file));
    } catch (const Failure& failure) {
        unreadable = failure;
    }
    loader.take_environment(environment);
    loader.take_flags(line);
    auto attempt = loader.finish();
    if (unreadable) attempt.failure = std::move(unreadable);
    return attempt;
}

Settings early_settings(const CommandLine& line, const Environment& environment) {
    Settings settings;
    for (const std::string key : {"logFormat", "logLevel", "failureDelay"}) {
        const Option& option = *option_of_key(key);
        if (const auto text = variable(environment, variable_name(key)))
            store(settings, option, value_of_text(option, *text));
        for (const auto& [flag_key, text] : line.options)
            if (flag_key == key) store(settings, option, value_of_text(option, text));
    }
    return settings;
}

}  // namespace migration_guard::config
