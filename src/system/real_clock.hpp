// The clock of the real world.
//
// Keeps true: a sleep ends when a stop signal arrives, and does not begin after one.
#pragma once

#include "base/interrupt.hpp"
#include "guard/ports.hpp"

#include <random>

namespace migration_guard::system {

class RealClock : public Clock {
public:
    /// `interrupt` must outlive the clock.
    explicit RealClock(Interrupt& interrupt);

    Instant now() override;
    void sleep(Duration duration) override;
    double random() override;

private:
    Interrupt& interrupt_;
    std::minstd_rand generator_;
};

}  // namespace migration_guard::system
