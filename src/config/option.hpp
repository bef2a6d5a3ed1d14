// The one table of options. Flags, environment variables, file keys, --help, `migration-guard config` and
// docs/configuration.md are all made from it.
//
// Not the reading of files and arguments (load.hpp, command_line.hpp). Keeps true: a key that stands here is read,
// checked and shown in every one of these places; a key that does not, in none. Defaults are those of Settings{}.
#pragma once

#include "base/settings.hpp"
#include "config/subcommand.hpp"
#include "config/value.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace migration_guard::config {

/// Where an option is kept; its type says how it is read.
using Field =
    std::variant<bool Settings::*, std::string Settings::*, Duration Settings::*, std::optional<Duration> Settings::*,
                 std::optional<int> Settings::*, std::vector<std::string> Settings::*, Mode Settings::*,
                 Policy Settings::*, ApplyMode Settings::*, MigrationOrder Settings::*, OnEmptyDatabase Settings::*,
                 SmokeWhen Settings::*, LogFormat Settings::*, LogLevel Settings::*>;

/// What the type alone does not say of a value.
struct Rule {
    std::string_view allowed;                     ///< for people: "more than 0"
    bool (*holds)(const Value& value) = nullptr;  ///< of a value that has the right type; none: everything holds
};

/// A set of subcommands.
class Subcommands {
public:
    template <typename... S>
    constexpr explicit Subcommands(S... members) : bits_((0U | ... | bit(members))) {}
    [[nodiscard]] constexpr bool contain(Subcommand subcommand) const { return (bits_ & bit(subcommand)) != 0; }

private:
    static constexpr unsigned bit(Subcommand subcommand) { return 1U << static_cast<unsigned>(subcommand); }
    unsigned bits_;
};

struct Option {
    std::string_view key;  ///< waitTimeout
    Field field;
    std::string_view unset;    ///< what holds while it is not set; empty: the default of Settings{} says it
    std::string_view meaning;  ///< one line, Markdown
    Subcommands concerned;     ///< whom it bears on: these list it in --help. The others take it without effect, so
                               ///< that one set of options, like one environment, serves every subcommand.
    Rule rule;
};

/// In the order in which people read them.
std::span<const Option> options();

/// Null when there is none of that name.
const Option* option_of_key(std::string_view key);
const Option* option_of_flag(std::string_view name);  ///< without the dashes
const Option* option_of_variable(std::string_view name);

/// `wait-timeout`, `MIGRATION_GUARD_WAIT_TIMEOUT`.
std::string flag_name(std::string_view key);
std::string variable_name(std::string_view key);

/// Every key, flag (with dashes), variable: to find the nearest to a mistyped one.
std::vector<std::string> all_keys();
std::vector<std::string> all_flags();
std::vector<std::string> all_variables();

bool is_list(const Option& option);
bool is_boolean(const Option& option);

/// `enforce, observe, off`, or the type and the rule in words: what to write.
std::string allowed_values(const Option& option);
/// The same, short, for --help: `enforce|observe|off`, `DURATION`, `LIST`, ...
std::string placeholder(const Option& option);
/// The default as people write it, or Option::unset.
std::string default_text(const Option& option);

/// What is wrong with a value; `near` is the word that was probably meant, if any.
struct Problem {
    std::string what;
    std::string near;
};

/// Puts `value` into `settings`, or says what is wrong and leaves them as they are.
std::optional<Problem> store(Settings& settings, const Option& option, const Value& value);

/// The value of a variable or flag: lists are JSON there. A list that is none becomes Kind::scalar.
Value value_of_text(const Option& option, std::string_view text);

/// The effective value as one would write it; nothing while it is unset. Lists as JSON.
std::optional<std::string> value_text(const Settings& settings, const Option& option);

}  // namespace migration_guard::config
