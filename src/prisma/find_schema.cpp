#include "prisma/find_schema.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "prisma/migrations_dir.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <system_error>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

constexpr Version folder_preview{5, 15};
constexpr Version beside_datasource{6, 7};  // migrations, and no default folder any more
constexpr Version without_package_json{7, 0};
constexpr int deepest_folder = 64;

/// Who named a path: the guard's configuration can be wrong (78); where Prisma's own names it, the image lacks it (66).
enum class NamedBy { guard, prisma };

[[noreturn]] void refuse_named(NamedBy by, const std::string& message) {
    if (by == NamedBy::guard)
        throw Failure(ExitCode::config_invalid, message,
                      "correct the path (relative paths are relative to the working directory), or leave the key out: "
                      "the schema and its migrations are then found as Prisma finds them");
    throw Failure(ExitCode::bundle_unreadable, message,
                  "copy it with its migrations into the image (Dockerfile: COPY prisma ./prisma; is it in "
                  ".dockerignore?), or set schemaPath (MIGRATION_GUARD_SCHEMA_PATH)");
}

[[noreturn]] void refuse_computed(const SchemaSearch& search, const char* what, const char* key, const char* variable) {
    throw Failure(ExitCode::config_invalid,
                  fmt::format("{} computes {}, and the guard does not run it", search.config_file.string(), what),
                  fmt::format("set {} ({}), or write the path as a plain string there", key, variable));
}

bool is_file(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error);
}

bool is_folder(const fs::path& path) {
    std::error_code error;
    return fs::is_directory(path, error);
}

/// The walk over a schema folder. It is made before anything that looks at signals, so that it must be short.
class SchemaWalk {
public:
    SchemaWalk(fs::path top, std::size_t most_entries) : top_(std::move(top)), most_entries_(most_entries) {}

    std::vector<fs::path> files() {
        collect(top_, 0);
        std::ranges::sort(files_);
        return std::move(files_);
    }

private:
    void collect(const fs::path& folder, int depth) {
        std::error_code error;
        if (depth > deepest_folder || !seen_.insert(fs::canonical(folder, error)).second) return;
        for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
            if (++entries_ > most_entries_) refuse();
            std::error_code ignored;
            if (at->is_directory(ignored))
                collect(at->path(), depth + 1);
            else if (at->path().extension() == ".prisma")
                files_.push_back(at->path());
        }
    }

    [[noreturn]] void refuse() const {
        throw Failure(
            ExitCode::config_invalid,
            fmt::format("the schema folder {} holds more than {} files and directories", top_.string(), most_entries_),
            "name schema.prisma itself, or the folder that holds nothing but the schema, in schemaPath "
            "(MIGRATION_GUARD_SCHEMA_PATH)");
    }

    fs::path top_;
    std::size_t most_entries_;
    std::size_t entries_ = 0;
    std::set<fs::path> seen_;
    std::vector<fs::path> files_;
};

/// `path` as a file or a folder, nothing when it is neither.
std::optional<SchemaLocation> location_at(const fs::path& path) {
    if (is_file(path)) return SchemaLocation{path, false, {path}};
    if (is_folder(path)) return SchemaLocation{path, true, schema_files_in(path)};
    return std::nullopt;
}

SchemaLocation given_location(const fs::path& path, NamedBy by, const std::string& who) {
    auto location = location_at(path);
    if (!location) refuse_named(by, fmt::format("{} names {}, which does not exist", who, path.string()));
    if (location->files.empty())
        refuse_named(by, fmt::format("{} names the folder {}, which holds no .prisma file", who, path.string()));
    return *location;
}

std::optional<SchemaLocation> from_package_json(const SchemaSearch& search) {
    if (search.cli >= without_package_json) return std::nullopt;
    const auto package = nearest_package_json(search.directory);
    if (!package || package->prisma_schema.empty()) return std::nullopt;
    const auto path = (package->file.parent_path() / package->prisma_schema).lexically_normal();
    return given_location(path, NamedBy::prisma, package->file.string() + " (prisma.schema)");
}

bool uses_folder_preview(const std::vector<fs::path>& files) {
    return std::ranges::any_of(files, [](const fs::path& file) {
        return read_small_file(file).bytes.find("prismaSchemaFolder") != std::string::npos;
    });
}

/// ./prisma/schema/, which only 5.15 to 6.6 look at, and only with the preview feature.
std::optional<SchemaLocation> default_folder(const SchemaSearch& search, const fs::path& file_beside) {
    const bool unknown = search.cli == Version{};
    if (!unknown && (search.cli < folder_preview || search.cli >= beside_datasource)) return std::nullopt;
    auto folder = location_at(search.directory / "prisma" / "schema");
    if (!folder || !folder->is_folder || folder->files.empty()) return std::nullopt;
    if (!unknown && !uses_folder_preview(folder->files)) return std::nullopt;
    if (is_file(file_beside)) {
        if (unknown) return std::nullopt;
        throw Failure(ExitCode::bundle_unreadable,
                      fmt::format("both {} and {} are there, and Prisma {}.{} refuses that", file_beside.string(),
                                  folder->path.string(), search.cli.major, search.cli.minor),
                      "remove one of them from the image, or set schemaPath");
    }
    return folder;
}

