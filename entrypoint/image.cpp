#include "image.hpp"

#include "base/failure.hpp"

#include <fstream>
#include <sstream>

namespace migration_guard {
namespace {

constexpr std::streamsize largest_schema_file = 16 << 20;

std::vector<PslFile> read_schema_files(const std::vector<std::filesystem::path>& paths) {
    std::vector<PslFile> files;
    for (const auto& path : paths) {
        std::ifstream in(path, std::ios::binary);
        std::string text(static_cast<std::size_t>(largest_schema_file) + 1, '\0');
        in.read(text.data(), largest_schema_file + 1);
        if (in.bad() || !in.is_open() || in.gcount() > largest_schema_file) {
            throw Failure(ExitCode::bundle_unreadable, "cannot read the schema " + path.string(),
                          "is the file readable for the user of the container, and smaller than 16 MiB?");
        }
        text.resize(static_cast<std::size_t>(in.gcount()));
        files.push_back({path.string(), std::move(text)});
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
    }
    return part;
}

prisma::DatasourceUrls datasource_urls(const std::optional<Datasource>& datasource) {
    if (!datasource) return {};
    return {datasource->url.variable, datasource->url.literal, datasource->direct_url.variable,
            datasource->direct_url.literal};
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

/// Percent-encoded for a query string: the CLI reads it back with form-urlencoded rules.
std::string encoded(const std::string& text) {
    constexpr char hex[] = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
            byte == '_' || byte == '-') {
            out += c;
        } else {
            out += '%';
            out += hex[byte >> 4U];
            out += hex[byte & 15U];
        }
    }
    return out;
}

std::string with_schema(std::string url, const std::optional<std::string>& in_url,
                        const std::optional<std::string>& wanted) {
    if (in_url || !wanted) return url;
    url += url.find('?') == std::string::npos ? '?' : '&';
    return url + "schema=" + encoded(*wanted);
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
    image.bundle =
        std::async(std::launch::async, [provider, by_locale = image.by_locale, dir = image.project.migrations_dir] {
            std::vector<std::string> notices;
            return prisma::read_bundle(dir, by_locale, notices, provider);
        }).share();
    image.declared = std::async(std::launch::async, [files = image.schema_files, datasource = image.datasource] {
                         return declared_part(files, datasource);
                     }).share();
    return image;
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
    found.cli_url = with_schema(migrate.value, found.migrate.schema, schema);
    found.app.schema = schema;
    found.migrate.schema = schema;
    for (const auto& notice : found.migrate.notices) found.notices.push_back(notice);
    return found;
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
