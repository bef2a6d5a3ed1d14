#include "system/child_process.hpp"

#include "support/processes.hpp"
#include "system/exec_app.hpp"
#include "system/process_table.hpp"
#include "system/stop_signals.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>
#include <csignal>

#include <thread>

namespace migration_guard::system {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

class Children : public testing::Test {
protected:
    Children() { end_all_children(seconds(1)); }  // what the last test left counts no longer
    Started start(const std::string& script, const std::string& input = "") {
        return runner.start({{"/bin/sh", "-c", script}, {"PATH=/usr/bin:/bin", "A=b"}, "/", input},
                            [this](Stream stream, std::string_view line) {
                                lines.push_back((stream == Stream::err ? "err " : "out ") + std::string(line));
                            });
    }
    /// Runs to its end; -1 when it does not within ten seconds.
    int run(const std::string& script, const std::string& input = "") {
        auto started = start(script, input);
        if (!started.child) return -2;
        for (int i = 0; i < 100; ++i) {
            if (started.child->wait(milliseconds(100))) return started.child->status();
        }
        return -1;
    }
    StopSignals signals;
    SystemProcessRunner runner{signals};
    std::vector<std::string> lines;
};

TEST_F(Children, StatusAndBothStreams) {
    EXPECT_EQ(run("echo out; echo err >&2; exit 3"), 3);
    EXPECT_THAT(lines, UnorderedElementsAre("out out", "err err"));
}

TEST_F(Children, ASignalIs128PlusN) {
    EXPECT_EQ(run("kill -9 $$"), 137);
}

TEST_F(Children, EnvironmentDirectoryAndInput) {
    EXPECT_EQ(run("echo $A $(pwd); env | wc -l; cat; read x || echo eof"), 0);
    EXPECT_THAT(lines, ElementsAre("out b /", testing::_, "out eof"));
    lines.clear();
    const std::string large(300'000, 'x');
    EXPECT_EQ(run("wc -c", large), 0);
    EXPECT_THAT(lines, ElementsAre("out 300000"));
    EXPECT_EQ(run("exit 0", large), 0) << "one that does not read its input";
}

TEST_F(Children, ManyKilobytesOnBothStreamsDoNotStall) {
    EXPECT_EQ(run("i=0; while [ $i -lt 3000 ]; do echo oooooooooooooooooooooooooooooooooooooooooooooooooo; "
                  "echo eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee >&2; i=$((i+1)); done"),
              0);
    EXPECT_EQ(lines.size(), 6000U);
}

TEST_F(Children, AGroupOfItsOwnWithNothingBlockedOrIgnored) {
    // glibc's posix_spawn leaves its own two signals (32, 33) ignored; no program may use them.
    EXPECT_EQ(run("set -- $(cat /proc/$$/stat); echo $(($5 == $$)); grep SigBlk /proc/self/status; "
                  "grep SigIgn /proc/self/status | sed s/180000000/000000000/"),
              0);
    EXPECT_THAT(lines, ElementsAre("out 1", "out SigBlk:\t0000000000000000", "out SigIgn:\t0000000000000000"));
}

TEST_F(Children, NoDescriptorOfTheGuardReachesIt) {
    close_on_exec_all({});  // those that the test runner gave us
    EXPECT_EQ(run("ls /proc/$$/fd"), 0);
    EXPECT_THAT(lines, ElementsAre("out 0", "out 1", "out 2"));
}

TEST_F(Children, WhatCannotBeStartedSaysWhy) {
    auto started = runner.start({{"/nowhere/program"}, {}, {}, {}}, {});
    EXPECT_EQ(started.child, nullptr);
    EXPECT_EQ(started.problem, "No such file or directory");
    int subreaper = 1;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    EXPECT_EQ(subreaper, 0);
}

TEST_F(Children, ItIsNotOverBeforeItsGroupIs) {
    // As with a CLI that was killed: the engine behind it goes on.
    auto started = start("sleep 0.5 & echo $!; exit 7");
    EXPECT_FALSE(started.child->wait(milliseconds(200)));
    EXPECT_TRUE(started.child->wait(seconds(5)));
    EXPECT_EQ(started.child->status(), 7);
    EXPECT_TRUE(children_of_self().empty()) << "orphans are reaped";
}

TEST_F(Children, EndGroupEndsGrandchildrenToo) {
    auto started = start("sleep 100 & sleep 100 & wait");
    EXPECT_FALSE(started.child->wait(milliseconds(100)));
    started.child->end_group();
    started.child->end_group();
    EXPECT_TRUE(started.child->wait(seconds(5)));
    EXPECT_EQ(started.child->status(), 128 + SIGTERM);
    EXPECT_TRUE(children_of_self().empty());
}

TEST_F(Children, ConnectionsOfTheWholeGroupAreKnownByTheirPorts) {
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    ASSERT_EQ(::bind(listener, any, size), 0);
    ASSERT_EQ(::listen(listener, 1), 0);
    ASSERT_EQ(::getsockname(listener, any, &size), 0);
    auto started = start("bash -c 'exec 3<>/dev/tcp/127.0.0.1/" + std::to_string(ntohs(address.sin_port)) +
                         "; echo open; sleep 100' & wait");
    for (int i = 0; i < 200 && lines.empty(); ++i) EXPECT_FALSE(started.child->wait(milliseconds(20)));
    sockaddr_in peer{};
    const int accepted = ::accept(listener, reinterpret_cast<sockaddr*>(&peer), &size);
    EXPECT_THAT(started.child->client_ports(), ElementsAre(ntohs(peer.sin_port)));
    started.child->end_group();
    EXPECT_TRUE(started.child->wait(seconds(5)));
    EXPECT_TRUE(started.child->client_ports().empty());
    ::close(accepted);
    ::close(listener);
}

TEST_F(Children, WhoIgnoresTermIsKilled) {
    auto started = start("trap '' TERM; echo ready; sleep 100 & wait; sleep 100");
    while (lines.empty()) EXPECT_FALSE(started.child->wait(milliseconds(20)));
    const auto begun = std::chrono::steady_clock::now();
    started.child->end_group();
    EXPECT_TRUE(started.child->wait(seconds(8)));
    EXPECT_EQ(started.child->status(), 128 + SIGKILL);
    EXPECT_GE(std::chrono::steady_clock::now() - begun, seconds(2));
}

TEST_F(Children, StoppedOnesEndAsWell) {
    auto started = start("kill -STOP $$; sleep 100");
    EXPECT_FALSE(started.child->wait(milliseconds(200)));
    started.child->end_group();
    EXPECT_TRUE(started.child->wait(seconds(5)));
}

TEST_F(Children, DroppingItLeavesNothing) {
    start("sleep 100 & sleep 100 & wait").child.reset();
    EXPECT_TRUE(children_of_self().empty());
    int subreaper = 1;
    ::prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
    EXPECT_EQ(subreaper, 0) << "the attribute would survive exec";
}

TEST_F(Children, DaemonsThatLeftTheGroupAreEndedBeforeExec) {
    EXPECT_EQ(run("setsid sh -c 'sleep 100' >/dev/null 2>&1 & sleep 0.2"), 0);
    end_all_children(seconds(2));
    EXPECT_TRUE(children_of_self().empty());
}

TEST_F(Children, ChildrenOfBeforeAreLeftAlone) {
    const test::Background sleeper({"/bin/sleep", "100"});
    EXPECT_EQ(run("setsid sleep 100 >/dev/null 2>&1 & sleep 0.2"), 0);
    end_all_children(seconds(2));
    EXPECT_THAT(children_of_self(), ElementsAre(sleeper.pid()));
}

TEST_F(Children, AStopSignalEndsTheWaitEarly) {
    auto started = start("sleep 100");
    std::thread sender([] {
        std::this_thread::sleep_for(milliseconds(100));
        ::kill(::getpid(), SIGTERM);
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_FALSE(started.child->wait(seconds(20)));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(5));
    sender.join();
    EXPECT_EQ(signals.signal(), SIGTERM);
    const auto again = std::chrono::steady_clock::now();
    EXPECT_FALSE(started.child->wait(milliseconds(200)));
    EXPECT_GE(std::chrono::steady_clock::now() - again, milliseconds(190)) << "a known signal does not make it spin";
}

}  // namespace
}  // namespace migration_guard::system
