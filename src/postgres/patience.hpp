// One bounded wait that a stop signal ends: every poll() of this folder goes through here.
//
// Not a retry (guard/wait.hpp) and not a sleep. Keeps true: nothing waits longer than it was given, and nothing waits
// on without looking at the Interrupt.
#pragma once

#include "base/interrupt.hpp"
#include "base/time.hpp"

namespace migration_guard::postgres {

/// What a stop signal means that arrived before the wait began.
enum class EarlierSignal {
    ends_the_wait,  ///< nothing was begun yet: leave at once
    is_known,  ///< the caller acts upon it already (it cancels, it looks what was left): only a further one ends it
};

class Patience {
public:
    /// `limit` from now; 0 means that only what is ready at once is taken.
    Patience(Interrupt& interrupt, Duration limit, EarlierSignal earlier = EarlierSignal::is_known);

    /// True when `descriptor` is ready for `events` (POLLIN, POLLOUT) or broken; false when the time is up: what is
    /// ready then is told once. Throws Interrupted.
    bool wait(int descriptor, short events);

    [[nodiscard]] Duration remaining() const;
    [[nodiscard]] Duration limit() const { return limit_; }  ///< as given
    [[nodiscard]] bool passed() const { return remaining() == Duration(0); }

    /// A shorter wait inside this one: never beyond its end.
    [[nodiscard]] Patience within(Duration limit) const;

private:
    Interrupt* interrupt_;
    Duration limit_;
    Instant end_;
    int known_signals_;
    bool seen_late_ = false;  ///< something was ready when the time was up, and was told
};

}  // namespace migration_guard::postgres
