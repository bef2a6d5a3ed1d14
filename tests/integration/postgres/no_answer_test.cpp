#include "database_test.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace migration_guard::postgres {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ContainsRegex;
using testing::HasSubstr;

/// A backend that waits for a lock does not notice that its client is gone (PostgreSQL manual,
/// client_connection_check_interval): whoever gives up waiting has to cancel.
class NoAnswerTest : public DatabaseTest {
protected:
    std::unique_ptr<Database> open_patient_for(Duration query_timeout) {
        auto made = options(url());
        made.query_timeout = query_timeout;
        return open(made);
    }

    void lock(const std::string& table) {
        db().run("SET application_name = 'the culprit'; BEGIN; LOCK TABLE " + table);
    }

    /// After a moment for the server to see that the client has gone.
    std::string sessions_left() {
        test::Session other(url());
        const auto count =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'migration-guard' AND datname = "
            "current_database()";
        for (int i = 0; i < 50 && other.value(count) != "0"; ++i) std::this_thread::sleep_for(milliseconds(20));
        return other.value(count);
    }
};

TEST_F(NoAnswerTest, AStatementTimeoutThatEndsAQueryIsNamed) {
    make_ledger();
    lock("_prisma_migrations");
    auto made = options(url());
    made.migrate.options = "-c statement_timeout=200";
    try {
        open(made)->look({});
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
        EXPECT_THAT(failure.what(), HasSubstr("57014"));
        EXPECT_THAT(failure.hint, HasSubstr("statement_timeout"));
    }
}

TEST_F(NoAnswerTest, ALockedLedgerIsToldAsSuchWithItsHolder) {
    make_ledger();
    lock("_prisma_migrations");
    const auto opened = open_patient_for(milliseconds(400));
    try {
        opened->look({});
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
        EXPECT_THAT(failure.what(),
                    ContainsRegex("^no answer from .* to the query of the ledger \\(_prisma_migrations\\) within "
                                  "400ms; is something locked\\? pid [0-9]+ \\(the culprit, .*, idle in transaction, "
                                  "0 s\\) holds an exclusive lock on public._prisma_migrations$"));
        EXPECT_THAT(failure.hint, HasSubstr("pg_terminate_backend"));
    }
    opened->disconnect();
    EXPECT_EQ(sessions_left(), "0");
}

TEST_F(NoAnswerTest, TheSessionThatGaveUpIsFreeAgain) {
    make_ledger();
    lock("_prisma_migrations");
    const auto opened = open_patient_for(milliseconds(300));
    EXPECT_THROW(opened->look({}), Failure);
    db().run("COMMIT");
    EXPECT_EQ(opened->look({}).ledger.state, LedgerReading::State::present);
}

TEST_F(NoAnswerTest, EveryLockedStatementOfARoundTripIsCancelled) {
    make_ledger();
    const auto opened = open_patient_for(milliseconds(300));
    lock("_prisma_migrations, pg_catalog.pg_class");
    EXPECT_THROW(opened->look({}), Failure);
    opened->disconnect();
    db().run("COMMIT");
    EXPECT_EQ(sessions_left(), "0");
}

TEST_F(NoAnswerTest, AStopSignalLeavesNoBackendThatWaitsOn) {
    make_ledger();
    lock("_prisma_migrations");
    auto opened = open_patient_for(seconds(30));
    std::thread raise([this] {
        std::this_thread::sleep_for(milliseconds(200));
        stop.raise(15);
    });
    EXPECT_THROW(opened->look({}), Interrupted);
    raise.join();
    opened.reset();
    EXPECT_EQ(sessions_left(), "0");
}

TEST_F(NoAnswerTest, ResolveOnALockedLedgerLeavesNoBackendEither) {
    make_ledger();
    lock("_prisma_migrations");
    auto made = options(url());
    made.query_timeout = milliseconds(300);
    try {
        ledger_writer(made, stop)->mark_rolled_back("1_a", seconds(1));
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_unreachable);
        EXPECT_THAT(failure.what(), HasSubstr("is something locked?"));
        EXPECT_THAT(failure.hint, HasSubstr("pg_locks"));
    }
    EXPECT_EQ(sessions_left(), "0");
}

}  // namespace
}  // namespace migration_guard::postgres
