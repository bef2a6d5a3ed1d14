#include "log/output.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace migration_guard::log {
namespace {

/// PIPE_BUF: a pipe that polls writable takes this much without blocking (pipe(7)), which spares us O_NONBLOCK on an
/// open file that the app shares.
constexpr std::size_t chunk = 4096;

}  // namespace

Output::Readiness Output::wait_until_writable(Instant until) const {
    if (descriptor_ < 0) return Readiness::closed;  // poll would pass it over and wait
    pollfd entry{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    while (true) {
        const auto left = std::chrono::ceil<Duration>(until - std::chrono::steady_clock::now());
        const int result = poll(&entry, 1, static_cast<int>(std::max<Duration::rep>(left.count(), 0)));
        if (result < 0 && errno == EINTR) continue;
        if (result == 0) return Readiness::not_in_time;
        const bool writable =
            result > 0 && (entry.revents & POLLOUT) != 0 && (entry.revents & (POLLERR | POLLNVAL)) == 0;
        return writable ? Readiness::ready : Readiness::closed;
    }
}

bool Output::write_all(std::string_view text, Instant until) {
    while (!text.empty()) {
        if (wait_until_writable(until) != Readiness::ready) return false;
        const ssize_t written = ::write(descriptor_, text.data(), std::min(text.size(), chunk));
        if (written < 0 && errno != EINTR && errno != EAGAIN) return false;
        if (written <= 0) continue;
        text.remove_prefix(static_cast<std::size_t>(written));
        torn_ = !text.empty();
    }
    return true;
}

void Output::write(std::string_view line) {
    const auto now = std::chrono::steady_clock::now();
    const auto until = dropped_ > 0 ? now : now + patience_;
    const bool written = (!torn_ || write_all("\n", until)) && write_all(line, until);
    dropped_ = written ? 0 : dropped_ + 1;
}

}  // namespace migration_guard::log
