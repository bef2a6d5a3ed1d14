#include "prisma/system_libraries.hpp"

#include "prisma/cli.hpp"
#include "prisma/read_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>

namespace migration_guard::prisma {
namespace {

namespace fs = std::filesystem;

#if defined(__aarch64__)
constexpr bool is_arm64 = true;
constexpr const char* musl_loader = "lib/ld-musl-aarch64.so.1";
constexpr const char* glibc_loader = "lib/ld-linux-aarch64.so.1";
constexpr const char* multiarch = "usr/lib/aarch64-linux-gnu";
#else
constexpr bool is_arm64 = false;
constexpr const char* musl_loader = "lib/ld-musl-x86_64.so.1";
constexpr const char* glibc_loader = "lib64/ld-linux-x86-64.so.2";
constexpr const char* multiarch = "usr/lib/x86_64-linux-gnu";
#endif

constexpr std::size_t largest_cache = 4UL * 1024UL * 1024UL;

/// The usual places; /lib is mostly a link to /usr/lib, but not on every distribution.
constexpr std::array library_folders{multiarch, "usr/lib", "lib", "usr/lib64", "lib64", "usr/local/lib"};

/// An OpenSSL as Prisma's target names have it, and the names of its library; Red Hat numbered 1.0 differently.
struct OpenSsl {
    std::string_view version;
    std::array<std::string_view, 3> sonames;
};
constexpr std::array known_openssl{
    OpenSsl{"3.", {"libssl.so.3", "", ""}},
    OpenSsl{"1.1.", {"libssl.so.1.1", "", ""}},
    OpenSsl{"1.0.", {"libssl.so.1.0.0", "libssl.so.10", "libssl.so.1.0.2"}},
};

bool is_there(const fs::path& path) {
    std::error_code error;
    return fs::exists(path, error);
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Which OpenSSL a target is linked against; null for none or one that is not known. The old name of Alpine's, plain
/// "linux-musl", is that of 1.1.
const OpenSsl* openssl_of(std::string_view target) {
    constexpr std::string_view word = "openssl-";
    const auto at = target.find(word);
    const auto version = at == std::string_view::npos ? (target == "linux-musl" ? "1.1." : std::string_view{})
                                                      : target.substr(at + word.size());
    const auto* const found =
        std::ranges::find_if(known_openssl, [&](const OpenSsl& one) { return version.starts_with(one.version); });
    return found == known_openssl.end() ? nullptr : found;
}

}  // namespace

SystemLibraries::SystemLibraries(const Environment& environment, fs::path root)
    : environment_(environment), root_(std::move(root)) {
    const bool musl = is_there(root_ / musl_loader);
    const bool glibc = is_there(root_ / glibc_loader);
    only_musl_ = musl && !glibc;
    only_glibc_ = glibc && !musl;
}

Runs SystemLibraries::runs(std::string_view target) const {
    if (contains(target, "windows") || contains(target, "darwin") || contains(target, "bsd")) return Runs::no;
    if (contains(target, "arm64") != is_arm64) return Runs::no;
    if (contains(target, "static")) return Runs::yes;
    if (contains(target, "musl") ? only_glibc_ : only_musl_) return Runs::no;
    const auto* openssl = openssl_of(target);
    if (openssl == nullptr) return Runs::yes;
    const auto found = [this](std::string_view soname) { return !soname.empty() && has(soname); };
    if (std::ranges::any_of(openssl->sonames, found)) return Runs::yes;
    const auto cached = [this](std::string_view soname) { return !soname.empty() && has_in_cache(soname); };
    if (std::ranges::any_of(openssl->sonames, cached)) return Runs::yes;
    return any_libssl().empty() ? Runs::perhaps : Runs::no;
}

bool SystemLibraries::has(std::string_view soname) const {
    if (std::ranges::any_of(library_folders, [&](const char* folder) { return is_there(root_ / folder / soname); }))
        return true;
    std::string_view rest;
    const auto given = variable(environment_, "LD_LIBRARY_PATH");
    for (rest = given; !rest.empty();) {
        const auto end = rest.find(':');
        if (is_there(fs::path(rest.substr(0, end)) / soname)) return true;
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    return false;
}

/// Names stand in the dynamic linker's cache as text, wherever the library is (ldconfig, /etc/ld.so.conf.d).
bool SystemLibraries::has_in_cache(std::string_view soname) const {
    const auto reading = read_file(root_ / "etc/ld.so.cache", largest_cache);
    return reading.ok() && contains(reading.bytes, std::string(soname) + '\0');
}

std::string SystemLibraries::any_libssl() const {
    for (const auto& openssl : known_openssl) {
        for (const auto soname : openssl.sonames) {
            if (!soname.empty() && (has(soname) || has_in_cache(soname))) return std::string(soname);
        }
    }
    return {};
}

std::string SystemLibraries::describe() const {
    const auto libssl = any_libssl();
    return fmt::format("{}{}{}", only_musl_ ? "musl (Alpine)" : "glibc", is_arm64 ? " on arm64" : " on amd64",
                       libssl.empty() ? "" : " with " + libssl);
}

}  // namespace migration_guard::prisma
