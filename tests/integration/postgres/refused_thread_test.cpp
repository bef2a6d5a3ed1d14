// Where the kernel refuses a thread (a limit of processes, docker --pids-limit): never a fault of the guard.
#include "native_apply_fixture.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>
#include <pthread.h>

#include <optional>
#include <thread>

namespace migration_guard::postgres {
namespace {

using testing::HasSubstr;

#ifdef __GLIBC__

/// A stack larger than the address space: pthread_create() says EAGAIN to it as it does at the limit, which root is not
/// subject to.
class NoThreads {
public:
    NoThreads() {
        pthread_getattr_default_np(&before_);
        pthread_attr_t endless;
        pthread_attr_init(&endless);
        pthread_attr_setstacksize(&endless, std::size_t{1} << 47U);
        pthread_setattr_default_np(&endless);
        pthread_attr_destroy(&endless);
    }
    ~NoThreads() {
        pthread_setattr_default_np(&before_);
        pthread_attr_destroy(&before_);
    }
    NoThreads(const NoThreads&) = delete;
    NoThreads& operator=(const NoThreads&) = delete;

private:
    pthread_attr_t before_{};
};

class RefusedThreadTest : public NativeApplyTest {};

TEST_F(RefusedThreadTest, TheApplyIsNotStarted) {
    add("1_a", "CREATE TABLE a ()");
    const NoThreads refused;
    ASSERT_THROW(std::thread([] {}).detach(), std::system_error);
    try {
        start(options(url()));
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::apply_not_started);
        EXPECT_THAT(failure.what(), HasSubstr("thread"));
        EXPECT_THAT(failure.hint, HasSubstr("--pids-limit"));
    }
}

TEST_F(RefusedThreadTest, ANameIsNotResolvedYet) {
    const auto opened = open_database(options(server_url(user, password, "localhost", port, database)), stop);
    std::optional<NoThreads> refused(std::in_place);
    const auto result = opened->connect(std::chrono::seconds(1));
    EXPECT_EQ(result.kind, ConnectResult::Kind::not_yet);
    EXPECT_THAT(result.not_yet.reason, HasSubstr("thread"));
    EXPECT_THAT(result.not_yet.hint, HasSubstr("--pids-limit"));
    refused.reset();
    EXPECT_EQ(opened->connect(std::chrono::seconds(5)).kind, ConnectResult::Kind::connected);
}

TEST_F(RefusedThreadTest, ALookThatGetsNoAnswerIsStillToldAsThat) {
    make_ledger();
    auto made = options(url());
    made.query_timeout = std::chrono::milliseconds(200);
    const auto opened = open(made);
    db().run("BEGIN; LOCK TABLE _prisma_migrations");
    const NoThreads refused;
    try {
        opened->look({});
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_THAT(failure.what(), HasSubstr("is something locked?"));
    }
    db().run("COMMIT");
}

#endif

}  // namespace
}  // namespace migration_guard::postgres
