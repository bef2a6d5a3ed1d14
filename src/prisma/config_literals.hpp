// What stands in a prisma.config.* as a safe literal, read without running it.
//
// Not an interpreter: a value is understood when it is a literal, an environment variable, a path joined from literals,
// or a constant of the same file that is one of these (@prisma/config: PrismaConfig.ts has the keys).
// Keeps true: what is not understood comes out as `computed`, never as a guess.
#pragma once

#include "prisma/project.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::prisma {

struct ConfigValue {
    enum class Kind { absent, text, variable, computed } kind = Kind::absent;
    std::string text;  ///< the literal, or the variable's name
};

/// A list of literals.
struct ConfigNames {
    std::vector<std::string> names;  ///< those that are understood, in their order
    bool computed = false;           ///< there may be others
};

struct ConfigLiterals {
    ConfigValue schema;
    ConfigValue migrations_path;
    ConfigValue engine;
    ConfigValue url;
    ConfigValue direct_url;
    bool datasource_computed = false;
    ConfigNames external_tables;  ///< tables.external (since 6.13)
    ConfigNames external_enums;   ///< enums.external
};

/// Where the source stands, and what it would see.
struct ConfigPlace {
    std::filesystem::path directory;           ///< of the config file: __dirname
    std::filesystem::path working_directory;   ///< process.cwd()
    const Environment* environment = nullptr;  ///< decides which side of `A ?? B` counts
};

/// Never fails; a source without a recognisable default export has computed values only.
ConfigLiterals read_config_literals(std::string_view source, const ConfigPlace& place);

}  // namespace migration_guard::prisma
