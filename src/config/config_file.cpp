#include "config/config_file.hpp"

#include "base/failure.hpp"
#include "base/secrets.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace migration_guard::config {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view definition_name = "captain-definition";
constexpr std::string_view yaml_name = "migration-guard.yaml";
constexpr std::uintmax_t largest = 1U << 20U;

[[noreturn]] void refuse_file(const std::string& what, const std::string& hint) {
    throw Failure(ExitCode::config_invalid, what, hint);
}

std::string shown(std::string_view name) {
    return one_line(mask_credentials(name), 200);
}

bool is_file(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored);
}

std::string read_text(const fs::path& path, const std::string& name) {
    std::error_code error;
    const auto size = fs::file_size(path, error);
    if (!error && size > largest) refuse_file(name + " is larger than 1 MiB", "keep only the guard's settings in it");
    std::ifstream stream(path, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    const bool complete = !error && stream.good() && text.str().size() == size;
    if (!complete && size > 0)
        refuse_file(name + " cannot be read", "let the user of the container read it (chmod a+r in the Dockerfile)");
    return text.str();
}

/// Whoever may write the file decides what the guard runs (prismaCommand, failureCommand).
void warn_when_writable_by_all(ConfigFile& file, const fs::path& path) {
    std::error_code error;
    const auto permissions = fs::status(path, error).permissions();
    if (!error && (permissions & fs::perms::others_write) != fs::perms::none)
        file.warnings.push_back(file.name + " may be written by anybody: chmod o-w it in the Dockerfile");
}

/// nullopt: no section.
std::optional<ConfigFile> read_definition(const fs::path& path, const std::string& name) {
    auto section = read_json(read_text(path, name), name, section_key);
    if (!section) return std::nullopt;
    if (!section->is_object)
        refuse_file(fmt::format("{}: {} is not an object", place(name, section->at), section_key),
                    fmt::format(R"(write "{}": {{"mode": "enforce"}}, or leave the key out)", section_key));
    ConfigFile file{.name = name, .entries = std::move(section->entries), .warnings = {}};
    warn_when_writable_by_all(file, path);
    return file;
}

ConfigFile read_yaml_file(const fs::path& path, const std::string& name) {
    ConfigFile file{.name = name, .entries = read_yaml(read_text(path, name), name), .warnings = {}};
    warn_when_writable_by_all(file, path);
    return file;
}

/// The settings at the top level of a JSON file. That of a captain-definition without our section is not one.
ConfigFile read_json_file(const fs::path& path, const std::string& name, const std::string& named_by) {
    auto top = read_json(read_text(path, name), name, "");
    if (!top || std::ranges::find(top->entries, "schemaVersion", &Entry::key) != top->entries.end())
        refuse_file(fmt::format("{} names {}, which has no key {}", named_by, name, section_key),
                    "add the key, or name a .yaml or .json file with the settings at its top level");
    ConfigFile file{.name = name, .entries = std::move(top->entries), .warnings = {}};
    warn_when_writable_by_all(file, path);
    return file;
}

/// YAML when it is called so, else a captain-definition of whatever name (CapRover lets the path be chosen), else JSON.
ConfigFile read_named(const fs::path& cwd, const std::string& named, const std::string& named_by) {
    const std::string name = shown(named);
    const fs::path path = cwd / named;
    if (!is_file(path))
        refuse_file(fmt::format("{} names {}, which is not a file", named_by, name),
                    fmt::format("relative paths start at {}", shown(cwd.string())));
    const auto extension = path.extension();
    if (extension == ".yaml" || extension == ".yml") return read_yaml_file(path, name);
    if (auto file = read_definition(path, name)) return std::move(*file);
    return read_json_file(path, name, named_by);
}

}  // namespace

std::optional<ConfigFile> find_config_file(const fs::path& cwd, const std::optional<std::string>& named,
                                           const std::string& named_by) {
    if (named) return read_named(cwd, *named, named_by);
    const fs::path definition = cwd / definition_name;
    const fs::path yaml = cwd / yaml_name;
    std::optional<ConfigFile> file;
    if (is_file(definition)) file = read_definition(definition, std::string(definition_name));
    if (!is_file(yaml)) return file;
    if (file)
        refuse_file(fmt::format("both {} (key {}) and {} configure the guard", definition_name, section_key, yaml_name),
                    "keep the settings in one of the two");
    return read_yaml_file(yaml, std::string(yaml_name));
}

}  // namespace migration_guard::config
