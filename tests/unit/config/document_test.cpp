#include "config/document.hpp"

#include "base/failure.hpp"

#include <gmock/gmock.h>

namespace migration_guard::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view key = "x-migration-guard";

std::string message_of(auto&& action) {
    try {
        action();
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::config_invalid);
        EXPECT_NE(failure.hint, "");
        return failure.what();
    }
    return "";
}

std::string json_error(const std::string& text) {
    return message_of([&] { read_json(text, "f", key); });
}
std::string yaml_error(const std::string& text) {
    return message_of([&] { read_yaml(text, "f"); });
}

TEST(ReadJson, finds_the_section_with_positions) {
    const auto section = read_json(
        "{\n  \"schemaVersion\": 2,\n  \"x-migration-guard\": {\n"
        "    \"mode\" : \"off\",\n    \"é\":\"ü\", \"init\":\ttrue,\n"
        "    \"list\": [ \"a\", 2 ]}\n}",
        "f", key);
    ASSERT_TRUE(section);
    ASSERT_EQ(section->entries.size(), 4U);
    const auto& [mode, accented, init, list] =
        std::tie(section->entries[0], section->entries[1], section->entries[2], section->entries[3]);
    EXPECT_EQ(place("f", mode.key_at), "f:4:5");
    EXPECT_EQ(place("f", mode.value_at), "f:4:14");
    EXPECT_EQ(mode.value.text, "off");
    EXPECT_EQ(place("f", accented.value_at), "f:5:9") << "characters count, not bytes";
    EXPECT_EQ(place("f", init.key_at), "f:5:14");
    EXPECT_EQ(place("f", init.value_at), "f:5:22");
    EXPECT_EQ(init.value.text, "true");
    EXPECT_EQ(list.value.kind, Value::Kind::list);
    EXPECT_THAT(list.value.items, ElementsAre("a", "2"));
    EXPECT_EQ(place("f", list.value_at), "f:6:13");
}

TEST(ReadJson, keeps_numbers_as_written_and_tells_kinds_apart) {
    const auto section = read_json(R"({"x-migration-guard": {"a": 1.50, "b": -7, "c": null, "d": {"x": [1]}, "e": [[1]],
                                   "f": [{"y": 1}], "g": [], "h": [null], "i": 90,"j":5}})",
                                   "f", key);
    ASSERT_TRUE(section);
    std::vector<std::string> texts;
    std::vector<Value::Kind> kinds;
    for (const auto& entry : section->entries) {
        texts.push_back(entry.value.text);
        kinds.push_back(entry.value.kind);
    }
    EXPECT_THAT(texts, ElementsAre("1.50", "-7", "", "", "", "", "", "", "90", "5"));
    using enum Value::Kind;
    EXPECT_THAT(kinds, ElementsAre(scalar, scalar, null, nested, nested, nested, list, nested, scalar, scalar));
}

TEST(ReadJson, positions_after_numbers_are_right) {
    const auto section = read_json("{\"x-migration-guard\":{\"a\":1,\"b\":2\n,\"c\":3}}", "f", key);
    ASSERT_TRUE(section);
    EXPECT_EQ(place("f", section->entries[1].key_at), "f:1:29");
    EXPECT_EQ(place("f", section->entries[1].value_at), "f:1:33");
    EXPECT_EQ(place("f", section->entries[2].key_at), "f:2:2");
}

// JSON.parse takes the last without a word; a setting that somebody wrote must not be ignored so.
TEST(ReadJson, refuses_a_key_of_ours_that_stands_twice) {
    EXPECT_EQ(json_error("{\"x-migration-guard\": {\"mode\": \"a\",\n \"init\": true, \"mode\": \"b\"}}"),
              "f:2:16: key \"mode\" stands twice");
    EXPECT_EQ(json_error("{\"x-migration-guard\": {\"mode\": \"a\"},\n\"x-migration-guard\": {\"mode\": \"a\"}}"),
              "f:2:1: key \"x-migration-guard\" stands twice");
    EXPECT_EQ(json_error("{\"x-migration-guard\": null, \"x-migration-guard\": {}}"),
              "f:1:29: key \"x-migration-guard\" stands twice");
    EXPECT_TRUE(read_json(R"({"a": 1, "a": 2, "x-migration-guard": {}})", "f", key)) << "CapRover's own";
}

TEST(ReadJson, does_not_look_at_anything_else) {
    EXPECT_FALSE(read_json(R"({"schemaVersion": 2})", "f", key));
    EXPECT_FALSE(read_json(R"({"other": {"x-migration-guard": {"mode": "off"}}})", "f", key));
    EXPECT_FALSE(read_json(R"({"list": [{"x-migration-guard": {"mode": "off"}}]})", "f", key));
    const auto section = read_json(R"({"a": {"mode": "x"}, "x-migration-guard": {}, "b": {"mode": "y"}})", "f", key);
    ASSERT_TRUE(section);
    EXPECT_TRUE(section->entries.empty());
}

TEST(ReadJson, takes_the_top_level_when_no_name_is_given) {
    const auto section = read_json(R"({"mode": "off", "init": true})", "f", "");
    ASSERT_TRUE(section);
    EXPECT_EQ(section->entries.size(), 2U);
}

TEST(ReadJson, tolerates_what_caprover_tolerates) {
    EXPECT_TRUE(read_json("\xEF\xBB\xBF{\"x-migration-guard\": {}}", "f", key)) << "byte order mark";
    EXPECT_TRUE(read_json("{\"x\": \"\xFF\", \"x-migration-guard\": {}}", "f", key)) << "Node replaces invalid bytes";
    EXPECT_TRUE(read_json("\r\n{\r\n\"x-migration-guard\"\r\n: {}}\r\n", "f", key));
}

