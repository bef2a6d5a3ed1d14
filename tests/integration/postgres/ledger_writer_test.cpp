#include "database_test.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

#include <thread>

namespace migration_guard::postgres {
namespace {

using Kind = ResolveOutcome::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

class LedgerWriterTest : public DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        writer = ledger_writer(options(url()), stop);
    }

    /// name, finished?, rolledBack?, steps, logs.
    std::vector<std::string> ledger() {
        std::vector<std::string> lines;
        for (const auto& row : db().rows(
                 "SELECT migration_name || CASE WHEN finished_at IS NULL THEN '' ELSE ' finished' END || CASE WHEN "
                 "rolled_back_at IS NULL THEN '' ELSE ' rolledBack' END || ' ' || applied_steps_count || coalesce(' [' "
                 "|| "
                 "logs || ']', '') FROM _prisma_migrations ORDER BY started_at, migration_name, finished_at")) {
            lines.push_back(row[0].value_or("NULL"));
        }
        return lines;
    }

    static BundledMigration bundled(const std::string& name) {
        BundledMigration migration;
        migration.name = name;
        migration.has_script = true;
        migration.checksums.as_is = std::string(64, 'd');
        return migration;
    }

    std::string id_of(const std::string& name) {
        return db().value("SELECT id FROM _prisma_migrations WHERE migration_name = '" + name + "'");
    }

    std::unique_ptr<LedgerWriter> writer;
};

// The table of mark_migration_rolled_back.rs.

TEST_F(LedgerWriterTest, RolledBackMarksEveryFailedRowOfThatNameAndNoOther) {
    make_ledger();
    add_row("1_a", "NULL");
    add_row("1_a", "NULL");
    add_row("1_a", "now()");
    add_row("1_a", "NULL", "'2025-01-01'");
    add_row("2_b", "NULL");
    const auto outcome = writer->mark_rolled_back("1_a", seconds(1));
    EXPECT_EQ(outcome.kind, Kind::done);
    EXPECT_THAT(outcome.touched, SizeIs(2));
    EXPECT_THAT(ledger(),
                ElementsAre("1_a finished 1", "1_a rolledBack 1", "1_a rolledBack 1", "1_a rolledBack 1", "2_b 1"));
    EXPECT_EQ(db().value("SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at = '2025-01-01'"), "1");
    EXPECT_EQ(db().value("SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at > now() - interval '1 min'"),
              "2");
    EXPECT_EQ(db().value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND "
                         "database = (SELECT oid FROM pg_database WHERE datname = current_database())"),
              "0");
}

TEST_F(LedgerWriterTest, RolledBackRefusesAsPrismaDoes) {
    EXPECT_EQ(writer->mark_rolled_back("1_a", seconds(1)).kind, Kind::ledger_absent);
    make_ledger();
    EXPECT_EQ(writer->mark_rolled_back("1_a", seconds(1)).kind, Kind::never_applied);
    add_row("1_a", "now()");
    EXPECT_EQ(writer->mark_rolled_back("1_a", seconds(1)).kind, Kind::not_failed);
    add_row("1_a", "now()", "now()");
    EXPECT_EQ(writer->mark_rolled_back("1_a", seconds(1)).kind, Kind::not_failed);
    add_row("2_b", "NULL", "now()");
    const auto nothing_to_do = writer->mark_rolled_back("2_b", seconds(1));
    EXPECT_EQ(nothing_to_do.kind, Kind::done) << "a row that is rolled back already is no refusal";
    EXPECT_THAT(nothing_to_do.touched, IsEmpty());
}

TEST_F(LedgerWriterTest, OneRowOnlyWhileThatVeryRowIsFailed) {
    make_ledger();
    add_row("1_a", "NULL");
    const auto id = id_of("1_a");
    add_row("1_a", "NULL");
    add_row("2_b", "NULL");
    EXPECT_EQ(writer->mark_row_rolled_back("2_b", id.substr(0, 8), seconds(1)).kind, Kind::row_not_found);
    EXPECT_EQ(writer->mark_row_rolled_back("1_a", "", seconds(1)).kind, Kind::row_not_found);
    EXPECT_EQ(writer->mark_row_rolled_back("1_a", "zzzzzzzz", seconds(1)).kind, Kind::row_not_found);
    const auto outcome = writer->mark_row_rolled_back("1_a", id.substr(0, 8), seconds(1));
    EXPECT_EQ(outcome.kind, Kind::done);
    EXPECT_THAT(outcome.touched, ElementsAre(id));
    EXPECT_THAT(ledger(), ElementsAre("1_a 1", "1_a rolledBack 1", "2_b 1"));
    EXPECT_EQ(writer->mark_row_rolled_back("1_a", id.substr(0, 8), seconds(1)).kind, Kind::row_not_found)
        << "acts once";
}

// The table of mark_migration_applied.rs.

TEST_F(LedgerWriterTest, AppliedWritesPrismasRowAndRollsTheFailedOnesBack) {
    make_ledger();
    add_row("1_a", "NULL");
    const auto failed = id_of("1_a");
    add_row("2_b", "NULL");
    const auto outcome = writer->mark_applied(bundled("1_a"), seconds(1));
    EXPECT_EQ(outcome.kind, Kind::done);
    EXPECT_THAT(outcome.touched, ElementsAre(failed));
    EXPECT_EQ(outcome.inserted,
              db().value("SELECT id FROM _prisma_migrations WHERE started_at = finished_at AND checksum = "
                         "repeat('d', 64) AND logs = '' AND rolled_back_at IS NULL"));
    EXPECT_THAT(ledger(), ElementsAre("1_a rolledBack 1", "2_b 1", "1_a finished 0 []"));
}

