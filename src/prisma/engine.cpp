#include "prisma/engine.hpp"

#include "prisma/package_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <system_error>
#include <vector>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

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

/// What was downloaded before, by whatever build step: CACHE/prisma/CHANNEL/COMMIT/TARGET/schema-engine. The CLI copies
/// it.
bool has_cached_engine(const Environment& environment) {
    const auto given = variable(environment, "XDG_CACHE_HOME");
    const auto home = variable(environment, "HOME");
    if (given.empty() && home.empty()) return false;
    const auto cache = (given.empty() ? fs::path(home) / ".cache" : fs::path(given)) / "prisma" / "master";
    std::error_code error;
    for (fs::directory_iterator commit(cache, error); !error && commit != fs::directory_iterator();
         commit.increment(error)) {
        std::error_code inner;
        for (fs::directory_iterator at(commit->path(), inner); !inner && at != fs::directory_iterator();
             at.increment(inner)) {
            if (runs_here(at->path().filename().string()) && is_there(at->path() / "schema-engine")) return true;
        }
    }
    return false;
}

struct EngineFiles {
    std::string problem;
    bool packages_missing = false;
};

EngineFiles look_for_engine(const Cli& cli, const fs::path& package, const Environment& environment) {
    const auto engines = find_in_node_modules(package, "@prisma/engines");
    if (!engines) return {"@prisma/engines is not in node_modules beside the Prisma CLI", true};
    std::vector<std::string> targets;
    for (const auto& place : {*engines, package}) {
        for (const auto* prefix : {"schema-engine-", "migration-engine-"}) {
            if (cli.major >= 5 && std::string_view(prefix) == "migration-engine-") continue;
            for (auto& target : targets_in(place, prefix)) targets.push_back(std::move(target));
        }
    }
    if (std::ranges::any_of(targets, runs_here) || has_cached_engine(environment)) return {};
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
    const auto files = look_for_engine(cli, package, *search.environment);
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
