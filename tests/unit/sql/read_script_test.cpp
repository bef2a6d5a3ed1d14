#include "sql/read_script.hpp"

#include "effect_text.hpp"
#include "statement_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <iterator>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::HasSubstr;
using testing::IsEmpty;

std::vector<std::string> effects_of(std::string_view sql) {
    return text_of(read_script(sql));
}

class EachStatement : public testing::TestWithParam<StatementCase> {};

TEST_P(EachStatement, IsReadByPostgresOwnGrammar) {
    const ScriptEffects script = read_script(GetParam().sql);
    EXPECT_THAT(text_of(script), ElementsAreArray(GetParam().effects));
    EXPECT_TRUE(script.parsed) << script.parse_error;
    EXPECT_EQ(script.statements, 1U);
}

TEST_P(EachStatement, IsReadAlikeByTheTolerantReader) {
    EXPECT_THAT(text_of(read_script_tolerantly(GetParam().sql)), ElementsAreArray(GetParam().effects));
}

/// But SELECT ... INTO, which assigns variables there.
std::vector<StatementCase> statements_of_plpgsql() {
    std::vector<StatementCase> out;
    std::ranges::copy_if(statement_table(), std::back_inserter(out),
                         [](const StatementCase& tested) { return tested.name.find("into") == std::string::npos; });
    return out;
}

class EachStatementInABlock : public testing::TestWithParam<StatementCase> {};

TEST_P(EachStatementInABlock, IsFoundAndConditional) {
    const auto script = read_script("DO $body$ BEGIN IF true THEN " + GetParam().sql + "; END IF; END $body$");
    EXPECT_EQ(script.effects.size(), GetParam().effects.size());
    EXPECT_TRUE(std::ranges::all_of(script.effects, &Effect::conditional));
}

INSTANTIATE_TEST_SUITE_P(Table, EachStatement, testing::ValuesIn(statement_table()),
                         [](const auto& tested) { return tested.param.name; });

INSTANTIATE_TEST_SUITE_P(Table, EachStatementInABlock, testing::ValuesIn(statements_of_plpgsql()),
                         [](const auto& tested) { return tested.param.name; });

TEST(ReadScript, CountsStatementsAndNothingElse) {
    EXPECT_EQ(read_script("").statements, 0U);
    EXPECT_EQ(read_script("-- This is an empty migration.\n").statements, 0U);
    EXPECT_EQ(read_script(";; SELECT 1;; /* a; b */ SELECT ';' ;").statements, 2U);
}

// prisma migrate writes this when a value leaves an enum.
TEST(ReadScript, ReadsPrismasEnumSwap) {
    EXPECT_THAT(effects_of(R"(-- AlterEnum
BEGIN;
CREATE TYPE "Role_new" AS ENUM ('A');
ALTER TABLE "User" ALTER COLUMN "role" TYPE "Role_new" USING ("role"::text::"Role_new");
ALTER TYPE "Role" RENAME TO "Role_old";
ALTER TYPE "Role_new" RENAME TO "Role";
DROP TYPE "Role_old";
COMMIT;)"),
                ElementsAre("create_enum Role_new", "add_enum_value Role_new.A*", "rename_type Role -> Role_old",
                            "rename_type Role_new -> Role", "drop_type Role_old"));
}

TEST(ReadScript, ReadsOtherStatementsOfAScriptThatHasNewerSyntax) {
    // VIRTUAL generated columns are PostgreSQL 18's.
    const auto script = read_script(
        "CREATE TABLE a (x int);\n\n"
        "CREATE TABLE b (x int, y int GENERATED ALWAYS AS (x * 2) VIRTUAL, CONSTRAINT n NOT NULL x NO INHERIT);\n"
        "ALTER TABLE a ADD COLUMN z int;");
    EXPECT_FALSE(script.parsed);
    EXPECT_THAT(script.parse_error, HasSubstr("line 3: syntax error at or near \"VIRTUAL\""));
    EXPECT_THAT(text_of(script), ElementsAre("create_table a", "add_column a.x*", "create_table b", "add_column b.x*",
                                             "add_column b.y*", "add_column a.z"));
}

TEST(ReadScript, KeepsTheReasonOnOneLine) {
    const auto script = read_script("CREATE TABLE t (a int,, 'two\nlines');");
    EXPECT_FALSE(script.parsed);
    EXPECT_EQ(script.parse_error.find('\n'), std::string::npos);
}

