// The flags that are no options: they say what one subcommand shall do, and have no key, variable or default.
//
// Not the options (option.hpp). Keeps true: each belongs to the subcommands that stand beside it and is a usage error
// for the others.
#pragma once

#include "config/command_line.hpp"
#include "config/option.hpp"

#include <array>
#include <variant>

namespace migration_guard::config {

struct OwnFlag {
    std::string_view name;      ///< without the dashes
    std::string_view argument;  ///< NAME, FILE|-; empty for a switch
    std::variant<bool CommandLine::*, std::optional<std::string> CommandLine::*> field;
    Subcommands subcommands;
    std::string_view meaning;
};

inline constexpr Subcommands all_subcommands{Subcommand::run,      Subcommand::check,    Subcommand::migrate,
                                             Subcommand::wait,     Subcommand::diagnose, Subcommand::resolve,
                                             Subcommand::baseline, Subcommand::probe,    Subcommand::config};

inline constexpr std::array own_flags{
    OwnFlag{"json", "", &CommandLine::json,
            Subcommands{Subcommand::check, Subcommand::migrate, Subcommand::diagnose, Subcommand::config},
            "one JSON object on standard output, and nothing else there"},
    OwnFlag{"before-deploy", "", &CommandLine::before_deploy, Subcommands{Subcommand::check},
            "is this image deployable onto this database? Pending is fine, and what a pending migration creates"},
    OwnFlag{"no-database", "", &CommandLine::no_database, Subcommands{Subcommand::check},
            "bundle, schema, configuration and CLI only, for RUN in a Dockerfile and for CI"},
    OwnFlag{"logs", "FILE|-", &CommandLine::logs, Subcommands{Subcommand::diagnose},
            "also read the app's log, and tie each Prisma error in it to its cause in the database"},
    OwnFlag{"rolled-back", "NAME", &CommandLine::rolled_back, Subcommands{Subcommand::resolve},
            "the failed migration NAME was undone: it shall be applied again"},
    OwnFlag{"applied", "NAME", &CommandLine::applied, Subcommands{Subcommand::resolve},
            "the migration NAME is in the database: it shall not be applied again"},
    OwnFlag{"yes", "", &CommandLine::yes, Subcommands{Subcommand::baseline}, "mark the proven migrations as applied"},
    OwnFlag{"config", "FILE", &CommandLine::config_file, all_subcommands,
            "read this file (a captain-definition, or YAML) in place of the usual ones"},
    OwnFlag{"help", "", &CommandLine::help, all_subcommands, "print this and exit"},
    OwnFlag{"version", "", &CommandLine::version, all_subcommands, "print the version and exit"},
};

}  // namespace migration_guard::config
