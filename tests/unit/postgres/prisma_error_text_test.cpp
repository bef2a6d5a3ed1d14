// The engine's texts, to the letter: the ledgers of real projects hold these (prisma-engines: ApplyMigrationError).
#include "postgres/prisma_error_text.hpp"

#include <gmock/gmock.h>

namespace migration_guard::postgres {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

ServerError error_of(const std::string& code, const std::string& message) {
    ServerError error;
    error.severity = "ERROR";
    error.parsed_severity = "ERROR";
    error.code = code;
    error.message = message;
    return error;
}

TEST(P3018, HasAllItsParts) {
    auto error = error_of("42701", R"(column "department_id" of relation "curriculums" already exists)");
    error.file = "tablecmds.c";
    error.line = "7356";
    error.routine = "check_for_column_name_collision";
    EXPECT_EQ(
        p3018_text("20260912093700_add_department", error, "ALTER TABLE x"),
        "A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more "
        "about "
        "how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\nMigration "
        "name: "
        "20260912093700_add_department\n\nDatabase error code: 42701\n\nDatabase error:\nERROR: column "
        "\"department_id\" of "
        "relation \"curriculums\" already exists\n\nDbError { severity: \"ERROR\", parsed_severity: Some(Error), code: "
        "SqlState(E42701), message: \"column \\\"department_id\\\" of relation \\\"curriculums\\\" already exists\", "
        "detail: "
        "None, hint: None, position: None, where_: None, schema: None, table: None, column: None, datatype: None, "
        "constraint: None, file: Some(\"tablecmds.c\"), line: Some(7356), routine: "
        "Some(\"check_for_column_name_collision\") }");
}

TEST(P3018, HasDetailHintAndTheFieldsOfAConstraint) {
    auto error = error_of("23505", "could not create unique index \"t_key\"");
    error.detail = "Key (\"a\")=(1) is duplicated.";
    error.hint = "Look.";
    error.where = "line one\nline two";
    error.schema = "public";
    error.table = "t";
    error.column = "a";
    error.datatype = "d";
    error.constraint = "t_key";
    const auto text = p3018_text("m", error, "");
    EXPECT_THAT(text, HasSubstr("ERROR: could not create unique index \"t_key\"\nDETAIL: Key (\"a\")=(1) is "
                                "duplicated.\nHINT: Look.\n\nDbError {"));
    EXPECT_THAT(text, HasSubstr(R"(detail: Some("Key (\"a\")=(1) is duplicated."), hint: Some("Look."))"));
    EXPECT_THAT(text,
                HasSubstr(R"(where_: Some("line one\nline two"), schema: Some("public"), table: Some("t"), column: )"
                          R"(Some("a"), datatype: Some("d"), constraint: Some("t_key"))"));
}

std::string position_part(const std::string& position, const std::string& script) {
    auto error = error_of("42601", "x");
    error.position = position;
    const auto text = p3018_text("m", error, script);
    const auto begin = text.find("\n\nPosition:\n");
    return begin == std::string::npos ? "" : text.substr(begin, text.find("\n\nDbError") - begin);
}

TEST(P3018Position, ShowsALineZeroAndBoldNumbers) {
    EXPECT_EQ(position_part("1", "SELEC"), "\n\nPosition:\n\x1b[1m  0\x1b[0m\n\x1b[1m  1\x1b[1;31m SELEC\x1b[0m");
    EXPECT_EQ(position_part("9", "-- one\nx\n\ny"),
              "\n\nPosition:\n\x1b[1m  0\x1b[0m\n\x1b[1m  1\x1b[0m -- one\n\x1b[1m  "
              "2\x1b[1;31m x\x1b[0m");
}

TEST(P3018Position, ShowsFiveLinesBefore) {
    EXPECT_EQ(
        position_part("15", "1\n2\n3\n4\n5\n6\n7\n8\n9"),
        "\n\nPosition:\n\x1b[1m  3\x1b[0m 3\n\x1b[1m  4\x1b[0m 4\n\x1b[1m  5\x1b[0m 5\n\x1b[1m  6\x1b[0m 6\n\x1b[1m  "
        "7\x1b[0m 7\n\x1b[1m  8\x1b[1;31m 8\x1b[0m");
}

TEST(P3018Position, CountsAsTheEngineDoesAlsoWhereThatIsOff) {
    // \r\n counts as one byte, é as two: the server means the second x in both.
    EXPECT_THAT(position_part("8", "aa\r\nbb\r\nx"), HasSubstr("  3\x1b[1;31m x"));
    EXPECT_THAT(position_part("7", "ééé\nbb\nx"), HasSubstr("  1\x1b[1;31m ééé")) << "the server means line 2";
    EXPECT_EQ(position_part("100", "a\nb"), "") << "beyond the script there is nothing to show";
    EXPECT_EQ(position_part("1", ""), "");
    EXPECT_EQ(position_part("garbage", "a\nb").find("\n\nPosition"), 0U);
}

TEST(P3018, TellsPositionsInsideOfFunctions) {
    auto error = error_of("42883", "operator does not exist: text = uuid");
    error.internal_position = "56";
    error.internal_query = "UPDATE \"u\"";
    EXPECT_THAT(p3018_text("m", error, "SELECT 1"),
                HasSubstr(R"(position: Some(Internal { position: 56, query: "UPDATE \"u\"" }))"));
    EXPECT_THAT(p3018_text("m", error, "SELECT 1"), Not(HasSubstr("Position:\n")));
    error.position = "1";
    EXPECT_THAT(p3018_text("m", error, "SELECT 1"), HasSubstr("position: Some(Original(1))"));
}

TEST(P3018, CodesOfOnesOwnAndSeverities) {
    EXPECT_THAT(p3018_text("m", error_of("P0001", "x"), ""), HasSubstr("code: SqlState(EP0001)"));
    EXPECT_THAT(p3018_text("m", error_of("MY001", "x"), ""), HasSubstr("code: SqlState(Other(\"MY001\"))"));
    auto error = error_of("57P01", "x");
    error.severity = "FATAL";
    error.parsed_severity = "FATAL";
    EXPECT_THAT(p3018_text("m", error, ""), HasSubstr("severity: \"FATAL\", parsed_severity: Some(Fatal)"));
    error.severity = "ERREUR";
    error.parsed_severity.reset();
    EXPECT_THAT(p3018_text("m", error, ""), HasSubstr("severity: \"ERREUR\", parsed_severity: None"));
}

TEST(P3018, EscapesAsRustDoes) {
    const auto text = p3018_text("m",
                                 error_of("42601",
                                          "a\tb\\c\x01"
                                          "d\x7fé\n"),
                                 "");
    EXPECT_THAT(text, HasSubstr(R"(message: "a\tb\\c\u{1}d\u{7f}é\n")"));
}

TEST(P3018, AFailureThatIsNoneOfTheServersHasNoCode) {
    ServerError error;
    error.message = "connection closed";
    EXPECT_THAT(p3018_text("m", error, "SELECT 1"),
                EndsWith("Database error code: none\n\nDatabase error:\nconnection closed"));
}

}  // namespace
}  // namespace migration_guard::postgres
