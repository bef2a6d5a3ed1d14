#include "config/command_line.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

namespace migration_guard::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Optional;
using testing::Pair;
using Arguments = std::vector<std::string>;

TEST(CommandLine, run_is_the_default) {
    const auto line = parse_command_line({"--", "node", "server.js", "--flag", "--", "-x"});
    EXPECT_EQ(line.subcommand, Subcommand::run);
    EXPECT_FALSE(line.named);
    EXPECT_THAT(line.command, ElementsAre("node", "server.js", "--flag", "--", "-x"));
}

TEST(CommandLine, options_stand_before_the_separator) {
    const auto line =
        parse_command_line({"run", "--mode", "observe", "--deadline=5m", "--init", "--", "app", "--mode", "off"});
    EXPECT_TRUE(line.named);
    EXPECT_THAT(line.options, ElementsAre(Pair("mode", "observe"), Pair("deadline", "5m"), Pair("init", "true")));
    EXPECT_THAT(line.command, ElementsAre("app", "--mode", "off"));
}

TEST(CommandLine, a_value_may_hold_anything_after_the_equals_sign) {
    const auto line =
        parse_command_line({"config", "--schema-path=a=b", "--migrations-dir=--odd", "--log-level", "-5"});
    EXPECT_THAT(line.options,
                ElementsAre(Pair("schemaPath", "a=b"), Pair("migrationsDir", "--odd"), Pair("logLevel", "-5")));
}

TEST(CommandLine, booleans_may_stand_alone) {
    const auto line = parse_command_line({"config", "--init", "false", "--create-database", "--init=true"});
    EXPECT_THAT(line.options, ElementsAre(Pair("init", "false"), Pair("createDatabase", "true"), Pair("init", "true")));
}

TEST(CommandLine, each_subcommand_has_its_own_flags) {
    EXPECT_TRUE(parse_command_line({"check", "--json", "--before-deploy"}).before_deploy);
    EXPECT_TRUE(parse_command_line({"check", "--no-database"}).no_database);
    EXPECT_TRUE(parse_command_line({"migrate", "--json"}).json);
    EXPECT_THAT(parse_command_line({"diagnose", "--logs", "-"}).logs, Optional(std::string("-")));
    EXPECT_THAT(parse_command_line({"diagnose", "--logs=app.log"}).logs, Optional(std::string("app.log")));
    EXPECT_THAT(parse_command_line({"resolve", "--applied", "2025_x"}).applied, Optional(std::string("2025_x")));
    EXPECT_THAT(parse_command_line({"resolve", "--rolled-back", "y"}).rolled_back, Optional(std::string("y")));
    EXPECT_TRUE(parse_command_line({"baseline", "--yes"}).yes);
    EXPECT_THAT(parse_command_line({"probe", "--config", "x.yaml"}).config_file, Optional(std::string("x.yaml")));
    for (const auto* const name : {"check", "migrate", "wait", "diagnose", "baseline", "probe", "config"})
        EXPECT_EQ(name_of(parse_command_line({name}).subcommand), name);
}

TEST(CommandLine, help_and_version_need_nothing_else) {
    EXPECT_TRUE(parse_command_line({"--help"}).help);
    EXPECT_TRUE(parse_command_line({"-h"}).help);
    EXPECT_TRUE(parse_command_line({"--version"}).version);
    EXPECT_TRUE(parse_command_line({"resolve", "--help"}).help);
    EXPECT_FALSE(parse_command_line({"--", "app", "--help"}).help) << "that is the app's";
}

struct Refused {
    Arguments arguments;
    std::string message;
    std::string hint;  ///< a part of it
};

class RefusedCommandLines : public testing::TestWithParam<Refused> {};

TEST_P(RefusedCommandLines, are_usage_errors_with_a_way_out) {
    const auto& [arguments, message, hint] = GetParam();
    try {
        parse_command_line(arguments);
        FAIL() << "accepted";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::usage);
        EXPECT_EQ(failure.what(), message);
        EXPECT_THAT(failure.hint, HasSubstr(hint));
    }
}

