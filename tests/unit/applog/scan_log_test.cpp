#include "read_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

// The incident that this program was made for: a timestamp on one line, the sentence on another, no code anywhere.
TEST(ScanLog, ReadsTheIncidentsOwnLines) {
    const std::string_view log =
        "2025-11-10T03:51:27.425062648Z prisma:error\n"
        "Invalid `prisma.analyticsEvent.create()` invocation:\n"
        "The table `public.AnalyticsEvent` does not exist in the current database.\n";
    const auto findings = scan(log);
    EXPECT_THAT(found(log), ElementsAre("P2021 table public.AnalyticsEvent (analyticsEvent) x1 2025-11-10T03:51:27Z"));
    EXPECT_EQ(findings.groups.front().sample,
              "The table `public.AnalyticsEvent` does not exist in the current database.");
    EXPECT_EQ(cause_of(findings.groups.front()), LogCause::missing_object);
    EXPECT_EQ(findings.bytes, log.size());
    EXPECT_EQ(findings.errors, 1U);
}

TEST(ScanLog, ReadsTheTicketsOtherWording) {
    EXPECT_THAT(found("Invalid `prisma.analyticsEvent.create()` invocation:\n"
                      "The table `public.AnalyticsEvent` does not exist in the current database.\n"
                      "Code: P2021\n"),
                ElementsAre("P2021 table public.AnalyticsEvent (analyticsEvent) x1"));
}

// As Prisma 7.10 with log: ['error'] and Node's console.error(error) print one failing call.
constexpr std::string_view logged_by_client =
    "prisma:error \n"
    "Invalid `prisma.analyticsEvent.create()` invocation:\n\n\n"
    "The table `public.AnalyticsEvent` does not exist in the current database.\n";
constexpr std::string_view thrown_by_7 =
    "PrismaClientKnownRequestError: \n"
    "Invalid `prisma.analyticsEvent.create()` invocation:\n\n\n"
    "The table `public.AnalyticsEvent` does not exist in the current database.\n"
    "    at vn.handleRequestError (/app/node_modules/@prisma/client/runtime/client.js:65:8643)\n"
    "    at async file:///app/src/server.js:9:1 {\n"
    "  code: 'P2021',\n"
    "  meta: {\n"
    "    modelName: 'AnalyticsEvent',\n"
    "    driverAdapterError: DriverAdapterError: TableDoesNotExist\n"
    "        at PrismaPgAdapter.onError (file:///app/node_modules/@prisma/adapter-pg/dist/index.mjs:666:11)\n"
    "        at async yr.request (/app/node_modules/@prisma/client/runtime/client.js:58:2425) {\n"
    "      cause: [Object]\n"
    "    }\n"
    "  },\n"
    "  clientVersion: '7.10.1'\n"
    "}\n";

