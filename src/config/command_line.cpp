#include "config/command_line.hpp"

#include "base/failure.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"
#include "config/own_flags.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace migration_guard::config {
namespace {

/// An argument in a message: masked, since people paste URLs in wrong places, and short.
std::string quoted(std::string_view argument) {
    return "\"" + one_line(mask_credentials(argument), 80) + "\"";
}

std::string help_line(const CommandLine& line) {
    return line.named ? fmt::format("see migration-guard {} --help", name_of(line.subcommand))
                      : "see migration-guard --help";
}

[[noreturn]] void refuse(const std::string& what, const std::string& hint) {
    throw Failure(ExitCode::usage, what, hint);
}

std::vector<std::string> subcommand_names() {
    std::vector<std::string> names;
    names.reserve(subcommands.size());
    for (const auto& entry : subcommands) names.emplace_back(entry.name);
    return names;
}

/// A word where a subcommand stands: mistyped, or a COMMAND without its `--`.
Subcommand read_subcommand(const std::string& word) {
    if (const auto known = subcommand_named(word)) return *known;
    const std::string near = nearest(word, subcommand_names());
    if (!near.empty())
        refuse("unknown subcommand " + quoted(word), fmt::format("did you mean migration-guard {}?", near));
    refuse("unknown subcommand " + quoted(word),
           fmt::format("put -- before the command to start: migration-guard -- {} (in a Dockerfile: ENTRYPOINT "
                       "[\"migration-guard\", \"--\"])",
                       one_line(mask_credentials(word), 80)));
}

/// Reads the arguments before `--`, from left to right.
class Reader {
public:
    Reader(CommandLine& line, std::vector<std::string> arguments) : line_(line), arguments_(std::move(arguments)) {}

    void read() {
        if (!arguments_.empty() && !arguments_.front().starts_with('-')) {
            line_.subcommand = read_subcommand(arguments_.front());
            line_.named = true;
            at_ = 1;
        }
        while (at_ < arguments_.size()) read_flag(arguments_[at_++]);
    }

private:
    void read_flag(const std::string& argument) {
        if (argument == "-h") {
            line_.help = true;
            return;
        }
        if (!argument.starts_with("--")) unexpected(argument);
        const std::size_t equals = argument.find('=');
        const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
        std::optional<std::string> value;
        if (equals != std::string::npos) value = argument.substr(equals + 1);
        const auto* const own = std::ranges::find(own_flags, name, &OwnFlag::name);
        if (own != own_flags.end()) {
            read_own(*own, std::move(value));
        } else if (const Option* const option = option_of_flag(name)) {
            line_.options.emplace_back(option->key, value_of(*option, name, std::move(value)));
        } else {
            unknown(name);
        }
    }

    void read_own(const OwnFlag& flag, std::optional<std::string> value) {
        if (!flag.subcommands.contain(line_.subcommand))
            refuse(fmt::format("--{} is not for {}", flag.name, name_of(line_.subcommand)), owners(flag));
        if (const auto* const text = std::get_if<std::optional<std::string> CommandLine::*>(&flag.field)) {
            line_.*(*text) = required_value(flag.name, std::move(value));
            return;
        }
        if (value) refuse(fmt::format("--{} takes no value", flag.name), fmt::format("write --{} alone", flag.name));
        line_.*std::get<bool CommandLine::*>(flag.field) = true;
    }

    /// `--init` alone means true; `--init false` is understood, since no argument but a flag may follow here.
    std::string value_of(const Option& option, const std::string& name, std::optional<std::string> value) {
        if (value || !is_boolean(option)) return required_value(name, std::move(value));
        const bool follows = at_ < arguments_.size() && (arguments_[at_] == "true" || arguments_[at_] == "false");
        return follows ? arguments_[at_++] : "true";
    }

    std::string required_value(std::string_view name, std::optional<std::string> value) {
        if (!value && at_ < arguments_.size() && !arguments_[at_].starts_with("--")) value = arguments_[at_++];
        if (!value || value->empty()) refuse(fmt::format("--{} needs a value", name), help_line(line_));
        return *value;
    }

    [[noreturn]] void unexpected(const std::string& argument) const {
        if (!line_.named && subcommand_named(argument))
            refuse("unexpected argument " + quoted(argument),
                   fmt::format("the subcommand comes first: migration-guard {} [OPTIONS]", argument));
        const bool runs = line_.subcommand == Subcommand::run;
        refuse("unexpected argument " + quoted(argument),
               runs ? "put -- before the command to start: migration-guard [OPTIONS] -- COMMAND" : help_line(line_));
    }

    static std::string owners(const OwnFlag& flag) {
        std::vector<std::string> names;
        for (const auto& entry : subcommands)
            if (flag.subcommands.contain(entry.subcommand)) names.emplace_back(entry.name);
        return "it belongs to " + join(names);
    }

    [[noreturn]] void unknown(const std::string& name) const {
        auto candidates = all_flags();
        for (const auto& flag : own_flags)
            if (flag.subcommands.contain(line_.subcommand)) candidates.push_back("--" + std::string(flag.name));
        const std::string near = nearest("--" + name, candidates);
        refuse("unknown option " + quoted("--" + name),
               near.empty() ? help_line(line_) : fmt::format("did you mean {}?", near));
    }

    CommandLine& line_;
    std::vector<std::string> arguments_;
    std::size_t at_ = 0;
};

void require_a_meaning(const CommandLine& line) {
    const bool runs = line.subcommand == Subcommand::run;
    if (runs && line.command.empty())
        refuse("no command to start",
               "give one after --: migration-guard -- node server.js (or a CMD beside ENTRYPOINT [\"migration-guard\", "
               "\"--\"])");
    if (!runs && !line.command.empty())
        refuse(fmt::format("{} starts no command, but one follows --", name_of(line.subcommand)),
               "leave it out, or use migration-guard run -- COMMAND");
    if (line.before_deploy && line.no_database)
        refuse("--before-deploy and --no-database exclude each other", "use one of the two");
    const bool resolves = line.subcommand == Subcommand::resolve;
    if (resolves && line.rolled_back.has_value() == line.applied.has_value())
        refuse("resolve needs exactly one of --rolled-back and --applied",
               "migration-guard resolve --rolled-back NAME, or --applied NAME");
}

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments) {
    CommandLine line;
    const auto separator = std::ranges::find(arguments, "--");
    Reader(line, {arguments.begin(), separator}).read();
    if (separator != arguments.end()) line.command.assign(std::next(separator), arguments.end());
    if (!line.help && !line.version) require_a_meaning(line);
    return line;
}

Subcommand subcommand_of(const std::vector<std::string>& arguments) {
    if (arguments.empty()) return Subcommand::run;
    return subcommand_named(arguments.front()).value_or(Subcommand::run);
}

bool asks_for_one_shot(const std::vector<std::string>& command) {
    if (command.size() < 2) return false;
    const std::string& word = command[1];
    if (word == "--help" || word == "-h" || word == "--version") return true;
    const auto subcommand = subcommand_named(word);
    return subcommand.has_value() && subcommand != Subcommand::run;
}

}  // namespace migration_guard::config
