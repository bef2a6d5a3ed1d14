#include "postgres/patience.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace migration_guard::postgres {
namespace {

/// With a known signal pending its descriptor stays readable and would spin: further ones are then looked for so often.
constexpr Duration signal_slice = std::chrono::milliseconds(100);

/// steady_clock cannot hold now + centuries (connect_timeout is the user's): no wait is longer than a year.
Instant end_of(Duration limit) {
    constexpr Duration year = std::chrono::hours(24 * 365);
    return std::chrono::steady_clock::now() + std::clamp(limit, Duration(0), year);
}

}  // namespace

Patience::Patience(Interrupt& interrupt, Duration limit, EarlierSignal earlier)
    : interrupt_(&interrupt),
      limit_(limit),
      end_(end_of(limit)),
      known_signals_(earlier == EarlierSignal::is_known ? interrupt.count() : 0) {}

Duration Patience::remaining() const {
    const auto left = std::chrono::ceil<Duration>(end_ - std::chrono::steady_clock::now());
    return std::max(left, Duration(0));
}

Patience Patience::within(Duration limit) const {
    Patience shorter = *this;
    shorter.limit_ = std::min(limit_, limit);
    shorter.end_ = std::min(end_, end_of(limit));
    return shorter;
}

bool Patience::wait(int descriptor, short events) {
    for (;;) {
        if (interrupt_->count() > known_signals_) throw Interrupted(interrupt_->signal());
        const bool watch = known_signals_ == 0 && interrupt_->descriptor() >= 0;
        std::array<pollfd, 2> polled{pollfd{descriptor, events, 0},
                                     pollfd{watch ? interrupt_->descriptor() : -1, POLLIN, 0}};
        const auto left = remaining();
        const auto slice = known_signals_ > 0 ? std::min(left, signal_slice) : left;
        const auto most = Duration(std::chrono::hours(1));
        const int ready = poll(polled.data(), polled.size(), static_cast<int>(std::min(slice, most).count()));
        if (ready < 0 && errno != EINTR) throw std::system_error(errno, std::generic_category(), "poll");
        if (interrupt_->count() > known_signals_) throw Interrupted(interrupt_->signal());
        const bool late = passed();
        // Once, since what has arrived may be all: a server that never ends talking is always ready.
        if (ready > 0 && polled[0].revents != 0) return !late || !std::exchange(seen_late_, true);
        if (late) return false;
    }
}

}  // namespace migration_guard::postgres
