#include "log_source.hpp"

#include "base/failure.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace migration_guard {
namespace {

[[noreturn]] void cannot_read(const std::string& name) {
    throw Failure(ExitCode::usage, "cannot read the log " + name + ": " + std::strerror(errno),
                  "name a file that this user may read, or - for standard input");
}

class Source {
public:
    explicit Source(const std::string& name)
        : name_(name), descriptor_(name == "-" ? STDIN_FILENO : open(name.c_str(), O_RDONLY | O_CLOEXEC)) {
        if (descriptor_ < 0) cannot_read(name);
    }
    ~Source() {
        if (descriptor_ != STDIN_FILENO) close(descriptor_);
    }
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    std::size_t read(char* into, std::size_t size) const {
        for (;;) {
            const auto count = ::read(descriptor_, into, size);
            if (count >= 0) return static_cast<std::size_t>(count);
            if (errno != EINTR) cannot_read(name_);
        }
    }

private:
    const std::string& name_;
    int descriptor_;
};

}  // namespace

LogFindings scan_log_file(const std::string& name) {
    const Source source(name);
    return scan_log([&](char* into, std::size_t size) { return source.read(into, size); });
}

}  // namespace migration_guard