INSTANTIATE_TEST_SUITE_P(
    All, RefusedCommandLines,
    testing::Values(
        Refused{{}, "no command to start", "migration-guard -- node server.js"},
        Refused{{"--"}, "no command to start", "CMD"}, Refused{{"run", "--init"}, "no command to start", ""},
        Refused{{"chek"}, "unknown subcommand \"chek\"", "did you mean migration-guard check?"},
        Refused{{"node", "server.js"}, "unknown subcommand \"node\"", "migration-guard -- node"},
        Refused{{"help"}, "unknown subcommand \"help\"", ""},
        Refused{{"run", "node", "server.js"}, "unexpected argument \"node\"", "put -- before the command"},
        Refused{{"--init", "check"}, "unexpected argument \"check\"", "migration-guard check [OPTIONS]"},
        Refused{{"wait", "-v"}, "unexpected argument \"-v\"", "migration-guard wait --help"},
        Refused{{"--wait-timout", "5s", "--", "x"}, "unknown option \"--wait-timout\"", "did you mean --wait-timeout?"},
        Refused{{"--waitTimeout=5s", "--", "x"}, "unknown option \"--waitTimeout\"", "did you mean --wait-timeout?"},
        Refused{{"check", "--jsn"}, "unknown option \"--jsn\"", "did you mean --json?"},
        Refused{{"check", "--frobnicate"}, "unknown option \"--frobnicate\"", "migration-guard check --help"},
        Refused{{"wait", "--json"}, "--json is not for wait", "check, migrate, diagnose, config"},
        Refused{{"check", "--json=true"}, "--json takes no value", "--json alone"},
        Refused{{"wait", "--deadline"}, "--deadline needs a value", "migration-guard wait --help"},
        Refused{{"wait", "--deadline="}, "--deadline needs a value", ""},
        Refused{{"--deadline", "--", "x"}, "--deadline needs a value", ""},
        Refused{{"wait", "--deadline", "--mode=off"}, "--deadline needs a value", ""},
        Refused{{"wait", "--init", "maybe"}, "unexpected argument \"maybe\"", ""},
        Refused{{"check", "--", "node"}, "check starts no command, but one follows --", "migration-guard run"},
        Refused{
            {"check", "--before-deploy", "--no-database"}, "--before-deploy and --no-database exclude each other", ""},
        Refused{{"resolve"}, "resolve needs exactly one of --rolled-back and --applied", "--rolled-back NAME"},
        Refused{{"resolve", "--applied", "a", "--rolled-back", "b"},
                "resolve needs exactly one of --rolled-back and --applied",
                ""},
        Refused{{"baseline", "--yes", "now"}, "unexpected argument \"now\"", ""},
        Refused{{""}, "unknown subcommand \"\"", ""}));

TEST(CommandLine, shows_no_password_that_was_pasted_into_it) {
    for (const Arguments& arguments :
         {Arguments{"postgresql://app:hush@db/app"}, Arguments{"check", "postgresql://app:hush@db/app"},
          Arguments{"check", "--database-url=postgresql://app:hush@db/app"}}) {
        try {
            parse_command_line(arguments);
            FAIL() << "accepted";
        } catch (const Failure& failure) {
            EXPECT_THAT(failure.what() + failure.hint, testing::Not(HasSubstr("hush")));
        }
    }
}

TEST(CommandLine, survives_hostile_arguments) {
    for (const auto& word : {std::string(100'000, 'x'), "--" + std::string(100'000, 'x'), std::string("\xFF\xFE"),
                             std::string("--\x1B[31m"), std::string("---"), std::string("--="), std::string("-")}) {
        try {
            parse_command_line({"check", word});
            FAIL() << "accepted";
        } catch (const Failure& failure) {
            EXPECT_LT(std::string(failure.what()).size(), 200U);
        }
    }
}

TEST(SubcommandOf, is_known_also_when_the_rest_is_wrong) {
    EXPECT_EQ(subcommand_of({"probe", "--nonsense"}), Subcommand::probe);
    EXPECT_EQ(subcommand_of({}), Subcommand::run);
    EXPECT_EQ(subcommand_of({"--", "probe"}), Subcommand::run);
    EXPECT_EQ(subcommand_of({"prob"}), Subcommand::run);
}

TEST(AsksForOneShot, tells_a_subcommand_from_an_app) {
    EXPECT_TRUE(asks_for_one_shot({"migration-guard", "check", "--json"}));
    EXPECT_TRUE(asks_for_one_shot({"/usr/local/bin/migration-guard", "probe"}));
    EXPECT_TRUE(asks_for_one_shot({"migration-guard", "--version"}));
    EXPECT_FALSE(asks_for_one_shot({"migration-guard", "run", "--", "node"}));
    EXPECT_FALSE(asks_for_one_shot({"migration-guard", "--", "node"}));
    EXPECT_FALSE(asks_for_one_shot({"migration-guard"}));
    EXPECT_FALSE(asks_for_one_shot({}));
}

}  // namespace
}  // namespace migration_guard::config
