#include "prisma/config_file.hpp"

#include <array>
#include <string>
#include <system_error>
#include <vector>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

constexpr Version first_config{6, 4};
constexpr Version any_extension{6, 13};
constexpr Version second_name{7, 10};

/// The names without their extension, first hit wins.
std::vector<std::string> stems(Version cli) {
    const bool unknown = cli == Version{};
    std::vector<std::string> names;
    if (unknown || cli >= second_name) names = {"prisma7.config", ".config/prisma7"};
    names.emplace_back("prisma.config");
    if (unknown || cli >= any_extension)
        names.insert(names.end(), {"prisma.config/index", ".config/prisma", ".config/prisma/index",
                                   ".config/prisma.config", ".config/prisma.config/index"});
    return names;
}

}  // namespace

std::optional<fs::path> find_config_file(const fs::path& directory, Version cli) {
    const bool unknown = cli == Version{};
    if (!unknown && cli < first_config) return std::nullopt;
    constexpr std::array extensions{".js", ".ts", ".mjs", ".cjs", ".mts", ".cts"};
    std::error_code error;
    for (const auto& stem : stems(cli)) {
        for (const auto* extension : extensions) {
            if (!unknown && cli < any_extension && std::string_view(extension) != ".ts") continue;
            auto candidate = directory / (stem + extension);
            if (fs::is_regular_file(candidate, error)) return candidate;
        }
    }
    return std::nullopt;
}

}  // namespace migration_guard::prisma
