// What counts as a schema: layout, comments, words, strings, and what is only warned of.

#include "schemas.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

using testing::column_names;
using testing::column_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::model;
using testing::parse;
using testing::table;
using testing::table_names;

struct Layout {
    std::string name;
    std::string text;
    std::vector<std::string> tables = {"A"};
};

void PrintTo(const Layout& layout, std::ostream* out) {
    *out << layout.name;
}

class Layouts : public ::testing::TestWithParam<Layout> {};

TEST_P(Layouts, are_read_without_a_warning) {
    const auto document = parse(GetParam().text);
    EXPECT_EQ(table_names(document), GetParam().tables);
    for (const auto& declared : document.declared.tables) {
        EXPECT_THAT(column_names(declared), ElementsAre("id"));
    }
    EXPECT_THAT(document.warnings, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Grammar, Layouts,
    ::testing::Values(
        Layout{"usual", "model A {\n  id Int @id\n}\n"}, Layout{"no newline at the end", "model A {\n id Int @id\n}"},
        Layout{"nothing", "", {}}, Layout{"blanks and comments only", " \t\n// x\n/// y\n/* z */\n\n", {}},
        Layout{"CRLF", "model A {\r\n id Int @id\r\n}\r\n"}, Layout{"CR", "model A {\r id Int @id\r}\r"},
        Layout{"mixed line ends", "model A {\r id Int @id\r\n\n}\n\r"},
        Layout{"no blank before the name", "modelA {\n id Int @id\n}\n"},
        Layout{"no blank before the brace", "model A{\n id Int @id\n}\n"},
        Layout{"Unicode blanks", "model\u00a0A\u3000{\n\u2003id\u202fInt\u205f@id\n\u1680}\n"},
        Layout{"brace closed with indentation", "model A {\n id Int @id\n\t }"},
        Layout{"two blocks on a line", "model A {\n id Int @id\n} model B {\n id Int @id\n}", {"A", "B"}},
        Layout{"rest of the opening line is dropped", "model A { x String @foo(\"\n id Int @id\n}\n"},
        Layout{"blanks around @", "model A {\n id Int @ id\n}\n"},
        Layout{"byte order mark", "\xEF\xBB\xBFmodel A {\n id Int @id\n}\n"},
        Layout{"trailing comments", "model A { // {\n id Int @id // }\n} /// }\n"},
        Layout{"documentation comments", "/// a\nmodel A {\n /// b\n id Int @id /// c\n}\n"},
        Layout{"block comments", "/* a\n} */ model A {\n /* b */ id Int @id /* c */ // d\n /** **/\n} /* e */"},
        Layout{"a comment over the end of the line", "model A {\n id Int @id /* c\n d */\n}\n"},
        Layout{"an unclosed string in a comment", "model A {\n id Int @id // \"\n}\n"},
        Layout{"digits and dashes in names, which Prisma refuses only later", "model 1-a {\n id Int @id\n}\n", {"1-a"}},
        Layout{"a model called model", "model model {\n id Int @id\n}\n", {"model"}},
        Layout{"a block without lines", "type T {\n}\n", {}}));

TEST(Grammar, keywords_may_be_names_of_fields) {
    const auto document = parse(model("  model Int\n type Int\n enum Int\n view Int\n datasource Int\n generator Int"));
    EXPECT_THAT(column_names(table(document, "A")),
                ElementsAre("id", "model", "type", "enum", "view", "datasource", "generator"));
}

TEST(Grammar, names_may_have_letters_of_any_script) {
    const auto document = parse("model Zürich {\n id Int @id\n 名前 String\n é_é String\n ж2 String\n}\n");
    EXPECT_THAT(column_names(table(document, "Zürich")), ElementsAre("id", "名前", "é_é", "ж2"));
}

struct Escape {
    std::string written;
    std::string read;
};

TEST(Grammar, strings_have_the_escapes_of_JSON) {
    const std::vector<Escape> escapes = {
        {R"(plain)", "plain"},
        {R"(a\"b)", "a\"b"},
        {R"(a\\b)", "a\\b"},
        {R"(a\/b)", "a/b"},
        {R"(\b\f\n\r\t)", "\b\f\n\r\t"},
        {R"(\u0041\u00e9\u8868)", "Aé表"},
        {R"(\ud83d\ude00)", "😀"},
        {R"(a//b /* c */)", "a//b /* c */"},
        {R"(\ud83d)", "\uFFFD"},
        {R"(\ude00\ud83d)", "\uFFFD\uFFFD"},
        {R"(\ud83d\u0041)", "\uFFFDA"},
        {R"(\uD83D\uDE00\\)", "😀\\"},
    };
    for (const auto& [written, read] : escapes) {
        EXPECT_EQ(column_of("c Int @map(\"" + written + "\")").name, read) << written;
    }
}

TEST(Grammar, invalid_UTF_8_is_read_as_Node_reads_it) {
    EXPECT_EQ(column_of("c Int @map(\"a\xff\")").name, "a\uFFFD");
}

TEST(Grammar, arguments_may_be_laid_out_freely) {
    // Prisma wants them on one line; a later one may not.
    const auto document =
        parse(model("  b Int\n  @@unique([\n    id, // comment\n    b,\n  ], map: \"x\",)\n  @@map ( name : \"t\" )"));
    EXPECT_THAT(table_names(document), ElementsAre("t"));
    EXPECT_THAT(document.warnings, IsEmpty());
}

TEST(Grammar, values_of_every_kind_are_read) {
    const auto document = parse(
        "generator g {\n a = -1.5\n b = [a, \"b\", env(\"X\"), [1]]\n c = { a: 1, b: { c: [] } }\n d =\n e = "
        "a.b.c\n}\n" +
        model("  b Int\n @@index([b(ops: raw(\"x_ops\"), sort: Desc)], where: { b: { gt: 1 } }, type: Gin)"));
    EXPECT_THAT(table_names(document), ElementsAre("A"));
}

TEST(Grammar, unknown_attributes_are_told_once) {
    const auto document = parse(model("  b Int @vector(3)\n  c Int @vector(4)\n  @@policy(read, { a: 1 })"));
    EXPECT_THAT(document.warnings, ElementsAre("schema.prisma:5: unknown attribute @@policy, passed over",
                                               "schema.prisma:3: unknown attribute @vector, passed over"));
    EXPECT_THAT(column_names(table(document, "A")), ElementsAre("id", "b", "c"));
}

TEST(Grammar, unknown_blocks_are_passed_over_with_all_that_is_in_them) {
    const auto document =
        parse("policy P for A {\n  a = { \"}\": 1 } // }\n  /* } */ b { c\n }\n}\n" + model("") + "thing { x }\n");
    EXPECT_THAT(table_names(document), ElementsAre("A"));
    EXPECT_THAT(document.warnings, ElementsAre("schema.prisma:1: unknown block 'policy', passed over",
                                               "schema.prisma:10: unknown block 'thing', passed over"));
}

TEST(Grammar, the_list_of_warnings_has_an_end) {
    std::string lines;
    for (int i = 0; i < 100; ++i) {
        lines += "  b" + std::to_string(i) + " Int @a" + std::to_string(i) + "\n";
    }
    const auto warnings = parse(model(lines)).warnings;
    EXPECT_EQ(warnings.size(), 21);
    EXPECT_THAT(warnings.back(), HasSubstr("80 more"));
}

}  // namespace
}  // namespace migration_guard
