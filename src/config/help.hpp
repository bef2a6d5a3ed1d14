// What --help and --version print, made from the tables.
//
// Not the manual (docs/). Keeps true: plain text, at most 100 columns, no line but these tables to keep in step.
#pragma once

#include "config/command_line.hpp"

#include <string>

namespace migration_guard::config {

/// Of the whole program: subcommands, exit codes. Ends in a newline.
std::string help_text();

/// Of one subcommand: its flags, and the options that concern it with default, variable and key.
std::string help_text(Subcommand subcommand);

/// The one that `line` asks for.
std::string help_text(const CommandLine& line);

/// `migration-guard 0.1.0` and a newline.
std::string version_text();

}  // namespace migration_guard::config
