// Durations and deadlines. Everything that waits is given one of these, never a bare number.
//
// Not a clock: guard/ports.hpp has that, so that waiting can be tested without waiting.
// Keeps true: time is monotonic; a change of the wall clock neither shortens nor stretches a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace migration_guard {

using Duration = std::chrono::milliseconds;
using Instant = std::chrono::steady_clock::time_point;

/// `1h`, `14m`, `90s`, `1.5s`, `500ms`: what a person would write, and what the configuration reads back.
std::string to_text(Duration duration);

/// Microseconds since 1970-01-01 UTC as "2025-11-03T09:00:00.123456Z"; the greatest and the least number that has a
/// counterpart as PostgreSQL's "infinity" and "-infinity".
std::string utc_text(std::int64_t micros);

}  // namespace migration_guard
