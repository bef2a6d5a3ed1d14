#include "prisma/engine.hpp"

#include "prisma/package_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string_view>
#include <system_error>
#include <vector>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

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

/// The commit of the engines that this CLI takes, behind the last dot of its package's version:
/// "6.19.1-1.c2990dca591cba766e3b7ef5d9e8a84796e47ab7". Empty when it cannot be told.
std::string engines_commit(const fs::path& engines) {
    constexpr std::size_t length_of_hash = 40;
    const auto package = find_in_node_modules(engines, "@prisma/engines-version");
    if (!package) return {};
    const auto json = read_package_json(*package / "package.json");
    if (!json) return {};
    auto commit = json->version.substr(json->version.rfind('.') + 1);
    return commit.size() == length_of_hash ? commit : std::string{};
}

void add_cached_targets(const fs::path& commit, std::vector<std::string>& targets) {
    std::error_code error;
    for (fs::directory_iterator at(commit, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        if (is_there(at->path() / "schema-engine")) targets.push_back(at->path().filename().string());
    }
}

/// What was downloaded before, by whatever build step: CACHE/prisma/CHANNEL/COMMIT/TARGET/schema-engine. The CLI copies
/// it, when it is of its own commit.
std::vector<std::string> cached_targets(const std::string& commit, const Environment& environment) {
    const auto given = variable(environment, "XDG_CACHE_HOME");
    const auto home = variable(environment, "HOME");
    std::vector<std::string> targets;
    if (given.empty() && home.empty()) return targets;
    const auto cache = (given.empty() ? fs::path(home) / ".cache" : fs::path(given)) / "prisma" / "master";
    if (!commit.empty()) {
        add_cached_targets(cache / commit, targets);
        return targets;
    }
    std::error_code error;
    for (fs::directory_iterator at(cache, error); !error && at != fs::directory_iterator(); at.increment(error))
        add_cached_targets(at->path(), targets);
    return targets;
}

struct EngineFiles {
    std::string problem;
    bool packages_missing = false;
    std::string caution;  ///< it may be missing
};

/// Names of engines in the packages of the CLI, and in its cache.
std::vector<std::string> targets_of(const Cli& cli, const fs::path& engines, const fs::path& package,
                                    const Environment& environment) {
    std::vector<std::string> targets;
    for (const auto& place : {engines, package}) {
        for (const auto* prefix : {"schema-engine-", "migration-engine-"}) {
            if (cli.major >= 5 && std::string_view(prefix) == "migration-engine-") continue;
            std::ranges::move(targets_in(place, prefix), std::back_inserter(targets));
        }
    }
    std::ranges::move(cached_targets(engines_commit(engines), environment), std::back_inserter(targets));
    return targets;
}

EngineFiles look_for_engine(const Cli& cli, const fs::path& package, const Environment& environment,
                            const SystemLibraries& here) {
    const auto engines = find_in_node_modules(package, "@prisma/engines");
    if (!engines) return {"@prisma/engines is not in node_modules beside the Prisma CLI", true, {}};
    const auto targets = targets_of(cli, *engines, package, environment);
    if (targets.empty()) return {fmt::format("no schema engine in {}", engines->string()), false, {}};
    const auto is = [&here](Runs answer) {
        return [&here, answer](const std::string& target) { return here.runs(target) == answer; };
    };
    if (std::ranges::any_of(targets, is(Runs::yes))) return {};
    if (const auto unsure = std::ranges::find_if(targets, is(Runs::perhaps)); unsure != targets.end())
        return {{},
                false,
                fmt::format("the schema engine is for {}, and no libssl was found: it may not start; install "
                            "openssl in the image",
                            *unsure)};
    return {fmt::format("the schema engine in {} is for {}, and this system is {}", engines->string(), targets.front(),
                        here.describe()),
            false,
            {}};
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
    check_engine(cli, package, search, SystemLibraries(*search.environment));
}

void check_engine(Cli& cli, const fs::path& package, const CliSearch& search, const SystemLibraries& here) {
    if (!cli.problem.empty() || package.empty()) return;
    const auto name = engine_variable(*search.environment);
    if (!name.empty()) {
        const auto path = search.directories.front() / variable(*search.environment, name);
        if (is_there(path)) return;
        cli.problem = fmt::format("{} names {}, which does not exist", name, path.string());
        cli.remedy = fmt::format("correct or unset {}, or set apply to native (MIGRATION_GUARD_APPLY=native)", name);
        return;
    }
    const auto files = look_for_engine(cli, package, *search.environment, here);
    cli.caution = files.caution;
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
