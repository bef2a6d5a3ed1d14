#include "prisma/cli_migrator.hpp"

#include "prisma/cli_output.hpp"
#include "support/image.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace migration_guard::prisma {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RecordedJournal : public Journal {
public:
    void event(Level level, const std::string& phase, const std::string& text, const std::vector<Field>&) override {
        lines.push_back(fmt::format("{} {}", phase, text));
        levels.push_back(level);
    }
    void state(const std::string&, const std::string&) override {}
    std::vector<std::string> lines;
    std::vector<Level> levels;
};

/// A child that says what it was told to say and ends at its second wait.
class RecordedRunner : public ProcessRunner {
public:
    Started start(const ChildSpec& given, OnLine on_line) override {
        spec = given;
        if (!problem.empty()) return {nullptr, problem, hint};
        return {std::make_unique<Child>(*this, std::move(on_line)), {}};
    }
    ChildSpec spec;
    std::string problem;
    std::string hint;
    std::vector<std::pair<Stream, std::string>> output;
    int status = 0;
    int ended = 0;

private:
    class Child : public ChildProcess {
    public:
        Child(RecordedRunner& runner, OnLine on_line) : runner_(runner), on_line_(std::move(on_line)) {}
        bool wait(Duration) override {
            if (++waits_ < 2) return false;
            for (const auto& [stream, line] : runner_.output) on_line_(stream, line);
            return true;
        }
        void end_group() override { ++runner_.ended; }
        [[nodiscard]] int status() const override { return runner_.status; }

    private:
        RecordedRunner& runner_;
        OnLine on_line_;
        int waits_ = 0;
    };
};

class Migrating : public testing::Test {
protected:
    Migrating() {
        image.program("bin/node");
        environment = {{"PATH", image.path("bin").string()}, {"DATABASE_URL", "pooled"}, {"HOME", "/root"}};
        project.directory = image.path();
        project.schema_path = image.path("prisma/schema.prisma");
        project.cli = Cli{};
        project.cli->argv = {"node", "/app/node_modules/prisma/build/index.js"};
        project.cli->version = "6.19.3";
        options.url = "postgresql://me:s3cretpass@db/app";
        options.variables = {"DATABASE_URL", "DIRECT_URL"};
        options.secrets.add("s3cretpass");
    }
    ApplyOutcome run(const ApplyRequest& request = {}) {
        CliMigrator migrator(project, environment, options, runner, journal);
        auto applying = migrator.start(request);
        for (int i = 0; i < 5; ++i) {
            if (applying->wait(std::chrono::milliseconds(1))) return applying->outcome();
        }
        ADD_FAILURE() << "does not end";
        return {};
    }
    void says(Stream stream, const std::vector<std::string>& lines) {
        for (const auto& line : lines) runner.output.emplace_back(stream, line);
    }
    test::Image image;
    Project project;
    Environment environment;
    CliOptions options;
    RecordedRunner runner;
    RecordedJournal journal;
};

TEST_F(Migrating, RunsNodeWithoutShell) {
    EXPECT_EQ(run().kind, ApplyOutcome::Kind::ended);
    EXPECT_THAT(runner.spec.argv, ElementsAre(image.path("bin/node").string(),
                                              "/app/node_modules/prisma/build/index.js", "migrate", "deploy"));
    EXPECT_EQ(runner.spec.directory, image.path());
    EXPECT_EQ(runner.spec.input, "");
}

TEST_F(Migrating, NamesTheSchemaOnlyWhenTheCliWouldNotFindIt) {
    EXPECT_THAT(deploy_command(project), Not(Contains("--schema")));
    project.pass_schema_path = true;
    EXPECT_THAT(deploy_command(project), Contains(project.schema_path.string()));
}

TEST_F(Migrating, BothVariablesCarryTheUrlThatMigrates) {
    const auto child = deploy_environment(project, environment, options.variables, options.url);
    EXPECT_EQ(child.at("DATABASE_URL"), options.url);
    EXPECT_EQ(child.at("DIRECT_URL"), options.url);
    EXPECT_EQ(child.at("HOME"), "/root");
    EXPECT_EQ(child.at("CHECKPOINT_DISABLE"), "1");
    EXPECT_EQ(child.at("PRISMA_HIDE_UPDATE_MESSAGE"), "1");
    EXPECT_EQ(child.at("PRISMA_ENGINES_MIRROR"), "http://127.0.0.1:9");
    EXPECT_FALSE(child.contains("PRISMA_QUERY_ENGINE_LIBRARY"));
}

