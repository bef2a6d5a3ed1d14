// One failing call of Prisma 6.19 between two ordinary lines, as winston 3.19 wrote it in each of its formats.
#include "read_errors.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

struct WinstonCase {
    const char* name;
    const char* log;
    const char* group;  ///< null: the format leaves the error out
};

class Winston : public testing::TestWithParam<WinstonCase> {};

TEST_P(Winston, IsReadOnce) {
    const auto& tested = GetParam();
    const std::vector<std::string> expected =
        tested.group == nullptr ? std::vector<std::string>() : std::vector<std::string>{tested.group};
    EXPECT_EQ(found(tested.log), expected);
}

const WinstonCase formats[] = {
    {"json",
     "{\"level\":\"info\",\"message\":\"listening on "
     "3000\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"clientVersion\":\"6.19.3\",\"code\":\"P2021\",\"level\":\"error\",\"meta\":{\"modelName\":\"AnalyticsEvent\","
     "\"table\":\"public.AnalyticsEvent\"},\"name\":\"PrismaClientKnownRequestError\",\"service\":\"shop\","
     "\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"level\":\"info\",\"message\":\"GET / 200\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"json_nested",
     "{\"level\":\"info\",\"message\":\"listening on "
     "3000\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"error\":{\"clientVersion\":\"6.19.3\",\"code\":\"P2021\",\"meta\":{\"modelName\":\"AnalyticsEvent\",\"table\":"
     "\"public.AnalyticsEvent\"},\"name\":\"PrismaClientKnownRequestError\"},\"level\":\"error\",\"message\":"
     "\"tracking failed\",\"requestId\":\"r1\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"level\":\"info\",\"message\":\"GET / 200\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"json_meta",
     "{\"level\":\"info\",\"message\":\"listening on "
     "3000\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"clientVersion\":\"6.19.3\",\"code\":\"P2021\",\"level\":\"error\",\"message\":\"tracking failed \\nInvalid "
     "`prisma.analyticsEvent.create()` invocation:\\n\\n\\nThe table `public.AnalyticsEvent` does not exist in the "
     "current "
     "database.\",\"meta\":{\"modelName\":\"AnalyticsEvent\",\"table\":\"public.AnalyticsEvent\"},\"name\":"
     "\"PrismaClientKnownRequestError\",\"service\":\"shop\",\"stack\":\"PrismaClientKnownRequestError: \\nInvalid "
     "`prisma.analyticsEvent.create()` invocation:\\n\\n\\nThe table `public.AnalyticsEvent` does not exist in the "
     "current database.\\n    at err (/app/src/server.js:4:19)\\n    at message (/app/src/server.js:20:90)\\n    at "
     "/app/src/server.js:25:37\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"level\":\"info\",\"message\":\"GET / 200\",\"service\":\"shop\",\"timestamp\":\"2025-11-10T03:51:27.425Z\"}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"json_fields",
     "{\"level\":\"info\",\"message\":\"listening on 3000\",\"service\":\"shop\",\"timestamp\":\"2025-11-10 "
     "03:51:27\"}\n"
     "{\"error\":{\"code\":\"P2021\",\"message\":\"\\nInvalid `prisma.analyticsEvent.create()` invocation:\\n\\n\\nThe "
     "table `public.AnalyticsEvent` does not exist in the current "
     "database.\",\"meta\":{\"modelName\":\"AnalyticsEvent\",\"table\":\"public.AnalyticsEvent\"},\"name\":"
     "\"PrismaClientKnownRequestError\"},\"level\":\"error\",\"message\":\"tracking "
     "failed\",\"service\":\"shop\",\"timestamp\":\"2025-11-10 03:51:27\"}\n"
     "{\"level\":\"info\",\"message\":\"GET / 200\",\"service\":\"shop\",\"timestamp\":\"2025-11-10 03:51:27\"}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"logstash",
     "{\"@fields\":{\"level\":\"info\"},\"@message\":\"listening on "
     "3000\",\"@timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"@fields\":{\"clientVersion\":\"6.19.3\",\"code\":\"P2021\",\"level\":\"error\",\"meta\":{\"modelName\":"
     "\"AnalyticsEvent\",\"table\":\"public.AnalyticsEvent\"},\"name\":\"PrismaClientKnownRequestError\"},\"@message\":"
     "\"\\nInvalid `prisma.analyticsEvent.create()` invocation:\\n\\n\\nThe table `public.AnalyticsEvent` does not "
     "exist in the current database.\",\"@timestamp\":\"2025-11-10T03:51:27.425Z\"}\n"
     "{\"@fields\":{\"level\":\"info\"},\"@message\":\"GET / 200\",\"@timestamp\":\"2025-11-10T03:51:27.425Z\"}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"simple",
     "info: listening on 3000\n"
     "error: \n"
     "Invalid `prisma.analyticsEvent.create()` invocation:\n"
     "\n"
     "\n"
     "The table `public.AnalyticsEvent` does not exist in the current database. "
     "{\"clientVersion\":\"6.19.3\",\"code\":\"P2021\",\"meta\":{\"modelName\":\"AnalyticsEvent\",\"table\":\"public."
     "AnalyticsEvent\"},\"name\":\"PrismaClientKnownRequestError\",\"stack\":\"PrismaClientKnownRequestError: "
     "\\nInvalid `prisma.analyticsEvent.create()` invocation:\\n\\n\\nThe table `public.AnalyticsEvent` does not exist "
     "in the current database.\\n    at err (/app/src/server.js:4:19)\\n    at error (/app/src/server.js:20:39)\\n    "
     "at /app/src/server.js:25:37\"}\n"
     "info: GET / 200\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1"},
    {"cli",
     "\x1B"
     "[32m\x1B"
     "[32minfo\x1B"
     "[32m\x1B"
     "[39m:    listening on 3000\n"
     "\x1B"
     "[31m\x1B"
     "[31merror\x1B"
     "[31m\x1B"
     "[39m:   tracking failed \n"
     "Invalid `prisma.analyticsEvent.create()` invocation:\n"
     "\n"
     "\n"
     "The table `public.AnalyticsEvent` does not exist in the current database.\n"
     "\x1B"
     "[32m\x1B"
     "[32minfo\x1B"
     "[32m\x1B"
     "[39m:    GET / 200\n",
     "P2021 table public.AnalyticsEvent (analyticsEvent) x1"},
    {"printf_with_stack",
     "2025-11-10T03:51:27.425Z [info]: listening on 3000\n"
     "2025-11-10T03:51:27.425Z [error]: PrismaClientKnownRequestError: \n"
     "Invalid `prisma.analyticsEvent.create()` invocation:\n"
     "\n"
     "\n"
     "The table `public.AnalyticsEvent` does not exist in the current database.\n"
     "    at err (/app/src/server.js:4:19)\n"
     "    at error (/app/src/server.js:20:39)\n"
     "    at /app/src/server.js:25:37\n"
     "2025-11-10T03:51:27.425Z [info]: GET / 200\n",
     "P2021 table public.AnalyticsEvent (analyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"printf_with_message",
     "2025-11-10T03:51:27.425Z info: listening on 3000\n"
     "2025-11-10T03:51:27.425Z error: tracking failed \n"
     "Invalid `prisma.analyticsEvent.create()` invocation:\n"
     "\n"
     "\n"
     "The table `public.AnalyticsEvent` does not exist in the current database.\n"
     "2025-11-10T03:51:27.425Z info: GET / 200\n",
     "P2021 table public.AnalyticsEvent (analyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"printf_in_colours",
     "[2025-11-10 03:51:27.425] \x1B"
     "[32minfo\x1B"
     "[39m: \t\x1B"
     "[32mlistening on 3000\x1B"
     "[39m\n"
     "[2025-11-10 03:51:27.425] \x1B"
     "[31merror\x1B"
     "[39m: \t\x1B"
     "[31m\x1B"
     "[39m\n"
     "\x1B"
     "[31mInvalid `prisma.analyticsEvent.create()` invocation:\x1B"
     "[39m\n"
     "\n"
     "\n"
     "\x1B"
     "[31mThe table `public.AnalyticsEvent` does not exist in the current database.\x1B"
     "[39m\n"
     "[2025-11-10 03:51:27.425] \x1B"
     "[32minfo\x1B"
     "[39m: \t\x1B"
     "[32mGET / 200\x1B"
     "[39m\n",
     "P2021 table public.AnalyticsEvent (analyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"printf_with_rest",
     "2025-11-10T03:51:27.425Z info listening on 3000 {}\n"
     "2025-11-10T03:51:27.425Z error tracking failed "
     "{\"error\":{\"code\":\"P2021\",\"meta\":{\"modelName\":\"AnalyticsEvent\",\"table\":\"public.AnalyticsEvent\"},"
     "\"clientVersion\":\"6.19.3\",\"name\":\"PrismaClientKnownRequestError\"},\"requestId\":\"r1\"}\n"
     "2025-11-10T03:51:27.425Z info GET / 200 {}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1 2025-11-10T03:51:27Z"},
    {"pretty",
     "{\n"
     "  message: 'listening on 3000',\n"
     "  level: 'info',\n"
     "  timestamp: '2025-11-10T03:51:27.425Z'\n"
     "}\n"
     "{\n"
     "  code: 'P2021',\n"
     "  meta: { modelName: 'AnalyticsEvent', table: 'public.AnalyticsEvent' },\n"
     "  clientVersion: '6.19.3',\n"
     "  name: 'PrismaClientKnownRequestError',\n"
     "  level: 'error',\n"
     "  message: '\\n' +\n"
     "    'Invalid `prisma.analyticsEvent.create()` invocation:\\n' +\n"
     "    '\\n' +\n"
     "    '\\n' +\n"
     "    'The table `public.AnalyticsEvent` does not exist in the current database.',\n"
     "  stack: 'PrismaClientKnownRequestError: \\n' +\n"
     "    'Invalid `prisma.analyticsEvent.create()` invocation:\\n' +\n"
     "    '\\n' +\n"
     "    '\\n' +\n"
     "    'The table `public.AnalyticsEvent` does not exist in the current database.\\n' +\n"
     "    '    at err (/app/src/server.js:4:19)\\n' +\n"
     "    '    at error (/app/src/server.js:20:39)\\n' +\n"
     "    '    at /app/src/server.js:25:37',\n"
     "  timestamp: '2025-11-10T03:51:27.425Z'\n"
     "}\n"
     "{\n"
     "  message: 'GET / 200',\n"
     "  level: 'info',\n"
     "  timestamp: '2025-11-10T03:51:27.425Z'\n"
     "}\n",
     "P2021 table public.AnalyticsEvent (analyticsEvent) x1"},
    {"pretty_nested",
     "{\n"
     "  message: \x1B"
     "[32m'listening on 3000'\x1B"
     "[39m,\n"
     "  level: \x1B"
     "[32m'info'\x1B"
     "[39m,\n"
     "  timestamp: \x1B"
     "[32m'2025-11-10T03:51:27.425Z'\x1B"
     "[39m\n"
     "}\n"
     "{\n"
     "  error: PrismaClientKnownRequestError: \n"
     "  Invalid `prisma.analyticsEvent.create()` invocation:\n"
     "  \n"
     "  \n"
     "  The table `public.AnalyticsEvent` does not exist in the current database.\n"
     "      at err \x1B"
     "[90m(/srv/app/\x1B"
     "[39mgen.cjs:4:19\x1B"
     "[90m)\x1B"
     "[39m\n"
     "      at nested \x1B"
     "[90m(/srv/app/\x1B"
     "[39mgen.cjs:20:149\x1B"
     "[90m)\x1B"
     "[39m\n"
     "      at \x1B"
     "[90m/srv/app/\x1B"
     "[39mgen.cjs:25:37 {\n"
     "    code: \x1B"
     "[32m'P2021'\x1B"
     "[39m,\n"
     "    meta: { modelName: \x1B"
     "[32m'AnalyticsEvent'\x1B"
     "[39m, table: \x1B"
     "[32m'public.AnalyticsEvent'\x1B"
     "[39m },\n"
     "    clientVersion: \x1B"
     "[32m'6.19.3'\x1B"
     "[39m\n"
     "  },\n"
     "  requestId: \x1B"
     "[32m'r1'\x1B"
     "[39m,\n"
     "  level: \x1B"
     "[32m'error'\x1B"
     "[39m,\n"
     "  message: \x1B"
     "[32m'tracking failed'\x1B"
     "[39m,\n"
     "  timestamp: \x1B"
     "[32m'2025-11-10T03:51:27.425Z'\x1B"
     "[39m\n"
     "}\n"
     "{\n"
     "  message: \x1B"
     "[32m'GET / 200'\x1B"
     "[39m,\n"
     "  level: \x1B"
     "[32m'info'\x1B"
     "[39m,\n"
     "  timestamp: \x1B"
     "[32m'2025-11-10T03:51:27.425Z'\x1B"
     "[39m\n"
     "}\n",
     "P2021 table public.AnalyticsEvent (AnalyticsEvent) x1"},
    {"without_the_error",
     "2025-11-10T03:51:27.425Z [info]: listening on 3000\n"
     "2025-11-10T03:51:27.425Z [error]: tracking failed\n"
     "2025-11-10T03:51:27.425Z [info]: GET / 200\n",
     nullptr},
};

INSTANTIATE_TEST_SUITE_P(Formats, Winston, testing::ValuesIn(formats),
                         [](const auto& tested) { return std::string(tested.param.name); });

}  // namespace
}  // namespace migration_guard
