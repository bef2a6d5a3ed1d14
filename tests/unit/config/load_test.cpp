#include "config/load.hpp"

#include "base/failure.hpp"
#include "config/show.hpp"
#include "unit/config/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Load : public testing::Test {
protected:
    Loaded load() { return load_settings(line_, environment_, directory_.path()); }
    void section(const std::string& json) {
        directory_.write("captain-definition", R"({"schemaVersion": 2, "x-migration-guard": )" + json + "}");
    }
    void yaml(const std::string& text) { directory_.write("migration-guard.yaml", text); }
    void flags(std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "config");
        line_ = parse_command_line(arguments);
    }

    Failure failure() {
        try {
            load();
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code, ExitCode::config_invalid);
            return failure;
        }
        return {ExitCode::ok, "loaded", ""};
    }

    static std::string place_of(const Loaded& loaded, const std::string& key) {
        return std::ranges::find(loaded.origins, key, &Origin::key)->place;
    }

    ScratchDirectory directory_;
    CommandLine line_;
    std::map<std::string, std::string> environment_;
};

TEST_F(Load, defaults_when_nothing_is_written) {
    const auto loaded = load();
    EXPECT_EQ(loaded.source, "defaults");
    EXPECT_EQ(loaded.file, "");
    EXPECT_THAT(loaded.warnings, IsEmpty());
    EXPECT_EQ(loaded.settings.deadline, std::chrono::minutes(14));
}

TEST_F(Load, flag_before_environment_before_file_before_default) {
    section(R"({"mode": "observe", "apply": "native", "deadline": "5m", "waitTimeout": 7})");
    environment_ = {{"MIGRATION_GUARD_APPLY", "wait"}, {"MIGRATION_GUARD_DEADLINE", "6m"}};
    flags({"--deadline=7m"});
    const auto loaded = load();
    EXPECT_EQ(loaded.settings.mode, Mode::observe);
    EXPECT_EQ(loaded.settings.apply, ApplyMode::wait);
    EXPECT_EQ(loaded.settings.deadline, std::chrono::minutes(7));
    EXPECT_EQ(loaded.settings.wait_timeout, std::chrono::seconds(7));
    EXPECT_EQ(place_of(loaded, "mode"), "captain-definition:1:52");
    EXPECT_EQ(place_of(loaded, "apply"), "MIGRATION_GUARD_APPLY");
    EXPECT_EQ(place_of(loaded, "deadline"), "--deadline");
    EXPECT_EQ(place_of(loaded, "stopTimeout"), "");
    EXPECT_EQ(loaded.source, "captain-definition, environment, flags");
}

TEST_F(Load, the_last_of_two_flags_wins) {
    flags({"--mode=off", "--mode=observe"});
    EXPECT_EQ(load().settings.mode, Mode::observe);
}

TEST_F(Load, an_empty_variable_is_unset) {
    section(R"({"mode": "observe"})");
    environment_ = {{"MIGRATION_GUARD_MODE", ""}, {"MIGRATION_GUARD_CONFIG", ""}};
    EXPECT_EQ(load().settings.mode, Mode::observe);
    EXPECT_EQ(load().source, "captain-definition");
}

TEST_F(Load, lists_are_json_outside_files) {
    environment_ = {{"MIGRATION_GUARD_IGNORE_OBJECTS", R"(["auth.*"])"}};
    flags({"--failure-command", R"(["logger", "failed"])"});
    yaml("acceptEdited: [a, b]\n");
    const auto settings = load().settings;
    EXPECT_THAT(settings.ignore_objects, ElementsAre("auth.*"));
    EXPECT_THAT(settings.failure_command, ElementsAre("logger", "failed"));
    EXPECT_THAT(settings.accept_edited, ElementsAre("a", "b"));
}

TEST_F(Load, an_empty_list_takes_a_list_of_the_file_back) {
    yaml("failureCommand: [logger]\n");
    environment_ = {{"MIGRATION_GUARD_FAILURE_COMMAND", "[]"}};
    EXPECT_THAT(load().settings.failure_command, IsEmpty());
}

TEST_F(Load, an_unknown_variable_is_a_warning_with_the_nearest) {
    environment_ = {{"MIGRATION_GUARD_WAIT_TIMOUT", "5s"}, {"MIGRATION_GUARD_PORT_5432_TCP", "x"}, {"OTHER", "x"}};
    EXPECT_THAT(load().warnings, ElementsAre("unknown variable MIGRATION_GUARD_PORT_5432_TCP has no effect",
                                             "unknown variable MIGRATION_GUARD_WAIT_TIMOUT has no effect; did you mean "
                                             "MIGRATION_GUARD_WAIT_TIMEOUT?"));
    EXPECT_EQ(load().source, "defaults");
}

