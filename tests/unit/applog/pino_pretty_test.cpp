// One failing call of Prisma 6.19, as pino-pretty 13 shows it: the error as the message, and as a property of another.
#include "read_errors.hpp"

#include <gmock/gmock.h>

#include <string>

namespace migration_guard {
namespace {

using testing::ElementsAre;

const std::string message =
    "Invalid `prisma.analyticsEvent.create()` invocation:\n\n\n"
    "The table `public.AnalyticsEvent` does not exist in the current database.\n";

const std::string object =
    R"j(    err: {
      "type": "PrismaClientKnownRequestError",
      "message": "\nInvalid `prisma.analyticsEvent.create()` invocation:\n\n\nThe table `public.AnalyticsEvent` does not)j"
    R"j( exist in the current database.",
      "stack":
          PrismaClientKnownRequestError: 
          Invalid `prisma.analyticsEvent.create()` invocation:
          
          
          The table `public.AnalyticsEvent` does not exist in the current database.
              at vn.handleRequestError (/app/node_modules/@prisma/client/runtime/library.js:121:7315)
              at async file:///app/src/server.js:9:1
      "name": "PrismaClientKnownRequestError",
      "code": "P2021",
      "meta": {
        "modelName": "AnalyticsEvent",
        "table": "public.AnalyticsEvent"
      },
      "clientVersion": "6.19.3"
    }
)j";

// log.error(error) and log.error({err: error}, 'tracking failed')
const std::string as_message = "[03:51:27.343] ERROR (18): \n" + message + object;
const std::string as_property = "[03:51:27.353] ERROR (18): tracking failed\n" + object;
const std::string by_client = "prisma:error \n" + message;

TEST(PinoPretty, IsReadOnce) {
    EXPECT_THAT(found(as_message), ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x1"));
    EXPECT_THAT(found(as_property), ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x1"));
}

TEST(PinoPretty, IsCountedAsOftenAsItHappened) {
    EXPECT_THAT(found(as_message + as_message), ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x2"));
    EXPECT_THAT(found(as_property + as_property + as_property),
                ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x3"));
    EXPECT_THAT(found(as_message + as_property + as_message),
                ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x3"));
}

TEST(PinoPretty, OfAnotherErrorsStackNothingIsLeft) {
    const std::string other = "    err: {\n      \"stack\":\n          TypeError: x is undefined\n";
    const std::string thrown = "PrismaClientKnownRequestError: \n" + message;
    EXPECT_THAT(found(thrown + other + thrown), ElementsAre("P2021 table public.AnalyticsEvent (analyticsEvent) x2"));
}

TEST(PinoPretty, IsTheSameErrorThatTheClientLogged) {
    EXPECT_THAT(found(by_client + as_property + by_client + as_property),
                ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x2"));
    EXPECT_THAT(found(by_client + as_message + by_client + as_message),
                ElementsAre("P2021 table public.AnalyticsEvent (AnalyticsEvent) x2"));
}

}  // namespace
}  // namespace migration_guard
