#include "schema/origins.hpp"

#include "origins_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// "created", "created, gone in removed", "perhaps created", "nobody".
std::string told(const Origins& origins, const ScriptObject& object) {
    const auto found = origins.find(object);
    if (!found) return "nobody";
    std::string out = found->certain ? "" : "perhaps ";
    out += found->created_by.empty() ? "nobody" : found->created_by;
    return found->removed_by.empty() ? out : out + ", gone in " + found->removed_by;
}

TEST(OriginsFind, TellsWhoCreatesTablesColumnsEnumsAndLabels) {
    const auto origins = origins_of({{"1_init", R"(CREATE TABLE "User" ("id" int); CREATE TYPE "Role" AS ENUM ('A'))"},
                                     {"2_more", R"(ALTER TABLE "User" ADD COLUMN "email" text, ADD "role" "Role";
                                                  ALTER TYPE "Role" ADD VALUE 'B'; CREATE VIEW v AS SELECT 1)"},
                                     {"3_join", R"(CREATE TABLE "_AToB" ("A" int, "B" int))"}});
    EXPECT_EQ(told(origins, table("User")), "1_init");
    EXPECT_EQ(told(origins, table("User", "public")), "1_init");
    EXPECT_EQ(told(origins, column("User", "id")), "1_init");
    EXPECT_EQ(told(origins, column("User", "email")), "2_more");
    EXPECT_EQ(told(origins, enumeration("Role")), "1_init");
    EXPECT_EQ(told(origins, label("Role", "A")), "1_init");
    EXPECT_EQ(told(origins, label("Role", "B")), "2_more");
    EXPECT_EQ(told(origins, {ScriptObject::Kind::view, "", "v", ""}), "2_more");
    EXPECT_EQ(told(origins, {ScriptObject::Kind::join_table, "", "_AToB", ""}), "3_join");
    EXPECT_EQ(told(origins, table("user")), "nobody");
    EXPECT_EQ(told(origins, table("User", "app")), "nobody");
    EXPECT_EQ(told(origins, column("User", "phone")), "nobody");
    EXPECT_EQ(told(origins, label("Role", "C")), "nobody");
    EXPECT_EQ(told(origins, enumeration("User")), "nobody");
}

TEST(OriginsFind, FollowsRenames) {
    const auto origins =
        origins_of({{"1", "CREATE TABLE a (x int, y int); CREATE TYPE e AS ENUM ('p', 'q')"},
                    {"2", "ALTER TABLE a RENAME TO b; ALTER TABLE b RENAME COLUMN x TO z; ALTER TYPE e RENAME TO f"},
                    {"3", "ALTER TYPE f RENAME VALUE 'p' TO 'r'"}});
    EXPECT_EQ(told(origins, table("b")), "2");
    EXPECT_EQ(told(origins, table("a")), "1, gone in 2");
    EXPECT_EQ(told(origins, column("b", "y")), "1");
    EXPECT_EQ(told(origins, column("b", "z")), "2");
    EXPECT_EQ(told(origins, column("b", "x")), "1, gone in 2");
    EXPECT_EQ(told(origins, enumeration("f")), "2");
    EXPECT_EQ(told(origins, enumeration("e")), "1, gone in 2");
    EXPECT_EQ(told(origins, label("f", "q")), "1");
    EXPECT_EQ(told(origins, label("f", "r")), "3");
    EXPECT_EQ(told(origins, label("f", "p")), "1, gone in 3");
}

TEST(OriginsFind, FollowsPrismasEnumSwap) {
    const auto origins = origins_of({{"1", "CREATE TYPE \"Role\" AS ENUM ('A', 'B')"},
                                     {"2",
                                      "CREATE TYPE \"Role_new\" AS ENUM ('A', 'C'); ALTER TYPE \"Role\" RENAME TO "
                                      "\"Role_old\"; ALTER TYPE \"Role_new\" RENAME TO \"Role\"; DROP TYPE "
                                      "\"Role_old\""}});
    EXPECT_EQ(told(origins, enumeration("Role")), "2");
    EXPECT_EQ(told(origins, label("Role", "A")), "2");
    EXPECT_EQ(told(origins, label("Role", "B")), "nobody");
    EXPECT_EQ(told(origins, enumeration("Role_old")), "2, gone in 2");
}

TEST(OriginsFind, TellsWhatALaterMigrationDrops) {
    const auto origins = origins_of({{"1", "CREATE TABLE a (x int, y int); CREATE TABLE c (x int); CREATE TABLE d ()"},
                                     {"2", "ALTER TABLE a DROP COLUMN x; DROP TABLE c; DROP TABLE elsewhere"},
                                     {"3", "CREATE TABLE c (x int); ALTER TABLE a DROP COLUMN IF EXISTS x"}});
    EXPECT_EQ(told(origins, column("a", "x")), "1, gone in 2") << "by then there was nothing left to drop";
    EXPECT_EQ(told(origins, table("c")), "3");
    EXPECT_EQ(told(origins, table("elsewhere")), "nobody, gone in 2");
    EXPECT_EQ(origins.created_by(column("a", "x")), "1");
    EXPECT_EQ(origins.created_by(table("elsewhere")), std::nullopt);
}

