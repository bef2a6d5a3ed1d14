#include "applog/line_facts.hpp"

#include "read_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstddef>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::applog {
namespace {

using testing::ElementsAre;

std::string told(const std::optional<Sentence>& sentence) {
    if (!sentence) return "none";
    return sentence->code + "|" + sentence->sqlstate + "|" + std::to_string(static_cast<int>(sentence->kind)) + "|" +
           sentence->object + "|" + sentence->model + "|" + std::to_string(sentence->at);
}

std::string told(const LineFacts& facts) {
    std::string out;
    for (const bool flag : {facts.client_log, facts.thrown, facts.invocation, facts.cause}) out += flag ? "1" : "0";
    for (const auto& text : {facts.accessor, facts.code, facts.model_name}) out += " " + text;
    return out + " " + told(facts.sentence) + " " + told(facts.adapter);
}

TEST(LineFacts, AreThoseOfTheLineAlone) {
    EXPECT_EQ(told(read_facts("prisma:error ")), "1000    none none");
    EXPECT_EQ(told(read_facts("Invalid `prisma.user.create()` invocation:")), "0010 user   none none");
    EXPECT_EQ(told(read_facts("PrismaClientKnownRequestError: ")), "0100    none none");
    EXPECT_EQ(told(read_facts("  [cause]: PrismaClientKnownRequestError")), "0101    none none");
    EXPECT_EQ(told(read_facts("  code: 'P2021', modelName: 'User'")), "0000  P2021 User none none");
    EXPECT_EQ(told(read_facts("Unique constraint failed on the fields: (`email`)")), "0000    P2002||8|email||0 none");
    EXPECT_EQ(told(read_facts("DriverAdapterError: TableDoesNotExist")), "0000    none P2021||1|||0");
    EXPECT_EQ(told(read_facts("")), "0000    none none");
}

/// Lines as an incident's log has them, over and over, among others that come once, and some too long to be kept.
TEST(LineFacts, OfALineThatIsKnownAreThoseOfANewOne) {
    const std::vector<std::string> fronts{"",
                                          "prisma:error ",
                                          "PrismaClientKnownRequestError: ",
                                          "  code: 'P2021',",
                                          "The table `public.X%` does not exist in the current database.",
                                          "Raw query failed. Code: `42P01`. Message: `la relation \u00ab x% \u00bb`",
                                          "Invalid `prisma.model%.create()` invocation:",
                                          "modelName: 'Model%'",
                                          "DriverAdapterError: TableDoesNotExist %"};
    std::mt19937 random(20251103);
    KnownLines known;
    for (std::size_t round = 0; round < 20'000; ++round) {
        std::string line = fronts[random() % fronts.size()];
        if (const std::size_t at = line.find('%'); at != std::string::npos)
            line.replace(at, 1, std::to_string(random() % 100));
        if (random() % 16 == 0) line += std::string(500 + random() % 30, '.');
        ASSERT_EQ(told(known.of(line)), told(read_facts(line))) << line;
    }
}

TEST(LineFacts, ErrorsOfTheSameSentenceKeepTheModelsOfTheirOwnCalls) {
    const auto error = [](const std::string& model) {
        return "prisma:error \nInvalid `prisma." + model +
               ".create()` invocation:\n\n\nUnique constraint failed on the (not available)\n";
    };
    EXPECT_THAT(found(error("user") + error("post") + error("user")),
                ElementsAre("P2002 constraint (user) x2", "P2002 constraint (post) x1"));
}

}  // namespace
}  // namespace migration_guard::applog
