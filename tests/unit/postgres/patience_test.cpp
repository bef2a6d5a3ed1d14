#include "postgres/patience.hpp"
#include "postgres/resolve_host.hpp"

#include "support/stop_switch.hpp"

#include <gmock/gmock.h>

#include <poll.h>

#include <functional>
#include <thread>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Duration time_of(const std::function<void()>& work) {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
}

class PatienceTest : public testing::Test {
protected:
    test::StopSwitch stop;
    test::StopSwitch other;  ///< a descriptor that becomes readable
};

TEST_F(PatienceTest, EndsWhenTheTimeIsUp) {
    Patience patience(stop, milliseconds(30));
    EXPECT_FALSE(patience.passed());
    EXPECT_GE(time_of([&] { EXPECT_FALSE(patience.wait(other.descriptor(), POLLIN)); }), milliseconds(30));
    EXPECT_TRUE(patience.passed());
    EXPECT_EQ(patience.remaining(), Duration(0));
}

TEST_F(PatienceTest, SeesWhatIsReadyEvenWithoutTime) {
    other.raise(1);
    EXPECT_TRUE(Patience(stop, Duration(0)).wait(other.descriptor(), POLLIN));
    EXPECT_TRUE(Patience(stop, Duration(-5)).wait(other.descriptor(), POLLIN));
    EXPECT_FALSE(Patience(stop, Duration(0)).wait(-1, 0));
}

TEST_F(PatienceTest, WhatIsReadyForEverIsNotSeenForEver) {
    other.raise(1);
    Patience patience(stop, milliseconds(20));
    for (int seen = 0; patience.wait(other.descriptor(), POLLIN); ++seen) ASSERT_LT(seen, 10'000'000);
    EXPECT_TRUE(patience.passed());
}

TEST_F(PatienceTest, ASignalEndsIt) {
    std::thread raise([this] {
        std::this_thread::sleep_for(milliseconds(20));
        stop.raise(15);
    });
    EXPECT_LT(time_of([&] { EXPECT_THROW(Patience(stop, seconds(10)).wait(-1, 0), Interrupted); }), seconds(5));
    raise.join();
}

TEST_F(PatienceTest, AnEarlierSignalIsKnownOrEndsIt) {
    stop.raise(15);
    EXPECT_FALSE(Patience(stop, milliseconds(5)).wait(-1, 0));
    EXPECT_THROW(Patience(stop, seconds(10), EarlierSignal::ends_the_wait).wait(-1, 0), Interrupted);
    Patience patience(stop, seconds(10));
    std::thread raise([this] {
        std::this_thread::sleep_for(milliseconds(20));
        stop.raise(2);
    });
    EXPECT_THROW(patience.wait(-1, 0), Interrupted) << "a further one does end it";
    raise.join();
}

TEST_F(PatienceTest, APartEndsNoLaterThanTheWhole) {
    const Patience whole(stop, milliseconds(50));
    EXPECT_LE(whole.within(seconds(10)).remaining(), milliseconds(50));
    EXPECT_LE(whole.within(milliseconds(5)).remaining(), milliseconds(5));
}

TEST_F(PatienceTest, CenturiesAreNoOverflow) {
    EXPECT_GT(Patience(stop, Duration::max()).remaining(), std::chrono::hours(1));
}

TEST_F(PatienceTest, LiteralAddressesNeedNoNameServer) {
    HostResolver resolver;
    Patience no_time(stop, Duration(0));
    for (const char* const address : {"127.0.0.1", "::1", "2001:db8::5"}) {
        EXPECT_THAT(resolver.resolve(address, no_time).addresses, testing::ElementsAre(address));
    }
}

TEST_F(PatienceTest, ANameWithoutTimeIsAProblemAndNotAHang) {
    HostResolver resolver;
    Patience no_time(stop, Duration(0));
    const auto resolution = resolver.resolve("localhost", no_time);
    if (resolution.addresses.empty()) {
        EXPECT_THAT(resolution.problem, testing::HasSubstr("name not resolved"));
    }
    Patience time(stop, seconds(10));
    EXPECT_THAT(resolver.resolve("localhost", time).addresses, testing::Contains("127.0.0.1"));
}

}  // namespace
}  // namespace migration_guard::postgres
