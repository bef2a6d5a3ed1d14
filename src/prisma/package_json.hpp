// package.json files and node_modules, searched as Node searches them.
//
// Not a package manager. Keeps true: a package.json that is not JSON counts as one that says nothing.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace migration_guard::prisma {

struct PackageJson {
    std::filesystem::path file;
    std::string name;
    std::string version;
    std::string prisma_schema;         ///< prisma.schema, as written; empty when not there
    std::string dependency_on_prisma;  ///< version range of `prisma` in (dev)dependencies
};

/// `file` read, nothing when it is not there or not readable. Content that is not a JSON object gives empty fields.
std::optional<PackageJson> read_package_json(const std::filesystem::path& file);

/// The package.json nearest to `directory`, going upwards (packages/internals/src/utils/getPackageJson).
std::optional<PackageJson> nearest_package_json(const std::filesystem::path& directory);

/// `directory`/node_modules/`name`, or that of the nearest parent that has it, symbolic links resolved (pnpm,
/// workspaces).
std::optional<std::filesystem::path> find_in_node_modules(const std::filesystem::path& directory,
                                                          const std::string& name);

/// "7.10.1", also "6.7.0-dev.2": the first two numbers; {0, 0} when it is no version.
struct Version {
    int major = 0;
    int minor = 0;
    friend auto operator<=>(const Version&, const Version&) = default;  // NOLINT(modernize-use-nullptr): clang-tidy 14
};
Version parse_version(const std::string& text);

}  // namespace migration_guard::prisma
