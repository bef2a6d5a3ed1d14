// Which prisma.config.* the CLI of the image would load.
//
// Not what is in it (config_literals.hpp). Keeps true: names and order are the CLI's
// (packages/config/src/loadConfigFromFile.ts of each release).
#pragma once

#include "prisma/package_json.hpp"

#include <filesystem>
#include <optional>

namespace migration_guard::prisma {

/// The config file in `directory` for this CLI; {0, 0}: every name that any release knows. Nothing when there is none,
/// or when that CLI knows no config files (before 6.4).
std::optional<std::filesystem::path> find_config_file(const std::filesystem::path& directory, Version cli);

}  // namespace migration_guard::prisma