TEST_F(Load, an_unknown_key_in_the_section_is_an_error_with_the_nearest) {
    directory_.write("captain-definition", "{\n  \"x-migration-guard\": {\n    \"waitTimout\": 5\n  }\n}");
    EXPECT_STREQ(failure().what(), "unknown key \"waitTimout\" (captain-definition:3:5)");
    EXPECT_EQ(failure().hint, "did you mean waitTimeout?");
}

TEST_F(Load, a_bad_value_names_key_value_place_and_what_is_allowed) {
    section(R"({"waitTimeout": "90x"})");
    EXPECT_STREQ(failure().what(), "waitTimeout \"90x\" (captain-definition:1:59): unknown unit \"x\"");
    EXPECT_EQ(failure().hint, "waitTimeout: 500ms, 90s, 10m, 1h, or a bare number of seconds");
    section("{}");
    environment_ = {{"MIGRATION_GUARD_ON_EDITED", "wran"}};
    EXPECT_STREQ(failure().what(), "onEdited \"wran\" (MIGRATION_GUARD_ON_EDITED): it is none of its values");
    EXPECT_EQ(failure().hint, "onEdited: fail, warn, ignore; did you mean warn?");
    environment_.clear();
    flags({"--probe-port=http"});
    EXPECT_STREQ(failure().what(), "probePort \"http\" (--probe-port): it is not a port");
    EXPECT_EQ(failure().hint, "probePort: 1 to 65535");
}

TEST_F(Load, quotes_of_an_env_file_are_explained) {
    environment_ = {{"MIGRATION_GUARD_MODE", "\"observe\""}};
    EXPECT_THAT(failure().hint, HasSubstr("write it without quotes and blanks around it"));
    environment_ = {{"MIGRATION_GUARD_MODE", "observe\r"}};
    EXPECT_THAT(failure().hint, HasSubstr("write it without quotes and blanks around it"));
}

TEST_F(Load, all_mistakes_are_told_at_once) {
    section(R"({"mode": "x", "nope": 1})");
    environment_ = {{"MIGRATION_GUARD_INIT", "maybe"}};
    flags({"--deadline=-1"});
    EXPECT_THAT(failure().what(), HasSubstr("4 mistakes: mode \"x\""));
    EXPECT_THAT(failure().what(), HasSubstr("unknown key \"nope\""));
    EXPECT_THAT(failure().what(), HasSubstr("init \"maybe\" (MIGRATION_GUARD_INIT)"));
    EXPECT_THAT(failure().what(), HasSubstr("deadline \"-1\" (--deadline): it is negative"));
}

TEST_F(Load, a_bad_value_is_an_error_also_when_it_is_overridden) {
    section(R"({"mode": "x"})");
    environment_ = {{"MIGRATION_GUARD_MODE", "off"}};
    EXPECT_THAT(failure().what(), HasSubstr("captain-definition"));
}

TEST_F(Load, a_password_in_a_wrong_place_is_not_shown) {
    environment_ = {{"MIGRATION_GUARD_DATABASE_URL_ENV", "postgresql://app:hush@db/app"},
                    {"MIGRATION_GUARD_ACCEPT_EDITED", "postgresql://app:hush@db/app"}};
    EXPECT_THAT(failure().what() + failure().hint, Not(HasSubstr("hush")));
    environment_ = {{"MIGRATION_GUARD_CONFIG", "postgresql://app:hush@db/app"}};
    EXPECT_THAT(failure().what() + failure().hint, Not(HasSubstr("hush")));
}

TEST_F(Load, the_search_goes_on_without_a_section) {
    directory_.write("captain-definition", R"({"schemaVersion": 2})");
    yaml("mode: observe\n");
    const auto loaded = load();
    EXPECT_EQ(loaded.settings.mode, Mode::observe);
    EXPECT_EQ(loaded.source, "migration-guard.yaml");
}

TEST_F(Load, two_files_are_an_error) {
    section("{}");
    yaml("");
    EXPECT_STREQ(failure().what(),
                 "both captain-definition (key x-migration-guard) and migration-guard.yaml configure the guard");
}

