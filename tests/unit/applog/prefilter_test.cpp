#include "applog/prefilter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace migration_guard::applog {
namespace {

/// What next_place says of `text`; the padding that it wants is behind it and must never be taken for text.
std::size_t first_place(std::string text, std::size_t from = 0) {
    const std::size_t size = text.size();
    text += "P2021 prisma:error" + std::string(prefilter_padding, ' ');
    return next_place(std::string_view(text).substr(0, size), from);
}

constexpr std::string_view worth_a_look[] = {
    "P1001",
    "P2021",
    "P3018",
    "prisma:error",
    "Invalid `prisma.x.create()` invocation",
    "PrismaClientInitializationError",
    "DriverAdapterError",
    "QueryError(PostgresError { code",
    "Raw query failed",
    "The table `public.X` does not exist in the current database.",
    "The underlying table for model X does not exist.",
    "database server at",
    "The database schema is not empty",
    "Value 'x' not found in enum 'Y'",
    "invalid input value for enum \"Y\"",
};

TEST(NextPlace, FindsEveryMarkAtEveryOffset) {
    for (const std::string_view mark : worth_a_look)
        for (std::size_t offset = 0; offset < 40; ++offset) {
            const std::string text = std::string(offset, '.') + std::string(mark) + "\n" + std::string(offset % 3, '.');
            const std::size_t place = first_place(text);
            EXPECT_GE(place, offset) << mark << " at " << offset;
            EXPECT_LT(place, offset + mark.size()) << mark << " at " << offset;
        }
}

TEST(NextPlace, FindsNothingInOrdinaryLines) {
    for (const std::string_view line : {"GET /track 200 12ms", "connected to the database", "table tables database",
                                        "enumerate", "P9999", "the database is up", "voc tab mam", ""}) {
        EXPECT_EQ(first_place(std::string(line)), line.size()) << line;
    }
}

TEST(NextPlace, BeginsWhereItIsTold) {
    const std::string text = "P2021 and later P2022 and no more";
    EXPECT_EQ(first_place(text), 0U);
    EXPECT_EQ(first_place(text, 1), text.find("P2022"));
    EXPECT_EQ(first_place(text, text.find("P2022") + 1), text.size());
}

TEST(NextPlace, NeverLooksBehindTheEnd) {
    EXPECT_EQ(first_place(""), 0U);
    EXPECT_EQ(first_place("prisma"), 6U);
}

}  // namespace
}  // namespace migration_guard::applog