struct OwnTransactionCase {
    std::string_view sql;
    bool expected;
};

TEST(ReadScript, SeesTransactionControlAtTheTopLevelOnly) {
    for (const auto& [sql, expected] : {
             OwnTransactionCase{"BEGIN; SELECT 1; COMMIT;", true},
             {"begin transaction isolation level serializable", true},
             {"START TRANSACTION", true},
             {"SELECT 1; END", true},
             {"ABORT", true},
             {"ROLLBACK WORK", true},
             {"COMMIT AND CHAIN", true},
             {"SAVEPOINT s; ROLLBACK TO SAVEPOINT s", false},
             {"ROLLBACK TRANSACTION TO s", false},
             {"COMMIT PREPARED 'x'", false},
             {"DO $$ BEGIN PERFORM 1; END $$", false},
             {"CREATE FUNCTION f() RETURNS int LANGUAGE SQL BEGIN ATOMIC SELECT 1; SELECT 2; END", false},
             {"SELECT 'BEGIN; COMMIT'", false},
             {"SELECT 1", false},
         })
        EXPECT_EQ(read_script(sql).own_transaction, expected) << sql;
}

TEST(ReadScript, LeavesOutWhatARollbackTakesBack) {
    EXPECT_THAT(effects_of("CREATE VIEW a AS SELECT 1; BEGIN; CREATE VIEW b AS SELECT 1; ROLLBACK; "
                           "BEGIN; CREATE VIEW c AS SELECT 1; COMMIT; ROLLBACK;"),
                ElementsAre("create_view a +open", "create_view c +open"));
}

TEST(ReadScript, SeesWhatPostgresRefusesInATransaction) {
    for (const auto& [sql, expected] : {
             OwnTransactionCase{"CREATE INDEX CONCURRENTLY i ON t (a)", true},
             {"CREATE UNIQUE INDEX CONCURRENTLY i ON t (a)", true},
             {"DROP INDEX CONCURRENTLY IF EXISTS i", true},
             {"REINDEX (VERBOSE) TABLE CONCURRENTLY t", true},
             {"REINDEX DATABASE x", true},
             {"REINDEX TABLE t", false},
             {"VACUUM ANALYZE t", true},
             {"ALTER SYSTEM SET work_mem = '1MB'", true},
             {"CREATE DATABASE d", true},
             {"DROP DATABASE d", true},
             {"CREATE SUBSCRIPTION s CONNECTION 'x' PUBLICATION p", true},
             {"ALTER DATABASE d SET TABLESPACE t", true},
             {"ALTER DATABASE d SET search_path = x", false},
             {"ALTER TABLE p DETACH PARTITION q CONCURRENTLY", true},
             {"ALTER TABLE p DETACH PARTITION q", false},
             {"CLUSTER", true},
             {"CLUSTER VERBOSE t", false},
             {"DISCARD ALL", true},
             {"REFRESH MATERIALIZED VIEW CONCURRENTLY m", false},
             {"CREATE INDEX \"CONCURRENTLY\" ON t (a)", false},
             {"ALTER TYPE e ADD VALUE 'x'", false},
         })
        EXPECT_EQ(read_script(sql).needs_own_statement, expected) << sql;
}

TEST(ReadScript, FindsWhatDoBlocksMayDo) {
    EXPECT_THAT(effects_of(R"(
-- the usual way to have CREATE TYPE IF NOT EXISTS
DO $$ BEGIN
  CREATE TYPE "Role" AS ENUM ('A', 'B');
EXCEPTION WHEN duplicate_object THEN null;
END $$;
DO 'BEGIN IF EXISTS (SELECT 1) THEN ALTER TABLE t RENAME COLUMN a TO b; ELSE DROP TABLE u; END IF; END')"),
                ElementsAre("create_enum Role +maybe", "add_enum_value Role.A* +maybe", "add_enum_value Role.B* +maybe",
                            "rename_column t.a -> b +maybe", "drop_table u +maybe"));
}

TEST(ReadScript, FindsWhatExecuteSaysInALiteral) {
    const auto script = read_script(R"(DO $do$ BEGIN
  EXECUTE 'CREATE TABLE "It''s" (a int)';
  EXECUTE $q$ALTER TABLE x ADD COLUMN y int$q$ USING 1;
END $do$)");
    EXPECT_THAT(text_of(script),
                ElementsAre("create_table It's +maybe", "add_column It's.a* +maybe", "add_column x.y +maybe"));
    EXPECT_FALSE(script.creates_unnamed);
}

