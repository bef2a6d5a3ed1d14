#include "print.hpp"

#include "base/time.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <string_view>
#include <system_error>

namespace migration_guard {
namespace {

/// PIPE_BUF: a pipe that polls writable takes this much without blocking (pipe(7)).
constexpr std::size_t longest_piece = 4096;
constexpr Duration after_a_signal = std::chrono::seconds(1);

/// False when nobody reads and a stop signal has come. Whatever else is wrong is for write() to tell.
bool wait_for_reader(Interrupt& stop, std::optional<Instant>& end) {
    for (;;) {
        const auto now = std::chrono::steady_clock::now();
        if (!end && stop.signal() != 0) end = now + after_a_signal;
        const auto left = end ? std::max(std::chrono::ceil<Duration>(*end - now), Duration(0)) : Duration(-1);
        std::array<pollfd, 2> either{
            {{STDOUT_FILENO, POLLOUT, 0}, {end ? -1 : stop.descriptor(), POLLIN, 0}}};  // it stays readable
        const int ready = ::poll(either.data(), either.size(), static_cast<int>(left.count()));
        if (either[0].revents != 0 || (ready < 0 && errno != EINTR)) return true;
        if (ready == 0) return false;
    }
}

}  // namespace

std::string print(std::string text, Interrupt& stop) {
    if (!text.ends_with('\n')) text += '\n';
    std::optional<Instant> end;
    for (std::string_view left = text; !left.empty();) {
        if (!wait_for_reader(stop, end)) return "nobody reads it, and a stop signal came";
        const auto written = ::write(STDOUT_FILENO, left.data(), std::min(left.size(), longest_piece));
        // EAGAIN: somebody who shares the pipe has made it non-blocking.
        if (written < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        // EPIPE: `check | head` has read what it wanted.
        if (written < 0) return errno == EPIPE ? std::string() : std::generic_category().message(errno);
        left.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
}

}  // namespace migration_guard
