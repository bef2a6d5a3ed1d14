// The Prisma CLI in node_modules, and whether it could run: Node, its packages, its engine.
//
// Not the running of it (cli_migrator.hpp). Keeps true: nothing is started to find out, only looked at; a CLI that
// cannot run is a value with the reason, since it matters only when something has to be applied.
#pragma once

#include "prisma/project.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::prisma {

struct CliSearch {
    std::vector<std::filesystem::path> directories;  ///< where to begin, going upwards from each; the first is the cwd
    std::vector<std::string> command;                ///< the key prismaCommand
    const Environment* environment = nullptr;
};

struct CliFinding {
    std::optional<Cli> cli;
    std::string missing;            ///< where it was looked for, when there is none
    std::filesystem::path package;  ///< its package directory, real path; empty when prismaCommand hides it
};

CliFinding find_cli(const CliSearch& search);

/// `name` in the PATH of `environment` (or in the usual one), executable by us; a name with a slash is taken as a path.
std::optional<std::filesystem::path> find_program(const std::string& name, const std::filesystem::path& directory,
                                                  const Environment& environment);

/// The value of a variable, empty when it is not set.
std::string variable(const Environment& environment, const std::string& name);

}  // namespace migration_guard::prisma
