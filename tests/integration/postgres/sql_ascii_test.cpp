#include "database_test.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;
using testing::HasSubstr;

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

TEST_F(SqlAsciiTest, NeitherAreSuchNamesInTheCatalogue) {
    session->run("CREATE SCHEMA \"s\xff\"; CREATE TABLE \"s\xff\"._prisma_migrations (id int)");
    try {
        open(here())->look({});
        FAIL();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::database_refused);
        EXPECT_THAT(failure.what(), HasSubstr("22021"));
        EXPECT_THAT(failure.hint, HasSubstr("SQL_ASCII"));
    }
}

}  // namespace
}  // namespace migration_guard::postgres