TEST_F(LedgerWriterTest, AppliedCreatesTheLedgerAlsoInADatabaseWithTables) {
    db().run("CREATE TABLE old ()");
    EXPECT_EQ(writer->mark_applied(bundled("1_a"), seconds(1)).kind, Kind::done);
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 0 []"));
}

TEST_F(LedgerWriterTest, AppliedTwiceIsRefused) {
    make_ledger();
    add_row("1_a", "now()", "now()");
    EXPECT_EQ(writer->mark_applied(bundled("1_a"), seconds(1)).kind, Kind::already_applied)
        << "finished is all that counts";
    EXPECT_THAT(ledger(), SizeIs(1));
}

TEST_F(LedgerWriterTest, SeveralAreMarkedTogetherInTheirOrder) {
    db().run("CREATE TABLE old ()");
    EXPECT_EQ(writer->mark_all_applied({bundled("1_a"), bundled("2_b"), bundled("3_c")}, seconds(1)).kind, Kind::done);
    EXPECT_THAT(ledger(), ElementsAre("1_a finished 0 []", "2_b finished 0 []", "3_c finished 0 []"));
}

TEST_F(LedgerWriterTest, SeveralAreMarkedAllOrNone) {
    make_ledger();
    add_row("2_b", "now()", "now()");
    EXPECT_EQ(writer->mark_all_applied({bundled("1_a"), bundled("2_b")}, seconds(1)).kind, Kind::already_applied);
    EXPECT_THAT(ledger(), SizeIs(1));
}

TEST_F(LedgerWriterTest, FollowsTheSchemaOfTheUrl) {
    db().run("CREATE SCHEMA app");
    const auto in_app = ledger_writer(options(url("schema=app")), stop);
    EXPECT_EQ(in_app->mark_applied(bundled("1_a"), seconds(1)).kind, Kind::done);
    EXPECT_EQ(db().value("SELECT count(*) FROM app._prisma_migrations"), "1");
}

TEST_F(LedgerWriterTest, ASchemaThatDoesNotExistIsToldAndNotMade) {
    const auto in_app = ledger_writer(options(url("schema=app")), stop);
    try {
        in_app->mark_applied(bundled("1_a"), seconds(1));
        FAIL() << "the ledger was made";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_refused);
        EXPECT_THAT(failure.what(), HasSubstr("schema \"app\" does not exist in database"));
    }
    EXPECT_EQ(in_app->mark_rolled_back("1_a", seconds(1)).kind, Kind::ledger_absent);
    EXPECT_EQ(db().value("SELECT count(*) FROM pg_namespace WHERE nspname = 'app'"), "0");
}

TEST_F(LedgerWriterTest, ABusyLockIsToldWithItsHolder) {
    make_ledger();
    add_row("1_a", "NULL");
    db().run("SET application_name = 'schema-engine'; SELECT pg_advisory_lock(72707369)");
    const auto outcome = writer->mark_rolled_back("1_a", milliseconds(200));
    EXPECT_EQ(outcome.kind, Kind::lock_busy);
    EXPECT_EQ(outcome.holder.application, "schema-engine");
    EXPECT_THAT(ledger(), ElementsAre("1_a 1"));
}

TEST_F(LedgerWriterTest, AnUnusableOrDeniedLedgerIsAFailure) {
    const auto code_of = [](LedgerWriter& asked) {
        try {
            asked.mark_rolled_back("1_a", seconds(1));
        } catch (const Failure& failure) {
            return failure.code;
        }
        return ExitCode::ok;
    };
    make_ledger();
    const auto role = make_role("app");
    EXPECT_EQ(code_of(*ledger_writer(options(url_as(role, "secret")), stop)), ExitCode::database_refused);
    db().run(fmt::format("GRANT SELECT ON _prisma_migrations TO {}", role));
    add_row("1_a", "NULL");
    EXPECT_EQ(code_of(*ledger_writer(options(url_as(role, "secret")), stop)), ExitCode::database_refused);
    db().run("DROP TABLE _prisma_migrations; CREATE VIEW _prisma_migrations AS SELECT 1");
    EXPECT_EQ(code_of(*writer), ExitCode::ledger_unusable);
}

TEST_F(LedgerWriterTest, AReadOnlyDatabaseIsToldAsTheLookTellsIt) {
    make_ledger();
    add_row("1_a", "NULL");
    add_row("2_b", "now()");
    db().run(fmt::format("ALTER DATABASE {} SET default_transaction_read_only = on", database));
    EXPECT_EQ(writer->mark_rolled_back("2_b", seconds(1)).kind, Kind::not_failed) << "nothing is to be written";
    const auto orders = {+[](LedgerWriter& asked) { asked.mark_rolled_back("1_a", seconds(1)); },
                         +[](LedgerWriter& asked) { asked.mark_applied(bundled("3_c"), seconds(1)); }};
    for (const auto& order : orders) {
        try {
            order(*writer);
            ADD_FAILURE();
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code, ExitCode::database_unreachable);
            EXPECT_THAT(failure.what(), testing::HasSubstr("default_transaction_read_only is on (set by: database)"));
            EXPECT_THAT(failure.hint, testing::HasSubstr("ALTER DATABASE"));
        }
    }
}

TEST_F(LedgerWriterTest, AStopSignalEndsTheWaitForTheLock) {
    make_ledger();
    db().run("SELECT pg_advisory_lock(72707369)");
    std::thread raise([this] {
        std::this_thread::sleep_for(milliseconds(200));
        stop.raise(15);
    });
    EXPECT_THROW(writer->mark_rolled_back("1_a", seconds(20)), Interrupted);
    raise.join();
}

}  // namespace
}  // namespace migration_guard::postgres
