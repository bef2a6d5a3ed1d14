// What this machine can run: processor, C library, and the OpenSSL that Prisma's engines are linked against.
//
// Not Prisma's own detection (packages/get-platform/src/getPlatform.ts), which starts programs; only files are looked
// at. Keeps true: "no" is said only when it is certain; whatever stands in an unusual place gives "perhaps".
#pragma once

#include "prisma/project.hpp"

#include <filesystem>
#include <string>
#include <string_view>

namespace migration_guard::prisma {

enum class Runs { yes, perhaps, no };

class SystemLibraries {
public:
    /// `root`: of the file system that is looked at; tests have one of their own. `environment` must outlive it.
    explicit SystemLibraries(const Environment& environment, std::filesystem::path root = "/");

    /// Could a program built for `target` ("debian-openssl-3.0.x", "linux-musl-arm64-openssl-1.1.x") run here?
    /// perhaps: no libssl was found anywhere.
    [[nodiscard]] Runs runs(std::string_view target) const;

    /// "glibc on amd64 with libssl.so.3"
    [[nodiscard]] std::string describe() const;

private:
    [[nodiscard]] bool has(std::string_view soname) const;
    [[nodiscard]] bool has_in_cache(std::string_view soname) const;
    [[nodiscard]] std::string any_libssl() const;

    const Environment& environment_;
    std::filesystem::path root_;
    bool only_musl_;
    bool only_glibc_;
};

}  // namespace migration_guard::prisma
