#include "system/exec_app.hpp"

#include "base/failure.hpp"
#include "system/exec_arguments.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <memory>
#include <string_view>
#include <system_error>

namespace migration_guard::system {

void refuse_to_exec(const std::string& path, int error) {
    const bool missing = error == ENOENT || error == ENOTDIR;
    throw Failure(missing ? ExitCode::app_not_found : ExitCode::app_not_executable,
                  fmt::format("cannot start {}: {}", path, std::generic_category().message(error)),
                  error == E2BIG ? "arguments and environment together are too long for the kernel"
                                 : "COMMAND must be a program that this user may run; it stands behind -- or in CMD");
}

void exec_app(const Command& command, const std::vector<std::string>& environment, StopSignals& signals) {
    const auto argv = exec_arguments(command.argv);
    const auto variables = exec_arguments(environment);
    if (const int signal = signals.signal(); signal != 0) throw Interrupted(signal);
    signals.restore();
    ::execve(command.path.c_str(), argv.data(), variables.data());
    const int error = errno;
    signals.take();
    refuse_to_exec(command.path, error);
}

void fill_closed_streams() {
    for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        // The lowest free number is taken, and those below are open.
        if (::fcntl(stream, F_GETFD) >= 0) continue;
        // In an image without /dev the place is taken all the same: by what nobody can read from or write to.
        if (::open("/dev/null", O_RDWR | O_CLOEXEC) < 0) ::open("/", O_PATH | O_CLOEXEC);
    }
}

std::vector<int> open_descriptors() {
    std::vector<int> result;
    const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), &::closedir);
    if (!directory) {
        // Without /proc: far beyond what the guard ever opens.
        for (int fd = STDERR_FILENO + 1; fd < 256; ++fd) {
            if (::fcntl(fd, F_GETFD) >= 0) result.push_back(fd);
        }
        return result;
    }
    while (const auto* entry = ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe): a stream of our own
        const std::string_view name(entry->d_name);
        int fd = -1;
        std::from_chars(name.data(), name.data() + name.size(), fd);
        if (fd > STDERR_FILENO && fd != ::dirfd(directory.get())) result.push_back(fd);
    }
    return result;
}

void close_on_exec_all(const std::vector<int>& inherited) {
    for (const int fd : open_descriptors()) {
        if (std::ranges::find(inherited, fd) == inherited.end())
            ::fcntl(fd, F_SETFD, ::fcntl(fd, F_GETFD) | FD_CLOEXEC);
    }
}

}  // namespace migration_guard::system
