#include "system/probe.hpp"

#include "support/image.hpp"
#include "support/processes.hpp"
#include "system/own_addresses.hpp"
#include "system/process_table.hpp"
#include "system/state_file.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

namespace migration_guard::system {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::StartsWith;

/// A server that answers every connection with the same text, or with silence.
class Server {
public:
    explicit Server(std::string answer, const Address& at = loopback_addresses(0)[0]) : answer_(std::move(answer)) {
        listener_ = ::socket(at.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
        ::bind(listener_, reinterpret_cast<const sockaddr*>(&at.storage), at.length);  // NOLINT
        ::listen(listener_, 8);
        sockaddr_storage bound{};
        socklen_t size = sizeof bound;
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&bound), &size);  // NOLINT
        port_ = ntohs(at.storage.ss_family == AF_INET
                          ? reinterpret_cast<const sockaddr_in*>(&bound)->sin_port      // NOLINT
                          : reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);  // NOLINT
        thread_ = std::thread([this] { serve(); });
    }
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    Server(Server&&) = delete;
    Server& operator=(Server&&) = delete;
    ~Server() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
        for (const int fd : held_) ::close(fd);
    }
    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] std::string request() const { return request_; }

private:
    void serve() {
        for (;;) {
            const int client = ::accept(listener_, nullptr, nullptr);
            if (client < 0) return;
            if (answer_.empty()) {
                held_.push_back(client);
                continue;
            }
            std::string buffer(2000, '\0');
            const auto got = ::recv(client, buffer.data(), buffer.size(), 0);
            request_ = buffer.substr(0, got > 0 ? static_cast<std::size_t>(got) : 0);
            for (const char c : answer_) ::send(client, &c, 1, MSG_NOSIGNAL);  // byte by byte
            ::close(client);
        }
    }
    std::string answer_;
    std::string request_;
    std::vector<int> held_;
    int listener_ = -1;
    int port_ = 0;
    std::thread thread_;
};

class Probing : public testing::Test {
protected:
    Probing() { options.state_file = image.path("state").string(); }
    ProbeReport ask() { return probe(options); }
    test::Image image;
    ProbeOptions options;
};

TEST_F(Probing, WithoutAPortOnlyTheGuardCounts) {
    EXPECT_TRUE(ask().healthy);
    StateFile state(options.state_file);
    state.write("waiting", "for PostgreSQL at db:5432: connection refused");
    EXPECT_FALSE(ask().healthy);
    EXPECT_THAT(ask().line, StartsWith("waiting: for PostgreSQL at db:5432: connection refused ("));
    state.write("passed", "the app was started");
    EXPECT_TRUE(ask().healthy);
}

TEST_F(Probing, AnAppThatCannotBeAskedIsSaidToBe) {
    options = probe_options({}, {{"PORT", "http"}});
    options.state_file = image.path("state").string();
    EXPECT_TRUE(ask().healthy);
    EXPECT_THAT(ask().line, StartsWith("the guard has passed; PORT \"http\" is no port"));
}

TEST_F(Probing, TheLineSaysMigrationAndElapsed) {
    StateFile state(options.state_file, std::chrono::steady_clock::now() - std::chrono::seconds(75));
    state.write("migrating", "20251103_add_analytics (1 of 2)");
    EXPECT_EQ(ask().line, "migrating: 20251103_add_analytics (1 of 2) (75s since the start)");
}

TEST_F(Probing, AConnectionIsEnoughWithoutAPath) {
    const Server server("");
    options.port = server.port();
    EXPECT_TRUE(ask().healthy);
    EXPECT_THAT(ask().line, HasSubstr("127.0.0.1:" + std::to_string(server.port()) + " accepts connections"));
}

TEST_F(Probing, NobodyListens) {
    options.port = 1;
    options.path = "/healthz";
    const auto report = ask();
    EXPECT_FALSE(report.healthy);
    EXPECT_THAT(report.line, HasSubstr("127.0.0.1:1: Connection refused"));
}

