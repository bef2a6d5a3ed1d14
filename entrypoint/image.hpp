// What the image holds and where its database is: everything that is read once, before the first connection.
//
// Not a decision and not a connection. Keeps true: whatever is wrong with the image (66), its configuration or URL (78)
// is known when read_image returns, except what reading the scripts and the schema shows; those two are read
// meanwhile, and their futures throw it.
#pragma once

#include "base/secrets.hpp"
#include "base/settings.hpp"
#include "guard/plan.hpp"
#include "postgres/url.hpp"
#include "prisma/project.hpp"
#include "prisma/url_variables.hpp"
#include "psl/psl.hpp"

#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

struct Image {
    prisma::Project project;
    std::vector<PslFile> schema_files;
    std::optional<Datasource> datasource;
    std::shared_future<Bundle> bundle;
    std::shared_future<DeclaredPart> declared;
    bool by_locale = true;
    std::vector<std::string> notices;
};

/// Finds the project and starts to read bundle and schema. Throws Failure 66 or 78.
Image read_image(const Settings& settings, const prisma::Environment& environment, const std::filesystem::path& cwd);

/// url and directUrl of the schema's datasource; empty without one.
prisma::DatasourceUrls datasource_urls(const std::optional<Datasource>& datasource);

/// What the CLI gets to know of the database, and whether it may be run on it at all.
struct CliUrl {
    std::string url;             ///< what its environment carries: the migrate URL with the schema that counts
    std::string through_pooler;  ///< without session settings; empty: the same
    std::string refusal;         ///< empty, or why it would come to another database
    std::string remedy;
    std::string caution;  ///< empty, or what cannot be known
};

/// The databases of the image: the app's, and the one that is migrated (the same but for a direct URL).
struct Databases {
    prisma::UrlVariables variables;
    postgres::DatabaseUrl app;
    postgres::DatabaseUrl migrate;
    CliUrl cli;
    std::vector<std::string> notices;
};

/// Throws Failure 78.
Databases find_databases(const Image& image, const Settings& settings, const prisma::Environment& environment,
                         const std::filesystem::path& cwd);

/// What stands between this image and `apply: prisma`, as far as it can be told without a URL: 71, or 78 when the
/// config file computes the URL. The message is empty when nothing does.
Problem cli_problem(const Image& image, const Settings& settings);

/// What must not be shown of them, and which words may be, though a password equals one (postgres:postgres).
void add_secrets(Secrets& secrets, const Databases& databases);

}  // namespace migration_guard
