#include "base/time.hpp"

#include <fmt/format.h>

#include <limits>

namespace migration_guard {

std::string to_text(Duration duration) {
    const auto ms = duration.count();
    if (ms != 0 && ms % 3'600'000 == 0) return std::to_string(ms / 3'600'000) + "h";
    if (ms > 60'000 && ms % 60'000 == 0) return std::to_string(ms / 60'000) + "m";
    if (ms % 1000 == 0) return std::to_string(ms / 1000) + "s";
    if (ms > 1000 && ms % 100 == 0) return std::to_string(ms / 1000) + "." + std::to_string(ms % 1000 / 100) + "s";
    return std::to_string(ms) + "ms";
}

std::string utc_text(std::int64_t micros) {
    constexpr std::int64_t day = 86'400'000'000;
    if (micros == std::numeric_limits<std::int64_t>::max()) return "infinity";
    if (micros == -std::numeric_limits<std::int64_t>::max()) return "-infinity";
    const auto since_epoch = std::chrono::microseconds(micros);
    const auto days = std::chrono::floor<std::chrono::days>(since_epoch);
    const std::chrono::year_month_day date{std::chrono::sys_days(days)};
    const auto in_day = (micros % day + day) % day;
    const auto seconds = in_day / 1'000'000;
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), seconds / 3600,
                       seconds / 60 % 60, seconds % 60, in_day % 1'000'000);
}

}  // namespace migration_guard
