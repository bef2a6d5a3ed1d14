#include "log_source.hpp"

#include "base/failure.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

namespace migration_guard {
namespace {

[[noreturn]] void cannot_read(const std::string& name) {
    throw Failure(ExitCode::usage, "cannot read the log " + name + ": " + std::strerror(errno),
                  "name a file that this user may read, or - for standard input");
}

struct NotText {
    std::string_view start;
    const char* what;
    const char* remedy;
};
// Nothing would be found in these, and nothing said: rotated logs are compressed, PowerShell 5 redirects in UTF-16.
// No text in UTF-8 begins so.
constexpr std::array<NotText, 4> not_text{{
    {"\xFF\xFE", "is UTF-16 (PowerShell's > writes that), and not UTF-8", "convert it first: iconv -f UTF-16 -t UTF-8"},
    {"\xFE\xFF", "is UTF-16 (PowerShell's > writes that), and not UTF-8", "convert it first: iconv -f UTF-16 -t UTF-8"},
    {"\x1F\x8B", "is compressed (gzip)", "unpack it first: zcat"},
    {"\x28\xB5", "is compressed (zstd)", "unpack it first: zstdcat"},
}};

void refuse_what_is_no_text(const std::string& name, std::string_view start) {
    const std::string file = name == "-" ? "" : " " + name;
    for (const auto& kind : not_text) {
        if (!start.starts_with(kind.start)) continue;
        throw Failure(ExitCode::usage, "the log" + file + " " + kind.what,
                      kind.remedy + file + " | migration-guard diagnose --logs -");
    }
}

class Source {
public:
    // Not blocking: a FIFO without a writer would hold up open() itself, where no stop signal is seen.
    Source(const std::string& name, Interrupt& stop)
        : name_(name),
          stop_(stop),
          descriptor_(name == "-" ? STDIN_FILENO : open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
        if (descriptor_ < 0) cannot_read(name);
    }
    ~Source() {
        if (descriptor_ != STDIN_FILENO) close(descriptor_);
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    std::size_t read(char* into, std::size_t size) const {
        for (;;) {
            wait();
            const auto count = ::read(descriptor_, into, size);
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR && errno != EAGAIN) cannot_read(name_);
        }
    }

private:
    /// For something to read, as long as it takes: the log of an app that runs may be piped in.
    void wait() const {
        std::array<pollfd, 2> either{{{descriptor_, POLLIN, 0}, {stop_.descriptor(), POLLIN, 0}}};
        ::poll(either.data(), either.size(), -1);
        if (const int signal = stop_.signal(); signal != 0) throw Interrupted(signal);
    }

    const std::string& name_;
    Interrupt& stop_;
    int descriptor_;
};

}  // namespace

LogFindings scan_log_file(const std::string& name, Interrupt& stop) {
    const Source source(name, stop);
    bool begun = false;
    return scan_log([&](char* into, std::size_t size) {
        const auto count = source.read(into, size);
        if (!std::exchange(begun, true)) refuse_what_is_no_text(name, {into, count});
        return count;
    });
}

}  // namespace migration_guard
