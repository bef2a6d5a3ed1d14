// The Prisma project in the image: where its schema, migrations, config file and CLI are, found as the CLI finds them
// without running prisma.config.ts.
//
// Not their content (migrations_dir.hpp, psl/). Keeps true: a path that was guessed is told apart from one that was
// configured; what cannot be known without running code is a Failure that names the key to set.
#pragma once

#include "base/settings.hpp"
#include "ledger/bundle.hpp"

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::prisma {

/// argv is looked up here and in no global: the environment as it was at the start of the process.
using Environment = std::map<std::string, std::string>;

/// The CLI found in node_modules.
struct Cli {
    std::vector<std::string>
        argv;             ///< {"/usr/local/bin/node", "/app/node_modules/prisma/build/index.js"}, or prismaCommand
    std::string version;  ///< of its package.json: "7.10.1"; empty when prismaCommand hides it
    int major = 0;        ///< 0: unknown
    int minor = 0;
    bool configured = false;  ///< prismaCommand was given
    std::string problem;      ///< empty, or why it cannot run: no node, no engine, ... (one line)
    std::string remedy;
    std::string caution;                ///< why it might not run; told when it is run
    std::string query_engine_stand_in;  ///< what PRISMA_QUERY_ENGINE_LIBRARY must name for it; usually empty
};

struct Project {
    std::filesystem::path directory;                  ///< where the CLI would be started (cwd)
    std::vector<std::filesystem::path> schema_files;  ///< one file, or all of a folder, sorted
    std::filesystem::path schema_path;                ///< file or folder as configured or found
    std::filesystem::path migrations_dir;
    std::optional<std::filesystem::path> config_file;  ///< prisma.config.ts and its other names
    std::string config_url_env;                        ///< env('X') or process.env.X of the config's datasource.url
    std::string config_url_literal;                    ///< or the URL itself, written into the config file
    bool config_url_unknown = false;    ///< the config file computes it, or directUrl: databaseUrlEnv has to be set
    std::string config_direct_url_env;  ///< likewise directUrl (6.18+ with engine classic)
    std::string config_direct_url_literal;
    std::vector<std::string> external_tables;  ///< tables.external of the config file: schema.name
    std::vector<std::string> external_enums;   ///< enums.external, likewise
    std::optional<Cli> cli;                    ///< none: no CLI in the image
    std::string cli_missing;                   ///< where it was looked for, when none
    bool pass_schema_path = false;             ///< the CLI would not find schema_path by itself
    std::vector<std::string> notices;          ///< one line each, for the log
};

/// Looks up everything. Throws Failure 66 (no schema, a Prisma 8 layout) or 78 (a configured
/// path that does not exist, or one that the config file computes). A few stat calls; reads package.json files and the
/// config file, no scripts.
Project find_project(const Settings& settings, const Environment& environment);

/// The same for a process whose working directory is `directory` (absolute).
Project find_project(const Settings& settings, const Environment& environment, const std::filesystem::path& directory);

/// True when migrations are ordered by JavaScript's localeCompare (CLI 6.6 and later), false for bytewise order.
bool orders_by_locale(const Settings& settings, const std::optional<Cli>& cli);

/// The directories of the bundle with their scripts, ordered; checksums computed.
/// Throws Failure 66: no such directory, unreadable, no migration at all, another provider in migration_lock.toml, a
/// Prisma 8 layout. `provider` is the datasource's connector name ("postgresql" for "postgres").
Bundle read_bundle(const std::filesystem::path& migrations_dir, bool by_locale, std::vector<std::string>& notices,
                   const std::string& provider = "postgresql");

/// The order of JavaScript's localeCompare for directory names (ICU root collation of the characters that occur in
/// migration names), and plain byte order. Both are total orders.
bool locale_less(const std::string& left, const std::string& right);

/// Variables of the .env files that Prisma up to 6 would read (only when there is no config file), restricted to
/// `names`; variables already in `environment` win, and the file beside package.json wins over the one beside the
/// schema. `notices` names each file that gave a value.
/// Throws Failure 78 when both files give one of the names the same value: Prisma refuses exactly that
/// (packages/internals/src/utils/tryLoadEnvs.ts, checkForConflicts).
Environment read_dotenv(const Project& project, const Environment& environment, const std::vector<std::string>& names,
                        std::vector<std::string>& notices);

}  // namespace migration_guard::prisma
