#include "world.hpp"

#include "base/failure.hpp"
#include "postgres/cli_url.hpp"
#include "postgres/postgres.hpp"
#include "prisma/cli_migrator.hpp"
#include "prisma/project.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace migration_guard {
namespace {

constexpr Duration default_connect_timeout = std::chrono::seconds(5);
constexpr std::size_t largest_smoke_script = 1 << 20;

/// `smoke` beside the migrations, or what smokeDir names.
std::vector<SmokeScript> read_smoke(const Settings& settings, const Image& image, const std::filesystem::path& cwd) {
    namespace fs = std::filesystem;
    const bool configured = !settings.smoke_dir.empty();
    if (!configured && image.project.migrations_dir.empty()) return {};
    const auto dir = configured ? cwd / settings.smoke_dir : image.project.migrations_dir.parent_path() / "smoke";
    std::error_code error;
    if (!fs::is_directory(dir, error)) {
        if (!configured) return {};
        throw Failure(ExitCode::config_invalid, "smokeDir " + dir.string() + " is not a directory",
                      "name the folder with the smoke checks, or leave smokeDir out");
    }
    std::vector<SmokeScript> scripts;
    const fs::directory_iterator entries(dir, error);
    if (error) {
        throw Failure(ExitCode::bundle_unreadable,
                      fmt::format("cannot list the smoke checks in {}: {}", dir.string(), error.message()),
                      "is the folder readable for the user of the container?");
    }
    for (const auto& entry : entries) {
        const auto& path = entry.path();
        const bool hidden = path.filename().native().starts_with('.');  // *.sql: what an editor leaves is none of them
        if (hidden || path.extension() != ".sql" || entry.is_directory(error)) continue;
        auto reading = prisma::read_file(path, largest_smoke_script);
        if (!reading.ok()) {
            throw Failure(ExitCode::bundle_unreadable,
                          fmt::format("cannot read the smoke check {}: {}", path.string(),
                                      reading.problem.empty() ? "no such file" : reading.problem),
                          "is it readable for the user of the container, and smaller than 1 MiB?");
        }
        scripts.push_back({path.filename().string(), path.string(), std::move(reading.bytes)});
    }
    std::ranges::sort(scripts, {}, &SmokeScript::name);
    return scripts;
}

NameOrder name_order(bool by_locale) {
    if (by_locale) return prisma::locale_less;
    return [](const std::string& left, const std::string& right) { return left < right; };
}

/// For the sessions behind the first one. A URL may say 0, that is none (Prisma's connect_timeout): then they get as
/// long as the first one got.
Duration limit_of_further_sessions(const Settings& settings, Duration connect_timeout) {
    const auto& wait = settings.wait_timeout;
    const auto limit = connect_timeout == Duration(0) ? wait : connect_timeout;
    return limit == Duration(0) ? settings.deadline : std::min(limit, settings.deadline);
}

postgres::PostgresOptions options(const Settings& settings, const Image& image, const Databases& databases,
                                  Duration connect_timeout) {
    postgres::PostgresOptions options;
    options.migrate = databases.migrate;
    options.app_role = databases.app.user;
    if (image.datasource) options.listed_schemas = image.datasource->schemas;
    options.external_tables = image.project.external_tables;
    options.connect_timeout = connect_timeout;
    options.migration_lock_timeout = settings.migration_lock_timeout;
    options.migration_statement_timeout = settings.migration_statement_timeout;
    return options;
}

/// From the working directory on, when it lies in it.
std::string as_typed(const std::filesystem::path& path, const std::filesystem::path& cwd) {
    const auto relative = path.lexically_relative(cwd);
    const bool inside = !relative.empty() && *relative.begin() != "..";
    return (inside ? relative : path).lexically_normal().string();
}

Plan make_plan(const Settings& settings, const ProcessStart& start, const Image& image, const Databases& databases) {
    Plan plan;
    plan.settings = settings;
    plan.database = identify(databases);
    plan.schema_in_url = databases.migrate.schema.has_value();
    plan.connect_timeout =
        settings.connect_timeout.value_or(databases.migrate.connect_timeout.value_or(default_connect_timeout));
    plan.started = start.time;
    plan.bundle = image.bundle;
    plan.declared = image.declared;
    plan.migrations_dir = as_typed(image.project.migrations_dir, start.directory);
    plan.order = name_order(image.by_locale);
    plan.other_order = name_order(!image.by_locale);
    plan.ignored = ignored_objects(settings, plan.database.schema);
    plan.external = {image.project.external_tables, image.project.external_enums};
    plan.app_role = databases.app.user;
    plan.smoke = read_smoke(settings, image, start.directory);
    plan.session = postgres::new_migration_session();
    return plan;
}

}  // namespace

std::vector<ObjectPattern> ignored_objects(const Settings& settings, const std::string& schema) {
    std::vector<ObjectPattern> patterns;
    for (const auto& text : settings.ignore_objects) {
        patterns.push_back(ObjectPattern::read(text, schema).value());  // the option's rule has read it before
    }
    return patterns;
}

NeverCreatedOptions never_created_options(const Image& image, const Settings& settings,
                                          const prisma::Environment& environment, const std::filesystem::path& cwd) {
    NeverCreatedOptions options;
    if (!settings.database_schema.empty()) {
        options.schema = settings.database_schema;
    } else {
        try {
            // A URL without ?schema= means public, as it does for Prisma.
            options.schema = find_databases(image, settings, environment, cwd).migrate.schema.value_or("public");
        } catch (const Failure&) {
            // Where an image is built there is no URL, or one that stands for nothing: no reason to fail there.
        }
    }
    options.ignored = ignored_objects(settings, options.schema.value_or("public"));
    options.external = {image.project.external_tables, image.project.external_enums};
    return options;
}

DatabaseIdentity identify(const Databases& databases) {
    const auto& url = databases.migrate;
    return {url.host, url.port, url.database, url.schema.value_or("public"), url.user, ""};
}

World::World(const Settings& settings, const ProcessStart& start, const Image& image, const Databases& databases,
             system::StopSignals& signals, Journal& journal)
    : plan_(make_plan(settings, start, image, databases)),
      signals_(signals),
      journal_(journal),
      clock_(signals),
      runner_(signals) {
    const auto connect_timeout = limit_of_further_sessions(settings, plan_.connect_timeout);
    auto opened = options(settings, image, databases, connect_timeout);
    opened.migration_session = plan_.session;
    database_ = postgres::open_database(opened, signals);
    writer_ = postgres::ledger_writer(opened, signals);
    smoke_ = postgres::smoke_runner(databases.app, connect_timeout, signals);
    if (settings.apply == ApplyMode::native) {
        migrator_ = postgres::native_migrator(opened, signals, journal);
    } else {
        const auto& given = databases.cli;
        const auto named = [this](const std::string& url) {
            return url.empty() ? url : postgres::with_parameter(url, "application_name", plan_.session);
        };
        prisma::CliOptions cli{named(given.url),
                               databases.variables.cli_variables,
                               named(given.through_pooler),
                               given.refusal,
                               given.remedy,
                               given.caution,
                               {}};
        add_secrets(cli.secrets, databases);
        migrator_ =
            std::make_unique<prisma::CliMigrator>(image.project, start.variables, std::move(cli), runner_, journal);
    }
}

World::~World() {
    migrator_.reset();
    system::end_all_children(std::chrono::seconds(2));
}

Ports World::ports() {
    return {*database_, clock_, journal_, signals_, migrator_.get(), writer_.get(), smoke_.get()};
}

}  // namespace migration_guard
