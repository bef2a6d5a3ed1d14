#include "prisma/project.hpp"

#include "base/failure.hpp"
#include "prisma/cli.hpp"
#include "prisma/config_file.hpp"
#include "prisma/config_literals.hpp"
#include "prisma/engine.hpp"
#include "prisma/find_schema.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

constexpr Version url_in_config{7, 0};
constexpr Version classic_engine{6, 18};
constexpr Version locale_order{6, 6};

Version version_of(const std::optional<Cli>& cli) {
    return cli ? Version{cli->major, cli->minor} : Version{};
}

/// In a monorepo the CLI and its config file stand in the package that the schema belongs to, not where the app starts.
std::vector<fs::path> places_of_packages(const Settings& settings, const fs::path& directory) {
    std::vector<fs::path> places{directory};
    // The words of prismaCommand are relative to where the guard was started.
    if (settings.schema_path.empty() || !settings.prisma_command.empty()) return places;
    places.push_back((directory / settings.schema_path).lexically_normal().parent_path());
    return places;
}

fs::path working_directory(const std::vector<fs::path>& places, Version cli) {
    if (places.size() < 2 || find_config_file(places[0], cli)) return places[0];
    const auto package = nearest_package_json(places[1]);
    if (!package) return places[0];
    const auto owner = package->file.parent_path();
    return find_config_file(owner, cli) ? owner : places[0];
}

/// A path that the config file takes from the environment is as good as a literal.
ConfigValue settled(ConfigValue value, const Environment& environment) {
    if (value.kind != ConfigValue::Kind::variable) return value;
    auto text = variable(environment, value.text);
    if (text.empty()) return {ConfigValue::Kind::computed, {}};
    return {ConfigValue::Kind::text, std::move(text)};
}

ConfigLiterals read_config(const fs::path& file, const fs::path& directory, const Environment& environment) {
    const auto reading = read_small_file(file);
    if (!reading.ok())
        throw Failure(ExitCode::config_invalid, fmt::format("cannot read {}: {}", file.string(), reading.problem),
                      "make it readable by the user that the container runs as");
    auto config = read_config_literals(reading.bytes, {file.parent_path(), directory, &environment});
    config.schema = settled(std::move(config.schema), environment);
    config.migrations_path = settled(std::move(config.migrations_path), environment);
    return config;
}

/// Does the CLI take the URL from the config file at all? From 7 on always; in 6.18 and later with the classic engine.
bool config_has_url(const ConfigLiterals& config, Version cli) {
    if (cli == Version{} || cli >= url_in_config) return true;
    return cli >= classic_engine && config.engine.text == "classic";
}

void take_urls(Project& project, const ConfigLiterals& config, Version cli) {
    if (!config_has_url(config, cli)) return;
    using Kind = ConfigValue::Kind;
    if (config.url.kind == Kind::variable) project.config_url_env = config.url.text;
    if (config.url.kind == Kind::text) project.config_url_literal = config.url.text;
    project.config_url_unknown = config.url.kind == Kind::computed;
    if (cli >= url_in_config) return;  // directUrl is an unknown key there
    if (config.direct_url.kind == Kind::variable) project.config_direct_url_env = config.direct_url.text;
    if (config.direct_url.kind == Kind::text) project.config_direct_url_literal = config.direct_url.text;
    if (config.direct_url.kind == Kind::computed) project.config_url_unknown = true;  // the CLI prefers it
}

/// Without a schema the CLI refuses such a name (P3023); a computed one is told, since it may cost a false alarm.
void take_external(Project& project, const ConfigNames& listed, const std::string& key,
                   std::vector<std::string>& names) {
    const auto file = project.config_file->filename().string();
    for (const auto& name : listed.names) {
        if (name.find('.') != std::string::npos) {
            names.push_back(name);
        } else {
            project.notices.push_back(
                fmt::format(R"({} of {}: "{}" has no schema (P3023), write "schema.name")", key, file, name));
        }
    }
    if (listed.computed) {
        project.notices.push_back(
            fmt::format("{} of {} is computed, and not known here: list those names in ignoreObjects too", key, file));
    }
}

