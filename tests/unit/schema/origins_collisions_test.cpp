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

/// public.User(id, email) with two indexes, public.Role(A), app.t(a) with one, a partition with one, and its parent
Catalogue database() {
    Catalogue out;
    out.relations[{"public", "User"}].columns = {{"id", {}}, {"email", {}}};
    out.relations[{"app", "t"}].columns = {{"a", {}}};
    out.relations[{"public", "part"}] = {.kind = 'r', .partition = true, .columns = {{"a", {}}}};
    out.relations[{"public", "v"}] = {.kind = 'v', .columns = {{"a", {}}}};
    out.relations[{"public", "parent"}] = {.kind = 'p', .columns = {{"a", {}}}};
    out.enums[{"public", "Role"}] = {"A"};
    out.indexes[{"public", "User_email_key"}] = {.table = "User", .attached = false};
    out.indexes[{"public", "other_idx"}] = {.table = "Other", .attached = false};
    out.indexes[{"app", "t_a_idx"}] = {.table = "t", .attached = false};
    out.indexes[{"public", "part_idx"}] = {.table = "part", .attached = true};
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
    {"index", R"(CREATE UNIQUE INDEX "User_email_key" ON "User"("email"))", {"public.User_email_key"}},
    {"index_concurrently", R"(CREATE INDEX CONCURRENTLY "User_email_key" ON "User"(id))", {"public.User_email_key"}},
    {"index_of_another_table", R"(CREATE INDEX other_idx ON "User"(id))", {"public.other_idx"}},
    {"index_by_schema", "CREATE INDEX t_a_idx ON app.t (a)", {"app.t_a_idx"}},
    {"index_with_new_column",
     R"(ALTER TABLE "User" ADD x int; CREATE INDEX "User_email_key" ON "User"(x))",
     {"public.User_email_key"}},
    {"index_after_table_if_not_exists",
     R"(CREATE TABLE IF NOT EXISTS "User" (id int); CREATE INDEX "User_email_key" ON "User"(id))",
     {"public.User_email_key"}},
    {"index_after_renamed_column",
     R"(ALTER TABLE "User" RENAME id TO x; CREATE INDEX "User_email_key" ON "User"(x))",
     {"public.User_email_key"}},
    {"index_other_schema", "CREATE INDEX t_a_idx ON \"User\" (id); CREATE INDEX \"User_email_key\" ON app.t (a)", {}},
    {"index_without_name", R"(CREATE INDEX ON "User"(email))", {}},
    {"index_if_not_exists", R"(CREATE INDEX IF NOT EXISTS "User_email_key" ON "User"(email))", {}},
    {"index_in_do_block", R"(DO $$ BEGIN CREATE INDEX "User_email_key" ON "User"(email); END $$)", {}},
    {"index_on_temporary_table", R"(CREATE TEMP TABLE "User" (); CREATE INDEX "User_email_key" ON "User"(id))", {}},
    {"index_unknown_schema", R"(SET search_path = x, y; CREATE INDEX "User_email_key" ON "User"(id))", {}},
    {"index_of_squash",
     R"(CREATE TABLE "User" (id int); CREATE UNIQUE INDEX "User_email_key" ON "User"(email))",
     {"public.User"}},
    {"index_redefined",
     R"(DROP INDEX "User_email_key"; CREATE INDEX "User_email_key" ON "User"(email);
      DROP INDEX CONCURRENTLY IF EXISTS public.other_idx; CREATE INDEX other_idx ON "Other"(id))",
     {}},
    {"index_perhaps_dropped",
     R"(DO $$ BEGIN DROP INDEX IF EXISTS "User_email_key"; END $$; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_dropped_by_dynamic_sql",
     R"(DO $$ BEGIN EXECUTE 'DROP INDEX ' || x; END $$; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_dropped_by_literal_sql",
     R"(DO $$ BEGIN EXECUTE 'DROP INDEX "User_email_key"'; END $$; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_dropped_in_unknown_schema",
     R"(SET search_path = x, public; DROP INDEX "User_email_key";
      CREATE INDEX "User_email_key" ON public."User"(id))",
     {}},
    {"index_renamed_away",
     R"(ALTER INDEX "User_email_key" RENAME TO old; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_renamed_as_table",
     R"(ALTER TABLE "User_email_key" RENAME TO old; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_of_dropped_constraint",
     R"(ALTER TABLE "User" DROP CONSTRAINT "User_email_key"; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_of_renamed_constraint",
     R"(ALTER TABLE "User" RENAME CONSTRAINT "User_email_key" TO k; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_that_became_a_constraint",
     R"(ALTER TABLE "User" ADD CONSTRAINT k UNIQUE USING INDEX "User_email_key";
      CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"constraint_only", R"(ALTER TABLE "User" ADD CONSTRAINT "User_email_key" UNIQUE (email))", {}},
    {"index_of_dropped_column",
     R"(ALTER TABLE "User" DROP email, ADD email int; CREATE INDEX "User_email_key" ON "User"(email))",
     {}},
    {"index_of_dropped_table", R"(DROP TABLE "Other"; CREATE INDEX other_idx ON "User"(id))", {}},
    {"index_of_renamed_table", R"(ALTER TABLE "Other" RENAME TO o; CREATE INDEX other_idx ON "User"(id))", {}},
    {"index_of_moved_table", "ALTER TABLE app.t SET SCHEMA x; CREATE INDEX t_a_idx ON app.t (a)", {}},
    {"index_of_dropped_schema", "DROP SCHEMA app CASCADE; CREATE SCHEMA app; CREATE INDEX t_a_idx ON app.t (a)", {}},
    {"index_of_partition", "DROP TABLE parent; CREATE INDEX part_idx ON part (a)", {}},
    {"view_gone_with_a_column", R"(ALTER TABLE "User" DROP COLUMN x CASCADE; CREATE VIEW v AS SELECT 1)", {}},
    {"column_gone_with_a_column", R"(ALTER TABLE "User" DROP COLUMN x CASCADE; ALTER TABLE "User" ADD email text)", {}},
    {"view_gone_with_a_function", "DROP FUNCTION f(int) CASCADE; CREATE VIEW v AS SELECT 1", {}},
    {"view_gone_with_a_schema", "DROP SCHEMA types CASCADE; CREATE VIEW v AS SELECT 1", {}},
    {"table_where_a_view_was", "DROP TABLE old CASCADE; CREATE TABLE v (a int)", {}},
    {"child_made_again", R"(DROP TABLE base CASCADE; CREATE TABLE "User" (id int) INHERITS (base))", {}},
    {"view_that_is_there", R"(ALTER TABLE "User" DROP COLUMN x; CREATE VIEW v AS SELECT 1)", {"public.v"}},
    {"view_gone_by_a_call",
     R"(CREATE FUNCTION d() RETURNS void LANGUAGE sql AS 'DROP VIEW v'; SELECT d(); CREATE VIEW v AS SELECT 1)",
     {}},
    {"partition_made_again",
     "DROP TABLE parent; CREATE TABLE parent (a int) PARTITION BY LIST (a); CREATE TABLE part PARTITION OF parent "
     "DEFAULT",
     {}},
    {"partition_made_again_and_attached",
     "DROP TABLE parent; CREATE TABLE parent (a int) PARTITION BY LIST (a); CREATE TABLE part (a int); "
     "ALTER TABLE part ADD a int",
     {}},
    {"partition_that_is_there", "CREATE TABLE part PARTITION OF parent DEFAULT", {"public.part"}},
    {"other_table_beside_a_dropped_one", R"(DROP TABLE parent; CREATE TABLE "User" (id int))", {"public.User"}},
    {"index_dropped_with_type", R"(DROP TYPE x CASCADE; CREATE INDEX "User_email_key" ON "User"(id))", {}},
    {"index_dropped_with_function",
     R"(DROP FUNCTION f(text) CASCADE; CREATE INDEX "User_email_key" ON "User"(f(email)))",
     {}},
    {"index_beside_what_cannot_be_parsed",
     R"(CREATE TABLE n (a int) NO SUCH CLAUSE; CREATE INDEX "User_email_key" ON "User"(id))",
     {}},
    {"index_made_twice", R"(CREATE INDEX n ON "User"(id); CREATE INDEX n ON "User"(email))", {}},
    {"index_rolled_back", R"(BEGIN; CREATE INDEX "User_email_key" ON "User"(id); ROLLBACK)", {}},
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
    const std::string_view index = R"(CREATE INDEX "User_email_key" ON "User"(id))";
    EXPECT_THAT(found({{"1", "UPDATE t SET a = 1"}, {"2", index}}), ElementsAre("2: public.User_email_key"));
    EXPECT_THAT(found({{"1", R"(DROP INDEX "User_email_key")"}, {"2", index}}), IsEmpty());
    EXPECT_THAT(found({{"1", "DROP FUNCTION f CASCADE"}, {"2", index}}), IsEmpty());
}