TEST(ReadJson, says_where_it_is_no_json) {
    EXPECT_THAT(json_error(""), HasSubstr("f:1:1: not strict JSON"));
    EXPECT_THAT(json_error("{\n  // comment\n}"), HasSubstr("f:2:3: not strict JSON"));
    EXPECT_THAT(json_error("{\"a\": 1,}"), HasSubstr("f:1:9: not strict JSON"));
    EXPECT_THAT(json_error("{'a': 1}"), HasSubstr("f:1:2: not strict JSON"));
    EXPECT_THAT(json_error("{} {}"), HasSubstr("f:1:4: not strict JSON"));
    EXPECT_THAT(json_error("mode: off"), HasSubstr("f:1:1: not strict JSON"));
    EXPECT_EQ(json_error("[]"), "f:1:1: not a JSON object");
    EXPECT_EQ(json_error(" \"x\""), "f:1:2: not a JSON object");
}

TEST(ReadJson, shows_nothing_of_the_file_in_an_error) {
    EXPECT_THAT(json_error(R"({"a": "hush" "b"})"), testing::Not(HasSubstr("hush")));
    EXPECT_THAT(json_error("{\"a\": \"hush\x01\"}"), testing::Not(HasSubstr("hush")));
}

TEST(ReadJson, a_section_that_is_no_object_is_told) {
    for (const auto* const value : {"[]", "null", "\"off\"", "1", "[{\"mode\": 1}]"}) {
        const auto section = read_json("{\"x-migration-guard\": " + std::string(value) + "}", "f", key);
        ASSERT_TRUE(section) << value;
        EXPECT_FALSE(section->is_object) << value;
        EXPECT_EQ(place("f", section->at), "f:1:23") << value;
    }
}

TEST(ReadJson, deep_nesting_does_not_crash) {
    const std::string deep(100'000, '[');
    EXPECT_THAT(json_error("{\"a\": " + deep), HasSubstr("not strict JSON"));
    EXPECT_TRUE(read_json("{\"a\": " + deep + std::string(100'000, ']') + ", \"x-migration-guard\": {}}", "f", key));
}

TEST(ReadYaml, reads_a_mapping_with_positions) {
    const auto entries = read_yaml(
        "# comment\nmode: off\n'init': \"true\"\nacceptEdited:\n  - a\n  - 2024\nprobePath: ~\n"
        "deadline: {a: b}\n",
        "f");
    ASSERT_EQ(entries.size(), 5U);
    EXPECT_EQ(entries[0].value.text, "off") << "not a boolean";
    EXPECT_EQ(place("f", entries[0].key_at), "f:2:1");
    EXPECT_EQ(place("f", entries[0].value_at), "f:2:7");
    EXPECT_EQ(entries[1].key, "init");
    EXPECT_EQ(entries[1].value.text, "true");
    EXPECT_THAT(entries[2].value.items, ElementsAre("a", "2024"));
    EXPECT_EQ(entries[3].value.kind, Value::Kind::null);
    EXPECT_EQ(entries[4].value.kind, Value::Kind::nested);
}

TEST(ReadYaml, an_empty_file_has_no_keys) {
    EXPECT_TRUE(read_yaml("", "f").empty());
    EXPECT_TRUE(read_yaml("# nothing\n", "f").empty());
    EXPECT_TRUE(read_yaml("---\n", "f").empty());
}

TEST(ReadYaml, says_where_it_is_wrong) {
    EXPECT_EQ(yaml_error("mode: off\nmode: enforce"), "f:2:1: key \"mode\" stands twice");
    EXPECT_EQ(yaml_error("- mode"), "f:1:1: not a mapping");
    EXPECT_EQ(yaml_error("mode"), "f:1:1: not a mapping");
    EXPECT_EQ(yaml_error("mode: off\n---\nmode: off"), "f:2:1: a second YAML document");
    EXPECT_EQ(yaml_error("mode: off\n...\nmode: off"), "f:3:1: a second YAML document");
    // LoadAll() of yaml-cpp never ends on this one.
    EXPECT_EQ(yaml_error("!o,o deb\nf af\"v\n"), "f:1:3: a second YAML document");
    EXPECT_EQ(yaml_error("? [a]\n: b"), "f:1:3: a key that is no text");
    EXPECT_EQ(yaml_error("mode: !!str off"), "f:1:7: a YAML tag (tag:yaml.org,2002:str)");
    EXPECT_EQ(yaml_error("a: [!x b]"), "f:1:5: a YAML tag (!x)");
    EXPECT_THAT(yaml_error("a: b: c"), HasSubstr("f:1:5: not YAML"));
    EXPECT_THAT(yaml_error("a: *nowhere"), HasSubstr("f:1:4: not YAML"));
    EXPECT_THAT(yaml_error("a: \"open"), HasSubstr("not YAML"));
    EXPECT_EQ(yaml_error("a: \xFF"), "f:1:1: not UTF-8");
}

TEST(ReadYaml, hostile_input_does_not_crash) {
    EXPECT_NE(yaml_error("a: " + std::string(100'000, '[')), "");
    EXPECT_NE(yaml_error("a: " + std::string(100'000, '{')), "");
    std::string laughs = "a: &a [x, x]\n";
    for (char c = 'b'; c <= 'z'; ++c)
        laughs +=
            std::string(1, c) + ": &" + c + " [*" + static_cast<char>(c - 1) + ", *" + static_cast<char>(c - 1) + "]\n";
    EXPECT_EQ(read_yaml(laughs, "f").size(), 26U);
}

}  // namespace
}  // namespace migration_guard::config