TEST(ScanLog, CountsAnErrorOnceHoweverOftenItIsPrinted) {
    const std::string both = std::string(logged_by_client) + std::string(thrown_by_7);
    EXPECT_THAT(found(logged_by_client), ElementsAre("P2021 table public.AnalyticsEvent (analyticsEvent) x1"));
    EXPECT_THAT(found(thrown_by_7), ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x1"));
    EXPECT_THAT(found(both), ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x1"));
    EXPECT_THAT(found(both + both + both), ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x3"));
    EXPECT_THAT(found(std::string(thrown_by_7) + std::string(thrown_by_7)),
                ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x2"));
    EXPECT_THAT(found(std::string(logged_by_client) + "tracking failed: P2021 AnalyticsEvent error\n"),
                ElementsAre("P2021 table public.AnalyticsEvent (analyticsEvent) x1"));
}

TEST(ScanLog, CountsErrorsOfRequestsSideBySide) {
    std::string log;
    for (int i = 0; i < 2; ++i) log += "The table `public.A` does not exist in the current database.\n";
    for (int i = 0; i < 2; ++i) log += "  code: 'P2021',\n";
    EXPECT_THAT(found(log), ElementsAre("P2021 table public.A x2"));
}

// As Prisma 5 prints it, with a code frame, and again inside as the cause that a web framework keeps.
TEST(ScanLog, ReadsCodeFramesAndNestedCauses) {
    EXPECT_THAT(found("[request error] [unhandled] [GET] /api PrismaClientKnownRequestError: \n"
                      "Invalid `prisma.liteLLM_SpendLogs.createMany()` invocation in\n"
                      "/app/src/index.ts:41:38\n\n"
                      "  38   // Repeat for any other DateTime fields you may have\n"
                      "\xE2\x86\x92 41 await prisma.liteLLM_SpendLogs.createMany(\n"
                      "The table `public.LiteLLM_SpendLogs` does not exist in the current database.\n"
                      "    at In.request (/app/node_modules/@prisma/client/runtime/library.js:122:5896) {\n"
                      "  cause: PrismaClientKnownRequestError: \n"
                      "  Invalid `prisma.liteLLM_SpendLogs.createMany()` invocation in\n"
                      "  The table `public.LiteLLM_SpendLogs` does not exist in the current database.\n"
                      "      at In.request (/app/node_modules/@prisma/client/runtime/library.js:122:5896) {\n"
                      "    code: 'P2021',\n"
                      "    clientVersion: '5.13.0',\n"
                      "    meta: { modelName: 'LiteLLM_SpendLogs', table: 'public.LiteLLM_SpendLogs' }\n"
                      "  }\n}\n"),
                ElementsAre("P2021 table public.LiteLLM_SpendLogs (LiteLLM_SpendLogs) x1"));
}

TEST(ScanLog, TakesACodeAloneForAnErrorWhereTheLineSpeaksOfOne) {
    EXPECT_THAT(found("Error: P1001: Can't reach database server at `db:5432`\n"),
                ElementsAre("P1001 host db:5432 x1"));
    EXPECT_THAT(found("tracking failed with code P2024\n"), ElementsAre("P2024 none x1"));
    EXPECT_THAT(found("error P2021 { table: 'public.Tag', modelName: 'Tag' }\n"),
                ElementsAre("P2021 table public.Tag (Tag) x1"));
    EXPECT_THAT(found("GET /products/P2021 200\nshipped P2021 to Lyon\nSKU-P2021 code\nP20211 error\nXP2021 error\n"
                      "P2091 error\n"),
                IsEmpty());
}

TEST(ScanLog, LetsASentenceExplainACodeThatCameFirst) {
    EXPECT_THAT(found("request failed: code P2021\nThe table `public.A` does not exist in the current database.\n"),
                ElementsAre("P2021 table public.A x1"));
}

TEST(ScanLog, ReadsTheErrorsOfPrismaMigrate) {
    EXPECT_THAT(
        found("Error: P3018\n\nA migration failed to apply. New migrations cannot be applied before the error is "
              "recovered from.\n\nMigration name: 20251103_add\n\nDatabase error code: 42P07\n"),
        ElementsAre("P3018 migration 20251103_add x1"));
    EXPECT_THAT(
        found("Error: P3009\n\nmigrate found failed migrations in the target database, new migrations will not be "
              "applied.\nThe `2_b` migration started at 2026-01-02 03:04:05.678 UTC failed\nThe `3_c` migration "
              "started at 2026-01-02 03:04:05.678 UTC failed\n"),
        ElementsAre("P3009 migration 2_b x1"));
    EXPECT_THAT(found("Error: P3005\n\nThe database schema is not empty. Read more about how to baseline\n"),
                ElementsAre("P3005 none x1"));
}

TEST(ScanLog, ReadsDriverAdapterErrorsOnTheirOwn) {
    EXPECT_THAT(found("DriverAdapterError: TableDoesNotExist\n    at x (y.mjs:1:2) {\n  cause: {\n"
                      "    originalCode: '42P01',\n    originalMessage: 'relation \"public.Tag\" does not exist',\n"
                      "    kind: 'TableDoesNotExist',\n    table: 'public.Tag'\n  }\n}\n"),
                ElementsAre("P2021 table public.Tag x1"));
    EXPECT_THAT(found("Uncaught DriverAdapterError: DatabaseNotReachable\n"), ElementsAre("P1001 host x1"));
    EXPECT_THAT(found("DriverAdapterError: type \"public.Plan\" does not exist\n"),
                ElementsAre("- 42704 type public.Plan x1"));
}

TEST(ScanLog, TakesJsonLinesForOneErrorEach) {
    const std::string pino =
        R"({"level":50,"time":1762746687425,"pid":18,"err":{"type":"PrismaClientKnownRequestError","message":"\nInvalid `prisma.analyticsEvent.create()` invocation:\n\n\nThe table `public.AnalyticsEvent` does not exist in the current database.","stack":"PrismaClientKnownRequestError: \nInvalid `prisma.analyticsEvent.create()` invocation:\n\n\nThe table `public.AnalyticsEvent` does not exist in the current database.\n    at x","code":"P2021","meta":{"modelName":"AnalyticsEvent","driverAdapterError":{"name":"DriverAdapterError","cause":{"originalCode":"42P01","originalMessage":"relation \"public.AnalyticsEvent\" does not exist","kind":"TableDoesNotExist","table":"public.AnalyticsEvent"}}}},"msg":"tracking failed"})";
    const auto findings = scan(pino + "\n" + pino + "\n");
    ASSERT_THAT(findings.groups, SizeIs(1));
    EXPECT_EQ(text_of(findings.groups.front()),
              "P2021 table public.AnalyticsEvent (AnalyticsEvent) x2 2025-11-10T03:51:27Z");
    EXPECT_EQ(findings.groups.front().sample,
              "The table `public.AnalyticsEvent` does not exist in the current database.");
    EXPECT_THAT(
        found(
            R"({"level":"error","message":"no table","code":"P2021","meta":{"table":"public.Tag"},"timestamp":"2025-11-10 03:51:27"})"),
        ElementsAre("P2021 table public.Tag x1 2025-11-10T03:51:27Z"));
    EXPECT_THAT(found(R"({"level":30,"msg":"request completed","path":"/products/P2021"})"), IsEmpty());
    EXPECT_THAT(found(std::string(logged_by_client) + pino + "\n"),
                ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"));
}

