#include "base/time.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace migration_guard {
namespace {

TEST(UtcText, IsReadableAtEveryEdge) {
    EXPECT_EQ(utc_text(0), "1970-01-01T00:00:00.000000Z");
    EXPECT_EQ(utc_text(-1), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(utc_text(1'762'160'400'123'456), "2025-11-03T09:00:00.123456Z");
    EXPECT_EQ(utc_text(951'782'400'000'000), "2000-02-29T00:00:00.000000Z");
    EXPECT_EQ(utc_text(std::numeric_limits<std::int64_t>::max()), "infinity");
    EXPECT_EQ(utc_text(-std::numeric_limits<std::int64_t>::max()), "-infinity");
    EXPECT_FALSE(utc_text(std::numeric_limits<std::int64_t>::min()).empty());
}

}  // namespace
}  // namespace migration_guard
