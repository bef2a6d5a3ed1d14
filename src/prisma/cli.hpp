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

/// Fills `problem` and `remedy` when no schema engine is there that this machine can run
/// (packages/internals/src/resolveBinary.ts, packages/get-platform). Looks at variables, names and the C library only.
void check_engine(Cli& cli, const std::filesystem::path& package, const CliSearch& search);

/// CLI 5 and 6 insist on a query engine that `migrate deploy` never starts, and download it when there is none. The
/// file that PRISMA_QUERY_ENGINE_LIBRARY can name to satisfy them; empty when a query engine is there or none is asked
/// for.
std::string query_engine_stand_in(const Cli& cli, const std::filesystem::path& package, const Environment& environment);

/// `name` in the PATH of `environment` (or in the usual one), executable by us; a name with a slash is taken as a path.
std::optional<std::filesystem::path> find_program(const std::string& name, const std::filesystem::path& directory,
                                                  const Environment& environment);

/// The value of a variable, empty when it is not set.
std::string variable(const Environment& environment, const std::string& name);

}  // namespace migration_guard::prisma
