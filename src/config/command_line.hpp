// The command line, taken apart. The parser is our own and fed from the option table: building a CLI11 App for nine
// subcommands and forty options costs 0.45 ms at every container start (0.05 ms for one flat list), where this costs
// microseconds, and everything after `--` is COMMAND verbatim.
//
// Not the judging of option values (load.hpp does, as for variables and files). Keeps true: whatever is not understood
// is Failure 64 with the nearest thing that is; an argument is never ignored.
#pragma once

#include "config/subcommand.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace migration_guard::config {

struct CommandLine {
    Subcommand subcommand = Subcommand::run;
    bool named = false;  ///< the subcommand was written, not implied
    bool help = false;
    bool version = false;

    bool json = false;
    bool before_deploy = false;              ///< check
    bool no_database = false;                ///< check
    std::optional<std::string> logs;         ///< diagnose: a file, or - for standard input
    std::optional<std::string> rolled_back;  ///< resolve
    std::optional<std::string> applied;      ///< resolve
    bool yes = false;                        ///< baseline

    std::optional<std::string> config_file;                    ///< --config
    std::vector<std::pair<std::string, std::string>> options;  ///< key and value of each option flag, as given
    std::vector<std::string> command;                          ///< everything after `--`, verbatim
};

/// `arguments` without argv[0]. Throws Failure 64. With --help or --version nothing else is required.
CommandLine parse_command_line(const std::vector<std::string>& arguments);

/// The subcommand that `arguments` ask for, also when the rest of them is wrong: `probe` exits 0 or 1 in every case.
Subcommand subcommand_of(const std::vector<std::string>& arguments);

/// True when `command` (an argv whose program is this binary) asks for a one-shot subcommand, --help or --version:
/// `docker run IMAGE migration-guard check` checks and does not migrate.
bool asks_for_one_shot(const std::vector<std::string>& command);

}  // namespace migration_guard::config
