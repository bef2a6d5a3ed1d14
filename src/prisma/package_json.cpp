#include "prisma/package_json.hpp"

#include "prisma/read_file.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <system_error>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

std::string text_of(const nlohmann::json& object, const char* key) {
    if (!object.is_object()) return {};
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

const nlohmann::json& member(const nlohmann::json& object, const char* key) {
    static const nlohmann::json none;
    if (!object.is_object()) return none;
    const auto found = object.find(key);
    return found == object.end() ? none : *found;
}

}  // namespace

std::optional<PackageJson> read_package_json(const fs::path& file) {
    const auto reading = read_small_file(file);
    if (!reading.ok()) return std::nullopt;
    PackageJson package;
    package.file = file;
    const auto json = nlohmann::json::parse(reading.bytes, nullptr, /*allow_exceptions=*/false);
    if (json.is_discarded()) return package;
    package.name = text_of(json, "name");
    package.version = text_of(json, "version");
    package.prisma_schema = text_of(member(json, "prisma"), "schema");
    for (const auto* section : {"dependencies", "devDependencies"}) {
        if (package.dependency_on_prisma.empty())
            package.dependency_on_prisma = text_of(member(json, section), "prisma");
    }
    return package;
}

std::optional<PackageJson> nearest_package_json(const fs::path& directory) {
    for (auto at = directory;; at = at.parent_path()) {
        if (auto package = read_package_json(at / "package.json")) return package;
        if (at == at.parent_path()) return std::nullopt;
    }
}

std::optional<fs::path> find_in_node_modules(const fs::path& directory, const std::string& name) {
    std::error_code error;
    for (auto at = directory;; at = at.parent_path()) {
        if (at.filename() != "node_modules") {
            const auto candidate = at / "node_modules" / name;
            if (fs::is_directory(candidate, error)) {
                auto real = fs::canonical(candidate, error);
                return error ? candidate : real;
            }
        }
        if (at == at.parent_path()) return std::nullopt;
    }
}

Version parse_version(const std::string& text) {
    Version version;
    const char* const end = text.data() + text.size();
    const auto major = std::from_chars(text.data(), end, version.major);
    if (major.ec != std::errc{} || major.ptr == end || *major.ptr != '.') return {};
    const auto minor = std::from_chars(major.ptr + 1, end, version.minor);
    return minor.ec == std::errc{} && version.major >= 0 && version.minor >= 0 ? version : Version{};
}

}  // namespace migration_guard::prisma
