// From command line, environment and files to Settings, with the origin of every value.
//
// Not the database URL (postgres/url.hpp) nor what the image holds (prisma/project.hpp).
// Keeps true: precedence is flag, environment, file, default; every value that was written anywhere is checked, also
// one that a stronger source overrides, and the first start of an image tells all mistakes at once.
#pragma once

#include "base/failure.hpp"
#include "base/settings.hpp"
#include "config/command_line.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::config {

enum class Source { default_value, file, environment, flag };

/// Where the effective value of a key came from.
struct Origin {
    std::string key;
    Source source = Source::default_value;
    std::string place;  ///< "captain-definition:5:20", "MIGRATION_GUARD_MODE", "--mode"; empty for a default
};

struct Loaded {
    Settings settings;
    std::vector<Origin> origins;        ///< one for each option, in the order of the table
    std::vector<std::string> warnings;  ///< one line each
    std::string file;                   ///< the file that was read, as it was named; empty when none was
    std::string source;                 ///< for the start line: "defaults", "captain-definition, environment", ...
};

/// Reads at most one file of at most 1 MiB below `cwd`. Throws Failure 78 that names key, value, place and what is
/// allowed; several mistakes are told in one message.
Loaded load_settings(const CommandLine& line, const std::map<std::string, std::string>& environment,
                     const std::filesystem::path& cwd);

/// What can be had of them although something is wrong.
struct Attempt {
    Loaded loaded;                   ///< each value that is right; where one is wrong, the next weaker source
    std::optional<Failure> failure;  ///< what load_settings would have thrown
};

/// For `diagnose`, which looks at what it can. Never throws Failure.
Attempt try_settings(const CommandLine& line, const std::map<std::string, std::string>& environment,
                     const std::filesystem::path& cwd);

/// How to end when load_settings itself fails: logFormat, logLevel and failureDelay of flags and environment, as far as
/// they are valid; everything else as by default. Never throws.
Settings early_settings(const CommandLine& line, const std::map<std::string, std::string>& environment);

}  // namespace migration_guard::config
