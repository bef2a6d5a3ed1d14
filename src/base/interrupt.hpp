// How a stop signal reaches code that waits: a descriptor to poll beside one's own, and an exception to leave with.
//
// It installs no handler and blocks no signal; system/stop_signals.hpp does, and is the only implementation in the
// product. Keeps true: nothing that waits may wait without looking at this.
#pragma once

#include <exception>
#include <string>
#include <utility>

namespace migration_guard {

class Interrupt {
public:
    virtual ~Interrupt() = default;

    /// Readable once a stop signal is pending; -1 when none can ever arrive. Only to be polled, never read.
    [[nodiscard]] virtual int descriptor() const = 0;

    /// The first stop signal (SIGTERM, SIGINT, SIGHUP, SIGQUIT) that arrived, 0 while there is none.
    virtual int signal() = 0;

    /// How many stop signals arrived so far: a second one means "at once".
    virtual int count() = 0;
};

/// Thrown out of every wait that a stop signal ended. main exits with 128 + signal.
class Interrupted : public std::exception {
public:
    explicit Interrupted(int stop_signal, std::string state = "no migration was under way and nothing was changed",
                         std::string what_to_do = "none needed; the next start looks again")
        : signal(stop_signal), left_behind(std::move(state)), remedy(std::move(what_to_do)) {}
    [[nodiscard]] const char* what() const noexcept override { return "interrupted by a signal"; }

    int signal;
    std::string left_behind;  ///< in which state the database was left, one line
    std::string remedy;       ///< one line, never empty
};

}  // namespace migration_guard
