// Where the schema and the migrations are, by the rules of the CLI that is in the image
// (packages/internals/src/cli/getSchema.ts and directoryConfig.ts of each release).
//
// Not what is in them. Keeps true: the order of the look-ups is the CLI's; without a CLI a union of them all.
#pragma once

#include "prisma/config_literals.hpp"
#include "prisma/package_json.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace migration_guard::prisma {

/// What the search may use.
struct SchemaSearch {
    std::filesystem::path directory;    ///< working directory of the CLI
    Version cli;                        ///< {0, 0}: none, or unknown
    std::string schema_path;            ///< the key schemaPath
    std::string migrations_dir;         ///< the key migrationsDir
    std::filesystem::path config_file;  ///< empty: none
    ConfigLiterals config;
};

struct SchemaLocation {
    std::filesystem::path path;  ///< file or folder
    bool is_folder = false;
    std::vector<std::filesystem::path> files;  ///< sorted
};

/// Throws Failure 78 (a configured or computed path) or 66 (nothing found).
SchemaLocation find_schema(const SchemaSearch& search);

/// Where the CLI itself would look for migrations; without a CLI the candidate that exists. Throws Failure 78 when the
/// config file computes the path, or when two candidates exist and no CLI decides.
std::filesystem::path find_migrations(const SchemaSearch& search, const SchemaLocation& schema);

/// All *.prisma files below `folder`, symbolic links followed, each directory once. Throws Failure 78 when there are
/// more than `most_entries` files and directories of any kind: it is no schema folder then.
std::vector<std::filesystem::path> schema_files_in(const std::filesystem::path& folder,
                                                   std::size_t most_entries = 20'000);

}  // namespace migration_guard::prisma
