// The file in which `run` tells `probe` what it is doing, and `probe` tells `run` that it was there.
//
// Not a log and not a lock. Keeps true: it is created exclusively and never through a link; a file of another life of
// the container (same process number, other start time) counts as absent; without one everything works, only less is
// known.
#pragma once

#include "base/time.hpp"
#include "system/descriptor.hpp"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::system {

/// What the file says.
struct GuardState {
    pid_t pid = 0;
    std::uint64_t began = 0;      ///< of that process, in clock ticks since boot; 0 when /proc did not tell
    std::int64_t started_ms = 0;  ///< CLOCK_MONOTONIC when the guard began
    std::string phase;            ///< one word: "waiting", "migrating", "passed", "failed"
    std::string detail;           ///< one line
    bool probed = false;          ///< a probe has read it

    [[nodiscard]] Duration elapsed() const;
};

/// The phase that means: the guard's work is done, this process is (or supervises) the app.
inline constexpr std::string_view phase_passed = "passed";

class StateFile {
public:
    /// Creates `configured`, or when that is empty the first possible of /run, /dev/shm and /tmp/migration-guard.state.
    /// One that a process of another life left is replaced; one of a living guard is left alone. Never throws: without
    /// a file it does nothing.
    explicit StateFile(const std::string& configured, Instant started = std::chrono::steady_clock::now());

    void write(std::string_view phase, std::string_view detail);
    [[nodiscard]] const std::string& path() const { return path_; }  ///< empty: none could be written
    /// Has a probe read the file in this life?
    [[nodiscard]] bool probed() const;

private:
    std::string path_;
    Descriptor file_;
    GuardState state_;
};

/// The state of the guard that lives in this container, nothing when there is none. Marks it as probed.
std::optional<GuardState> read_state(const std::string& configured);

/// True when a probe has read the file of this process; false without a file. For the last words of a failing exit.
bool probe_was_seen(const std::string& configured = {});

/// Text of a state, a fixed number of bytes; and back, nothing when it is not one. Any bytes may be given.
std::string to_record(const GuardState& state);
std::optional<GuardState> from_record(std::string_view record);

}  // namespace migration_guard::system
