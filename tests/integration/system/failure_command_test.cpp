#include "system/failure_command.hpp"

#include "system/process_table.hpp"
#include "system/real_clock.hpp"
#include "system/stop_signals.hpp"

#include <gmock/gmock.h>
#include <unistd.h>
#include <csignal>

#include <thread>

namespace migration_guard::system {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

class FailureCommand : public testing::Test {
protected:
    std::string run(const std::vector<std::string>& argv, const std::string& json = R"({"exitCode":87})") {
        return run_failure_command(argv, {"PATH=/usr/bin:/bin", "HOOK=x"}, json, signals,
                                   [this](Stream, std::string_view line) { lines.emplace_back(line); });
    }
    StopSignals signals;
    std::vector<std::string> lines;
};

TEST_F(FailureCommand, ReadsTheVerdictAndItsStatusIsIgnored) {
    EXPECT_EQ(run({"sh", "-c", "cat; echo; echo $HOOK; exit 9"}), "");
    EXPECT_THAT(lines, ElementsAre(R"({"exitCode":87})", "x"));
}

TEST_F(FailureCommand, OneThatIsNotThereIsALine) {
    EXPECT_THAT(run({"no-such-command"}), HasSubstr("no no-such-command in PATH"));
    EXPECT_EQ(run({}), "");
}

TEST_F(FailureCommand, AStopSignalEndsIt) {
    std::thread sender([] {
        std::this_thread::sleep_for(milliseconds(200));
        ::kill(::getpid(), SIGTERM);
    });
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THAT(run({"sleep", "100"}), HasSubstr("ended by a stop signal"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(3));
    sender.join();
    EXPECT_TRUE(children_of_self().empty());
}

TEST_F(FailureCommand, TenSecondsAtMost) {
    const auto begun = std::chrono::steady_clock::now();
    EXPECT_THAT(run({"sh", "-c", "trap '' TERM; while :; do sleep 1; done"}), HasSubstr("did not end within 10s"));
    const auto took = std::chrono::steady_clock::now() - begun;
    EXPECT_GE(took, std::chrono::seconds(10));
    EXPECT_LT(took, std::chrono::seconds(13));
    EXPECT_TRUE(children_of_self().empty());
}

// Every line costs its way into the log: those of an endless writer would take longer than the ten seconds.
TEST_F(FailureCommand, AnEndlessWriterIsCutShortInTimeAndInTheLog) {
    const auto begun = std::chrono::steady_clock::now();
    const auto slow_log = [this](Stream, std::string_view line) {
        lines.emplace_back(line);
        std::this_thread::sleep_for(milliseconds(1));
    };
    EXPECT_THAT(run_failure_command({"yes"}, {"PATH=/usr/bin:/bin"}, "{}", signals, slow_log),
                HasSubstr("did not end within 10s"));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(13));
    ASSERT_EQ(lines.size(), 201U);
    EXPECT_EQ(lines[199], "y");
    EXPECT_EQ(lines[200], "(the rest is left out)");
    EXPECT_TRUE(children_of_self().empty());
}

class Clocks : public testing::Test {
protected:
    StopSignals signals;
    RealClock clock{signals};
};

TEST_F(Clocks, SleepsAsLongAsToldAndNoLonger) {
    const auto begun = clock.now();
    clock.sleep(milliseconds(30));
    EXPECT_GE(clock.now() - begun, milliseconds(30));
    clock.sleep(milliseconds(0));
    clock.sleep(milliseconds(-5));
}

TEST_F(Clocks, ASignalEndsASleepAndForbidsTheNext) {
    std::thread sender([] {
        std::this_thread::sleep_for(milliseconds(50));
        ::kill(::getpid(), SIGINT);
    });
    try {
        clock.sleep(std::chrono::hours(1));
        ADD_FAILURE() << "slept an hour";
    } catch (const Interrupted& interrupted) {
        EXPECT_EQ(interrupted.signal, SIGINT);
    }
    EXPECT_THROW(clock.sleep(milliseconds(1)), Interrupted);
    sender.join();
}

TEST_F(Clocks, JitterIsInTheUnitInterval) {
    for (int i = 0; i < 1000; ++i) {
        const double value = clock.random();
        EXPECT_TRUE(value >= 0 && value < 1);
    }
}

}  // namespace
}  // namespace migration_guard::system
