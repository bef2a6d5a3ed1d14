// Which .env files Prisma up to 6 reads: packages/internals/src/utils/getEnvPaths.ts and tryLoadEnvs.ts.

#include "base/failure.hpp"
#include "prisma/cli.hpp"
#include "prisma/dotenv.hpp"
#include "prisma/package_json.hpp"
#include "prisma/project.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <system_error>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

struct EnvFile {
    fs::path path;
    Environment raw;       ///< as written
    Environment expanded;  ///< as the process sees it
};

/// The directory of the nearest package.json, but not of a generated client's.
std::optional<fs::path> package_directory(fs::path directory) {
    for (;;) {
        const auto package = nearest_package_json(directory);
        if (!package) return std::nullopt;
        if (package->name != ".prisma/client") return package->file.parent_path();
        const auto found_in = package->file.parent_path();
        if (found_in == found_in.parent_path()) return std::nullopt;
        directory = found_in.parent_path();
    }
}

std::optional<EnvFile> read_env_file(const fs::path& path, const Environment& environment) {
    const auto reading = read_small_file(path);
    if (reading.kind == FileReading::Kind::absent) return std::nullopt;
    if (!reading.ok())
        throw Failure(ExitCode::config_invalid, fmt::format("cannot read {}: {}", path.string(), reading.problem),
                      "make the file readable, or set the variable in the container's environment");
    EnvFile file{path, parse_dotenv(reading.bytes), {}};
    file.expanded = expand_dotenv(file.raw, environment);
    return file;
}

/// The first of the places beside the schema that has one.
fs::path schema_env_path(const Project& project) {
    std::vector<fs::path> places;
    if (project.pass_schema_path) places.push_back(project.schema_path.parent_path());
    places.push_back(project.directory / "prisma");
    places.push_back(project.directory);
    std::error_code error;
    for (const auto& place : places) {
        if (fs::exists(place / ".env", error)) return place / ".env";
    }
    return {};
}

void check_conflict(const EnvFile& root, const EnvFile& beside, const std::vector<std::string>& names) {
    for (const auto& name : names) {
        const auto left = root.expanded.find(name);
        const auto right = beside.raw.find(name);
        if (left == root.expanded.end() || right == beside.raw.end() || left->second != right->second) continue;
        throw Failure(
            ExitCode::config_invalid,
            fmt::format("{} stands with the same value in {} and {}, which Prisma refuses", name, root.path.string(),
                        beside.path.string()),
            fmt::format("remove it from {}, or set {} in the container's environment", beside.path.string(), name));
    }
}

bool reads_env_files(const Project& project) {
    if (project.config_file) return false;
    return !project.cli || project.cli->major == 0 || project.cli->major <= 6;
}

}  // namespace

Environment read_dotenv(const Project& project, const Environment& environment, const std::vector<std::string>& names,
                        std::vector<std::string>& notices) {
    std::vector<std::string> wanted;
    std::ranges::copy_if(names, std::back_inserter(wanted),
                         [&](const auto& name) { return variable(environment, name).empty(); });
    Environment result;
    if (wanted.empty() || !reads_env_files(project)) return result;
    auto known = environment;
    for (const auto& name : wanted) known.erase(name);  // empty counts as unset here

    std::vector<EnvFile> files;
    const auto root = package_directory(project.directory);
    if (root) {
        if (auto file = read_env_file(*root / ".env", known)) files.push_back(std::move(*file));
    }
    const auto beside = schema_env_path(project);
    std::error_code error;
    if (!beside.empty() && (files.empty() || !fs::equivalent(files[0].path, beside, error))) {
        if (auto file = read_env_file(beside, known)) files.push_back(std::move(*file));
    }
    if (files.size() == 2) check_conflict(files[0], files[1], wanted);
    for (const auto& file : files) {
        for (const auto& name : wanted) {
            const auto value = variable(file.expanded, name);
            if (value.empty() || !result.emplace(name, value).second) continue;
            notices.push_back(fmt::format("{} is taken from {}", name, file.path.string()));
        }
    }
    return result;
}

}  // namespace migration_guard::prisma
