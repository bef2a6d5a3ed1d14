// Lines to a descriptor that may be a full pipe, a closed pipe or nothing at all.
//
// Not buffered: a line that was written is out when the process is killed. The descriptor belongs to the app as well,
// so that its flags stay as they are. Keeps true: a write never blocks for longer than `patience` and never fails the
// guard; while nobody reads, further lines cost no time and are counted. SIGPIPE must be ignored or blocked
// (system/stop_signals.hpp): a reader that goes away between poll and write would raise it.
#pragma once

#include "base/time.hpp"

#include <cstddef>
#include <string_view>

namespace migration_guard::log {

class Output {
public:
    explicit Output(int descriptor, Duration patience = std::chrono::seconds(2))
        : descriptor_(descriptor), patience_(patience) {}

    /// `line` ends in a newline. Dropped, as a whole or from the middle on, when it cannot be written in time.
    void write(std::string_view line);

    /// Lines dropped since the last one that was written.
    [[nodiscard]] std::size_t dropped() const { return dropped_; }

private:
    enum class Readiness { ready, not_in_time, closed };

    [[nodiscard]] Readiness wait_until_writable(Instant until) const;
    bool write_all(std::string_view text, Instant until);

    int descriptor_;
    Duration patience_;
    std::size_t dropped_ = 0;
    bool torn_ = false;  ///< the last line broke off: the next one begins with a newline
};

}  // namespace migration_guard::log
