// `prisma migrate deploy` of the real CLIs, run by CliMigrator on a real server.

#include "integration/prisma/real_prisma.hpp"
#include "prisma/cli_migrator.hpp"
#include "support/test_server.hpp"
#include "system/child_process.hpp"
#include "system/process_table.hpp"
#include "system/stop_signals.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

namespace migration_guard::prisma {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class Lines : public Journal {
public:
    void event(Level, const std::string& phase, const std::string& text, const std::vector<Field>&) override {
        lines.push_back(phase + " " + text);
    }
    void state(const std::string&, const std::string&) override {}
    std::vector<std::string> lines;
};

class Database : public test::PostgresTest {
public:
    using PostgresTest::database;
    using PostgresTest::db;
    using PostgresTest::password;
    using PostgresTest::SetUp;
    using PostgresTest::TearDown;
    using PostgresTest::url;
    void TestBody() override {}
};

class Deploy : public test::RealPrisma, public testing::WithParamInterface<std::string> {
protected:
    void SetUp() override {
        server.SetUp();
        if (IsSkipped() || HasFatalFailure()) return;
        use(GetParam());
        if (absent()) return;
        const bool seven = GetParam() == "7";
        image.file("app/package.json", "{}");
        image.file("app/prisma/schema.prisma",
                   std::string("datasource db {\n  provider = \"postgresql\"\n") +
                       (seven ? "" : "  url = env(\"DATABASE_URL\")\n  directUrl = env(\"DIRECT_URL\")\n") +
                       "}\nmodel Thing {\n  id Int @id\n}\n");
        if (seven)
            image.file("app/prisma.config.ts", "export default { datasource: { url: process.env.DATABASE_URL } }");
        migration("20240101000000_init", "CREATE TABLE \"Thing\" (id int primary key);");
        options.url = server.url();
        options.variables = {"DATABASE_URL", "DIRECT_URL"};
        options.secrets.add(server.password);
        environment["DATABASE_URL"] = "postgresql://nobody:wrong@127.0.0.1:1/pooled";
    }
    void TearDown() override {
        if (!server.database.empty()) server.TearDown();
    }
    void migration(const std::string& name, const std::string& sql) {
        image.file("app/prisma/migrations/" + name + "/migration.sql", sql);
    }
    ApplyOutcome deploy() {
        project = find_project(settings, environment, image.path("app"));
        CliMigrator migrator(project, environment, options, runner, journal);
        EXPECT_EQ(migrator.not_ready(), "");
        applying = migrator.start({});
        for (int i = 0; i < 300; ++i) {
            if (applying->wait(milliseconds(200))) return applying->outcome();
            if (meanwhile) meanwhile();
        }
        ADD_FAILURE() << "the CLI does not end";
        return {};
    }

    Database server;
    CliOptions options;
    Project project;
    Lines journal;
    system::StopSignals signals;
    system::SystemProcessRunner runner{signals};
    std::unique_ptr<Applying> applying;
    std::function<void()> meanwhile;
};

TEST_P(Deploy, AppliesWithTheUrlThatMigrates) {
    if (absent() || IsSkipped()) return;
    const auto outcome = deploy();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::ended);
    EXPECT_EQ(outcome.status, 0) << outcome.message;
    EXPECT_THAT(journal.lines, Contains(HasSubstr("prisma Applying migration `20240101000000_init`")));
    EXPECT_EQ(server.db().value("select count(*) from _prisma_migrations where finished_at is not null"), "1");
    EXPECT_EQ(server.db().value("select count(*) from \"Thing\""), "0");
    for (const auto& line : journal.lines) {
        EXPECT_THAT(line, Not(HasSubstr(server.password)));
        EXPECT_THAT(line, Not(HasSubstr("\x1b")));
    }
    EXPECT_TRUE(system::children_of_self().empty());
}