TEST(OriginsCollisions, AsksOnlyForWhatTheScriptsName) {
    const auto request = collision_request(scripts_of(
        {{"1", R"(CREATE TABLE "User" (id int); ALTER TABLE app.t ADD b int; CREATE TYPE "Role" AS ENUM ('A');
                  ALTER TABLE a RENAME TO b; ALTER TABLE c SET SCHEMA moved; CREATE TEMP TABLE tmp (); INSERT INTO x VALUES (1);
                  CREATE INDEX i ON far.u (a); CREATE INDEX j ON "User" (id); CREATE INDEX ON v (a);
                  CREATE INDEX IF NOT EXISTS k ON nowhere.v (a))"}}));
    EXPECT_THAT(request.schemas, UnorderedElementsAre("", "app", "moved", "far"));
    EXPECT_THAT(request.relations, UnorderedElementsAre("User", "t", "a", "b", "c"));
    EXPECT_THAT(request.enums, UnorderedElementsAre("Role", "c"));
    EXPECT_THAT(request.indexes, ElementsAre("i")) << "not those of a table that the script makes";
    EXPECT_FALSE(collision_request(scripts_of({{"1", "CREATE INDEX i ON t (a)"}})).empty());
    EXPECT_TRUE(collision_request(scripts_of({{"1", "UPDATE t SET a = 1; DROP TABLE x"}})).empty());
}

}  // namespace
}  // namespace migration_guard
