#include "prisma/url_variables.hpp"

#include "base/failure.hpp"
#include "prisma/cli.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <system_error>

namespace migration_guard::prisma {
namespace {

constexpr std::size_t largest_secret = 64UL * 1024UL;

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw Failure(ExitCode::config_invalid, message, hint);
}

std::string read_secret(const std::string& name, const std::string& path) {
    const auto reading = read_file(path, largest_secret);
    const auto key = name + "_FILE";
    if (!reading.ok())
        refuse(fmt::format("cannot read {}, which {} names: {}", path, key, reading.problem),
               fmt::format("mount the secret there, readable by the user that the container runs as, or set {}", name));
    auto value = reading.bytes;
    while (!value.empty() && (value.back() == '\n' || value.back() == '\r')) value.pop_back();
    if (value.empty())
        refuse(fmt::format("{}, which {} names, is empty", path, key),
               fmt::format("put the URL into it, or set {}", name));
    return value;
}

/// A .env file keeps no quotes; a variable set with them (compose's list syntax, --env-file) holds them for good.
void refuse_quotes(const UrlSource& source) {
    const auto& value = source.value;
    if (value.size() < 2 || (value.front() != '"' && value.front() != '\'')) return;
    refuse(
        fmt::format("{} begins with a quote: Docker passes the quotes of an env file or a list entry on as part of the "
                    "value",
                    source.variable),
        fmt::format("write {}=postgresql://… without quotes", source.variable));
}

/// The variable `name`, or the file that NAME_FILE names; nothing when neither is set.
std::optional<UrlSource> from_environment(const std::string& name, const Environment& environment) {
    const auto value = variable(environment, name);
    const auto path = variable(environment, name + "_FILE");
    if (!value.empty() && !path.empty())
        refuse(fmt::format("{0} and {0}_FILE are both set", name), "unset one of them");
    if (!value.empty()) return UrlSource{value, name, "environment"};
    if (!path.empty()) return UrlSource{read_secret(name, path), name, fmt::format("{}_FILE ({})", name, path)};
    return std::nullopt;
}

/// What is named for one of the two URLs: a variable, or the URL itself.
struct Named {
    std::string name;
    std::string literal;
    std::string place;  ///< of the literal: "prisma.config.ts", "schema.prisma"
    bool by_default = false;
};

Named named_app_url(const Settings& settings, const Project& project, const DatasourceUrls& datasource) {
    if (!settings.database_url_env.empty()) return {settings.database_url_env, {}, {}, false};
    if (!project.config_url_env.empty()) return {project.config_url_env, {}, {}, false};
    if (!project.config_url_literal.empty())
        return {"DATABASE_URL", project.config_url_literal, project.config_file->filename().string(), false};
    if (!datasource.url_env.empty()) return {datasource.url_env, {}, {}, false};
    if (!datasource.url_literal.empty())
        return {"DATABASE_URL", datasource.url_literal, project.schema_path.filename().string(), false};
    return {"DATABASE_URL", {}, {}, true};
}

Named named_direct_url(const Settings& settings, const Project& project, const DatasourceUrls& datasource) {
    if (!settings.direct_url_env.empty()) return {settings.direct_url_env, {}, {}, false};
    if (!project.config_direct_url_env.empty()) return {project.config_direct_url_env, {}, {}, false};
    if (!project.config_direct_url_literal.empty())
        return {"DIRECT_URL", project.config_direct_url_literal, project.config_file->filename().string(), false};
    if (!datasource.direct_env.empty()) return {datasource.direct_env, {}, {}, false};
    if (!datasource.direct_literal.empty())
        return {"DIRECT_URL", datasource.direct_literal, project.schema_path.filename().string(), false};
    return {"DIRECT_URL", {}, {}, true};
}

std::optional<UrlSource> look_up(const Named& named, const char* property, const Environment& environment) {
    if (!named.literal.empty())
        return UrlSource{named.literal, fmt::format("{} of {}", property, named.place), named.place};
    return from_environment(named.name, environment);
}

[[noreturn]] void refuse_missing(const Named& named, const Project& project) {
    if (project.config_url_unknown && named.by_default)
        refuse(fmt::format("{} computes datasource.url, which the guard does not run, and {} is not set",
                           project.config_file->filename().string(), named.name),
               "set databaseUrlEnv (MIGRATION_GUARD_DATABASE_URL_ENV) to the name of the variable that holds the URL");
    std::error_code error;
    const bool unread_env = project.config_file && std::filesystem::exists(project.directory / ".env", error);
    refuse(fmt::format("no database URL: {0} is not set, nor {0}_FILE{1}", named.name,
                       unread_env ? " (a .env file is not read beside a Prisma config file)" : ""),
           fmt::format("set {} for the container (in CapRover: App Configs, Environmental Variables), or name another "
                       "variable with databaseUrlEnv (MIGRATION_GUARD_DATABASE_URL_ENV)",
                       named.name));
}

/// What the CLI connects to by itself: the config file's URL when it has one, else the datasource's; the direct one
/// first (packages/internals/src/utils/getSchemaDatasourceProvider.ts; schema-engine: Datasource.directUrl).
struct CliUrl {
    std::string variable;
    std::string literal;
    std::string property;
    std::filesystem::path file;
};

CliUrl cli_url(const Project& project, const DatasourceUrls& datasource) {
    const auto config = project.config_file.value_or("");
    const std::array places{
        CliUrl{project.config_direct_url_env, project.config_direct_url_literal, "directUrl", config},
        CliUrl{project.config_url_env, project.config_url_literal, "url", config},
        CliUrl{datasource.direct_env, datasource.direct_literal, "directUrl", project.schema_path},
        CliUrl{datasource.url_env, datasource.url_literal, "url", project.schema_path},
    };
    const auto* const found =
        std::ranges::find_if(places, [](const CliUrl& at) { return !at.variable.empty() || !at.literal.empty(); });
    return found == places.end() ? CliUrl{} : *found;
}

/// Every name through which the CLI could come to another database than the one that is looked at.
std::vector<std::string> cli_variables(const UrlVariables& urls, const Project& project,
                                       const DatasourceUrls& datasource) {
    std::vector<std::string> names;
    for (const auto& name : {urls.app_variable, urls.direct_variable, project.config_url_env,
                             project.config_direct_url_env, datasource.url_env, datasource.direct_env}) {
        if (!name.empty() && std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
    return names;
}

std::optional<UrlSource> cli_literal(const Project& project, const DatasourceUrls& datasource) {
    if (project.config_url_unknown) return std::nullopt;
    auto used = cli_url(project, datasource);
    if (used.literal.empty()) return std::nullopt;
    const auto place = used.file.filename().string();
    return UrlSource{std::move(used.literal), fmt::format("{} of {}", used.property, place), place};
}

void note_unset_direct(UrlVariables& urls, const Named& named) {
    if (named.by_default || urls.direct) return;
    urls.notices.push_back(fmt::format("{} is named as the direct URL but not set: {} is used for migrations too",
                                       named.name, urls.app.variable));
}

/// The .env files as a last resort, for names that neither the environment nor a secret file gives. Not for a direct
/// URL that nothing names: Prisma would not use it either, and beside the container's own URL a developer's DIRECT_URL
/// that was copied into the image leads to another database.
void add_env_files(Environment& environment, const Project& project, const std::vector<const Named*>& wanted,
                   std::vector<std::string>& notices, Environment& added) {
    std::vector<std::string> names;
    for (const auto* named : wanted) {
        if (named->literal.empty() && variable(environment, named->name + "_FILE").empty())
            names.push_back(named->name);
    }
    added = read_dotenv(project, environment, names, notices);
    for (const auto& [name, value] : added) environment[name] = value;
}

}  // namespace

UrlVariables resolve_urls(const Settings& settings, const Project& project, const DatasourceUrls& datasource,
                          const Environment& environment) {
    const auto app = named_app_url(settings, project, datasource);
    const auto direct = named_direct_url(settings, project, datasource);
    UrlVariables urls;
    urls.app_variable = app.name;
    urls.direct_variable = direct.name;
    auto known = environment;
    Environment from_files;
    std::vector<const Named*> wanted{&app};
    if (!direct.by_default) wanted.push_back(&direct);
    add_env_files(known, project, wanted, urls.notices, from_files);

    const auto app_source = look_up(app, "url", known);
    if (!app_source) refuse_missing(app, project);
    urls.app = *app_source;
    urls.direct = look_up(direct, "directUrl", known);
    if (from_files.contains(urls.app.variable)) urls.app.from = ".env";
    if (urls.direct && from_files.contains(urls.direct->variable)) urls.direct->from = ".env";
    refuse_quotes(urls.app);
    if (urls.direct) refuse_quotes(*urls.direct);
    note_unset_direct(urls, direct);
    urls.cli_variables = cli_variables(urls, project, datasource);
    urls.cli_literal = cli_literal(project, datasource);
    return urls;
}

std::optional<ComputedUrl> computed_url(const Settings& settings, const Project& project) {
    if (!project.config_url_unknown || !project.config_file) return std::nullopt;
    const auto file = project.config_file->filename().string();
    if (!settings.database_url_env.empty())
        return ComputedUrl{fmt::format("{} computes the URL that the Prisma CLI connects to: that it is the database "
                                       "of {} (databaseUrlEnv) cannot be checked",
                                       file, settings.database_url_env),
                           {}};
    return ComputedUrl{
        fmt::format("{} computes the URL that the Prisma CLI connects to: it may be another database than the one that "
                    "was checked",
                    file),
        fmt::format("write datasource.url as env('DATABASE_URL') into {}, or name the variable that it is made from "
                    "with databaseUrlEnv (MIGRATION_GUARD_DATABASE_URL_ENV), or set apply to native "
                    "(MIGRATION_GUARD_APPLY=native)",
                    file)};
}

std::pair<std::string, std::string> url_variable_names(const Settings& settings, const Project& project,
                                                       const DatasourceUrls& datasource) {
    return {named_app_url(settings, project, datasource).name, named_direct_url(settings, project, datasource).name};
}

}  // namespace migration_guard::prisma
