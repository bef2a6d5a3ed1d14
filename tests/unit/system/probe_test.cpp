#include "system/probe.hpp"

#include "system/state_file.hpp"

#include <gmock/gmock.h>

#include <random>

namespace migration_guard::system {
namespace {

TEST(HttpStatus, OfTheFirstLine) {
    EXPECT_EQ(http_status("HTTP/1.1 200 OK\r"), 200);
    EXPECT_EQ(http_status("HTTP/1.0 404"), 404);
    EXPECT_EQ(http_status("HTTP/2 302 \r"), 302);
    for (const auto* text : {"", "HTTP/1.1", "HTTP/1.1 ", "HTTP/1.1 20", "HTTP/1.1 2000 OK", "HTTP/1.1 -20 OK",
                             "HTTP/1.1 abc", "SSH-2.0-x 200", "HTTP/1.1 099 x"})
        EXPECT_EQ(http_status(text), std::nullopt) << text;
}

TEST(ProbeOptions, PortOfTheSettingsElseOfTheEnvironment) {
    Settings settings;
    EXPECT_EQ(probe_options(settings, {}).port, std::nullopt);
    EXPECT_EQ(probe_options(settings, {{"PORT", "3000"}}).port, 3000);
    for (const auto* port : {"", "0", "65536", "3000x", "\\\\.\\pipe\\iis", "-1", " 80"})
        EXPECT_EQ(probe_options(settings, {{"PORT", port}}).port, std::nullopt) << port;
    settings.probe_port = 8080;
    EXPECT_EQ(probe_options(settings, {{"PORT", "3000"}}).port, 8080);
}

TEST(ProbeOptions, SaysWhyTheAppCannotBeAsked) {
    const auto notice = [](std::optional<int> port, const std::string& path, const std::string& variable) {
        Settings settings;
        settings.probe_port = port;
        settings.probe_path = path;
        return probe_options(settings, {{"PORT", variable}}).notice;
    };
    // Nobody asked for more than the guard: no word about it.
    EXPECT_EQ(notice({}, "", ""), "");
    EXPECT_EQ(notice({}, "", "3000"), "");
    EXPECT_EQ(notice({}, "/healthz", "3000"), "");
    EXPECT_EQ(notice(8080, "/healthz", "nonsense"), "");
    EXPECT_THAT(notice({}, "/healthz", ""), testing::StartsWith("probePath /healthz is not asked"));
    for (const auto* port : {"0", "65536", "3000x", "tcp://10.0.0.1:80"})
        EXPECT_THAT(notice({}, "", port), testing::StartsWith("PORT \"" + std::string(port) + "\" is no port")) << port;
    EXPECT_EQ(notice({}, "", "30\n00").find('\n'), std::string::npos);
}

TEST(StateRecord, ComesBackAsItWas) {
    GuardState state{42, 123456789, 77, "migrating", "20251103_add (1 of 2)", true};
    const auto record = to_record(state);
    const auto back = from_record(record);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->pid, 42);
    EXPECT_EQ(back->began, 123456789U);
    EXPECT_EQ(back->started_ms, 77);
    EXPECT_EQ(back->phase, "migrating");
    EXPECT_EQ(back->detail, "20251103_add (1 of 2)");
    EXPECT_TRUE(back->probed);
}

TEST(StateRecord, AlwaysTheSameLengthAndOneLineAKey) {
    const auto shortest = to_record({});
    const auto longest =
        to_record({1, 2, 3, std::string(500, 'p'), std::string(5000, 'd') + "\npid 1\nphase passed", false});
    EXPECT_EQ(shortest.size(), longest.size());
    EXPECT_EQ(from_record(longest)->pid, 1);
    EXPECT_NE(from_record(longest)->phase, "passed");
    EXPECT_EQ(from_record(to_record({1, 2, 3, "waiting", "a\nphase passed", false}))->phase, "waiting");
}

TEST(StateRecord, AnyBytes) {
    EXPECT_FALSE(from_record(""));
    EXPECT_FALSE(from_record("something else"));
    std::minstd_rand random(1);
    auto record = to_record({1, 2, 3, "waiting", "x", false});
    for (int i = 0; i < 2000; ++i) {
        auto broken = record;
        for (int j = 0; j < 5; ++j) broken[random() % broken.size()] = static_cast<char>(random());
        broken.resize(random() % (broken.size() + 1));
        from_record(broken);
    }
}

}  // namespace
}  // namespace migration_guard::system