TEST(ReadScript, SaysWhenDynamicSqlMayCreateOrDropAnything) {
    const auto drops = read_script("DO $$ BEGIN EXECUTE 'DROP TABLE ' || quote_ident(r.t) || ' CASCADE'; END $$");
    EXPECT_TRUE(drops.drops_unnamed);
    EXPECT_FALSE(drops.creates_unnamed);
    EXPECT_THAT(drops.effects, IsEmpty());
    EXPECT_TRUE(read_script("DO $$ BEGIN s := format('CREATE TABLE %I ()', n); EXECUTE s; END $$").creates_unnamed);
    EXPECT_FALSE(read_script("DO $$ BEGIN EXECUTE format('GRANT SELECT ON %I TO x', n); END $$").creates_unnamed);
    EXPECT_FALSE(
        read_script("DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP CONSTRAINT %I', t, c); END $$").drops_unnamed);
    EXPECT_TRUE(read_script("DO $$ BEGIN EXECUTE format('ALTER TABLE %I DROP COLUMN %I', t, c); END $$").drops_unnamed);
    EXPECT_TRUE(read_script("DO $$ BEGIN EXECUTE format('ALTER TABLE x ADD %I int', c); END $$").creates_unnamed);
    EXPECT_FALSE(read_script("DO $$ BEGIN EXECUTE format('CREATE POLICY p ON %I', c); END $$").creates_unnamed);
    EXPECT_FALSE(read_script("DO $$ BEGIN EXECUTE format('CREATE UNIQUE INDEX ON %I (a)', c); END $$").creates_unnamed);
    EXPECT_FALSE(
        read_script("DO $$ BEGIN EXECUTE format('CREATE TEMPORARY TABLE t AS SELECT %I', c); END $$").creates_unnamed);
    EXPECT_FALSE(read_script("DO $$ BEGIN EXECUTE format('CREATE LOCAL TEMP TABLE %I ()', c); END $$").creates_unnamed);
    EXPECT_FALSE(read_script("DO $$ BEGIN EXECUTE 'CREATE OR REPLACE TEMP ' || what; END $$").creates_unnamed);
    EXPECT_TRUE(read_script("DO $$ BEGIN EXECUTE format('CREATE TABLE temp (%I int)', c); END $$").creates_unnamed);
    EXPECT_TRUE(read_script("DO $$ BEGIN EXECUTE 'CREATE ' || what; END $$").creates_unnamed);
    EXPECT_TRUE(read_script_tolerantly("CREATE EXTENSION timescaledb CASCADE").creates_unnamed);
    EXPECT_TRUE(read_script("CREATE EXTENSION IF NOT EXISTS postgis").creates_unnamed);
    EXPECT_FALSE(read_script("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\" WITH SCHEMA x").creates_unnamed);
    EXPECT_FALSE(read_script_tolerantly("CREATE EXTENSION IF NOT EXISTS \"uuid-ossp\"").creates_unnamed);
    EXPECT_TRUE(read_script("IMPORT FOREIGN SCHEMA a FROM SERVER b INTO c").creates_unnamed);
    EXPECT_TRUE(read_script("DROP OWNED BY joe").drops_unnamed);
    EXPECT_TRUE(read_script("DROP EXTENSION postgis CASCADE").drops_unnamed);
}

TEST(ReadScript, FindsWhatFunctionBodiesMayDo) {
    EXPECT_THAT(effects_of("CREATE OR REPLACE FUNCTION f(a text DEFAULT 'DROP TABLE no') RETURNS void LANGUAGE plpgsql "
                           "AS $f$ DECLARE x int; BEGIN CREATE TABLE made (a int); SELECT 1 INTO x; END $f$"),
                ElementsAre("create_table made +maybe", "add_column made.a* +maybe"));
    EXPECT_THAT(effects_of("CREATE PROCEDURE p() LANGUAGE SQL AS 'DROP VIEW v'"), ElementsAre("drop_view v +maybe"));
}

