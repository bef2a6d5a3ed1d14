#include "config/option.hpp"

#include <gmock/gmock.h>

#include <map>
#include <set>

namespace migration_guard::config {
namespace {

using testing::IsEmpty;
using testing::Optional;

/// Keys and defaults that images and dashboards are written against.
const std::map<std::string, std::string> contract{{"mode", "enforce"},
                                                  {"databaseUrlEnv", ""},
                                                  {"directUrlEnv", ""},
                                                  {"databaseSchema", ""},
                                                  {"schemaPath", ""},
                                                  {"migrationsDir", ""},
                                                  {"migrationOrder", "auto"},
                                                  {"deadline", "14m"},
                                                  {"waitTimeout", "60s"},
                                                  {"connectTimeout", ""},
                                                  {"turnTimeout", ""},
                                                  {"apply", "prisma"},
                                                  {"prismaCommand", ""},
                                                  {"createDatabase", "false"},
                                                  {"onEmptyDatabase", "apply"},
                                                  {"applyTimeout", ""},
                                                  {"stopTimeout", "8s"},
                                                  {"migrationLockTimeout", ""},
                                                  {"migrationStatementTimeout", ""},
                                                  {"onEdited", "warn"},
                                                  {"onDatabaseAhead", "warn"},
                                                  {"onOutOfOrder", "warn"},
                                                  {"acceptEdited", ""},
                                                  {"onSchemaMismatch", "fail"},
                                                  {"onCollision", "fail"},
                                                  {"ignoreObjects", ""},
                                                  {"smokeDir", ""},
                                                  {"smokeTimeout", "5s"},
                                                  {"smokeWhen", "applied"},
                                                  {"resolveOnce", ""},
                                                  {"init", "false"},
                                                  {"failureDelay", ""},
                                                  {"failureCommand", ""},
                                                  {"probePort", ""},
                                                  {"probePath", ""},
                                                  {"probeTimeout", "3s"},
                                                  {"stateFile", ""},
                                                  {"logFormat", "text"},
                                                  {"logLevel", "info"}};

TEST(Options, are_the_keys_of_the_contract_with_its_defaults) {
    std::map<std::string, std::string> found;
    for (const auto& option : options()) found.emplace(option.key, value_text(Settings{}, option).value_or(""));
    EXPECT_EQ(found, contract);
    EXPECT_EQ(options().size(), contract.size()) << "a key stands twice";
}

TEST(Options, every_setting_has_one_option) {
    // Storing a value through one option may change the value that is seen through no other.
    const std::vector<std::string> samples{
        "true",      "5s",     "4242", "off",   "fail", "ignore",    "native",
        "bytewise",  "always", "json", "debug", "/x",   "some_text", "rolled-back:name@12345678",
        R"(["a.b"])"};
    for (const auto& option : options()) {
        Settings settings;
        for (const auto& sample : samples) store(settings, option, value_of_text(option, sample));
        std::set<std::string_view> changed;
        for (const auto& other : options())
            if (value_text(settings, other) != value_text(Settings{}, other)) changed.insert(other.key);
        EXPECT_THAT(changed, testing::ElementsAre(option.key));
    }
}

TEST(Options, say_what_they_mean_and_what_holds_while_unset) {
    for (const auto& option : options()) {
        EXPECT_THAT(std::string(option.meaning), testing::Not(IsEmpty())) << option.key;
        EXPECT_NE(value_text(Settings{}, option).has_value(), !option.unset.empty()) << option.key;
        EXPECT_THAT(default_text(option), testing::Not(IsEmpty())) << option.key;
        EXPECT_THAT(allowed_values(option), testing::Not(IsEmpty())) << option.key;
    }
}

TEST(Options, have_three_spellings) {
    EXPECT_EQ(flag_name("waitTimeout"), "wait-timeout");
    EXPECT_EQ(variable_name("waitTimeout"), "MIGRATION_GUARD_WAIT_TIMEOUT");
    EXPECT_EQ(variable_name("mode"), "MIGRATION_GUARD_MODE");
    for (const auto& option : options()) {
        EXPECT_EQ(option_of_key(option.key), &option);
        EXPECT_EQ(option_of_flag(flag_name(option.key)), &option);
        EXPECT_EQ(option_of_variable(variable_name(option.key)), &option);
    }
    EXPECT_EQ(option_of_key("waittimeout"), nullptr);
    EXPECT_EQ(option_of_flag("waitTimeout"), nullptr);
    EXPECT_EQ(option_of_variable("MIGRATION_GUARD_"), nullptr);
}

std::optional<Problem> try_value(std::string_view key, std::string_view text) {
    Settings settings;
    const Option& option = *option_of_key(key);
    return store(settings, option, value_of_text(option, text));
}

struct Trial {
    std::string key;
    std::string text;
    std::string problem;  ///< empty: accepted
    std::string near;
};

class Trials : public testing::TestWithParam<Trial> {};

TEST_P(Trials, accept_or_refuse) {
    const auto& [key, text, problem, near] = GetParam();
    const auto found = try_value(key, text);
    EXPECT_EQ(found ? found->what : "", problem);
    EXPECT_EQ(found ? found->near : "", near);
}

const std::string once =
    "it must be rolled-back:NAME@ROW, ROW being the first eight characters of the row's id, or all of a shorter one";
const std::string patterns = "it must be patterns SCHEMA.OBJECT, SCHEMA.OBJECT.MEMBER or OBJECT, with * for anything";

INSTANTIATE_TEST_SUITE_P(
    All, Trials,
    testing::Values(
        Trial{"mode", "off", "", ""}, Trial{"mode", "Enforce", "it is none of its values", "enforce"},
        Trial{"onEdited", "wran", "it is none of its values", "warn"},
        Trial{"apply", "false", "it is none of its values", ""}, Trial{"deadline", "0", "it must be more than 0", ""},
        Trial{"waitTimeout", "0", "", ""}, Trial{"smokeTimeout", "0s", "it must be more than 0", ""},
        Trial{"probeTimeout", "0", "it must be more than 0", ""},
        Trial{"applyTimeout", "0", "it must be more than 0", ""},
        Trial{"connectTimeout", "0", "it must be more than 0", ""}, Trial{"stopTimeout", "0", "", ""},
        Trial{"failureDelay", "0", "", ""}, Trial{"turnTimeout", "0", "", ""},
        Trial{"databaseUrlEnv", "APP_DB_1", "", ""},
        Trial{"databaseUrlEnv", "postgresql://a:b@c/d", "it must be the name of an environment variable, not a URL",
              ""},
        Trial{"directUrlEnv", "1X", "it must be the name of an environment variable, not a URL", ""},
        Trial{"databaseSchema", "my schema", "", ""}, Trial{"databaseSchema", "a\nb", "it has a control character", ""},
        Trial{"schemaPath", "prisma/\xFF", "it is not UTF-8", ""}, Trial{"prismaCommand", R"(["node", ""])", "", ""},
        Trial{"prismaCommand", "[]", "", ""},
        Trial{"prismaCommand", R"([""])", "it must be a program and its arguments", ""},
        Trial{"prismaCommand", "npx prisma", "it is not a list of texts", ""},
        Trial{"failureCommand", R"(["sh", "-c", "two\nlines"])", "", ""},
        Trial{"failureCommand", R"(["a\u0000b"])", "it has an item that is not plain text", ""},
        Trial{"acceptEdited", R"([""])", "it must be names, none of them empty", ""},
        Trial{"ignoreObjects", R"(["auth.*", "public.User.oldColumn", "*.x"])", "", ""},
        Trial{"ignoreObjects", R"(["User", "\"my.schema\".*"])", "", ""},
        Trial{"ignoreObjects", R"([""])", patterns, ""}, Trial{"ignoreObjects", R"(["a.b.c.d"])", patterns, ""},
        Trial{"ignoreObjects", R"([".User"])", patterns, ""}, Trial{"ignoreObjects", R"(["public."])", patterns, ""},
        Trial{"ignoreObjects", R"(["a.b."])", patterns, ""},
        Trial{"resolveOnce", "rolled-back:2025_x@1a2b3c4d", "", ""},
        Trial{"resolveOnce", "rolled-back:with@sign@1a2b3c4d", "", ""},
        Trial{"resolveOnce", "applied:2025_x@1a2b3c4d", once, ""},
        Trial{"resolveOnce", "rolled-back:@1a2b3c4d", once, ""}, Trial{"resolveOnce", "rolled-back:2025_x", once, ""},
        Trial{"resolveOnce", "rolled-back:2025_x@r1", "", ""}, Trial{"resolveOnce", "rolled-back:2025_x@", once, ""},
        Trial{"resolveOnce", "rolled-back:2025_x@1a2b3c4d5", once, ""}, Trial{"probePort", "3000", "", ""},
        Trial{"probePort", "0", "it is not a port", ""}, Trial{"probePath", "/healthz?x=1", "", ""},
        Trial{"probePath", "healthz", "it must be a path that begins with /", ""},
        Trial{"probePath", "/a b", "it must be a path that begins with /", ""},
        Trial{"probePath", "/\xC3\xA9", "it must be a path that begins with /", ""},
        Trial{"init", "yes", "it is not a boolean", ""}, Trial{"createDatabase", "true", "", ""}));

TEST(Store, leaves_settings_alone_when_the_value_is_bad) {
    Settings settings;
    EXPECT_TRUE(store(settings, *option_of_key("mode"), {.kind = Value::Kind::scalar, .text = "x", .items = {}}));
    EXPECT_EQ(settings.mode, Mode::enforce);
}

TEST(Store, tells_kinds_apart) {
    Settings settings;
    const Option& scalar = *option_of_key("mode");
    const Option& list = *option_of_key("acceptEdited");
    const auto what = [&](const Option& option, Value::Kind kind) {
        const auto problem = store(settings, option, {.kind = kind, .text = "", .items = {}});
        return problem ? problem->what : "";
    };
    EXPECT_EQ(what(scalar, Value::Kind::null), "it is null; leave it out for the default");
    EXPECT_EQ(what(scalar, Value::Kind::list), "it is a list");
    EXPECT_EQ(what(scalar, Value::Kind::nested), "it is an object");
    EXPECT_EQ(what(list, Value::Kind::scalar), "it is not a list of texts");
    EXPECT_EQ(what(list, Value::Kind::nested), "it is not a list of texts");
    EXPECT_EQ(what(list, Value::Kind::list), "");
}

TEST(ValueText, writes_what_is_read_back) {
    Settings settings;
    const Option& option = *option_of_key("ignoreObjects");
    store(settings, option, value_of_text(option, R"(["a.\"q\"", "b.é"])"));
    const auto text = value_text(settings, option);
    ASSERT_THAT(text, Optional(testing::_));
    Settings again;
    store(again, option, value_of_text(option, *text));
    EXPECT_EQ(again.ignore_objects, settings.ignore_objects);
}

}  // namespace
}  // namespace migration_guard::config
