// exec and init, with a real process in the place of the guard: a fork of the test that does what main does at its end.

#include "base/failure.hpp"
#include "support/image.hpp"
#include "support/processes.hpp"
#include "system/exec_app.hpp"
#include "system/init.hpp"
#include "system/process_table.hpp"
#include "system/stop_signals.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

namespace migration_guard::system {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::HasSubstr;

/// A fork of this process that runs `work` with its output in a file. It must not return to gtest.
class Forked {
public:
    explicit Forked(const std::function<void()>& work) : pid_(::fork()) {
        if (pid_ != 0) return;
        const int out = ::open(output().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        ::dup2(out, STDOUT_FILENO);
        ::dup2(out, STDERR_FILENO);
        close_on_exec_all({});  // the descriptors of the test runner
        try {
            work();
        } catch (const Failure& failure) {
            ::_exit(number(failure.code));
        } catch (const Interrupted& interrupted) {
            ::_exit(number_of_signal(interrupted.signal));
        } catch (...) {
            ::_exit(70);
        }
        ::_exit(99);
    }
    Forked(const Forked&) = delete;
    Forked& operator=(const Forked&) = delete;
    Forked(Forked&&) = delete;
    Forked& operator=(Forked&&) = delete;
    /// SIGTERM first: an init passes it on, so that its app does not outlive the test.
    ~Forked() {
        if (done_) return;
        ::kill(pid_, SIGTERM);
        if (wait(seconds(2)) >= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    int wait(milliseconds limit = seconds(10)) {
        const auto end = std::chrono::steady_clock::now() + limit;
        int status = 0;
        while (::waitpid(pid_, &status, WNOHANG) == 0) {
            if (std::chrono::steady_clock::now() > end) return -1;
            std::this_thread::sleep_for(milliseconds(5));
        }
        done_ = true;
        return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
    }
    [[nodiscard]] std::string text() const {
        std::ifstream file(output(), std::ios::binary);
        return {std::istreambuf_iterator<char>(file), {}};
    }
    /// Waits until the output holds that.
    [[nodiscard]] bool says(const std::string& word) const {
        for (int i = 0; i < 1000; ++i) {
            if (text().find(word) != std::string::npos) return true;
            std::this_thread::sleep_for(milliseconds(5));
        }
        return false;
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    [[nodiscard]] std::string output() const { return image_.path("output").string(); }
    test::Image image_;
    pid_t pid_;
    bool done_ = false;
};

const std::vector<std::string> environment{"PATH=/usr/bin:/bin", "B=2", "A=1", "ODD", "A=again"};

Command command_of(const std::vector<std::string>& argv) {
    return find_command(argv, {{"PATH", "/usr/bin:/bin"}});
}

std::string status_line(const std::string& text, const std::string& key) {
    const auto at = text.find(key + ":\t");
    return at == std::string::npos ? "" : text.substr(at + key.size() + 2, text.find('\n', at) - at - key.size() - 2);
}

TEST(ExecApp, ArgvEnvironmentAndProcessIdAreKept) {
    Forked guard([] {
        StopSignals signals;
        exec_app(
            command_of({"/bin/sh", "-c", "echo $$ \"$0\" \"$1\"; env; tr '\\0' '\\n' </proc/$$/cmdline", "a b", ""}),
            environment, signals);
    });
    EXPECT_EQ(guard.wait(), 0);
    EXPECT_THAT(guard.text(), HasSubstr(std::to_string(guard.pid()) + " a b \n"));
    EXPECT_THAT(guard.text(), HasSubstr("B=2\n"));
    EXPECT_THAT(guard.text(), HasSubstr("/bin/sh\n-c\n"));
}

TEST(ExecApp, MaskAndDispositionsAsFound) {
    Forked guard([] {
        sigset_t set{};
        ::sigemptyset(&set);
        ::sigaddset(&set, SIGUSR2);
        ::sigprocmask(SIG_BLOCK, &set, nullptr);
        ::signal(SIGCHLD, SIG_IGN);
        ::signal(SIGHUP, SIG_IGN);
        StopSignals signals;
        exec_app(command_of({"/bin/cat", "/proc/self/status"}), environment, signals);
    });
    EXPECT_EQ(guard.wait(), 0);
    EXPECT_EQ(status_line(guard.text(), "SigBlk"), "0000000000000800");
    const auto ignored = std::stoull(status_line(guard.text(), "SigIgn"), nullptr, 16) & 0x7fffffffULL;
    EXPECT_EQ(ignored, (1ULL << (SIGCHLD - 1)) | (1ULL << (SIGHUP - 1)));
}

TEST(ExecApp, NoDescriptorIsLeftOpenButThoseThatWereGiven) {
    Forked guard([] {
        const int given = ::open("/dev/null", O_RDONLY);
        const auto inherited = open_descriptors();
        const StopSignals held;
        StopSignals signals;
        ::socket(AF_INET, SOCK_STREAM, 0);  // a library that forgot close-on-exec
        close_on_exec_all(inherited);
        ::dup2(given, 77);
        exec_app(command_of({"/bin/sh", "-c", "ls -v /proc/$$/fd"}), environment, signals);
    });
    EXPECT_EQ(guard.wait(), 0);
    EXPECT_THAT(guard.text(), testing::MatchesRegex("0\n1\n2\n[0-9]+\n77\n"));
}

TEST(ExecApp, WhatTheKernelRefusesIs126Or127AndSignalsAreTakenAgain) {
    Forked gone([] {
        StopSignals signals;
        Command command{"/nowhere/app", {"app"}, false, false};
        try {
            exec_app(command, environment, signals);
        } catch (const Failure&) {
            ::kill(::getpid(), SIGTERM);
            if (signals.signal() != SIGTERM) ::_exit(98);
            throw;
        }
    });
    EXPECT_EQ(gone.wait(), 127);
    Forked large([] {
        StopSignals signals;
        exec_app(command_of({"/bin/true", std::string(300'000, 'x')}), environment, signals);
    });
    EXPECT_EQ(large.wait(), 126);
}

TEST(ExecApp, ASignalBeforeTheLastMomentWins) {
    Forked guard([] {
        StopSignals signals;
        ::kill(::getpid(), SIGINT);
        exec_app(command_of({"/bin/true"}), environment, signals);
    });
    EXPECT_EQ(guard.wait(), 130);
}

TEST(StopSignals, FirstAndCount) {
    Forked guard([] {
        StopSignals signals;
        if (signals.signal() != 0 || signals.count() != 0) ::_exit(1);
        ::kill(::getpid(), SIGQUIT);
        if (signals.signal() != SIGQUIT || signals.count() != 1) ::_exit(2);
        ::kill(::getpid(), SIGTERM);
        if (signals.signal() != SIGQUIT || signals.count() != 2) ::_exit(3);
        ::kill(::getpid(), SIGPIPE);
        ::_exit(0);
    });
    EXPECT_EQ(guard.wait(), 0);
}

TEST(StopSignals, OneThatWasFoundIgnoredStaysSo) {
    Forked guard([] {
        ::signal(SIGHUP, SIG_IGN);
        StopSignals signals;
        ::kill(::getpid(), SIGHUP);
        ::_exit(signals.count());
    });
    EXPECT_EQ(guard.wait(), 0);
}

// ---- init ---------------------------------------------------------------------------------------------------------

void run_init(const std::vector<std::string>& argv) {
    StopSignals signals;
    run_as_init(command_of(argv), environment, signals);
}

class InitStatus : public testing::TestWithParam<int> {};

TEST_P(InitStatus, IsPassedOn) {
    Forked init([] { run_init({"/bin/sh", "-c", "exit " + std::to_string(GetParam())}); });
    EXPECT_EQ(init.wait(), GetParam());
}
INSTANTIATE_TEST_SUITE_P(Init, InitStatus, testing::Values(0, 1, 2, 42, 126, 127, 255));

class InitSignal : public testing::TestWithParam<int> {};

TEST_P(InitSignal, GoesOnToTheApp) {
    const int signal = GetParam();
    Forked init([signal] {
        run_init({"/bin/sh", "-c",
                  "trap 'echo got; exit 33' " + std::to_string(signal) + "; echo ready; while :; do sleep 0.01; done"});
    });
    ASSERT_TRUE(init.says("ready"));
    ::kill(init.pid(), signal);
    EXPECT_EQ(init.wait(), 33);
}

TEST_P(InitSignal, OneThatEndsTheAppIs128PlusN) {
    const int signal = GetParam();
    Forked init([] { run_init({"/bin/sh", "-c", "echo ready; exec sleep 100"}); });
    ASSERT_TRUE(init.says("ready"));
    std::this_thread::sleep_for(milliseconds(50));
    ::kill(init.pid(), signal);
    EXPECT_EQ(init.wait(), 128 + signal);
}
INSTANTIATE_TEST_SUITE_P(Init, InitSignal,
                         testing::Values(SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM, SIGPIPE));

TEST(Init, WindowChangesAndChildrenAreNoEnd) {
    Forked init([] {
        run_init(
            {"/bin/sh", "-c", "trap 'echo winch' WINCH; echo ready; for i in 1 2 3 4; do sleep 0.05; done; exit 5"});
    });
    ASSERT_TRUE(init.says("ready"));
    ::kill(init.pid(), SIGWINCH);
    EXPECT_EQ(init.wait(), 5);
    EXPECT_THAT(init.text(), HasSubstr("winch"));
}

TEST(Init, OrphansAreReaped) {
    Forked init([] { run_init({"/bin/sh", "-c", "(sleep 0.1 & exec true) ; sleep 0.3; echo ready; exec sleep 100"}); });
    ASSERT_TRUE(init.says("ready"));
    std::this_thread::sleep_for(milliseconds(50));
    const auto zombies = test::run({"/bin/sh", "-c", "ps -o stat= --ppid " + std::to_string(init.pid())});
    EXPECT_EQ(zombies.output.find('Z'), std::string::npos) << zombies.output;
}

TEST(Init, TheAppGetsMaskAndDispositionsAsFound) {
    Forked init([] {
        ::signal(SIGUSR1, SIG_IGN);
        run_init({"/bin/cat", "/proc/self/status"});
    });
    EXPECT_EQ(init.wait(), 0);
    EXPECT_EQ(status_line(init.text(), "SigBlk"), "0000000000000000");
    const auto ignored = std::stoull(status_line(init.text(), "SigIgn"), nullptr, 16) & 0x7fffffffULL;
    EXPECT_EQ(ignored, 1ULL << (SIGUSR1 - 1));
}

TEST(Init, ItSaysItsNameAndLeadsAGroupOfItsOwn) {
    Forked init([] {
        run_init({"/bin/sh", "-c", "set -- $(cat /proc/$$/stat); echo group $(($5 == $$)); exec sleep 100"});
    });
    ASSERT_TRUE(init.says("group 1"));
    std::string name;
    for (int i = 0; i < 100 && name != init_name; ++i) {  // the app may speak before init goes by its name
        std::ifstream comm("/proc/" + std::to_string(init.pid()) + "/comm");
        std::getline(comm, name);
        std::this_thread::sleep_for(milliseconds(10));
    }
    EXPECT_EQ(name, init_name);
}

TEST(Init, WhatCannotBeStartedIs126Or127) {
    Forked gone([] {
        StopSignals signals;
        run_as_init({"/nowhere/app", {"app"}, false, false}, environment, signals);
    });
    EXPECT_EQ(gone.wait(), 127);
    Forked interrupted([] {
        StopSignals signals;
        ::kill(::getpid(), SIGTERM);
        run_as_init(command_of({"/bin/true"}), environment, signals);
    });
    EXPECT_EQ(interrupted.wait(), 143);
}

}  // namespace
}  // namespace migration_guard::system
