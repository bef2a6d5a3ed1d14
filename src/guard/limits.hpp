// Bounds on waiting: the one deadline over everything, and the shorter limits inside it.
//
// Not a timer: nothing here waits. Keeps true: no limit outlives the deadline.
#pragma once

#include "guard/ports.hpp"

#include <algorithm>
#include <optional>

namespace migration_guard {

/// A point in time after which a wait has failed.
class Limit {
public:
    Limit(Clock& clock, Instant end) : clock_(&clock), end_(end) {}

    [[nodiscard]] Duration remaining() const {
        return std::max(Duration(0), std::chrono::duration_cast<Duration>(end_ - clock_->now()));
    }
    [[nodiscard]] bool passed() const { return remaining() == Duration(0); }

    /// `duration` from now, or this limit where that is sooner; none: this limit.
    [[nodiscard]] Limit within(std::optional<Duration> duration) const {
        return duration ? Limit(*clock_, std::min(end_, clock_->now() + *duration)) : *this;
    }

private:
    Clock* clock_;
    Instant end_;
};

/// Exponential backoff with jitter: 100 ms at first, 5 s at most, each pause between half and all of its step.
class Backoff {
public:
    explicit Backoff(Clock& clock, Duration most = std::chrono::seconds(5)) : clock_(&clock), most_(most) {}

    /// Sleeps the next pause, never beyond `limit`. Throws Interrupted.
    void pause(const Limit& limit) {
        const auto step = static_cast<double>(step_.count());
        const auto jittered = Duration(static_cast<Duration::rep>(step * (0.5 + 0.5 * clock_->random())));
        clock_->sleep(std::min(jittered, limit.remaining()));
        step_ = std::min(most_, step_ * 8 / 5);
    }

private:
    Clock* clock_;
    Duration most_;
    Duration step_ = std::chrono::milliseconds(100);
};

}  // namespace migration_guard
