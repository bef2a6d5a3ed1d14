#include "database_test.hpp"

#include "ledger/bundle.hpp"

#include <gmock/gmock.h>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::UnorderedElementsAre;

/// A server of this encoding takes any byte and cannot turn it into UTF-8.
class SqlAsciiTest : public DatabaseTest {
protected:
    void SetUp() override {
        DatabaseTest::SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        name = database + "_ascii";
        db().run("CREATE DATABASE " + name + " ENCODING 'SQL_ASCII' TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C'");
        session = std::make_unique<test::Session>(here());
        session->run("SET client_encoding = 'SQL_ASCII'");
    }
    void TearDown() override {
        session.reset();
        if (!name.empty()) db().run("DROP DATABASE " + name + " WITH (FORCE)");
        DatabaseTest::TearDown();
    }
    [[nodiscard]] std::string here() const { return server_url(user, password, host, port, name); }

    std::string name;
    std::unique_ptr<test::Session> session;
};

TEST_F(SqlAsciiTest, BytesInTheLedgerThatAreNoTextAreNoFaultOfTheGuard) {
    session->run(std::string("CREATE TABLE _prisma_migrations ") + ledger_columns);
    session->run("INSERT INTO _prisma_migrations (id, checksum, migration_name) VALUES ('1', 'x', 'caf\xe9')");
    const auto seen = open(here())->look({});
    EXPECT_EQ(seen.ledger.state, State::null_values);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("22021"));
    EXPECT_THAT(seen.ledger.remedy, HasSubstr("SQL_ASCII"));
}

TEST_F(SqlAsciiTest, NorInItsLogs) {
    session->run(std::string("CREATE TABLE _prisma_migrations ") + ledger_columns);
    session->run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('1', 'x', 'one', '\xe9')");
    const auto seen = open(here())->look({});
    EXPECT_EQ(seen.ledger.state, State::null_values);
    EXPECT_THAT(seen.ledger.detail, HasSubstr("logs in the row of one is not valid UTF-8"));
}

// The server counts bytes there, and cuts within a character.
TEST_F(SqlAsciiTest, ALongLogIsCutAndStillText) {
    session->run(std::string("CREATE TABLE _prisma_migrations ") + ledger_columns);
    session->run(
        "INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ('1', 'x', 'one', 'x' || "
        "repeat('\xc3\xa9', 40000))");
    const auto seen = open(here())->look({});
    EXPECT_EQ(seen.ledger.state, State::present) << seen.ledger.detail;
    ASSERT_EQ(seen.ledger.rows.size(), 1U);
    EXPECT_TRUE(seen.ledger.rows[0].logs->ends_with("\xc3\xa9\\xc3"));
}

// schema.prisma cannot name them, so that nothing hangs on them: no image is locked out by such an object.
TEST_F(SqlAsciiTest, NamesThatAreNoTextAreShownEscaped) {
    session->run(
        "CREATE SCHEMA \"s\xff\"; CREATE TABLE \"s\xff\"._prisma_migrations (id int); CREATE TABLE \"t\xe9\" (a int); "
        "CREATE TYPE \"e\xe9\" AS ENUM ('a'); CREATE TYPE mood AS ENUM ('caf\xc3\xa9', 'caf\xe9'); CREATE TABLE t "
        "(\"caf\xc3\xa9\" int, \"caf\xe9\" int NOT NULL, \"caf\xe8\" \"e\xe9\"); CREATE TABLE \"s\xff\".t (a int)");
    const auto opened = open(here());
    SnapshotRequest request;
    request.catalogue = {{""}, {"t"}, {"mood"}};
    request.sessions = true;
    const auto seen = opened->look(request);
    EXPECT_EQ(seen.ledger.state, State::absent);
    EXPECT_THAT(seen.server.tables, ElementsAre("public.t", "public.t\\xe9"));
    const auto& columns = seen.catalogue.relations.at({"public", "t"}).columns;
    EXPECT_THAT(columns, UnorderedElementsAre(Key("caf\xc3\xa9"), Key("caf\\xe9"), Key("caf\\xe8")));
    EXPECT_TRUE(columns.at("caf\\xe9").not_null);
    EXPECT_EQ(columns.at("caf\\xe8").type, "e\\xe9");
    EXPECT_THAT(seen.catalogue.enums.at({"public", "mood"}), ElementsAre("caf\xc3\xa9", "caf\\xe9"));
    EXPECT_THAT(opened->find_everywhere({"t"}, {}).relations,
                UnorderedElementsAre(ObjectName{"public", "t"}, ObjectName{"s\\xff", "t"}));
}

TEST_F(SqlAsciiTest, WhoHoldsTheLockIsKnownWhateverHeAsks) {
    session->run("SELECT pg_advisory_lock(72707369), 'caf\xe9'");
    const auto seen = open(here())->look({});
    ASSERT_TRUE(seen.migrating);
    EXPECT_EQ(seen.migrating->pid, session->backend_pid());
    EXPECT_THAT(seen.migrating->query, HasSubstr("caf\\xe9"));
}

TEST_F(SqlAsciiTest, TheLedgerIsWrittenBesideSuchNames) {
    session->run("CREATE TABLE \"t\xe9\" (a int)");
    const auto writer = ledger_writer(options(here()), stop);
    BundledMigration first;
    first.name = "20250101000000_caf\xc3\xa9";
    first.checksums.as_is = std::string(64, 'a');
    EXPECT_EQ(writer->mark_applied(first, std::chrono::seconds(2)).kind, ResolveOutcome::Kind::done);
    const auto seen = open(here())->look({});
    ASSERT_EQ(seen.ledger.rows.size(), 1U);
    EXPECT_EQ(seen.ledger.rows[0].migration_name, first.name);
}

}  // namespace
}  // namespace migration_guard::postgres
