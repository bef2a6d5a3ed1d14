// The engines of the CLI: is one there that this machine could run?
//
// Not the CLI itself (cli.hpp). Keeps true: nothing is started and nothing downloaded to find out; what cannot be told
// from names and libraries is a caution and left to the CLI.
#pragma once

#include "prisma/cli.hpp"
#include "prisma/system_libraries.hpp"

#include <filesystem>
#include <string>

namespace migration_guard::prisma {

/// Fills `problem` and `remedy`, or `caution` when it is not certain, when no schema engine is there that this machine
/// can run (packages/internals/src/resolveBinary.ts, packages/fetch-engine/src/download.ts, packages/get-platform).
void check_engine(Cli& cli, const std::filesystem::path& package, const CliSearch& search);
void check_engine(Cli& cli, const std::filesystem::path& package, const CliSearch& search, const SystemLibraries& here);

/// CLI 5 and 6 insist on a query engine that `migrate deploy` never starts, and download it when there is none. The
/// file that PRISMA_QUERY_ENGINE_LIBRARY can name to satisfy them; empty when a query engine is there or none is asked
/// for.
std::string query_engine_stand_in(const Cli& cli, const std::filesystem::path& package, const Environment& environment);

}  // namespace migration_guard::prisma