void take_migrations(Project& project, const Settings& settings, const SchemaSearch& search,
                     const SchemaLocation& schema, const fs::path& directory) {
    std::error_code error;
    if (settings.migrations_dir.empty()) {
        project.migrations_dir = find_migrations(search, schema);  // read_bundle tells when there is none
        return;
    }
    project.migrations_dir = (directory / settings.migrations_dir).lexically_normal();
    if (!fs::is_directory(project.migrations_dir, error))
        throw Failure(ExitCode::config_invalid,
                      fmt::format("migrationsDir names {}, which is not a directory", project.migrations_dir.string()),
                      "correct the path; a relative one is relative to the working directory");
}

void set_problem(Cli& cli, std::string problem, std::string remedy) {
    if (!cli.problem.empty()) return;
    cli.problem = std::move(problem);
    cli.remedy = std::move(remedy);
}

/// The CLI has no flag for the migrations directory: what it would apply must be what was looked at.
void check_same_migrations(Project& project, const Settings& settings, const SchemaSearch& search,
                           const SchemaLocation& schema) {
    if (settings.migrations_dir.empty() || !project.cli) return;
    fs::path cli_directory;
    try {
        cli_directory = find_migrations(search, schema);
    } catch (const Failure&) {
        return;  // the config file computes it: nothing to compare with
    }
    std::error_code error;
    if (fs::equivalent(cli_directory, project.migrations_dir, error)) return;
    set_problem(*project.cli,
                fmt::format("the Prisma CLI would apply {}, not {} (migrationsDir)", cli_directory.string(),
                            project.migrations_dir.string()),
                "set apply to native (MIGRATION_GUARD_APPLY=native), or name that directory as migrations.path in "
                "prisma.config.ts");
}

/// Where the schema ends up decides whether --schema is needed; the second place of a monorepo is always told.
void check_config_file(Project& project) {
    if (!project.cli || project.cli->major != 7 || project.config_file) return;
    set_problem(*project.cli,
                fmt::format("Prisma 7 takes the database URL from prisma.config.ts, and {} holds none",
                            project.directory.string()),
                "copy prisma.config.ts into the image, or set apply to native (MIGRATION_GUARD_APPLY=native)");
}

SchemaSearch search_of(const Settings& settings, const Project& project, const fs::path& started_in) {
    SchemaSearch search;
    search.directory = project.directory;
    search.cli = version_of(project.cli);
    if (!settings.schema_path.empty()) search.schema_path = (started_in / settings.schema_path).string();
    search.config_file = project.config_file.value_or(fs::path{});
    return search;
}

}  // namespace

Project find_project(const Settings& settings, const Environment& environment) {
    return find_project(settings, environment, fs::current_path());
}

Project find_project(const Settings& settings, const Environment& environment, const fs::path& directory) {
    const CliSearch cli_search{places_of_packages(settings, directory), settings.prisma_command, &environment};
    auto finding = find_cli(cli_search);
    Project project;
    project.cli = std::move(finding.cli);
    project.cli_missing = std::move(finding.missing);
    const auto cli = version_of(project.cli);
    project.directory = working_directory(cli_search.directories, cli);
    project.config_file = find_config_file(project.directory, cli);
    auto search = search_of(settings, project, directory);
    if (project.config_file) search.config = read_config(*project.config_file, project.directory, environment);

    auto schema = find_schema(search);
    project.schema_path = schema.path;
    project.schema_files = schema.files;
    project.pass_schema_path = !settings.schema_path.empty();
    take_urls(project, search.config, cli);
    if (project.config_file) {
        take_external(project, search.config.external_tables, "tables.external", project.external_tables);
        take_external(project, search.config.external_enums, "enums.external", project.external_enums);
    }
    take_migrations(project, settings, search, schema, directory);
    if (project.cli) {
        if (search.config.engine.text != "js") check_engine(*project.cli, finding.package, cli_search);
        project.cli->query_engine_stand_in = query_engine_stand_in(*project.cli, finding.package, environment);
        check_config_file(project);
        check_same_migrations(project, settings, search, schema);
    }
    return project;
}

bool orders_by_locale(const Settings& settings, const std::optional<Cli>& cli) {
    if (settings.migration_order != MigrationOrder::automatic)
        return settings.migration_order == MigrationOrder::locale;
    return version_of(cli) >= locale_order;
}

}  // namespace migration_guard::prisma
