// Which variable holds the app's URL and which the direct one, and what is in them: from the settings, the config file,
// the schema's datasource, the environment, *_FILE secrets and .env files.
//
// Not the reading of a URL (postgres/url.hpp): a value is passed on as it stands.
// Keeps true: empty counts as unset; a value never appears in a message.
#pragma once

#include "prisma/project.hpp"

#include <optional>
#include <string>
#include <vector>

namespace migration_guard::prisma {

/// url and directUrl of the schema's datasource block, each as env("NAME") or as a literal, both empty when not there.
struct DatasourceUrls {
    std::string url_env;
    std::string url_literal;
    std::string direct_env;
    std::string direct_literal;
};

struct UrlSource {
    std::string value;
    std::string variable;  ///< "DATABASE_URL"; "url of prisma.config.ts" for one that is written out there
    std::string from;  ///< for `config`: "environment", "DATABASE_URL_FILE (/run/secrets/db)", "/app/.env", "schema"
};

struct UrlVariables {
    UrlSource app;
    std::optional<UrlSource> direct;  ///< when set: ledger, lock and apply use it
    std::string app_variable;         ///< the names as they would be used, also when the value came from elsewhere
    std::string direct_variable;
    std::vector<std::string>
        cli_variables;  ///< all that the CLI may read a URL from: the two, the config's, the schema's
    std::optional<UrlSource> cli_literal;  ///< what the CLI connects to whatever its environment holds
    std::vector<std::string> notices;

    /// The URL that migrates.
    [[nodiscard]] const UrlSource& migrate() const { return direct ? *direct : app; }
};

/// Throws Failure 78: no URL (naming the variable that should hold it), NAME and NAME_FILE both set, a *_FILE that
/// cannot be read or is empty, quotes around a value.
UrlVariables resolve_urls(const Settings& settings, const Project& project, const DatasourceUrls& datasource,
                          const Environment& environment);

/// The config file computes the URL, so that nobody can know which database the CLI would migrate.
struct ComputedUrl {
    std::string told;    ///< one line
    std::string remedy;  ///< empty when databaseUrlEnv is given: then `told` is only a warning
};
std::optional<ComputedUrl> computed_url(const Settings& settings, const Project& project);

/// The names alone, for messages before anything is resolved: {databaseUrlEnv, directUrlEnv} as they would be used.
std::pair<std::string, std::string> url_variable_names(const Settings& settings, const Project& project,
                                                       const DatasourceUrls& datasource);

}  // namespace migration_guard::prisma
