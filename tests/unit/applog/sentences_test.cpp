// The fixed texts of Prisma's errors: what each tells, and what it says about the database.
#include "applog/sentence.hpp"
#include "read_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

struct LineCase {
    std::string_view name;
    std::string_view line;
    std::string_view group;
    LogCause cause;
};

class OneLine : public testing::TestWithParam<LineCase> {};

TEST_P(OneLine, IsRecognisedAfterAHead) {
    const std::string log = "Invalid `prisma.x.y()` invocation:\n\n\n" + std::string(GetParam().line) + "\n";
    const auto groups = scan(log).groups;
    ASSERT_THAT(groups, SizeIs(1));
    EXPECT_EQ(text_of(groups.front()), std::string(GetParam().group));
    EXPECT_EQ(cause_of(groups.front()), GetParam().cause);
}

const LineCase lines[] = {
    {"column", "The column `User.name` does not exist in the current database.", "P2022 column User.name (x) x1",
     LogCause::missing_object},
    {"localised", "The column `(not available)` does not exist in the current database.", "P2022 column (x) x1",
     LogCause::missing_object},
    {"engine", "The underlying table for model `User` does not exist.", "P1014 table User (User) x1",
     LogCause::missing_object},
    {"raw_relation", "Raw query failed. Code: `42P01`. Message: `relation \"nosuch\" does not exist`",
     "P2010 42P01 table nosuch (x) x1", LogCause::missing_object},
    {"raw_column", "Raw query failed. Code: `42703`. Message: `column \"nosuch\" does not exist`",
     "P2010 42703 column nosuch (x) x1", LogCause::missing_object},
    {"raw_column_bare", "Raw query failed. Code: `42703`. Message: `column u.first_name does not exist`",
     "P2010 42703 column u.first_name (x) x1", LogCause::missing_object},
    // Prisma 7.10 on a PostgreSQL 15 with lc_messages = fr_FR, de_DE, ja_JP.
    {"table_in_french", "Raw query failed. Code: `42P01`. Message: `la relation \u00ab x \u00bb n'existe pas`",
     "P2010 42P01 table x (x) x1", LogCause::missing_object},
    {"column_in_french", "Raw query failed. Code: `42703`. Message: `la colonne \u00ab phone \u00bb n'existe pas`",
     "P2010 42703 column phone (x) x1", LogCause::missing_object},
    {"no_break_spaces",
     "Raw query failed. Code: `42P01`. Message: `la relation \u00ab\u00a0voil\u00e0\u00a0\u00bb n'existe pas`",
     "P2010 42P01 table voil\u00e0 (x) x1", LogCause::missing_object},
    {"type_in_french", "Database error. Code: `42704`. Message: `le type \u00ab public.Plan \u00bb n'existe pas`",
     "P2039 42704 type public.Plan (x) x1", LogCause::missing_object},
    {"null_in_french",
     "Raw query failed. Code: `23502`. Message: `une valeur NULL viole la contrainte NOT NULL de la colonne \u00ab "
     "label "
     "\u00bb dans la relation \u00ab Tag \u00bb`",
     "P2010 23502 none (x) x1", LogCause::differs},
    {"from_in_french",
     "Raw query failed. Code: `42P01`. Message: `entr\u00e9e manquante de la clause FROM pour la table \u00ab x "
     "\u00bb`",
     "P2010 42P01 none (x) x1", LogCause::missing_object},
    {"table_in_german", "Raw query failed. Code: `42P01`. Message: `Relation \u00bbx\u00ab existiert nicht`",
     "P2010 42P01 table x (x) x1", LogCause::missing_object},
    {"denied_in_german", "Database error. Code: `42501`. Message: `keine Berechtigung f\u00fcr Tabelle Tag`",
     "P2039 42501 none (x) x1", LogCause::denied},
    {"table_in_japanese",
     "Raw query failed. Code: `42P01`. Message: "
     "`\u30ea\u30ec\u30fc\u30b7\u30e7\u30f3\"x\"\u306f\u5b58\u5728\u3057\u307e\u305b\u3093`",
     "P2010 42P01 table x (x) x1", LogCause::missing_object},
    {"column_of_a_relation_in_japanese",
     "Raw query failed. Code: `42703`. Message: "
     "`\u30ea\u30ec\u30fc\u30b7\u30e7\u30f3\"Tag\"\u306e\u5217\"phone\"\u306f\u5b58\u5728\u3057\u307e\u305b\u3093`",
     "P2010 42703 none (x) x1", LogCause::missing_object},
    {"raw_syntax", "Raw query failed. Code: `42601`. Message: `syntax error at or near \"x\"`",
     "P2010 42601 none (x) x1", LogCause::data},
    {"type", "Database error. Code: `42704`. Message: `type \"public.Plan\" does not exist`",
     "P2039 42704 type public.Plan (x) x1", LogCause::missing_object},
    {"enum_label", "Invalid input value: invalid input value for enum \"Plan\": \"PRO\"",
     "P2007 22P02 enum_value Plan.PRO (x) x1", LogCause::missing_object},
    {"enum_of_client", "Value 'PRO' not found in enum 'Plan'", "- enum_value Plan (x) x1", LogCause::differs},
    {"no_uuid", "Raw query failed. Code: `22P02`. Message: `ERROR: invalid input syntax for type uuid: \"abc\"`",
     "P2010 22P02 none (x) x1", LogCause::data},
    {"no_right", "Raw query failed. Code: `42501`. Message: `ERROR: permission denied for table User`",
     "P2010 42501 table User (x) x1", LogCause::denied},
    {"no_right_to_draw", "Raw query failed. Code: `42501`. Message: `permission denied for sequence User_id_seq`",
     "P2010 42501 sequence User_id_seq (x) x1", LogCause::denied},
    {"no_right_in_schema", "Database error. Code: `42501`. Message: `permission denied for schema app`",
     "P2039 42501 schema app (x) x1", LogCause::denied},
    {"no_right_localised", "Raw query failed. Code: `42501`. Message: `droit refus\u00e9 pour la table User`",
     "P2010 42501 none (x) x1", LogCause::denied},
    {"unknown_to_5",
     "ConnectorError(ConnectorError { user_facing_error: None, kind: QueryError(PostgresError { code: \"42704\", "
     "message: "
     "\"type \\\"public.Role\\\" does not exist\", severity: \"ERROR\", detail: None }), transient: false })",
     "- 42704 type public.Role (x) x1", LogCause::missing_object},
    {"unknown_to_2",
     "ConnectorError(ConnectorError { kind: QueryError(Error { cause: Some(DbError { code: SqlState(\"42P01\"), "
     "message: "
     "\"relation \\\"public.Patient\\\" does not exist\" }) }) })",
     "- 42P01 table public.Patient (x) x1", LogCause::missing_object},
    {"host", "Can't reach database server at `db:5432`", "P1001 host db:5432 (x) x1", LogCause::unreachable},
    {"host_of_7", "Can't reach database server at db.invalid", "P1001 host db.invalid (x) x1", LogCause::unreachable},
    {"database", "Database `nosuch` does not exist on the database server", "P1003 database nosuch (x) x1",
     LogCause::refused},
    {"user",
     "Authentication failed against the database server, the provided database credentials for `app` are not valid",
     "P1000 user app (x) x1", LogCause::refused},
    {"denied", "User was denied access on the database `app`", "P1010 database app (x) x1", LogCause::refused},
    {"closed", "Server has closed the connection.", "P1017 none (x) x1", LogCause::unreachable},
    {"pool",
     "Timed out fetching a new connection from the connection pool. More info: http://pris.ly/d/connection-pool",
     "P2024 none (x) x1", LogCause::unreachable},
    {"not_null", "Null constraint violation on the fields: (`phone`)", "P2011 column phone (x) x1", LogCause::differs},
    {"not_null_of_7", "Null constraint violation on the (not available)", "P2011 column (x) x1", LogCause::differs},
    {"unique", "Unique constraint failed on the fields: (`email`,`name`)", "P2002 constraint email,name (x) x1",
     LogCause::data},
    {"unique_by_name", "Unique constraint failed on the constraint: `User_email_idx`",
     "P2002 constraint User_email_idx (x) x1", LogCause::data},
    {"foreign_key", "Foreign key constraint violated on the constraint: `Post_authorId_fkey`",
     "P2003 constraint Post_authorId_fkey (x) x1", LogCause::data},
    {"not_found", "An operation failed because it depends on one or more records that were required but not found.",
     "P2025 none (x) x1", LogCause::data},
    {"inconsistent", "Inconsistent column data: Could not convert from `text` to `Int`", "P2023 none (x) x1",
     LogCause::differs},
    {"inconsistent_of_7", "Expected a string in column 'email', got number: 1", "P2023 column email (x) x1",
     LogCause::differs},
    {"null_found",
     "Error converting field \"email\" of expected non-nullable type \"String\", found incompatible value of \"null\".",
     "P2032 column email (x) x1", LogCause::differs},
};