TEST_P(Deploy, ChecksumsAreTheLedgers) {
    if (absent() || IsSkipped()) return;
    migration("20240102000000_crlf", "-- one\r\nselect 1;\r\n");
    migration("20240103000000_bom", "\xef\xbb\xbf-- byte order mark\n");
    migration("20240103000000_empty", "");
    std::filesystem::remove_all(
        image.path("app/prisma/migrations/20240103000000_bom"));  // a syntax error to the server
    EXPECT_EQ(deploy().status, 0);
    std::vector<std::string> notices;
    const auto bundle = read_bundle(project.migrations_dir, orders_by_locale(settings, project.cli), notices);
    ASSERT_EQ(bundle.migrations.size(), 3U);
    for (const auto& migration : bundle.migrations)
        EXPECT_EQ(server.db().value("select checksum from _prisma_migrations where migration_name = '" +
                                    migration.name + "'"),
                  migration.checksums.as_is)
            << migration.name;
}

TEST_P(Deploy, OrderIsTheCliS) {
    if (absent() || IsSkipped()) return;
    for (const auto* name : {"0_b", "10_b", "1_b", "a-b", "a_b", "B", "Zeta", "alpha"}) migration(name, "select 1;");
    ASSERT_EQ(deploy().status, 0);
    std::vector<std::string> notices;
    const auto bundle = read_bundle(project.migrations_dir, orders_by_locale(settings, project.cli), notices);
    std::vector<std::string> applied;
    for (const auto& row : server.db().rows("select migration_name from _prisma_migrations order by started_at"))
        applied.push_back(row[0].value());
    std::vector<std::string> listed;
    for (const auto& migration : bundle.migrations) listed.push_back(migration.name);
    EXPECT_EQ(applied, listed);
}

TEST_P(Deploy, AFailingScriptIsToldInOneLine) {
    if (absent() || IsSkipped()) return;
    migration("20240102000000_bad", "SELECT * FROM nosuch;");
    const auto outcome = deploy();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.message, HasSubstr("P3018"));
    EXPECT_THAT(outcome.message, HasSubstr("relation \"nosuch\" does not exist"));
    EXPECT_EQ(outcome.failed_migration, "20240102000000_bad");
    EXPECT_THAT(outcome.message, Not(HasSubstr("\n")));
}

TEST_P(Deploy, EndingItEndsTheEngineToo) {
    if (absent() || IsSkipped()) return;
    migration("20240102000000_slow", "SELECT pg_sleep(60);");
    bool ended = false;
    meanwhile = [&] {
        if (ended ||
            server.db().value("select count(*) from pg_stat_activity where datname = current_database() and query like "
                              "'%pg_sleep(60)%' and pid <> pg_backend_pid()") == "0")
            return;
        ended = true;
        applying->end();
    };
    const auto begun = std::chrono::steady_clock::now();
    const auto outcome = deploy();
    EXPECT_TRUE(ended);
    EXPECT_NE(outcome.status, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, seconds(40));
    EXPECT_TRUE(system::children_of_self().empty()) << "CLI and engine are gone";
}

TEST_P(Deploy, AnUnreachableServerIsItsError) {
    if (absent() || IsSkipped()) return;
    options.url = "postgresql://u:topsecretpw@127.0.0.1:1/x";
    options.secrets.add("topsecretpw");
    const auto outcome = deploy();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.message, HasSubstr("P1001"));
    for (const auto& line : journal.lines) EXPECT_THAT(line, Not(HasSubstr("topsecretpw")));
}

TEST_P(Deploy, NothingIsDownloaded) {
    if (absent() || IsSkipped()) return;
    environment.erase("PRISMA_SCHEMA_ENGINE_BINARY");
    project = find_project(settings, environment, image.path("app"));
    EXPECT_THAT(project.cli->problem, HasSubstr("no schema engine in"));
    project.cli->problem.clear();  // as if it had slipped through
    CliMigrator migrator(project, environment, options, runner, journal);
    applying = migrator.start({});
    const auto begun = std::chrono::steady_clock::now();
    while (!applying->wait(milliseconds(200)))
        if (std::chrono::steady_clock::now() - begun > seconds(60)) break;
    EXPECT_EQ(applying->outcome().status, 1);
    EXPECT_THAT(applying->outcome().message, HasSubstr("127.0.0.1:9"));
    EXPECT_THAT(applying->outcome().hint, HasSubstr("nothing be downloaded"));
}

INSTANTIATE_TEST_SUITE_P(Real, Deploy, testing::Values("5", "6", "7"),
                         [](const auto& test) { return "major" + test.param; });

}  // namespace
}  // namespace migration_guard::prisma
