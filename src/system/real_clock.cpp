#include "system/real_clock.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>

namespace migration_guard::system {
namespace {

/// Replicas of one service start together: their jitter must differ, without asking the kernel for randomness that a
/// freshly booted host may not have yet.
unsigned int seed() {
    const auto ticks = std::chrono::steady_clock::now().time_since_epoch().count();
    const auto wall = std::chrono::system_clock::now().time_since_epoch().count();
    return static_cast<unsigned int>(ticks) ^ static_cast<unsigned int>(wall >> 7U) ^
           (static_cast<unsigned int>(::getpid()) << 16U);
}

}  // namespace

RealClock::RealClock(Interrupt& interrupt) : interrupt_(interrupt), generator_(seed()) {}

Instant RealClock::now() {
    return std::chrono::steady_clock::now();
}

void RealClock::sleep(Duration duration) {
    const auto end = now() + duration;
    for (;;) {
        if (const int signal = interrupt_.signal(); signal != 0) throw Interrupted(signal);
        const auto rest = std::chrono::duration_cast<Duration>(end - now()).count();
        if (rest <= 0) return;
        pollfd stop{interrupt_.descriptor(), POLLIN, 0};
        // In steps of a minute at most: poll takes an int. Rounded up, so that the last step does not spin.
        ::poll(&stop, 1, static_cast<int>(std::min<Duration::rep>(rest + 1, 60'000)));
    }
}

double RealClock::random() {
    return std::uniform_real_distribution<double>(0.0, 1.0)(generator_);
}

}  // namespace migration_guard::system