INSTANTIATE_TEST_SUITE_P(Sentences, OneLine, testing::ValuesIn(lines),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(ScanLog, RecognisesEverySentenceWithoutAnythingAround) {
    for (const auto& tested : lines) {
        const auto groups = scan(std::string(tested.line) + "\n").groups;
        ASSERT_THAT(groups, SizeIs(1)) << tested.name;
        EXPECT_EQ(cause_of(groups.front()), tested.cause) << tested.name;
    }
    EXPECT_THAT(found("Can't reach database server at `db:5432`\n\nPlease make sure your database server is running at "
                      "`db:5432`.\n"),
                ElementsAre("P1001 host db:5432 x1"));
}

TEST(ScanLog, RecognisesEverySentenceAsTheMessageOfALogger) {
    for (const auto& tested : lines) {
        std::string message;
        for (const char c : tested.line) message += std::string(c == '"' || c == '\\' ? "\\" : "") + c;
        const auto log = R"({"level":"error","msg":"save failed: )" + message + "\"}\n";
        const auto groups = scan(log).groups;
        ASSERT_THAT(groups, SizeIs(1)) << log;
        EXPECT_EQ(cause_of(groups.front()), tested.cause) << log;
    }
}

/// `tail`: what a form wants to read behind its text, of which each wants something else.
bool is_found_wherever_it_is_known(const applog::FixedText& form, std::string_view tail) {
    const std::string line = std::string(form.text) + std::string(tail) + " " + std::string(form.must_follow);
    if (!applog::find_sentence(line)) return false;
    for (std::size_t offset = 0; offset < 40; ++offset)
        EXPECT_THAT(scan(std::string(offset, '.') + line + "\n").groups, SizeIs(1)) << line << " at " << offset;
    return true;
}

TEST(ScanLog, PassesOverNoneOfTheFormsThatAreKnown) {
    for (const auto& form : applog::fixed_texts()) {
        const bool quoted = is_found_wherever_it_is_known(form, "\"42P01\"");
        const bool named = is_found_wherever_it_is_known(form, "'Role'");
        EXPECT_TRUE(quoted || named) << form.text << " is no sentence of its own";
    }
}

}  // namespace
}  // namespace migration_guard
