#include "prisma/read_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>

namespace migration_guard::prisma {
namespace {

/// Closed when it goes: the only descriptors of this folder.
class Descriptor {
public:
    explicit Descriptor(int fd) : fd_(fd) {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    Descriptor(Descriptor&&) = delete;
    Descriptor& operator=(Descriptor&&) = delete;
    ~Descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    [[nodiscard]] int get() const { return fd_; }

private:
    int fd_;
};

FileReading unreadable(std::string why) {
    return {FileReading::Kind::unreadable, {}, std::move(why)};
}

FileReading from_errno(int error) {
    if (error == ENOENT || error == ENOTDIR) return {FileReading::Kind::absent, {}, errno_text(error)};
    return unreadable(errno_text(error));
}

std::string too_large(std::size_t limit) {
    return fmt::format("larger than {} MiB", limit / (1024UL * 1024UL));
}

FileReading read_all(int fd, std::size_t expected, std::size_t limit) {
    FileReading reading{FileReading::Kind::ok, {}, {}};
    reading.bytes.resize(std::min(expected, limit) + 1);  // one more: the end is seen without growing
    std::size_t filled = 0;
    for (;;) {
        if (filled == reading.bytes.size()) reading.bytes.resize(filled + 65536);
        const auto got = ::read(fd, reading.bytes.data() + filled, reading.bytes.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return from_errno(errno);
        if (got == 0) break;
        filled += static_cast<std::size_t>(got);
        if (filled > limit) return unreadable(too_large(limit));
        if (filled == expected) break;  // there was room for more: this is the end, and one call less
    }
    reading.bytes.resize(filled);
    return reading;
}

}  // namespace

FileReading read_file(const std::filesystem::path& path, std::size_t limit) {
    // O_NONBLOCK: opening a FIFO must not wait for a writer.
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    if (file.get() < 0) return from_errno(errno);
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) return from_errno(errno);
    if (S_ISDIR(status.st_mode)) return unreadable("is a directory");
    if (!S_ISREG(status.st_mode)) return unreadable("is not a regular file");
    if (static_cast<std::size_t>(status.st_size) > limit) return unreadable(too_large(limit));
    return read_all(file.get(), static_cast<std::size_t>(status.st_size), limit);
}

FileReading read_small_file(const std::filesystem::path& path) {
    return read_file(path, 4UL * 1024UL * 1024UL);
}

std::string errno_text(int error) {
    auto text = std::generic_category().message(error);
    if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    return text;
}

}  // namespace migration_guard::prisma