TEST(ScanLog, ReadsEveryPrefixThatDockerPutsBeforeALine) {
    const std::string_view sentence = "The table `public.A` does not exist in the current database.";
    const std::string time = "2025-11-10T03:51:27.425062648Z";
    for (const std::string& line :
         {"app.1.x7k2@node1    | " + time + " " + std::string(sentence),
          time + " app.1.x7k2@node1    | " + std::string(sentence), "web-1  | " + time + " " + std::string(sentence),
          "[2025-11-10 03:51:27.425] " + std::string(sentence),
          "[pod/shop-7d9f/app] " + time + " " + std::string(sentence),
          "2025-11-10T03:51:27+0000 host app[123]: " + std::string(sentence),
          "time=" + time + " level=error msg=\"" + std::string(sentence) + "\"",
          "time=\"2025-11-10 03:51:27\" level=error msg=\"" + std::string(sentence) + "\"",
          "ts=" + time + " level=error msg=\"" + std::string(sentence) + "\"",
          "2025-11-10T04:51:27,425+01:00 " + std::string(sentence),
          "[Nest] 18  - 11/10/2025, 3:51:27 AM   ERROR [ExceptionsHandler] " + std::string(sentence),
          R"({"log":")" + std::string(sentence) + R"(\n","stream":"stderr","time":"2025-11-10T03:51:27.4Z"})",
          std::string("\x02\0\0\0\0\0\0\x3F", 8) + time + " " + std::string(sentence)})
        EXPECT_THAT(found(line + "\r\n"), ElementsAre("P2021 table public.A x1 2025-11-10T03:51:27Z")) << line;
}