TEST(ReadScript, FollowsSearchPath) {
    EXPECT_THAT(effects_of("SET search_path TO app; CREATE VIEW v AS SELECT 1; DROP TABLE t; DROP TABLE public.u;"),
                ElementsAre("create_view app.v +open", "drop_table app.t", "drop_table public.u"));
    EXPECT_THAT(effects_of("SET search_path = \"$user\", app, public; CREATE VIEW v AS SELECT 1; DROP TABLE t"),
                ElementsAre("create_view app.v +open", "drop_table ?.t"));
    EXPECT_THAT(effects_of("SET search_path = app; RESET search_path; DROP TABLE t"), ElementsAre("drop_table t"));
    EXPECT_THAT(effects_of("SET SCHEMA 'app'; DROP TABLE t"), ElementsAre("drop_table app.t"));
    EXPECT_THAT(effects_of("BEGIN; SET LOCAL search_path = app; DROP TABLE t; COMMIT; DROP TABLE u"),
                ElementsAre("drop_table app.t", "drop_table u"));
    EXPECT_THAT(effects_of("SELECT set_config('search_path', 'App, public', true); DROP VIEW app.v; DROP VIEW w"),
                ElementsAre("drop_view app.v", "drop_view ?.w"));
    EXPECT_THAT(effects_of("SELECT set_config('search_path', current_schema(), false); CREATE VIEW v AS SELECT 1"),
                ElementsAre("create_view ?.v +open"));
    EXPECT_THAT(effects_of("DO $$ BEGIN SET search_path = x; DROP VIEW a; END $$; DROP VIEW b"),
                ElementsAre("drop_view ?.a +maybe", "drop_view ?.b"));
    EXPECT_THAT(effects_of("CREATE FUNCTION f() RETURNS void LANGUAGE SQL SET search_path = x AS 'DROP VIEW a'; "
                           "DROP VIEW b"),
                ElementsAre("drop_view ?.a +maybe", "drop_view b"));
}

TEST(ReadScript, SaysWhenSearchPathOutlivesTheScript) {
    EXPECT_TRUE(read_script("SELECT pg_catalog.set_config('search_path', '', false)").leaves_search_path);
    EXPECT_TRUE(read_script("SET search_path = a").leaves_search_path);
    EXPECT_FALSE(read_script("SET LOCAL search_path = a").leaves_search_path);
    EXPECT_FALSE(read_script("SET search_path = a; RESET ALL").leaves_search_path);
    EXPECT_FALSE(read_script("ALTER ROLE joe SET search_path = a").leaves_search_path);
}

TEST(ReadScript, KeepsTemporaryTablesApartFromRealOnes) {
    EXPECT_THAT(effects_of("CREATE TEMP TABLE t AS SELECT 1; ALTER TABLE t ADD a int; ALTER TABLE t RENAME TO u; "
                           "DROP TABLE u; DROP TABLE public.t; DROP TABLE u"),
                ElementsAre("create_table pg_temp.t +open", "add_column pg_temp.t.a", "rename_table pg_temp.t -> u",
                            "drop_table pg_temp.u", "drop_table public.t", "drop_table u"));
}

// What pg_dump writes, from which many a baseline is made; \restrict came with 15.14.
TEST(ReadScript, DoesNotChokeOnPgDump) {
    const auto script = read_script(
        "\\restrict KEY\n"
        "SET statement_timeout = 0;\n"
        "SELECT pg_catalog.set_config('search_path', '', false);\n"
        "\\connect app\n"
        "CREATE TABLE public.\"User\" (\n    id integer NOT NULL\n);\n"
        "ALTER TABLE public.\"User\" OWNER TO postgres;\n"
        "COPY public.\"User\" (id, name) FROM stdin;\n1\tit's; DROP TABLE public.\"User\";\n2\t$$\n\\.\n\n"
        "ALTER TABLE ONLY public.\"User\" ADD CONSTRAINT \"User_pkey\" PRIMARY KEY (id);\n"
        "CREATE VIEW public.v AS SELECT 1;\n"
        "\\unrestrict KEY\n");
    EXPECT_TRUE(script.parsed) << script.parse_error;
    EXPECT_THAT(text_of(script), ElementsAre("create_table public.User", "add_column public.User.id* +required",
                                             "create_view public.v +open"));
}

TEST(ReadScript, ReadsWindowsText) {
    EXPECT_THAT(effects_of("\xEF\xBB\xBF-- CreateTable\r\nCREATE TABLE \"A\" (\r\n  \"id\" INT\r\n);\r\n"),
                ElementsAre("create_table A", "add_column A.id*"));
}

}  // namespace
}  // namespace migration_guard