TEST(OriginsFind, FollowsSchemas) {
    const auto origins =
        origins_of({{"1",
                     "CREATE SCHEMA app; CREATE TABLE app.t (a int); CREATE TABLE u (); "
                     "CREATE TYPE e AS ENUM ('x'); CREATE SCHEMA empty"},
                    {"2", "ALTER TABLE u SET SCHEMA app; ALTER TYPE e SET SCHEMA app"},
                    {"3", "ALTER SCHEMA app RENAME TO core; CREATE TABLE tmp.gone (); DROP SCHEMA tmp CASCADE"}});
    EXPECT_EQ(told(origins, table("t", "core")), "3");
    EXPECT_EQ(told(origins, table("t", "app")), "1, gone in 3");
    EXPECT_EQ(told(origins, column("t", "a", "core")), "1");
    EXPECT_EQ(told(origins, table("u", "core")), "3");
    EXPECT_EQ(told(origins, table("u")), "1, gone in 2");
    EXPECT_EQ(told(origins, enumeration("e", "core")), "3");
    EXPECT_EQ(told(origins, table("gone", "tmp")), "3, gone in 3");
    EXPECT_THAT(origins.schemas(), ElementsAre("app", "core", "public", "tmp"));
    EXPECT_TRUE(origins.touches(""));
    EXPECT_TRUE(origins.touches("app"));
    EXPECT_FALSE(origins.touches("empty"));
}

TEST(OriginsFind, DoesNotTouchSchemasItOnlyAlters) {
    EXPECT_THAT(origins_of({{"1", "ALTER TABLE auth.users ADD COLUMN x int; CREATE TEMP TABLE t ()"}}).schemas(),
                IsEmpty());
}

TEST(OriginsFind, FindsObjectsWhoseSchemaTheScriptLeavesOpen) {
    const auto origins =
        origins_of({{"1", "SET search_path = a, b; CREATE TABLE t (x int); ALTER TABLE t ADD y int"},
                    {"2", "SELECT set_config('search_path', current_setting('x'), false); CREATE TABLE u ()"}});
    EXPECT_EQ(told(origins, table("t", "a")), "1");
    EXPECT_EQ(told(origins, column("t", "y", "a")), "1");
    EXPECT_EQ(told(origins, table("u")), "2");
    EXPECT_EQ(told(origins, table("u", "elsewhere")), "2");
}

TEST(OriginsFind, IsNotSureOfWhatOnlyMayRun) {
    const auto origins = origins_of({{"1",
                                      "DO $$ BEGIN CREATE TYPE e AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN "
                                      "null; END $$; CREATE TABLE t (a int, b int); CREATE TABLE l (LIKE t, own int)"},
                                     {"2", "DO $$ BEGIN ALTER TABLE t DROP COLUMN a; DROP TABLE IF EXISTS l; END $$"}});
    EXPECT_EQ(told(origins, enumeration("e")), "perhaps 1");
    EXPECT_EQ(told(origins, label("e", "x")), "perhaps 1");
    EXPECT_EQ(told(origins, column("t", "a")), "perhaps 1");
    EXPECT_EQ(told(origins, column("t", "b")), "1");
    EXPECT_EQ(told(origins, table("l")), "perhaps 1");
    EXPECT_EQ(told(origins, column("l", "own")), "1");
    EXPECT_EQ(told(origins, column("l", "a")), "perhaps 1");
}

TEST(OriginsFind, KeepsTheFirstCreatorUnderIfNotExists) {
    const auto origins = origins_of({{"1", "CREATE TABLE t (a int)"},
                                     {"2",
                                      "CREATE TABLE IF NOT EXISTS t (a int, b int); ALTER TABLE t ADD COLUMN IF NOT "
                                      "EXISTS a int, ADD COLUMN IF NOT EXISTS c int"}});
    EXPECT_EQ(told(origins, table("t")), "1");
    EXPECT_EQ(told(origins, column("t", "a")), "1");
    EXPECT_EQ(told(origins, column("t", "b")), "nobody");
    EXPECT_EQ(told(origins, column("t", "c")), "2");
}

TEST(OriginsFind, KeepsTemporaryTablesOut) {
    const auto origins =
        origins_of({{"1", "CREATE TABLE t (a int)"}, {"2", "CREATE TEMP TABLE t (b int); DROP TABLE t"}});
    EXPECT_EQ(told(origins, table("t")), "1");
    EXPECT_EQ(told(origins, column("t", "b")), "nobody");
}

TEST(OriginsFind, NamesScriptsReadTolerantly) {
    EXPECT_THAT(origins_of({{"1", "CREATE TABLE a ()"}, {"2", "CREATE TABLE b (x int VIRTUAL y)"}}).read_tolerantly(),
                ElementsAre("2"));
}

}  // namespace
}  // namespace migration_guard
