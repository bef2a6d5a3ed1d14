// The migrations directory as Prisma lists it: which entries count, and the rule of migration_lock.toml.
//
// Not where the directory is (project.hpp), nor what follows from its content (ledger/).
// Keeps true: a directory is listed as the CLI lists it (packages/migrate/src/utils/listMigrations.ts), but what the
// CLI passes over in silence (a missing, unreadable or empty directory) is a Failure here.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::prisma {

struct Listing {
    std::vector<std::string> directories;  ///< names, hidden ones included, in no order
    std::vector<std::string> links;        ///< symbolic links to directories: no migrations to Prisma
};

/// Throws Failure 66 when `directory` cannot be listed.
Listing list_migrations(const std::filesystem::path& directory);

/// What migration_lock.toml says as Prisma reads it, which is not as TOML: the first line that starts with `provider`,
/// less the literal `provider = `, less quotes at both ends (schema-connector/src/migrations_directory.rs).
/// "<PROVIDER NOT FOUND>" when no line starts so.
std::string locked_provider(std::string_view lock_file);

/// True when `directory` holds what Prisma 8 writes in the place of a migration.sql.
bool is_prisma8_layout(const std::filesystem::path& directory);

}  // namespace migration_guard::prisma