TEST_F(Migrating, TheAdvisoryLockIsLeftAsItIs) {
    environment["PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK"] = "1";
    environment["PRISMA_BINARIES_MIRROR"] = "https://mirror";
    environment["FORCE_COLOR"] = "1";
    const auto child = deploy_environment(project, environment, {}, {});
    EXPECT_EQ(child.at("PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK"), "1");
    EXPECT_FALSE(child.contains("PRISMA_BINARIES_MIRROR"));
    EXPECT_FALSE(child.contains("FORCE_COLOR"));
}

TEST_F(Migrating, AMissingQueryEngineIsStoodInFor) {
    project.cli->query_engine_stand_in = "/app/x";
    const auto library = [&] {
        return deploy_environment(project, environment, {}, {}).at("PRISMA_QUERY_ENGINE_LIBRARY");
    };
    EXPECT_EQ(library(), "/app/x");
    environment["PRISMA_QUERY_ENGINE_LIBRARY"] = "/given";
    EXPECT_EQ(library(), "/given");
}

TEST_F(Migrating, OutputGoesToTheLogWithoutCredentials) {
    says(Stream::out,
         {"Datasource \"db\" at postgresql://me:s3cretpass@db/app", "\x1b[1mApplying\x1b[0m s3cretpass \xff"});
    run();
    EXPECT_THAT(journal.lines, Contains(HasSubstr("prisma Applying *** \xef\xbf\xbd")));
    for (const auto& line : journal.lines) EXPECT_THAT(line, Not(HasSubstr("s3cretpass")));
}

TEST_F(Migrating, TheErrorBecomesOneLine) {
    says(Stream::out, {"Applying migration `20240101_a`"});
    says(Stream::err, {"Error: P3018", "A migration failed to apply. New migrations cannot be applied",
                       "Migration name: 20240101_a", "Database error code: 42P01", "Database error:",
                       "ERROR: relation \"nosuch\" does not exist", "DbError { severity: \"ERROR\" }"});
    runner.status = 1;
    const auto outcome = run();
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(
        outcome.message,
        "P3018 A migration failed to apply. New migrations cannot be applied Migration name: 20240101_a Database error "
        "code: 42P01 Database error: ERROR: relation \"nosuch\" does not exist");
    EXPECT_EQ(outcome.failed_migration, "20240101_a");
    EXPECT_EQ(outcome.hint, "");
    EXPECT_EQ(journal.levels.back(), Level::error);
}

TEST_F(Migrating, KnownErrorsSayWhatToDo) {
    says(Stream::err,
         {"Failed to load config file \"/app\" as a TypeScript/JavaScript module. Error: Error: Cannot find "
          "module 'dotenv/config'"});
    runner.status = 1;
    EXPECT_THAT(run().hint, HasSubstr("node_modules in the image is incomplete"));
    runner.output.clear();
    says(Stream::err, {"Error: request to http://127.0.0.1:9/all_commits/x failed"});
    EXPECT_THAT(run().hint, HasSubstr("lets nothing be downloaded"));
}

TEST_F(Migrating, WithoutAnErrorItsLastWordsAreTheCause) {
    says(Stream::out, {"Prisma schema loaded"});
    says(Stream::err, {"one", "two", "three", "four", "five", "    at main (index.js:1)", "Node.js v20.19.2"});
    runner.status = 1;
    EXPECT_EQ(run().message, "two three four five");
    says(Stream::err, {"Error: P1001", "Can't reach database server"});
    EXPECT_EQ(run().message, "P1001 Can't reach database server") << "an error wins over what stands before it";
}