TEST(ScanLog, KeepsReplicasApart) {
    EXPECT_THAT(
        found("app.1.a@n | 2025-11-10T03:00:00Z Invalid `prisma.user.create()` invocation:\n"
              "app.2.b@n | 2025-11-10T04:00:00Z Invalid `prisma.post.create()` invocation:\n"
              "app.1.a@n | The table `(not available)` does not exist in the current database.\n"
              "app.2.b@n | The table `(not available)` does not exist in the current database.\n"),
        ElementsAre("P2021 table (user) x1 2025-11-10T03:00:00Z", "P2021 table (post) x1 2025-11-10T04:00:00Z"));
}

TEST(ScanLog, KeepsPodsAndProcessesApart) {
    for (const auto& [first, second] :
         {std::pair{"[pod/shop-1/app] ", "[pod/shop-2/app] "},
          std::pair{"Nov 03 09:14:05 host app[123]: ", "Nov  3 09:14:05 host app[124]: "},
          std::pair{"2025-11-10T03:00:00+0000 a web[1]: ", "2025-11-10T03:00:00+0000 b web[1]: "}}) {
        const std::string one = first;
        const std::string two = second;
        const auto groups = scan(one + "Invalid `prisma.user.create()` invocation:\n" +  //
                                 two + "Invalid `prisma.post.create()` invocation:\n" +  //
                                 one + "The table `(not available)` does not exist in the current database.\n" + two +
                                 "The table `(not available)` does not exist in the current database.\n" + one +
                                 "  code: 'P2021',\n" + two + "  code: 'P2021',\n")
                                .groups;
        ASSERT_THAT(groups, SizeIs(2)) << one;
        EXPECT_EQ(groups[0].model, "user") << one;
        EXPECT_EQ(groups[1].model, "post") << one;
        EXPECT_EQ(groups[0].sample, "The table `(not available)` does not exist in the current database.") << one;
    }
}

TEST(ScanLog, TakesOnlyAWholeSyslogPrefixForOne) {
    for (const std::string_view front :
         {"Nov 03 09:14:05 error file: ", "Nov 03 09:14 host app[123]: ", "Error in app[123]: ", "[pod/never ends "}) {
        const auto groups = scan(std::string(front) + "The table `A` does not exist in the current database.\n").groups;
        ASSERT_THAT(groups, SizeIs(1)) << front;
        EXPECT_THAT(groups[0].sample, testing::StartsWith(front));
    }
}

TEST(ScanLog, WidensFirstAndLast) {
    const std::string sentence = " The column `User.phone` does not exist in the current database.\n";
    EXPECT_THAT(found("2025-11-10T03:00:02Z" + sentence + "2025-11-10T03:00:01Z" + sentence + "2025-11-11T03:00:00Z" +
                      sentence),
                ElementsAre("P2022 column User.phone x3 2025-11-10T03:00:01Z..2025-11-11T03:00:00Z"));
}

TEST(ScanLog, TakesTheTimeOfALineBefore) {
    EXPECT_THAT(
        found("2025-11-10T03:00:00Z GET /track\nsome text\nThe table `A` does not exist in the current database.\n"),
        ElementsAre("P2021 table A x1 2025-11-10T03:00:00Z"));
}

// Lines of other errors come between, which have been read already: they count as well.
TEST(ScanLog, LooksForATimeTwentyFourLinesBackAndNoFurther) {
    for (const int lines : {23, 24}) {
        std::string log = "2025-11-10T03:00:00Z GET /track\n";
        for (int line = 0; line < lines; ++line) log += line % 4 == 3 ? "prisma:error\n" : "some text\n";
        const auto seen = found(log + "The table `A` does not exist in the current database.\n");
        EXPECT_THAT(seen, ElementsAre(lines == 23 ? "P2021 table A x1 2025-11-10T03:00:00Z" : "P2021 table A x1"));
    }
}

