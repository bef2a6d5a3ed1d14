// One file of the image as a value, with the reason when there is none.
//
// Not a reader of anything written by Prisma in particular. Keeps true: what is read is bounded, and a FIFO or a device
// in the place of a file neither blocks nor floods the guard.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

namespace migration_guard::prisma {

struct FileReading {
    enum class Kind { ok, absent, unreadable } kind = Kind::absent;
    std::string bytes;
    std::string problem;  ///< for unreadable: "permission denied", "is a directory", "larger than 4 MiB"

    [[nodiscard]] bool ok() const { return kind == Kind::ok; }
};

/// The whole regular file (symbolic links are followed), at most `limit` bytes. Never throws but bad_alloc.
FileReading read_file(const std::filesystem::path& path, std::size_t limit);

/// A text file that people write (package.json, schema.prisma, .env, configuration): at most 4 MiB.
FileReading read_small_file(const std::filesystem::path& path);

/// The errno text in lower case: "no such file or directory".
std::string errno_text(int error);

}  // namespace migration_guard::prisma
