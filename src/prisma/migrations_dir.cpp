#include "prisma/migrations_dir.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "prisma/checksum.hpp"
#include "prisma/locale_order.hpp"
#include "prisma/project.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <system_error>
#include <utility>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_entries = 100'000;
/// Node cannot hold a longer string than 512 MiB; no reviewable script comes near this.
constexpr std::size_t largest_script = 256UL * 1024UL * 1024UL;
constexpr std::string_view not_found = "<PROVIDER NOT FOUND>";

[[noreturn]] void refuse(const std::string& message, const std::string& hint) {
    throw Failure(ExitCode::bundle_unreadable, message, hint);
}

[[noreturn]] void refuse_listing(const fs::path& directory, const std::string& why) {
    refuse(
        fmt::format("cannot list the migrations in {}: {}", directory.string(), why),
        "copy prisma/migrations into the image (Dockerfile: COPY prisma ./prisma) readable by the app's user, or set "
        "migrationsDir");
}

/// Wraps the error_code form of the iterator, whose increment is easily forgotten.
template <typename Visit>
void for_each_entry(const fs::path& directory, Visit visit) {
    std::error_code error;
    fs::directory_iterator at(directory, error);
    std::size_t seen = 0;
    for (; !error && at != fs::directory_iterator(); at.increment(error)) {
        if (++seen > most_entries) refuse_listing(directory, fmt::format("more than {} entries", most_entries));
        visit(*at);
    }
    if (error) refuse_listing(directory, errno_text(error.value()));
}

void check_lock_file(const fs::path& directory, const std::string& provider) {
    const auto lock = read_small_file(directory / "migration_lock.toml");
    if (!lock.ok()) return;  // Prisma makes no check then
    const auto locked = locked_provider(lock.bytes);
    if (locked == provider) return;
    refuse(fmt::format("{} is for the provider {}, not {} (Prisma: P3019)",
                       (directory / "migration_lock.toml").string(), one_line(locked, 60), provider),
           fmt::format("the file must hold the line provider = \"{}\", spelt exactly so; were these migrations written "
                       "for another database, write new ones",
                       provider));
}

/// Nearly every script is ASCII, and looking at eight bytes at once is far quicker than decoding them.
bool is_ascii(std::string_view text) {
    std::uint64_t seen = 0;
    std::size_t at = 0;
    for (; at + sizeof seen <= text.size(); at += sizeof seen) {
        std::uint64_t word = 0;
        std::memcpy(&word, text.data() + at, sizeof word);
        seen |= word;
    }
    for (; at < text.size(); ++at) seen |= static_cast<unsigned char>(text[at]);
    return (seen & 0x8080808080808080U) == 0;
}

const char* remedy_for(const FileReading& reading) {
    if (reading.problem.starts_with("larger than"))
        return "a migration is for the schema: load that much data in another way (psql, pg_restore), and leave its "
               "statements out of the script";
    return "make the file readable by the user that the container runs as";
}

void read_script(const fs::path& directory, BundledMigration& migration, std::vector<std::string>& notices) {
    const auto path = directory / migration.name / "migration.sql";
    auto reading = read_file(path, largest_script);
    if (reading.kind == FileReading::Kind::absent) return;
    if (!reading.ok() && reading.problem == "is a directory") {
        notices.push_back(fmt::format("{} is a directory: the migration has no script", path.string()));
        return;
    }
    if (!reading.ok()) refuse(fmt::format("cannot read {}: {}", path.string(), reading.problem), remedy_for(reading));
    if (!is_ascii(reading.bytes) && !is_utf8(reading.bytes)) {
        notices.push_back(
            fmt::format("{} is not valid UTF-8: as Prisma 6.6 and later do, invalid bytes are taken as "
                        "U+FFFD for checksum and execution",
                        path.string()));
        reading.bytes = replace_invalid_utf8(reading.bytes);
    }
    migration.has_script = true;
    migration.script = std::move(reading.bytes);
    migration.checksums = checksums_of(migration.script);
}