TEST_F(Load, a_named_file_is_the_only_one) {
    section(R"({"mode": "off"})");
    directory_.write("conf/captain-definition-api", R"({"x-migration-guard": {"mode": "observe"}})");
    directory_.write("conf/guard.yml", "deadline: 1m");
    directory_.write("conf/guard.json", R"({"deadline": "2m"})");
    environment_ = {{"MIGRATION_GUARD_CONFIG", "conf/captain-definition-api"}};
    EXPECT_EQ(load().settings.mode, Mode::observe);
    EXPECT_EQ(load().source, "conf/captain-definition-api");
    flags({"--config", "conf/guard.yml"});
    EXPECT_EQ(load().settings.mode, Mode::enforce) << "the flag before the variable, and nothing of captain-definition";
    EXPECT_EQ(load().settings.deadline, std::chrono::minutes(1));
    flags({"--config", "conf/guard.json"});
    EXPECT_EQ(load().settings.deadline, std::chrono::minutes(2));
    flags({"--config", (directory_.path() / "conf/guard.yml").string()});
    EXPECT_EQ(load().settings.deadline, std::chrono::minutes(1));
}

TEST_F(Load, a_named_file_that_cannot_configure_is_an_error) {
    flags({"--config", "nowhere.yaml"});
    EXPECT_STREQ(failure().what(), "--config names nowhere.yaml, which is not a file");
    flags({"--config", "."});
    EXPECT_STREQ(failure().what(), "--config names ., which is not a file");
    directory_.write("definition", R"({"schemaVersion": 2, "dockerfilePath": "x"})");
    flags({});
    environment_ = {{"MIGRATION_GUARD_CONFIG", "definition"}};
    EXPECT_STREQ(failure().what(), "MIGRATION_GUARD_CONFIG names definition, which has no key x-migration-guard");
}

TEST_F(Load, a_file_that_anybody_may_write_is_a_warning) {
    yaml("mode: off");
    std::filesystem::permissions(directory_.path() / "migration-guard.yaml", std::filesystem::perms::others_write,
                                 std::filesystem::perm_options::add);
    EXPECT_THAT(load().warnings, ElementsAre(HasSubstr("migration-guard.yaml may be written by anybody")));
}

TEST_F(Load, a_huge_file_is_refused) {
    yaml(std::string((1U << 20U) + 1, '#'));
    EXPECT_THAT(failure().what(), HasSubstr("larger than 1 MiB"));
}

TEST_F(Load, a_section_that_is_no_object_is_an_error) {
    section("\"off\"");
    EXPECT_THAT(failure().what(), HasSubstr("x-migration-guard is not an object"));
}

TEST_F(Load, contradictions_are_warnings) {
    flags({"--wait-timeout=20m", "--apply=native", "--prisma-command=[\"x\"]", "--turn-timeout=13m"});
    EXPECT_THAT(load().warnings, ElementsAre("waitTimeout (20m) is longer than deadline (14m), which ends it first",
                                             "prismaCommand has no effect with apply native"));
    flags({"--deadline=30s"});
    EXPECT_THAT(load().warnings, IsEmpty()) << "the default of waitTimeout is nobody's mistake";
}

TEST_F(Load, how_to_end_is_known_before_anything_else) {
    environment_ = {{"MIGRATION_GUARD_LOG_FORMAT", "json"},
                    {"MIGRATION_GUARD_FAILURE_DELAY", "0"},
                    {"MIGRATION_GUARD_MODE", "bad"}};
    flags({"--log-level=nonsense", "--failure-delay=2s"});
    const auto settings = early_settings(line_, environment_);
    EXPECT_EQ(settings.log_format, LogFormat::json);
    EXPECT_EQ(settings.log_level, LogLevel::info);
    EXPECT_EQ(settings.failure_delay, std::chrono::seconds(2));
    EXPECT_EQ(settings.mode, Mode::enforce);
}