TEST(ScanLog, RemovesColoursAndWhatIsNoText) {
    EXPECT_THAT(found("\x1B[31mprisma:error\x1B[0m \r\nInvalid \x1B[1m`prisma.user.create()`\x1B[22m invocation:\r\n"
                      "The table \x1B[1m`public.A`\x1B[22m does not exist in the current database.\r\n"),
                ElementsAre("P2021 table public.A (user) x1"));
    const auto findings = scan("\xFF\xFE bad The table `public.\xFF` does not exist in the current database.\n");
    ASSERT_THAT(findings.groups, SizeIs(1));
    EXPECT_EQ(findings.groups.front().object, "public.\uFFFD");
}

TEST(ScanLog, MasksCredentials) {
    const auto findings = scan(
        "postgres://app:s3cret@db:5432/app error P1001: Can't reach database server at `db:5432` password=hunter2\n");
    ASSERT_THAT(findings.groups, SizeIs(1));
    EXPECT_THAT(findings.groups.front().sample, Not(HasSubstr("s3cret")));
    EXPECT_THAT(findings.groups.front().sample, Not(HasSubstr("hunter2")));
    EXPECT_THAT(findings.groups.front().sample, HasSubstr("Can't reach database server"));
}

TEST(ScanLog, BoundsItsGroups) {
    std::string log;
    for (std::size_t i = 0; i < LogScanner::most_groups + 50; ++i)
        log += "The table `t" + std::to_string(i) + "` does not exist in the current database.\n";
    log += log;
    const auto findings = scan(log);
    EXPECT_THAT(findings.groups, SizeIs(LogScanner::most_groups));
    EXPECT_EQ(findings.left_out, 100U);
    EXPECT_EQ(findings.errors, 2 * (LogScanner::most_groups + 50));
}

TEST(ScanLog, ReadsHugeLinesAndLinesWithoutEnd) {
    const std::string_view sentence = "The table `A` does not exist in the current database.";
    const std::string filler(700'000, 'x');
    EXPECT_THAT(found(filler + std::string(sentence) + filler + "\n" + std::string(sentence)),
                ElementsAre("P2021 table A x2"));
    EXPECT_THAT(found(sentence), ElementsAre("P2021 table A x1"));
}

TEST(ScanLog, FindsTheSameHoweverTheLogIsCut) {
    std::string log;
    for (int i = 0; i < 40; ++i) {
        log += "2025-11-10T03:51:2" + std::to_string(i % 10) + "Z GET /track 200 " + std::string(97, 'y') + "\n";
        log += i % 3 == 0 ? std::string(logged_by_client) : std::string(thrown_by_7);
    }
    const auto expected = found(log);
    for (const std::size_t size : {1U, 7U, 100U, 4096U, 100'000U}) {
        LogScanner scanner;
        for (std::size_t at = 0; at < log.size(); at += size) scanner.feed(std::string_view(log).substr(at, size));
        std::vector<std::string> groups;
        for (const auto& group : scanner.finish().groups) groups.push_back(text_of(group));
        EXPECT_EQ(groups, expected) << size;
    }
}

TEST(ScanLog, FindsEveryErrorWhereverTheWindowEnds) {
    const std::string sentence = "The table `A` does not exist in the current database.\n";
    std::string log;
    std::size_t errors = 0;
    while (log.size() < 600'000) {
        log += std::string(900 + errors % 211, 'z') + "\n" + sentence;
        ++errors;
    }
    EXPECT_EQ(scan(log).errors, errors);
}

TEST(ScanLog, ReadsThroughACallback) {
    std::string_view log = logged_by_client;
    const auto findings = scan_log([&log](char* into, std::size_t size) {
        const std::size_t taken = log.copy(into, std::min<std::size_t>(size, 10));
        log.remove_prefix(taken);
        return taken;
    });
    EXPECT_EQ(findings.errors, 1U);
    EXPECT_THAT(scan("").groups, IsEmpty());
}

}  // namespace
}  // namespace migration_guard
