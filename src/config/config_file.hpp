// Which configuration file there is, and its entries.
//
// Not what the entries mean (load.hpp). Keeps true: the first of --config or MIGRATION_GUARD_CONFIG, captain-definition
// with a section, migration-guard.yaml; two files at once are refused, since one of them would be ignored.
#pragma once

#include "config/document.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::config {

/// The top-level key of captain-definition that is ours. Compose's x- convention: CapRover will never want it.
inline constexpr std::string_view section_key = "x-migration-guard";

struct ConfigFile {
    std::string name;  ///< as it was named or found: "captain-definition"
    std::vector<Entry> entries;
    std::vector<std::string> warnings;
};

/// `named`: from --config or the variable, with the flag or variable in `named_by` for messages.
/// Nothing when there is no file. Throws Failure 78: a named file that is missing, not readable, larger than 1 MiB or
/// without settings; both usual files; a syntax error with its position.
std::optional<ConfigFile> find_config_file(const std::filesystem::path& cwd, const std::optional<std::string>& named,
                                           const std::string& named_by);

}  // namespace migration_guard::config
