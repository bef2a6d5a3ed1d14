#include "effective.hpp"

#include "base/failure.hpp"
#include "image.hpp"
#include "prisma/cli.hpp"
#include "system/probe.hpp"

#include <fmt/format.h>

#include <utility>

namespace migration_guard {
namespace {

namespace fs = std::filesystem;
using config::Findings;
using config::Found;

class Search {
public:
    Search(const Settings& settings, const prisma::Environment& environment, const fs::path& directory)
        : settings_(settings), environment_(environment), directory_(directory) {}

    Findings all() {
        try {
            const auto image = read_image(settings_, environment_, directory_);
            add_project(image);
            add_database(image);
        } catch (const Failure& failure) {
            const auto why = not_found(failure.what());
            for (const auto* key : {"schemaPath", "migrationsDir", "databaseUrlEnv"}) found_.try_emplace(key, why);
            add_cli(prisma::find_cli({{directory_}, settings_.prisma_command, &environment_}).cli, {});
        }
        if (const auto port = system::probe_options(settings_, environment_).port)
            found_["probePort"] = {*port, "from PORT"};
        return std::move(found_);
    }

private:
    static Found not_found(const std::string& why) { return {{}, "not found: " + why}; }

    /// From the working directory on, when it lies in it.
    [[nodiscard]] std::string shown(const fs::path& path) const {
        const auto relative = path.lexically_relative(directory_);
        const bool inside = !relative.empty() && *relative.begin() != "..";
        return (inside ? relative : path).lexically_normal().string();
    }

    void add_project(const Image& image) {
        const auto& project = image.project;
        std::error_code error;
        found_["schemaPath"] = {shown(project.schema_path), "found"};
        found_["migrationsDir"] = fs::is_directory(project.migrations_dir, error)
                                      ? Found{shown(project.migrations_dir), "found"}
                                      : not_found("no " + shown(project.migrations_dir));
        const auto smoke = project.migrations_dir.parent_path() / "smoke";
        if (fs::is_directory(smoke, error)) found_["smokeDir"] = {shown(smoke), "found"};
        add_cli(project.cli, project.cli_missing);
    }

    void add_cli(const std::optional<prisma::Cli>& cli, const std::string& missing) {
        const auto named =
            cli && !cli->version.empty() ? "prisma " + cli->version : std::string("no CLI of a known version");
        found_["migrationOrder"] = {prisma::orders_by_locale(settings_, cli) ? "locale" : "bytewise",
                                    fmt::format("auto, {}", named)};
        if (!cli) {
            found_["prismaCommand"] = not_found(missing.empty() ? "no node_modules/prisma here or above" : missing);
            return;
        }
        found_["prismaCommand"] = {
            cli->argv, fmt::format("found, {}{}", named, cli->problem.empty() ? "" : ", but " + cli->problem)};
    }

    /// Where the name of a variable comes from: what reads it by that name.
    [[nodiscard]] static std::string namer(const Image& image, const std::string& name) {
        const auto& project = image.project;
        if (name == project.config_url_env || name == project.config_direct_url_env)
            return "found in " + project.config_file->filename().string();
        const auto& datasource = image.datasource;
        if (datasource && (name == datasource->url.variable || name == datasource->direct_url.variable))
            return "found in " + project.schema_path.filename().string();
        return "the usual name";
    }

    void add_database(const Image& image) {
        try {
            const auto databases = find_databases(image, settings_, environment_, directory_);
            const auto& variables = databases.variables;
            add_variable(image, "databaseUrlEnv", variables.app_variable, variables.app);
            if (variables.direct) add_variable(image, "directUrlEnv", variables.direct_variable, *variables.direct);
            const auto& url = databases.migrate;
            found_["databaseSchema"] = {url.effective_schema(),
                                        url.schema ? "?schema= of " + url.variable : "no ?schema= in " + url.variable};
            if (url.connect_timeout)
                found_["connectTimeout"] = {to_text(*url.connect_timeout), "connect_timeout of " + url.variable};
        } catch (const Failure& failure) {
            const auto names = prisma::url_variable_names(settings_, image.project, datasource_urls(image.datasource));
            found_["databaseUrlEnv"] = {names.first, fmt::format("{}; {}", namer(image, names.first), failure.what())};
        }
    }

    void add_variable(const Image& image, const std::string& key, const std::string& name,
                      const prisma::UrlSource& source) {
        if (source.variable == name) {
            found_[key] = {name, fmt::format("{}, set in {}", namer(image, name), source.from)};
        } else {
            found_[key] = {{}, "written out: " + source.variable};
        }
    }

    const Settings& settings_;
    const prisma::Environment& environment_;
    const fs::path& directory_;
    Findings found_;
};

}  // namespace

Findings effective_values(const Settings& settings, const prisma::Environment& environment, const fs::path& directory) {
    return Search(settings, environment, directory).all();
}

}  // namespace migration_guard