TEST_F(Migrating, NodeWithoutMemory) {
    says(Stream::err,
         {"<--- Last few GCs --->", "[7:0x5] 99 ms: Mark-Compact 4.1 (5.1) -> 3.9 (5.1) MB", "<--- JS stacktrace --->",
          "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory",
          "----- Native stack trace -----", " 1: 0xb76db1 node::OOMErrorHandler(char const*) [node]"});
    runner.status = 134;
    const auto outcome = run();
    EXPECT_EQ(outcome.message, "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory");
    EXPECT_THAT(outcome.hint, HasSubstr("more memory"));
}

TEST_F(Migrating, AFloodIsCutOff) {
    for (int i = 0; i < 6000; ++i) runner.output.emplace_back(Stream::out, "line");
    run();
    EXPECT_EQ(journal.lines.size(), 5002U) << "the command, 5000 lines, and the remark";
    EXPECT_THAT(journal.lines.back(), HasSubstr("left out"));
}

TEST_F(Migrating, WhatCannotStartIsAnOutcome) {
    runner.problem = "Permission denied";
    runner.hint = "permit it";
    auto outcome = run();
    EXPECT_EQ(outcome.kind, ApplyOutcome::Kind::not_started);
    EXPECT_THAT(outcome.message, HasSubstr("bin/node: Permission denied"));
    EXPECT_EQ(outcome.hint, "permit it");
    project.cli->problem = "no schema engine in /app";
    project.cli->remedy = "fetch it";
    outcome = run();
    EXPECT_EQ(outcome.message, "no schema engine in /app");
    EXPECT_EQ(outcome.hint, "fetch it");
    project.cli.reset();
    project.cli_missing = "no node_modules/prisma in /app or above it";
    EXPECT_THAT(run().message, HasSubstr("the Prisma CLI is not in the image: no node_modules/prisma"));
}

TEST_F(Migrating, WhereItWouldComeToAnotherDatabaseItIsNotRun) {
    options.refusal = "it would connect elsewhere";
    options.refusal_remedy = "name a variable";
    CliMigrator migrator(project, environment, options, runner, journal);
    EXPECT_EQ(migrator.not_ready(), "it would connect elsewhere");
    EXPECT_EQ(migrator.not_ready_code(), ExitCode::config_invalid);
    EXPECT_EQ(migrator.remedy(), "name a variable");
    EXPECT_EQ(run().kind, ApplyOutcome::Kind::not_started);
    EXPECT_THAT(runner.spec.argv, IsEmpty());
    options.refusal.clear();
    EXPECT_EQ(CliMigrator(project, environment, options, runner, journal).not_ready_code(),
              ExitCode::apply_not_started);
}

TEST_F(Migrating, WhatCannotBeKnownIsSaidFirst) {
    options.caution = "cannot be checked";
    run();
    EXPECT_EQ(journal.lines.front(), "prisma cannot be checked");
    EXPECT_EQ(journal.levels.front(), Level::warn);
}

TEST_F(Migrating, APoolerGetsNoSessionSettings) {
    options.url = "postgresql://db/app?options=-c%20lock_timeout%3D7000";
    options.url_through_pooler = "postgresql://db/app";
    run();
    EXPECT_THAT(runner.spec.environment, Contains("DATABASE_URL=" + options.url));
    EXPECT_EQ(journal.levels.front(), Level::info);
    ApplyRequest pooled;
    pooled.transaction_pooler = "pgbouncer=true";
    run(pooled);
    EXPECT_THAT(runner.spec.environment, Contains("DATABASE_URL=postgresql://db/app"));
    EXPECT_THAT(journal.lines, Contains(HasSubstr("not in force")));
}

TEST_F(Migrating, EndIsPassedOn) {
    CliMigrator migrator(project, environment, options, runner, journal);
    auto applying = migrator.start({});
    applying->begin_nothing_further();
    EXPECT_EQ(runner.ended, 0) << "SIGTERM to nobody";
    applying->end();
    EXPECT_EQ(runner.ended, 1);
    EXPECT_FALSE(applying->heeds_begin_nothing_further());
    EXPECT_EQ(migrator.name(), "prisma 6.19.3");
    EXPECT_EQ(migrator.not_ready(), "");
}

}  // namespace
}  // namespace migration_guard::prisma
