#include "prisma/cli.hpp"

#include "prisma/package_json.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <system_error>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view usual_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
#if defined(__aarch64__)
constexpr bool is_arm64 = true;
constexpr const char* musl_loader = "/lib/ld-musl-aarch64.so.1";
constexpr const char* glibc_loader = "/lib/ld-linux-aarch64.so.1";
#else
constexpr bool is_arm64 = false;
constexpr const char* musl_loader = "/lib/ld-musl-x86_64.so.1";
constexpr const char* glibc_loader = "/lib64/ld-linux-x86-64.so.2";
#endif

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
}

bool is_program(const fs::path& path) {
    std::error_code error;
    return fs::is_regular_file(path, error) && ::access(path.c_str(), X_OK) == 0;
}

void set_version(Cli& cli, const std::string& text) {
    const auto version = parse_version(text);
    cli.version = text;
    cli.major = version.major;
    cli.minor = version.minor;
}

/// The package of a prismaCommand such as `node /opt/prisma/build/index.js` or `/app/node_modules/.bin/prisma`.
fs::path package_of_command(const std::vector<std::string>& command, const fs::path& directory) {
    for (const auto& word : command) {
        std::error_code error;
        const auto real = fs::canonical(directory / word, error);
        if (error || real.parent_path().filename() != "build") continue;
        const auto package = read_package_json(real.parent_path().parent_path() / "package.json");
        if (package && package->name == "prisma") return package->file.parent_path();
    }
    return {};
}

void check_program(Cli& cli, const fs::path& directory, const Environment& environment) {
    if (find_program(cli.argv.front(), directory, environment)) return;
    cli.problem = fmt::format("{} of prismaCommand is not an executable file", cli.argv.front());
    cli.remedy =
        "correct prismaCommand, or set apply to native (MIGRATION_GUARD_APPLY=native), which needs neither Node "
        "nor the CLI";
}

CliFinding configured_cli(const CliSearch& search) {
    CliFinding finding;
    Cli cli;
    cli.argv = search.command;
    cli.configured = true;
    finding.package = package_of_command(search.command, search.directories.front());
    if (!finding.package.empty()) set_version(cli, read_package_json(finding.package / "package.json")->version);
    check_program(cli, search.directories.front(), *search.environment);
    finding.cli = std::move(cli);
    return finding;
}

/// 7.10 came under a second name, a package that only loads `prisma` of its own.
std::optional<fs::path> find_package(const fs::path& directory) {
    if (const auto renamed = find_in_node_modules(directory, "@prisma/prisma7")) {
        if (auto inner = find_in_node_modules(*renamed, "prisma")) return inner;
    }
    return find_in_node_modules(directory, "prisma");
}

void check_node(Cli& cli, const fs::path& directory, const Environment& environment) {
    if (const auto node = find_program("node", directory, environment)) {
        cli.argv.front() = node->string();
        return;
    }
    cli.problem = "no node in PATH to run the Prisma CLI with";
    cli.remedy =
        "set apply to native (MIGRATION_GUARD_APPLY=native), which needs neither Node nor the CLI, or install "
        "node in the image";
}

Cli cli_in(const fs::path& package, const CliSearch& search) {
    Cli cli;
    const auto script = package / "build" / "index.js";
    cli.argv = {"node", script.string()};
    if (const auto json = read_package_json(package / "package.json")) set_version(cli, json->version);
    check_node(cli, search.directories.front(), *search.environment);
    if (!is_there(script)) {
        cli.problem = fmt::format("{} is not there: node_modules is incomplete", script.string());
        cli.remedy =
            "copy node_modules into the image as a whole, or set apply to native (MIGRATION_GUARD_APPLY=native)";
    } else if (cli.major >= 8) {
        cli.problem = fmt::format("Prisma {} does not work with migration.sql files", cli.version);
        cli.remedy = "install prisma@7, or set apply to native (MIGRATION_GUARD_APPLY=native)";
    }
    return cli;
}

// --- engines -----------------------------------------------------------------------------------------------------

bool is_engine_name(std::string_view name, std::string_view prefix) {
    return name.starts_with(prefix) && !name.ends_with(".gz") && !name.ends_with(".sha256") &&
           name.find(".tmp") == std::string_view::npos;
}

