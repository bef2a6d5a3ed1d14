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

}  // namespace migration_guard::prisma
