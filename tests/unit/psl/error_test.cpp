// What is refused, where the error points, and what it says.

#include "schemas.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

using ::testing::HasSubstr;
using testing::model;
using testing::parse;

PslError error_of(const std::string& text) {
    try {
        parse(text);
    } catch (const PslError& error) {
        return error;
    }
    throw std::runtime_error("accepted: " + text);
}

struct Refused {
    std::string text;
    std::size_t line;
    std::size_t column;
    std::string message;
};

void PrintTo(const Refused& refused, std::ostream* out) {
    *out << refused.text;
}

class RefusedSchemas : public ::testing::TestWithParam<Refused> {};

TEST_P(RefusedSchemas, name_place_and_expectation) {
    const Refused& refused = GetParam();
    const PslError error = error_of(refused.text);
    EXPECT_EQ(error.line, refused.line);
    EXPECT_EQ(error.column, refused.column);
    EXPECT_THAT(error.what(), HasSubstr(refused.message));
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(
    Errors, RefusedSchemas,
    ::testing::Values(
        Refused{"hello\n", 1, 1, "expected the start of a block"},
        Refused{"model A\n{\n id Int\n}\n", 1, 1, "expected the start of a block"},
        Refused{"type X = Int\n", 1, 1, "expected the start of a block"},
        Refused{model("") + "}\n", 5, 1, "expected the start of a block"},
        Refused{"/* a\n", 1, 1, "comment that begins here is not closed"},
        Refused{"model A {\n id Int /* a\n}\n", 2, 9, "comment that begins here is not closed"},
        Refused{"model A {\n id Int @id\n", 3, 1, "the file ends within the block of line 1"},
        Refused{"model A { id Int @id }\n", 2, 1, "the file ends within the block of line 1"},
        Refused{"\nmodel A {", 2, 10, "the file ends within the block of line 2"},
        Refused{"x {\n a {\n}\n", 1, 3, "the block that begins here is not closed"},
        Refused{model("  b"), 3, 4, "expected the type of the field"},
        Refused{model("  b: Int"), 3, 4, "expected the type of the field"},
        Refused{model("  b [Int]"), 3, 5, "expected the type of the field"},
        Refused{model("  b Int!"), 3, 8, "expected an attribute, a comment or the end of the line"},
        Refused{model("  b Int[]?"), 3, 10, "expected an attribute, a comment or the end of the line"},
        Refused{model("  b Int }"), 3, 9, "expected an attribute, a comment or the end of the line"},
        Refused{model("  b Int @id;"), 3, 12, "expected an attribute, a comment or the end of the line"},
        Refused{model("  b Int @"), 3, 10, "expected the name of an attribute"},
        Refused{model("  b Int @@map(\"x\")"), 3, 10, "expected the name of an attribute"},
        Refused{model("  b Unsupported(x)"), 3, 17, "expected Unsupported("},
        Refused{model("  = 1"), 3, 3, "expected a field, an attribute with @@, or '}'"},
        Refused{model("  b Int @map(\"a\n\")"), 3, 16, "a string ends on its line"},
        Refused{model("  b Int @map(\"a\tb\")"), 3, 16, "a string ends on its line"},
        Refused{model("  b Int @map(\"\\x\")"), 3, 16, "unknown escape"},
        Refused{model("  b Int @map(\"\\u00g0\")"), 3, 19, "four hexadecimal digits"},
        Refused{model("  b Int @map(name:)"), 3, 19, "expected a value"},
        Refused{model("  b Int @default(now(\n  c Int"), 4, 5, "expected ',' or the end within the '(' of line 3"},
        Refused{"model A {\n id Int @map(", 2, 14, "the file ends within the '(' of line 2"},
        Refused{"enum E {\n a b\n}\n", 2, 4, "expected an attribute, a comment or the end of the line"},
        Refused{"enum E {\n ?\n}\n", 2, 2, "expected a value of the enum"},
        Refused{"generator g {\n a\n}\n", 2, 3, "expected '='"},
        Refused{"generator g {\n a = b c\n}\n", 2, 8, "expected an attribute, a comment or the end of the line"},
        Refused{"generator g {\n @x\n}\n", 2, 2, "expected `name = value` or '}'"}));

TEST(Errors, name_the_file_and_show_the_place_with_a_caret) {
    try {
        parse_psl({{"prisma/a.prisma", "enum E {\n a\n}\n"}, {"prisma/b.prisma", "model B {\n\tübung [Int]\n}\n"}});
        FAIL();
    } catch (const PslError& error) {
        EXPECT_STREQ(error.what(), "prisma/b.prisma:2:8: expected the type of the field");
        EXPECT_EQ(error.path, "prisma/b.prisma");
        EXPECT_EQ(error.excerpt, " übung [Int]\n       ^");
    }
}

TEST(Errors, show_only_the_neighbourhood_in_a_line_without_end) {
    const PslError error = error_of(model("  b Int " + std::string(100'000, ' ') + "!" + std::string(100'000, 'x')));
    EXPECT_EQ(error.column, 100'009);
    EXPECT_LT(error.excerpt.size(), 300);
    const auto newline = error.excerpt.find('\n');
    EXPECT_EQ(error.excerpt.find('!'), error.excerpt.size() - newline - 2) << error.excerpt;
}

TEST(Errors, lines_are_counted_by_any_line_end) {
    EXPECT_EQ(error_of("model A {\r id Int @id\r\n?\r}\r").line, 3);
}

TEST(Errors, control_characters_do_not_reach_a_terminal) {
    EXPECT_EQ(error_of("\x1b[31m\n").excerpt, " [31m\n^");
}

TEST(Errors, deep_nesting_ends_in_an_error_and_not_in_a_crash) {
    for (const std::string open : {"[", "(", "{a: ", "f("}) {
        std::string nested;
        for (int i = 0; i < 5'000; ++i) {
            nested += open;
        }
        if (open != "(") {
            EXPECT_THAT(error_of(model("  b Int @default(" + nested)).what(), HasSubstr("nested too deeply")) << open;
        }
        EXPECT_THROW(parse(nested), PslError);
        EXPECT_THROW(parse("x {\n" + nested), PslError);
    }
}

}  // namespace
}  // namespace migration_guard