std::optional<SchemaLocation> from_defaults(const SchemaSearch& search) {
    const auto top = search.directory / "schema.prisma";
    if (is_file(top)) return location_at(top);
    const auto usual = search.directory / "prisma" / "schema.prisma";
    if (auto folder = default_folder(search, usual)) return folder;
    return is_file(usual) ? location_at(usual) : std::nullopt;
}

[[noreturn]] void refuse_nothing_found(const SchemaSearch& search) {
    for (const auto& place :
         {search.directory / "migrations" / "app", search.directory / "prisma" / "migrations" / "app"}) {
        if (is_prisma8_layout(place))
            throw Failure(ExitCode::bundle_unreadable,
                          fmt::format("{} was written by Prisma 8, which this guard does not know", place.string()),
                          "use the guard with Prisma 4 to 7, or set mode to off (MIGRATION_GUARD_MODE=off)");
    }
    throw Failure(ExitCode::bundle_unreadable,
                  fmt::format("no schema.prisma: neither {0}/prisma/schema.prisma nor {0}/schema.prisma exists",
                              search.directory.string()),
                  "copy the prisma folder into the image (Dockerfile: COPY prisma ./prisma), or set schemaPath "
                  "(MIGRATION_GUARD_SCHEMA_PATH)");
}

/// The folder of the file that holds the datasource block; Prisma asks its parser, a line that opens the block will do.
std::optional<fs::path> datasource_directory(const std::vector<fs::path>& files) {
    for (const auto& file : files) {
        const auto text = read_small_file(file).bytes;
        for (std::size_t at = text.find("datasource"); at != std::string::npos; at = text.find("datasource", at + 1)) {
            const auto line_start = text.find_last_of("\r\n", at);
            const auto begin = line_start == std::string::npos ? 0 : line_start + 1;
            const bool blank_before = text.find_first_not_of(" \t", begin) == at;
            const auto behind = at + std::string_view("datasource").size();
            if (blank_before && behind < text.size() && (text[behind] == ' ' || text[behind] == '\t'))
                return file.parent_path();
        }
    }
    return std::nullopt;
}

/// Every place that one release or another would take, the newest rule first.
std::vector<fs::path> migration_candidates(const SchemaSearch& search, const SchemaLocation& schema) {
    if (!schema.is_folder) return {schema.path.parent_path() / "migrations"};
    const auto inside = schema.path / "migrations";
    const auto sibling = schema.path.parent_path() / "migrations";
    const auto datasource = datasource_directory(schema.files).value_or(schema.path) / "migrations";
    if (search.cli == Version{}) return {inside, datasource, sibling};
    if (search.cli >= without_package_json) return {inside};
    if (search.cli >= beside_datasource) return {datasource};
    return {sibling};
}

}  // namespace

std::vector<fs::path> schema_files_in(const fs::path& folder, std::size_t most_entries) {
    return SchemaWalk(folder, most_entries).files();
}

SchemaLocation find_schema(const SchemaSearch& search) {
    if (!search.schema_path.empty())
        return given_location((search.directory / search.schema_path).lexically_normal(), NamedBy::guard, "schemaPath");
    if (!search.config_file.empty()) {
        const auto& schema = search.config.schema;
        if (schema.kind == ConfigValue::Kind::text && !schema.text.empty())
            return given_location((search.config_file.parent_path() / schema.text).lexically_normal(), NamedBy::prisma,
                                  search.config_file.string() + " (schema)");
        if (schema.kind == ConfigValue::Kind::computed || schema.kind == ConfigValue::Kind::variable)
            refuse_computed(search, "schema", "schemaPath", "MIGRATION_GUARD_SCHEMA_PATH");
    }
    if (auto location = from_package_json(search)) return *location;
    if (auto location = from_defaults(search)) return *location;
    refuse_nothing_found(search);
}

fs::path find_migrations(const SchemaSearch& search, const SchemaLocation& schema) {
    if (!search.config_file.empty()) {
        const auto& path = search.config.migrations_path;
        if (path.kind == ConfigValue::Kind::text && !path.text.empty())
            return (search.config_file.parent_path() / path.text).lexically_normal();
        if (path.kind == ConfigValue::Kind::computed || path.kind == ConfigValue::Kind::variable)
            refuse_computed(search, "migrations.path", "migrationsDir", "MIGRATION_GUARD_MIGRATIONS_DIR");
    }
    auto candidates = migration_candidates(search, schema);
    std::vector<fs::path> existing;
    for (auto& candidate : candidates) {
        if (is_folder(candidate) && std::ranges::find(existing, candidate) == existing.end())
            existing.push_back(candidate);
    }
    if (existing.size() > 1)
        throw Failure(ExitCode::config_invalid,
                      fmt::format("{} and {} are both there, and no Prisma CLI in the image tells which one counts",
                                  existing[0].string(), existing[1].string()),
                      "set migrationsDir (MIGRATION_GUARD_MIGRATIONS_DIR)");
    return existing.empty() ? candidates.front() : existing.front();
}

}  // namespace migration_guard::prisma
