#include "prisma/cli_output.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::prisma {
namespace {

constexpr std::size_t most_lines = 5000;
constexpr std::size_t most_error_lines = 12;
constexpr std::size_t most_last_lines = 4;
constexpr std::size_t longest_error = 600;
constexpr std::size_t longest_log_line = 7000;  // of the 8 KiB of an event, prefix and keys included

struct KnownError {
    std::string_view text;
    const char* hint;
};

constexpr const char* incomplete_modules =
    "node_modules in the image is incomplete: copy it as a whole (what prisma.config.ts imports belongs to it, such as "
    "dotenv), or set apply to native (MIGRATION_GUARD_APPLY=native)";
constexpr const char* no_engine =
    "the schema engine for this system is not in the image and the guard lets nothing be downloaded: fetch it while "
    "the "
    "image is built (Dockerfile: RUN npx prisma version, in an image of the same kind), or set apply to native "
    "(MIGRATION_GUARD_APPLY=native)";

/// Errors by which the CLI ends before it looks at the database.
constexpr std::array known_errors{
    KnownError{"Cannot find module", incomplete_modules},
    KnownError{"ERR_MODULE_NOT_FOUND", incomplete_modules},
    KnownError{"MODULE_NOT_FOUND", incomplete_modules},
    KnownError{"127.0.0.1:9/", no_engine},
    KnownError{"binaries.prisma.sh", no_engine},
    KnownError{"libssl",
               "install openssl in the image (Debian: apt-get install -y openssl; Alpine: apk add openssl), or set "
               "apply to native (MIGRATION_GUARD_APPLY=native)"},
    KnownError{
        "heap out of memory",
        "give the container more memory (Node is told with NODE_OPTIONS=--max-old-space-size=MB), or set apply to "
        "native (MIGRATION_GUARD_APPLY=native), which needs a few MB"},
    KnownError{
        "unsupported startup parameter",
        "a pooler stands between: give a URL past it in DIRECT_URL; options in the URL and migrationLockTimeout do "
        "not pass it"},
    KnownError{"Cannot resolve environment variable",
               "prisma.config.ts wants a variable that is not set: set it for the container"},
    KnownError{"Environment variable not found",
               "schema.prisma wants a variable that is not set: set it for the container"},
};

bool begins_error(std::string_view line) {
    return line.starts_with("Error:") || line.starts_with("PrismaConfigEnvError") ||
           line.starts_with("Failed to load config file") || line.starts_with("FATAL ERROR:") ||
           line.find("Error: Cannot find module") != std::string_view::npos;
}

/// " 3: 0xe17ebc v8::internal::V8::FatalProcessOutOfMemory(...) [node]"
bool is_native_frame(std::string_view line) {
    const auto digits = line.find_first_not_of("0123456789");
    return digits != 0 && digits != std::string_view::npos && line.substr(digits).starts_with(": 0x");
}

/// Debug output of Rust and Node's stack: nothing for one line.
bool is_noise(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    return line.starts_with("DbError {") || line.starts_with("at ") || line.starts_with("Node.js v") ||
           line.starts_with("-----") || is_native_frame(line);
}

}  // namespace

void CliOutput::line(Stream stream, std::string_view raw) {
    if (++lines_ > most_lines) {
        if (lines_ == most_lines + 1)
            journal_.event(Level::warn, "prisma", "the CLI writes too much: the rest of its output is left out", {});
        return;
    }
    const auto text = one_line(secrets_.mask(clean(raw)), longest_log_line);
    if (text.empty()) return;
    constexpr std::string_view migration = "Migration name: ";
    if (text.starts_with(migration)) failed_migration_ = text.substr(migration.size());
    const bool first = stream == Stream::err && begins_error(text);
    if (first) error_lines_.clear();
    const bool of_error = first || (stream == Stream::err && !error_lines_.empty());
    if (stream == Stream::err && !is_noise(text)) keep(text, of_error);
    journal_.event(of_error ? Level::error : Level::info, "prisma", text, {});
}

void CliOutput::keep(const std::string& text, bool of_error) {
    if (of_error && error_lines_.size() < most_error_lines) error_lines_.push_back(text);
    last_lines_.push_back(text);
    if (last_lines_.size() > most_last_lines) last_lines_.pop_front();
}

std::string CliOutput::error() const {
    std::string joined;
    const std::vector<std::string> last(last_lines_.begin(), last_lines_.end());
    for (const auto& line : error_lines_.empty() ? last : error_lines_) {
        std::string_view text = line;
        constexpr std::string_view prefix = "Error: ";
        if (joined.empty() && text.starts_with(prefix)) text.remove_prefix(prefix.size());
        if (!joined.empty()) joined += ' ';
        joined += text;
    }
    return one_line(joined, longest_error);
}

std::string CliOutput::hint() const {
    const auto text = error();
    for (const auto& known : known_errors) {
        if (text.find(known.text) != std::string::npos) return known.hint;
    }
    return {};
}

}  // namespace migration_guard::prisma