TEST_F(Probing, StatusDecides) {
    for (const auto& [answer, healthy] :
         std::vector<std::pair<std::string, bool>>{{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
                                                   {"HTTP/1.1 204 No Content\r\n\r\n", true},
                                                   {"HTTP/1.0 302 Found\r\n\r\n", true},
                                                   {"HTTP/1.1 400 Bad Request\r\n\r\n", false},
                                                   {"HTTP/1.1 503 Service Unavailable\r\n\r\n", false},
                                                   {"HTTP/1.1 100 Continue\r\n\r\n", false},
                                                   {"220 smtp ready\r\n", false},
                                                   {std::string(10'000, 'x'), false}}) {
        const Server server(answer);
        options.port = server.port();
        options.path = "/healthz?deep=0";
        const auto report = ask();
        EXPECT_EQ(report.healthy, healthy) << answer.substr(0, 40) << " -> " << report.line;
        EXPECT_THAT(server.request(), StartsWith("GET /healthz?deep=0 HTTP/1.1\r\nHost: localhost:"));
    }
}

TEST_F(Probing, SilenceIsUnhealthyWithinItsTime) {
    const Server server("");
    options.port = server.port();
    options.path = "/";
    options.timeout = milliseconds(200);
    const auto begun = std::chrono::steady_clock::now();
    const auto report = ask();
    EXPECT_FALSE(report.healthy);
    EXPECT_THAT(report.line, HasSubstr("no answer within 200ms"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(1000));
}

TEST_F(Probing, AnAppOnIpv6Only) {
    const auto v6 = loopback_addresses(0)[1];
    const int probe_socket = ::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const bool there = ::bind(probe_socket, reinterpret_cast<const sockaddr*>(&v6.storage), v6.length) == 0;  // NOLINT
    ::close(probe_socket);
    if (!there) GTEST_SKIP() << "no ::1 on this machine";
    const Server server("", v6);
    options.port = server.port();
    EXPECT_THAT(ask().line, HasSubstr("[::1]:"));
}

TEST_F(Probing, AnAppOnTheContainersOwnAddressOnly) {
    const auto own = interface_addresses(0);
    if (own.empty()) GTEST_SKIP() << "no interface but loopback";
    const Server server("", own.front());
    options.port = server.port();
    const auto report = ask();
    EXPECT_TRUE(report.healthy) << report.line;
}

TEST_F(Probing, IsFast) {
    StateFile state(options.state_file);
    state.write("migrating", "x");
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 50; ++i) ask();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(50 * 5));
}

// ---- the state file -----------------------------------------------------------------------------------------------

class StateFiles : public Probing {
protected:
    [[nodiscard]] std::string path() const { return options.state_file; }
    std::string content() {
        std::ifstream file(path(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    void put(GuardState state) { std::ofstream(path(), std::ios::binary) << to_record(state); }
    static GuardState of_self() {
        return {::getpid(), process_facts(::getpid())->began, 0, std::string(phase_passed), "", false};
    }
};

TEST_F(StateFiles, AProbeLeavesAMarkThatTheGuardKeeps) {
    StateFile state(path());
    state.write("waiting", "a");
    EXPECT_FALSE(state.probed());
    EXPECT_FALSE(probe_was_seen(path()));
    ask();
    EXPECT_TRUE(state.probed());
    state.write("migrating", "b");
    EXPECT_TRUE(state.probed());
    EXPECT_TRUE(probe_was_seen(path()));
    EXPECT_EQ(read_state(path())->detail, "b");
}

TEST_F(StateFiles, OneOfAnotherLifeCountsAsAbsent) {
    auto other = of_self();
    other.began -= 1;
    put(other);
    EXPECT_FALSE(read_state(path()));
    put(of_self());
    EXPECT_TRUE(read_state(path()));
    other = of_self();
    other.pid = 4'000'000;
    put(other);
    EXPECT_FALSE(read_state(path()));
}

TEST_F(StateFiles, OneOfAnotherLifeIsReplaced) {
    auto other = of_self();
    other.began -= 1;
    put(other);
    StateFile state(path());
    EXPECT_EQ(state.path(), path());
    state.write("waiting", "anew");
    EXPECT_EQ(read_state(path())->detail, "anew");
}

TEST_F(StateFiles, OneOfALivingGuardIsLeftAlone) {
    const test::Background guard({"/bin/sleep", "100"});
    GuardState living{guard.pid(), process_facts(guard.pid())->began, 0, "migrating", "theirs", false};
    put(living);
    StateFile state(path());
    EXPECT_EQ(state.path(), "");
    state.write("waiting", "ours");
    EXPECT_EQ(read_state(path())->detail, "theirs");
}

TEST_F(StateFiles, AStrangersFileIsLeftAlone) {
    std::ofstream(path()) << "precious";
    StateFile state(path());
    EXPECT_EQ(state.path(), "");
    EXPECT_EQ(content(), "precious");
}

TEST_F(StateFiles, LinksAreNeverFollowed) {
    image.file("victim", "precious").link("state", image.path("victim"));
    EXPECT_FALSE(read_state(path()));
    StateFile state(path());
    state.write("waiting", "x");
    std::ifstream victim(image.path("victim"));
    EXPECT_EQ(std::string(std::istreambuf_iterator<char>(victim), {}), "precious");
    image.link("dangling", image.path("made"));
    StateFile other(image.path("dangling").string());
    other.write("waiting", "x");
    EXPECT_FALSE(std::filesystem::exists(image.path("made")));
}

TEST_F(StateFiles, AFifoInItsPlaceHoldsNobodyUp) {
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    EXPECT_FALSE(read_state(path()));
    EXPECT_TRUE(ask().healthy);
}

// stateFile: /dev/null is what a person writes to have none.
TEST_F(StateFiles, WhatIsNoFileIsLeftAlone) {
    ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
    {
        const StateFile state(path());
        EXPECT_EQ(state.path(), "");
    }
    EXPECT_TRUE(std::filesystem::is_fifo(path()));
}

TEST_F(StateFiles, NoneWritableIsNoFailure) {
    StateFile state("/proc/nowhere/state");
    state.write("waiting", "x");
    EXPECT_EQ(state.path(), "");
    EXPECT_FALSE(state.probed());
    EXPECT_FALSE(probe_was_seen("/proc/nowhere/state"));
}

TEST_F(StateFiles, ReadersSeeWholeRecords) {
    StateFile state(path());
    state.write("a", "a");
    std::atomic<bool> stop = false;
    std::thread writer([&] {
        for (int i = 0; !stop; ++i) state.write(i % 2 ? "aaaa" : "bb", std::string(i % 2 ? 600 : 3, i % 2 ? 'a' : 'b'));
    });
    for (int i = 0; i < 2000; ++i) {
        const auto read = read_state(path());
        ASSERT_TRUE(read);
        ASSERT_TRUE(read->detail.find_first_not_of(read->phase[0]) == std::string::npos) << read->phase << read->detail;
    }
    stop = true;
    writer.join();
}

}  // namespace
}  // namespace migration_guard::system
