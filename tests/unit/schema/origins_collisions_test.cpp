#include "schema/script_collisions.hpp"

#include "origins_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

/// public.User(id, email), public.Role(A), app.t(a)
Catalogue database() {
    Catalogue out;
    out.relations[{"public", "User"}].columns = {{"id", {}}, {"email", {}}};
    out.relations[{"app", "t"}].columns = {{"a", {}}};
    out.enums[{"public", "Role"}] = {"A"};
    return out;
}

std::vector<std::string> found(Migrations pending) {
    std::vector<std::string> out;
    for (const auto& [migration, object] : collisions(scripts_of(pending), "public", database()))
        out.push_back(migration + ": " + text_of(object));
    return out;
}

struct CollisionCase {
    std::string_view name;
    std::string_view sql;
    std::vector<std::string> objects;
};

class OneScript : public testing::TestWithParam<CollisionCase> {};

TEST_P(OneScript, CollidesOnlyWithWhatIsCertainlyThere) {
    std::vector<std::string> expected;
    for (const auto& object : GetParam().objects) expected.push_back("m: " + object);
    EXPECT_THAT(found({{"m", GetParam().sql}}), ElementsAreArray(expected));
}

const CollisionCase cases[] = {
    {"squash",
     R"(CREATE TABLE "User" (id int, email text); CREATE TYPE "Role" AS ENUM ('A'))",
     {"public.User", "public.Role"}},
    {"other_name", "CREATE TABLE user (id int); CREATE TABLE app.\"User\" (id int)", {}},
    {"column", R"(ALTER TABLE "User" ADD COLUMN email text, ADD phone text)", {"public.User.email"}},
    {"label", R"(ALTER TYPE "Role" ADD VALUE 'A'; ALTER TYPE "Role" ADD VALUE 'B')", {"public.Role.A"}},
    {"other_schema", "CREATE TABLE app.t (a int); ALTER TABLE app.t ADD b int", {"app.t"}},
    {"view_over_table", R"(CREATE VIEW "User" AS SELECT 1)", {"public.User"}},
    {"if_not_exists",
     R"(CREATE TABLE IF NOT EXISTS "User" (id int); ALTER TABLE "User" ADD COLUMN IF NOT EXISTS email text;
      ALTER TYPE "Role" ADD VALUE IF NOT EXISTS 'A'; CREATE OR REPLACE VIEW "User" AS SELECT 1)",
     {}},
    {"column_after_if_not_exists",
     R"(CREATE TABLE IF NOT EXISTS "User" (id int); ALTER TABLE "User" ADD email text)",
     {"public.User.email"}},
    {"do_block",
     R"(DO $$ BEGIN CREATE TYPE "Role" AS ENUM ('A'); EXCEPTION WHEN duplicate_object THEN null; END $$)",
     {}},
    {"dropped_before", R"(DROP TABLE "User"; CREATE TABLE "User" (id int))", {}},
    {"perhaps_dropped_before", R"(DO $$ BEGIN DROP TABLE "User"; END $$; CREATE TABLE "User" (id int))", {}},
    {"dropped_column", R"(ALTER TABLE "User" DROP email; ALTER TABLE "User" ADD email text)", {}},
    {"dropped_in_one", R"(ALTER TABLE "User" DROP COLUMN email, ADD COLUMN email int)", {}},
    {"renamed_away", R"(ALTER TABLE "User" RENAME TO "Old"; CREATE TABLE "User" (id int))", {}},
    {"renamed_onto", "CREATE TABLE fresh (id int); ALTER TABLE fresh RENAME TO \"User\"", {"public.User"}},
    {"renamed_onto_if_exists", "ALTER TABLE IF EXISTS absent RENAME TO \"User\"", {}},
    {"renamed_column_onto", R"(ALTER TABLE "User" RENAME COLUMN id TO email)", {"public.User.email"}},
    {"renamed_column_away", R"(ALTER TABLE "User" RENAME email TO mail; ALTER TABLE "User" ADD email text)", {}},
    {"enum_swap",
     R"(CREATE TYPE "Role_new" AS ENUM ('B'); ALTER TYPE "Role" RENAME TO "Role_old";
      ALTER TYPE "Role_new" RENAME TO "Role"; DROP TYPE "Role_old")",
     {}},
    {"moved_onto", "CREATE TABLE t (); ALTER TABLE t SET SCHEMA app", {"app.t"}},
    {"moved_away", "ALTER TABLE app.t SET SCHEMA other; CREATE TABLE app.t ()", {}},
    {"schema_dropped", "DROP SCHEMA app CASCADE; CREATE SCHEMA app; CREATE TABLE app.t ()", {}},
    {"dropped_by_dynamic_sql", R"(DO $$ BEGIN EXECUTE 'DROP TABLE ' || x; END $$; CREATE TABLE "User" (id int))", {}},
    {"type_dropped_with_columns", R"(DROP TYPE "Role" CASCADE; ALTER TABLE "User" ADD email text)", {}},
    {"view_may_have_gone_with_its_table", R"(DROP TABLE other CASCADE; CREATE VIEW "User" AS SELECT 1)", {}},
    {"unknown_schema", R"(SET search_path = x, y; CREATE TABLE "User" (id int))", {}},
    {"unknown_schema_dropped",
     R"(SET search_path = x, public; DROP TABLE "User"; CREATE TABLE public."User" (id int))",
     {}},
    {"known_schema", "SET search_path = app; CREATE TABLE t (a int)", {"app.t"}},
    {"temporary", "CREATE TEMP TABLE \"User\" (id int)", {}},
    {"created_by_the_script_itself", "CREATE TABLE n (a int); ALTER TABLE n ADD a int", {}},
    {"rolled_back", R"(BEGIN; CREATE TABLE "User" (id int); ROLLBACK)", {}},
};

INSTANTIATE_TEST_SUITE_P(OriginsCollisions, OneScript, testing::ValuesIn(cases),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(OriginsCollisions, LooksAcrossScripts) {
    EXPECT_THAT(found({{"1", R"(DROP TABLE "User")"}, {"2", R"(CREATE TABLE "User" ())"}}), IsEmpty());
    EXPECT_THAT(found({{"1", R"(CREATE TABLE "User" ())"}, {"2", "CREATE TABLE app.t ()"}}),
                ElementsAre("1: public.User", "2: app.t"));
    EXPECT_THAT(found({{"1", "SET search_path = app"}, {"2", R"(CREATE TABLE "User" (); CREATE TABLE app.t ())"}}),
                ElementsAre("2: app.t"));
}

TEST(OriginsCollisions, AsksOnlyForWhatTheScriptsName) {
    const auto request = collision_request(scripts_of(
        {{"1", R"(CREATE TABLE "User" (id int); ALTER TABLE app.t ADD b int; CREATE TYPE "Role" AS ENUM ('A');
                  ALTER TABLE a RENAME TO b; ALTER TABLE c SET SCHEMA moved; CREATE TEMP TABLE tmp (); INSERT INTO x VALUES (1);
                  CREATE INDEX i ON far.u (a))"}}));
    EXPECT_THAT(request.schemas, UnorderedElementsAre("", "app", "moved"));
    EXPECT_THAT(request.relations, UnorderedElementsAre("User", "t", "a", "b", "c"));
    EXPECT_THAT(request.enums, UnorderedElementsAre("Role", "c"));
    EXPECT_TRUE(collision_request(scripts_of({{"1", "UPDATE t SET a = 1; DROP TABLE x"}})).empty());
}

}  // namespace
}  // namespace migration_guard