/// What stands behind `prefix` in the names of the files there: "debian-openssl-3.0.x".
std::vector<std::string> targets_in(const fs::path& directory, std::string_view prefix) {
    std::vector<std::string> targets;
    std::error_code error;
    for (fs::directory_iterator at(directory, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        const auto name = at->path().filename().string();
        if (is_engine_name(name, prefix)) targets.push_back(name.substr(prefix.size()));
    }
    std::ranges::sort(targets);
    return targets;
}

/// Could an engine built for `target` run here? Judged by processor and C library; OpenSSL's version is left to the
/// CLI.
bool runs_here(std::string_view target) {
    if (target.find("windows") != std::string_view::npos || target.find("darwin") != std::string_view::npos)
        return false;
    if ((target.find("arm64") != std::string_view::npos) != is_arm64) return false;
    const bool only_musl = is_there(musl_loader) && !is_there(glibc_loader);
    const bool only_glibc = is_there(glibc_loader) && !is_there(musl_loader);
    const bool for_musl = target.find("musl") != std::string_view::npos;
    if (target.find("static") != std::string_view::npos) return true;
    return for_musl ? !only_glibc : !only_musl;
}

std::string this_system() {
    const bool musl = is_there(musl_loader) && !is_there(glibc_loader);
    return fmt::format("{}{}", musl ? "musl (Alpine)" : "glibc", is_arm64 ? " on arm64" : " on amd64");
}

struct EngineFiles {
    std::string problem;
    bool packages_missing = false;
};

EngineFiles look_for_engine(const Cli& cli, const fs::path& package) {
    const auto engines = find_in_node_modules(package, "@prisma/engines");
    if (!engines) return {"@prisma/engines is not in node_modules beside the Prisma CLI", true};
    std::vector<std::string> targets;
    for (const auto& place : {*engines, package}) {
        for (const auto* prefix : {"schema-engine-", "migration-engine-"}) {
            if (cli.major >= 5 && std::string_view(prefix) == "migration-engine-") continue;
            for (auto& target : targets_in(place, prefix)) targets.push_back(std::move(target));
        }
    }
    if (std::ranges::any_of(targets, runs_here)) return {};
    if (targets.empty()) return {fmt::format("no schema engine in {}", engines->string()), false};
    return {fmt::format("the schema engine in {} is for {}, and this system is {}", engines->string(), targets.front(),
                        this_system()),
            false};
}

bool has_query_engine(const fs::path& package) {
    const auto engines = find_in_node_modules(package, "@prisma/engines");
    for (const auto& place : {engines.value_or(package), package}) {
        for (const auto* prefix : {"libquery_engine-", "query-engine-"}) {
            if (!targets_in(place, prefix).empty()) return true;
        }
    }
    return false;
}

/// The variable by which the CLI is told where its schema engine is, in the order in which it asks.
std::string engine_variable(const Environment& environment) {
    for (const auto* name : {"PRISMA_SCHEMA_ENGINE_BINARY", "PRISMA_MIGRATION_ENGINE_BINARY"}) {
        if (!variable(environment, name).empty()) return name;
    }
    return {};
}

constexpr const char* engine_remedy =
    "set apply to native (MIGRATION_GUARD_APPLY=native), which needs no engine, or have the image's build fetch it "
    "(Dockerfile: RUN npx prisma version); npm --ignore-scripts leaves it out, and so does pnpm 10 unless "
    "@prisma/engines stands in onlyBuiltDependencies";

}  // namespace

std::string variable(const Environment& environment, const std::string& name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string{} : found->second;
}

std::optional<fs::path> find_program(const std::string& name, const fs::path& directory,
                                     const Environment& environment) {
    if (name.find('/') != std::string::npos) {
        const auto path = directory / name;
        return is_program(path) ? std::optional(path) : std::nullopt;
    }
    const auto given = environment.find("PATH");
    std::string_view rest = given == environment.end() ? usual_path : std::string_view(given->second);
    for (;;) {
        const auto end = rest.find(':');
        const auto place = rest.substr(0, end);
        auto candidate = (place.empty() ? directory : directory / place) / name;
        if (is_program(candidate)) return candidate;
        if (end == std::string_view::npos) return std::nullopt;
        rest.remove_prefix(end + 1);
    }
}

CliFinding find_cli(const CliSearch& search) {
    if (!search.command.empty()) return configured_cli(search);
    CliFinding finding;
    for (const auto& directory : search.directories) {
        const auto package = find_package(directory);
        if (!package) continue;
        finding.cli = cli_in(*package, search);
        finding.package = *package;
        return finding;
    }
    finding.missing = fmt::format("no node_modules/prisma in {} or above it", search.directories.front().string());
    return finding;
}

void check_engine(Cli& cli, const fs::path& package, const CliSearch& search) {
    if (!cli.problem.empty() || package.empty()) return;
    const auto name = engine_variable(*search.environment);
    if (!name.empty()) {
        const auto path = search.directories.front() / variable(*search.environment, name);
        if (is_there(path)) return;
        cli.problem = fmt::format("{} names {}, which does not exist", name, path.string());
        cli.remedy = fmt::format("correct or unset {}, or set apply to native (MIGRATION_GUARD_APPLY=native)", name);
        return;
    }
    const auto files = look_for_engine(cli, package);
    if (files.problem.empty()) return;
    cli.problem = files.problem;
    cli.remedy =
        files.packages_missing
            ? "copy node_modules into the image as a whole, or set apply to native (MIGRATION_GUARD_APPLY=native)"
            : engine_remedy;
}

std::string query_engine_stand_in(const Cli& cli, const fs::path& package, const Environment& environment) {
    if (cli.major < 5 || cli.major > 6 || package.empty()) return {};
    for (const auto* name : {"PRISMA_QUERY_ENGINE_LIBRARY", "PRISMA_QUERY_ENGINE_BINARY"}) {
        if (!variable(environment, name).empty()) return {};
    }
    return has_query_engine(package) ? std::string{} : (package / "package.json").string();
}

}  // namespace migration_guard::prisma
