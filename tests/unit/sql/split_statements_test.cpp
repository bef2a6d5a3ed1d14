#include "sql/split_statements.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(SplitStatements, CutsAtSemicolonsOutsideEverything) {
    EXPECT_THAT(split_statements("SELECT 1; SELECT ';' ; SELECT \";\" -- ;\n, 2 /* ; /* ; */ ; */; "),
                ElementsAre("SELECT 1", "SELECT ';'", "SELECT \";\" -- ;\n, 2"));
    EXPECT_THAT(split_statements("SELECT E'\\';'; SELECT '\\'; SELECT 'a''b;'"),
                ElementsAre("SELECT E'\\';'", "SELECT '\\'", "SELECT 'a''b;'"));
    EXPECT_THAT(split_statements("SELECT U&'\\0041;'; SELECT U&\"a;b\"; SELECT N';'"),
                ElementsAre("SELECT U&'\\0041;'", "SELECT U&\"a;b\"", "SELECT N';'"));
}

TEST(SplitStatements, LeavesDollarQuotesWhole) {
    EXPECT_THAT(split_statements("DO $$ a; b $$; DO $x$ $$; $y$ ; $x$; SELECT $1; SELECT a$b; SELECT c$d"),
                ElementsAre("DO $$ a; b $$", "DO $x$ $$; $y$ ; $x$", "SELECT $1", "SELECT a$b", "SELECT c$d"));
}

TEST(SplitStatements, LeavesRulesAndSqlStandardBodiesWhole) {
    EXPECT_THAT(split_statements("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); SELECT 3"),
                ElementsAre("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "SELECT 3"));
    EXPECT_THAT(split_statements("CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 "
                                 "END; SELECT 2; END; SELECT 3"),
                ElementsAre("CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN a THEN 1 END; "
                            "SELECT 2; END",
                            "SELECT 3"));
    EXPECT_THAT(split_statements("BEGIN; SELECT 1; END;"), ElementsAre("BEGIN", "SELECT 1", "END"));
}

TEST(SplitStatements, LeavesOutWhatIsNoStatement) {
    EXPECT_THAT(split_statements(""), IsEmpty());
    EXPECT_THAT(split_statements(" \r\n\t;;-- only a comment"), IsEmpty());
    EXPECT_THAT(split_statements("\\set x 1; y\nSELECT 1;\n\\connect app"), ElementsAre("SELECT 1"));
    EXPECT_THAT(split_statements("COPY t FROM STDIN;\n1;2\n\\.\nSELECT 1"),
                ElementsAre("COPY t FROM STDIN", "SELECT 1"));
    EXPECT_THAT(split_statements("COPY t FROM STDIN; SELECT 1"), ElementsAre("COPY t FROM STDIN", "SELECT 1"));
    EXPECT_THAT(split_statements("COPY (SELECT a FROM t) TO STDOUT;\n\\.\nSELECT 1"),
                ElementsAre("COPY (SELECT a FROM t) TO STDOUT", "SELECT 1"));
}

TEST(SplitStatements, EndsWithTheTextWhateverIsOpen) {
    for (const std::string_view open : {"SELECT 'a;", "SELECT \"a;", "SELECT $$a;", "SELECT $t$a;$$", "SELECT (1;",
                                        "SELECT E'\\", "SELECT U&'", "SELECT 1e+", "SELECT $"})
        EXPECT_THAT(split_statements(open), ElementsAre(open));
    EXPECT_THAT(split_statements("SELECT 1 /* open ; "), ElementsAre("SELECT 1"));
    EXPECT_THAT(split_statements("SELECT 1)); SELECT 2"), ElementsAre("SELECT 1))", "SELECT 2"));
}

TEST(SplitStatements, TakesTimeInProportion) {
    for (const std::string_view piece :
         {"$a$", "COPY t FROM STDIN;\n", "/*", "*/ ", "'", "$$;", "\\x\n", "((", "E'\\"}) {
        std::string text;
        while (text.size() < 100'000) text += piece;
        const auto start = std::chrono::steady_clock::now();
        split_statements(text);
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1)) << piece;
    }
}

}  // namespace
}  // namespace migration_guard