void sort_names(std::vector<std::string>& names, bool by_locale) {
    if (!by_locale) {
        std::ranges::sort(names);
        return;
    }
    std::vector<std::pair<std::string, std::string>> keyed;
    keyed.reserve(names.size());
    for (auto& name : names) keyed.emplace_back(collation_key(name), std::move(name));
    std::ranges::sort(keyed);
    std::ranges::transform(keyed, names.begin(), [](auto& pair) { return std::move(pair.second); });
}

[[noreturn]] void refuse_prisma8(const fs::path& directory) {
    refuse(fmt::format("{} was written by Prisma 8 (migration.json and ops.json in the place of migration.sql)",
                       directory.string()),
           "this guard knows the migrations of Prisma 4 to 7; apply these with prisma db migrate, and set mode to off "
           "(MIGRATION_GUARD_MODE=off)");
}

}  // namespace

Listing list_migrations(const fs::path& directory) {
    Listing listing;
    for_each_entry(directory, [&listing](const fs::directory_entry& entry) {
        std::error_code error;
        const bool link = entry.is_symlink(error);  // known from the listing itself on most file systems
        if (!entry.is_directory(error)) return;
        (link ? listing.links : listing.directories).push_back(entry.path().filename().string());
    });
    return listing;
}

std::string locked_provider(std::string_view lock_file) {
    while (!lock_file.empty()) {
        const auto end = lock_file.find('\n');
        auto line = lock_file.substr(0, end);
        lock_file = end == std::string_view::npos ? std::string_view{} : lock_file.substr(end + 1);
        if (!line.empty() && line.back() == '\r' && end != std::string_view::npos) line.remove_suffix(1);
        if (!line.starts_with("provider")) continue;
        constexpr std::string_view prefix = "provider = ";
        while (line.starts_with(prefix)) line.remove_prefix(prefix.size());  // trim_start_matches strips repeatedly
        while (line.starts_with('"')) line.remove_prefix(1);
        while (line.ends_with('"')) line.remove_suffix(1);
        return std::string(line);
    }
    return std::string(not_found);
}

bool is_prisma8_layout(const fs::path& directory) {
    std::error_code error;
    const auto has = [&error](const fs::path& at) {
        return fs::exists(at / "ops.json", error) || fs::exists(at / "migration.json", error);
    };
    if (has(directory)) return true;
    std::size_t seen = 0;
    for (fs::directory_iterator at(directory, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        if (++seen > 1000) break;
        if (at->is_directory(error) && has(at->path())) return true;
    }
    return false;
}

Bundle read_bundle(const fs::path& migrations_dir, bool by_locale, std::vector<std::string>& notices,
                   const std::string& provider) {
    std::error_code error;
    const auto type = fs::status(migrations_dir, error).type();
    if (type != fs::file_type::directory && type != fs::file_type::none)  // none: the listing says why
        refuse(fmt::format("no migrations: {} is not a directory", migrations_dir.string()),
               "copy prisma/migrations into the image (Dockerfile: COPY prisma ./prisma; is it in .dockerignore?), or "
               "set migrationsDir (MIGRATION_GUARD_MIGRATIONS_DIR)");
    auto listing = list_migrations(migrations_dir);
    for (const auto& link : listing.links)
        notices.push_back(fmt::format("{} is a symbolic link: Prisma passes it over, and so does the guard",
                                      (migrations_dir / link).string()));
    check_lock_file(migrations_dir, provider);
    sort_names(listing.directories, by_locale);
    Bundle bundle;
    bundle.migrations.reserve(listing.directories.size());
    for (auto& name : listing.directories) {
        BundledMigration migration;
        migration.name = std::move(name);
        read_script(migrations_dir, migration, notices);
        if (!migration.has_script && is_prisma8_layout(migrations_dir / migration.name)) refuse_prisma8(migrations_dir);
        bundle.migrations.push_back(std::move(migration));
    }
    if (bundle.migrations.empty())
        refuse(fmt::format("no migration at all in {}", migrations_dir.string()),
               "copy prisma/migrations with its directories into the image (is it in .dockerignore?), or set "
               "migrationsDir; with prisma db push only, make a first migration with prisma migrate dev");
    return bundle;
}

}  // namespace migration_guard::prisma
