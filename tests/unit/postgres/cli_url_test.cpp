#include "postgres/cli_url.hpp"

#include <gtest/gtest.h>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::string read_back(const std::string& url) {
    return parse_url(url, "DATABASE_URL", "/").options;
}

TEST(WithParameter, StandsWhereUrlParsersLookForIt) {
    struct Case {
        const char* url;
        const char* expected;
    };
    for (const auto& [url, expected] : {
             Case{"postgresql://h/d", "postgresql://h/d?schema=a"},
             Case{"postgresql://h/d?", "postgresql://h/d?schema=a"},
             Case{"postgresql://h/d?sslmode=require", "postgresql://h/d?sslmode=require&schema=a"},
             Case{"postgresql://h/d?schema=b&x=1&schema=c", "postgresql://h/d?x=1&schema=a"},
             Case{"postgresql://h/d?sch%65ma=b", "postgresql://h/d?schema=a"},
             Case{"postgresql://h/d?x=1#top", "postgresql://h/d?x=1&schema=a#top"},
             Case{"postgresql://h/d#top?", "postgresql://h/d?schema=a#top?"},
             Case{"postgresql://u:p%23%40%2F@h/d?x=%20+", "postgresql://u:p%23%40%2F@h/d?x=%20+&schema=a"},
         })
        EXPECT_EQ(with_parameter(url, "schema", "a"), expected);
}

TEST(WithParameter, IsReadBackUnchanged) {
    const std::string text = "-c a=b\\ c&d=e%20+?#\"'\xc3\xa9";
    EXPECT_EQ(read_back(with_parameter("postgresql://u@h/d?x=1", "options", text)), text);
}

TEST(SessionOptions, AddsToWhatIsThere) {
    EXPECT_EQ(session_options("", {}, {}), "");
    EXPECT_EQ(session_options("-c x=1", {}, {}), "-c x=1");
    EXPECT_EQ(session_options("", seconds(7), {}), "-c lock_timeout=7000");
    EXPECT_EQ(session_options("-c lock_timeout=1s", seconds(7), milliseconds(1500)),
              "-c lock_timeout=1s -c lock_timeout=7000 -c statement_timeout=1500");
    EXPECT_EQ(session_options("", milliseconds(0), {}), "-c lock_timeout=0");
}

TEST(SamePlace, HostPortDatabaseAndSchema) {
    const auto at = [](const char* url) { return parse_url(url, "X", "/"); };
    EXPECT_TRUE(same_place(at("postgresql://a:b@h/d"), at("postgres://c:d@h:5432/d?schema=public&sslmode=require")));
    for (const auto* other :
         {"postgresql://u@g/d", "postgresql://u@h:1/d", "postgresql://u@h/e", "postgresql://u@h/d?schema=s"})
        EXPECT_FALSE(same_place(at("postgresql://u@h/d"), at(other))) << other;
}

}  // namespace
}  // namespace migration_guard::postgres
