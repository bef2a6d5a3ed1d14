#include "image.hpp"

#include "base/failure.hpp"
#include "postgres/cli_url.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <future>
#include <system_error>
#include <utility>

namespace migration_guard {
namespace {

constexpr std::size_t largest_schema_file = 16UL << 20U;

std::vector<PslFile> read_schema_files(const std::vector<std::filesystem::path>& paths) {
    std::vector<PslFile> files;
    for (const auto& path : paths) {
        auto reading = prisma::read_file(path, largest_schema_file);
        if (!reading.ok()) {
            throw Failure(ExitCode::bundle_unreadable,
                          fmt::format("cannot read the schema {}: {}", path.string(), reading.problem),
                          "is the file readable for the user of the container, and smaller than 16 MiB?");
        }
        files.push_back({path.string(), std::move(reading.bytes)});
    }
    return files;
}

/// "postgresql" as migration_lock.toml spells it. Another connector has another ledger, and no libpq.
std::string connector(const std::optional<Datasource>& datasource) {
    if (!datasource || datasource->provider.empty() || datasource->provider == "postgres" ||
        datasource->provider == "postgresql") {
        return "postgresql";
    }
    throw Failure(ExitCode::bundle_unreadable,
                  "the datasource's provider is \"" + datasource->provider + "\", and this guard knows PostgreSQL only",
                  "use it for apps with provider = \"postgresql\"");
}

DeclaredPart declared_part(const std::vector<PslFile>& files, const std::optional<Datasource>& datasource) {
    DeclaredPart part;
    if (datasource) part.listed_schemas = datasource->schemas;
    try {
        auto document = parse_psl(files);
        part.schema = std::move(document.declared);
        part.warnings = std::move(document.warnings);
    } catch (const PslError& error) {
        part.problem = error.what();
        part.excerpt = error.excerpt;
    }
    return part;
}

/// The schema that both URLs mean: one of them may leave it out, but they may not contradict each other.
std::optional<std::string> common_schema(const Settings& settings, const postgres::DatabaseUrl& app,
                                         const postgres::DatabaseUrl& migrate) {
    std::optional<std::string> found;
    std::string found_in;
    const auto take = [&](const std::string& schema, const std::string& where) {
        if (found && *found != schema) {
            throw Failure(ExitCode::config_invalid,
                          found_in + " names schema \"" + *found + "\", " + where + " names \"" + schema + "\"",
                          "name the same schema in both, or in one of them only");
        }
        found = schema;
        found_in = where;
    };
    if (!settings.database_schema.empty()) take(settings.database_schema, "databaseSchema");
    if (app.schema) take(*app.schema, app.variable);
    if (migrate.schema) take(*migrate.schema, migrate.variable);
    return found;
}

/// The migrate URL as the CLI gets it. A setting in the URL (`options`) is in force before the first statement.
CliUrl url_for_cli(const Settings& settings, const std::string& given, const postgres::DatabaseUrl& migrate,
                   const std::optional<std::string>& schema) {
    CliUrl url;
    url.url = migrate.schema || !schema ? given : postgres::with_parameter(given, "schema", *schema);
    const auto options = postgres::session_options(migrate.options, settings.migration_lock_timeout,
                                                   settings.migration_statement_timeout);
    if (options == migrate.options) return url;
    url.through_pooler = std::exchange(url.url, postgres::with_parameter(url.url, "options", options));
    return url;
}

/// A URL that is written out: no variable changes what the CLI connects to, nor with which settings.
void judge_literal(CliUrl& cli, const prisma::UrlSource& literal, const postgres::DatabaseUrl& migrate,
                   const std::filesystem::path& base) {
    std::string meant = "what cannot be read as a PostgreSQL URL";
    try {
        const auto url = postgres::parse_url(literal.value, literal.variable, base);
        if (postgres::same_place(url, migrate)) {
            if (!cli.through_pooler.empty())
                cli.caution = fmt::format(
                    "migrationLockTimeout and migrationStatementTimeout are not in force: the CLI "
                    "connects with the {}",
                    literal.variable);
            return;
        }
        meant = url.describe();
    } catch (const Failure&) {  // it is none of the URLs that the guard itself uses, so no reason to refuse the start
    }
    cli.refusal = fmt::format("the Prisma CLI would connect to {} ({}), not to {} ({})", meant, literal.variable,
                              migrate.describe(), migrate.variable);
    cli.remedy = fmt::format(
        "name a variable in the place of the URL in {}, or set apply to native "
        "(MIGRATION_GUARD_APPLY=native)",
        literal.from);
}

/// With apply: prisma the CLI must come to the very database that is looked at.
void judge_cli_place(CliUrl& cli, const Settings& settings, const Image& image, const prisma::UrlVariables& variables,
                     const postgres::DatabaseUrl& migrate, const std::filesystem::path& base) {
    if (const auto computed = prisma::computed_url(settings, image.project)) {
        (computed->remedy.empty() ? cli.caution : cli.refusal) = computed->told;
        cli.remedy = computed->remedy;
    }
    if (variables.cli_literal) judge_literal(cli, *variables.cli_literal, migrate, base);
}

/// In a thread of its own; where the kernel refuses one, by whoever asks for it first.
template <class Work>
auto begin(Work work) {
    try {
        return std::async(std::launch::async, work).share();
    } catch (const std::system_error&) {
        return std::async(std::launch::deferred, work).share();
    }
}

}  // namespace

Image read_image(const Settings& settings, const prisma::Environment& environment, const std::filesystem::path& cwd) {
    Image image;
    image.project = prisma::find_project(settings, environment, cwd);
    image.notices = image.project.notices;
    image.schema_files = read_schema_files(image.project.schema_files);
    image.datasource = read_datasource(image.schema_files);
    image.by_locale = prisma::orders_by_locale(settings, image.project.cli);
    const auto provider = connector(image.datasource);
    image.bundle = begin([provider, by_locale = image.by_locale, dir = image.project.migrations_dir] {
        std::vector<std::string> notices;
        return prisma::read_bundle(dir, by_locale, notices, provider);
    });
    image.declared =
        begin([files = image.schema_files, datasource = image.datasource] { return declared_part(files, datasource); });
    return image;
}

prisma::DatasourceUrls datasource_urls(const std::optional<Datasource>& datasource) {
    if (!datasource) return {};
    return {datasource->url.variable, datasource->url.literal, datasource->direct_url.variable,
            datasource->direct_url.literal};
}

Databases find_databases(const Image& image, const Settings& settings, const prisma::Environment& environment,
                         const std::filesystem::path& cwd) {
    Databases found;
    found.variables = prisma::resolve_urls(settings, image.project, datasource_urls(image.datasource), environment);
    found.notices = found.variables.notices;
    // Prisma's engine resolves certificate paths against the schema's directory up to 6, the config file's in 7.
    const auto base = image.project.config_file ? image.project.config_file->parent_path()
                      : image.schema_files.empty()
                          ? cwd
                          : std::filesystem::path(image.schema_files.front().path).parent_path();
    const auto& migrate = found.variables.migrate();
    found.app = postgres::parse_url(found.variables.app.value, found.variables.app.variable, base);
    found.migrate = postgres::parse_url(migrate.value, migrate.variable, base);
    const auto schema = common_schema(settings, found.app, found.migrate);
    found.cli = url_for_cli(settings, migrate.value, found.migrate, schema);
    found.app.schema = schema;
    found.migrate.schema = schema;
    if (settings.apply == ApplyMode::prisma)
        judge_cli_place(found.cli, settings, image, found.variables, found.migrate, base);
    for (const auto& notice : found.migrate.notices) found.notices.push_back(notice);
    return found;
}

Problem cli_problem(const Image& image, const Settings& settings) {
    const auto computed = prisma::computed_url(settings, image.project);
    if (computed && !computed->remedy.empty()) return {ExitCode::config_invalid, computed->told, computed->remedy};
    const auto& cli = image.project.cli;
    if (!cli) return {ExitCode::apply_not_started, image.project.cli_missing, ""};
    return {ExitCode::apply_not_started, cli->problem, cli->remedy};
}

void add_secrets(Secrets& secrets, const Databases& databases) {
    for (const auto* url : {&databases.app, &databases.migrate}) {
        secrets.add(url->password);
        secrets.add(url->identity_password);
        for (const auto& shown : {url->user, url->host, url->database, url->schema.value_or("public")})
            secrets.allow(shown);
    }
}

}  // namespace migration_guard
