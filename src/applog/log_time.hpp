// Timestamps as logs write them.
//
// Not a clock. Keeps true: what is no timestamp is none; a time without a zone is taken for UTC.
#pragma once

#include "applog/scan_log.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace migration_guard::applog {

/// Microseconds since 1970-01-01 UTC: lines are many, and only a group's first and last time are ever shown.
using Moment = std::int64_t;

struct ReadTime {
    Moment time = 0;
    std::size_t length = 0;  ///< bytes that it takes at the front of the text
};

/// At the front of `text`: 2025-11-10T03:51:27.425Z (also with a blank for T, a comma, an offset), 11/10/2025, 3:51:27
/// AM (Nest). Brackets around it are not part of it.
std::optional<ReadTime> read_time(std::string_view text);

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size; none outside 2001 to 2100.
std::optional<Moment> time_of_epoch(double number);

LogTime shown_time(Moment micros);

}  // namespace migration_guard::applog