TEST_F(Load, config_shows_every_key_with_its_origin) {
    section(R"({"failureCommand": ["curl", "-H", "token hush"], "probePort": 3000})");
    environment_ = {{"MIGRATION_GUARD_PRISMA_COMMAND", R"(["node", "postgresql://a:hush@h/d"])"},
                    {"MIGRATION_GUARD_UNKNOWN_THING", "x"}};
    const auto loaded = load();
    const auto json = nlohmann::json::parse(show_json(loaded));
    EXPECT_EQ(json["source"], "captain-definition, environment");
    EXPECT_EQ(json["file"], "captain-definition");
    EXPECT_EQ(json["settings"].size(), 39U);
    EXPECT_EQ(json["settings"]["probePort"]["value"], 3000);
    EXPECT_EQ(json["settings"]["probePort"]["from"], "file");
    EXPECT_EQ(json["settings"]["init"]["value"], false);
    EXPECT_EQ(json["settings"]["init"]["from"], "default");
    EXPECT_EQ(json["settings"]["turnTimeout"]["value"], nullptr);
    EXPECT_EQ(json["settings"]["turnTimeout"]["unset"], "what is left of deadline");
    EXPECT_EQ(json["settings"]["failureCommand"]["value"][0], "curl");
    EXPECT_EQ(json["settings"]["prismaCommand"]["place"], "MIGRATION_GUARD_PRISMA_COMMAND");
    EXPECT_EQ(json["warnings"].size(), 1U);
    const auto text = show_text(loaded);
    EXPECT_THAT(text, HasSubstr("probePort                 3000   from captain-definition:1:"));
    EXPECT_THAT(text, HasSubstr("turnTimeout               (what is left of deadline)"));
    EXPECT_THAT(text + json.dump(), Not(HasSubstr("hush")));
}

TEST_F(Load, config_shows_what_was_found_in_the_place_of_a_default) {
    section(R"({"schemaPath": "db/schema.prisma"})");
    const auto loaded = load();
    const Findings findings{{"schemaPath", {"prisma/schema.prisma", "found"}},
                            {"databaseUrlEnv", {"PG_URL", "found in schema.prisma, not set"}},
                            {"prismaCommand", {std::vector<std::string>{"node", "postgresql://a:hush@h/d"}, "found"}},
                            {"migrationsDir", {{}, "not found: no such folder"}}};
    const auto keys = nlohmann::json::parse(show_json(loaded, findings))["settings"];
    EXPECT_EQ(keys["schemaPath"]["value"], "db/schema.prisma") << "what is set wins";
    EXPECT_EQ(keys["databaseUrlEnv"]["value"], "PG_URL");
    EXPECT_EQ(keys["databaseUrlEnv"]["from"], "found");
    EXPECT_EQ(keys["databaseUrlEnv"]["place"], "found in schema.prisma, not set");
    EXPECT_EQ(keys["prismaCommand"]["value"][0], "node");
    EXPECT_EQ(keys["migrationsDir"]["value"], nullptr);
    EXPECT_EQ(keys["migrationsDir"]["place"], "not found: no such folder");
    EXPECT_FALSE(keys["migrationsDir"]["unset"].empty());
    const auto text = show_text(loaded, findings);
    EXPECT_THAT(text, HasSubstr("schemaPath                db/schema.prisma   from captain-definition:1:"));
    EXPECT_THAT(text, HasSubstr("databaseUrlEnv            PG_URL   found in schema.prisma, not set\n"));
    EXPECT_THAT(text, HasSubstr("prismaCommand             [\"node\",\"postgresql://a:***@h/d\"]   found\n"));
    EXPECT_THAT(text, HasSubstr(")   not found: no such folder\n"));
    EXPECT_THAT(text + keys.dump(), Not(HasSubstr("hush")));
}

TEST_F(Load, what_is_right_is_kept_beside_what_is_wrong) {
    section(R"({"schemaPath": "db/schema.prisma", "shcemaPath": "x", "waitTimeout": "soon", "logFormat": "json"})");
    environment_ = {{"MIGRATION_GUARD_MIGRATIONS_DIR", "db/steps"}};
    const auto attempt = try_settings(line_, environment_, directory_.path());
    ASSERT_TRUE(attempt.failure);
    EXPECT_THAT(attempt.failure->what(), HasSubstr("2 mistakes: "));
    EXPECT_EQ(attempt.failure->code, ExitCode::config_invalid);
    EXPECT_EQ(attempt.loaded.settings.schema_path, "db/schema.prisma");
    EXPECT_EQ(attempt.loaded.settings.migrations_dir, "db/steps");
    EXPECT_EQ(attempt.loaded.settings.log_format, LogFormat::json);
    EXPECT_EQ(attempt.loaded.settings.wait_timeout, Settings{}.wait_timeout);
}

TEST_F(Load, a_file_that_cannot_be_read_leaves_environment_and_flags) {
    section("{");
    environment_ = {{"MIGRATION_GUARD_MIGRATIONS_DIR", "db/steps"}};
    const auto attempt = try_settings(line_, environment_, directory_.path());
    ASSERT_TRUE(attempt.failure);
    EXPECT_STREQ(attempt.failure->what(), failure().what());
    EXPECT_EQ(attempt.loaded.settings.migrations_dir, "db/steps");
}

TEST_F(Load, nothing_wrong_is_no_failure) {
    EXPECT_FALSE(try_settings(line_, environment_, directory_.path()).failure);
}

}  // namespace
}  // namespace migration_guard::config
