// What pending scripts will certainly take away; and all that they only seem to.
#include "schema/foreseen.hpp"

#include "origins_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Catalogue a_database() {
    Catalogue now;
    for (const char* name : {"User", "Order", "v"})
        for (const char* column : {"id", "email"}) now.relations[{"public", name}].columns[column].name = column;
    now.relations[{"shop", "User"}].columns["id"].name = "id";
    now.enums[{"public", "Role"}] = {"A", "B"};
    return now;
}

std::vector<std::string> gone(Migrations pending) {
    std::vector<std::string> out;
    const auto seen = foresee(scripts_of(pending), "public", a_database());
    for (const auto& [object, by] : seen.removed_by) out.push_back(text_of(object) + " by " + by);
    return out;
}
std::vector<std::string> gone(std::string_view sql) {
    return gone({{"1", sql}});
}

TEST(Foreseen, DropsRenamesAndMovesTakeAway) {
    EXPECT_THAT(gone(R"(DROP TABLE "User")"), ElementsAre("public.User by 1"));
    EXPECT_THAT(gone(R"(DROP TABLE IF EXISTS "public"."User" CASCADE)"), ElementsAre("public.User by 1"));
    EXPECT_THAT(gone(R"(ALTER TABLE "User" RENAME TO "Users")"), ElementsAre("public.User by 1"));
    EXPECT_THAT(gone(R"(ALTER TABLE "User" SET SCHEMA app)"), ElementsAre("public.User by 1"));
    EXPECT_THAT(gone("DROP VIEW v"), ElementsAre("public.v by 1"));
    EXPECT_THAT(gone(R"(ALTER TABLE "User" DROP COLUMN email)"), ElementsAre("public.User.email by 1"));
    EXPECT_THAT(gone(R"(ALTER TABLE "User" RENAME COLUMN email TO mail)"), ElementsAre("public.User.email by 1"));
    EXPECT_THAT(gone(R"(DROP TYPE "Role")"), ElementsAre("public.Role by 1"));
    EXPECT_THAT(gone(R"(ALTER TYPE "Role" RENAME VALUE 'B' TO 'C')"), ElementsAre("public.Role.B by 1"));
    EXPECT_THAT(gone("DROP SCHEMA shop CASCADE"), ElementsAre("shop.User by 1"));
    EXPECT_THAT(gone({{"1", "SELECT 1"}, {"2", R"(DROP TABLE "User")"}}), ElementsAre("public.User by 2"));
}

TEST(Foreseen, TheCatalogueIsLeftWithoutThem) {
    const auto seen = foresee(scripts_of({{"1", R"(DROP TABLE "User"; ALTER TABLE "Order" DROP COLUMN email;
                                                   ALTER TYPE "Role" RENAME VALUE 'B' TO 'C')"}}),
                              "public", a_database());
    EXPECT_FALSE(seen.catalogue.relations.contains({"public", "User"}));
    EXPECT_TRUE(seen.catalogue.relations.contains({"shop", "User"}));
    EXPECT_FALSE(seen.catalogue.relations.at({"public", "Order"}).columns.contains("email"));
    EXPECT_TRUE(seen.catalogue.relations.at({"public", "Order"}).columns.contains("id"));
    EXPECT_THAT(seen.catalogue.enums.at({"public", "Role"}), ElementsAre("A"));
}

TEST(Foreseen, WhatIsMadeAgainStays) {
    for (
        const char* sql : {
            R"(DROP TABLE "User"; CREATE TABLE "User" (id int))",
            R"(DROP TABLE "User"; CREATE TABLE IF NOT EXISTS "User" (id int))",
            R"(DROP TABLE "User"; DO $$ BEGIN CREATE TABLE "User" (id int); END $$)",
            R"(CREATE TABLE "new_User" (id int); DROP TABLE "User"; ALTER TABLE "new_User" RENAME TO "User")",
            R"(ALTER TABLE "User" RENAME TO x; ALTER TABLE "Unknown" RENAME TO "User"; DROP TABLE x)",
            R"(ALTER TABLE "User" RENAME TO x; ALTER TABLE x RENAME TO "User")",
            R"(ALTER TABLE "User" DROP COLUMN email; ALTER TABLE "User" ADD COLUMN email text)",
            R"(ALTER TABLE "User" DROP COLUMN email, ADD COLUMN email text)",
            R"(ALTER TABLE "User" RENAME COLUMN email TO old; ALTER TABLE "User" ADD COLUMN IF NOT EXISTS email text)",
            R"(ALTER TABLE "User" RENAME email TO x; ALTER TABLE "User" RENAME id TO email; ALTER TABLE "User" RENAME x TO id)",
            "DROP VIEW v; CREATE VIEW v AS SELECT 1 AS id",
            "DROP VIEW IF EXISTS v; CREATE MATERIALIZED VIEW v AS SELECT 1 AS id",
            "CREATE OR REPLACE VIEW v AS SELECT 1 AS id",
            R"(DROP TYPE "Role"; CREATE TYPE "Role" AS ENUM ('A', 'B'))",
            R"(ALTER TYPE "Role" RENAME VALUE 'B' TO 'C'; ALTER TYPE "Role" ADD VALUE 'B')",
            R"(BEGIN; CREATE TYPE "Role_new" AS ENUM ('A'); ALTER TABLE "User" ALTER COLUMN email TYPE "Role_new" USING
                (email::text::"Role_new"); ALTER TYPE "Role" RENAME TO "Role_old"; ALTER TYPE "Role_new" RENAME TO "Role";
                DROP TYPE "Role_old"; COMMIT)",
            R"(ALTER TABLE "User" DROP COLUMN email; ALTER TABLE "User" RENAME TO x; ALTER TABLE y RENAME TO "User")",
            "DROP SCHEMA shop CASCADE; CREATE SCHEMA shop; CREATE TABLE shop.\"User\" (id int)",
        }) {
        EXPECT_THAT(gone(sql), IsEmpty()) << sql;
    }
    EXPECT_THAT(gone({{"1", R"(DROP TABLE "User")"}, {"2", R"(CREATE TABLE "User" (id int))"}}), IsEmpty());
}

TEST(Foreseen, WhatIsNotCertainStays) {
    for (const char* sql : {
             R"(DO $$ BEGIN DROP TABLE "User"; END $$)",
             R"(DROP TABLE "User"; DO $$ BEGIN EXECUTE 'CREATE TABLE ' || quote_ident('User') || ' ()'; END $$)",
             R"(DROP TABLE "User"; CREATE TABLE "User" (id int) WHATEVER)",
             R"(SET search_path = a, b; DROP TABLE "User")",
             R"(SET search_path = a; DROP TABLE "User")",
             R"(CREATE TEMP TABLE "User" (id int); DROP TABLE "User")",
             R"(DROP TABLE app."User")",
             "DROP TABLE User",
             R"(BEGIN; DROP TABLE "User"; ROLLBACK)",
             R"(ALTER TABLE "User" DROP CONSTRAINT email)",
             R"(ALTER TABLE "User" ALTER COLUMN email DROP NOT NULL, ALTER COLUMN email DROP DEFAULT)",
             R"(DROP INDEX "User"; DROP FUNCTION email())",
         }) {
        EXPECT_THAT(gone(sql), IsEmpty()) << sql;
    }
}

TEST(Foreseen, AScriptThatCallsFunctionsOrTakesBackIsNotTrusted) {
    for (const char* sql :
         {"SELECT make_view()", "select public.\"Make\" (1)", "CALL refresh()", "SELECT * FROM remake('v')",
          "DO $$ BEGIN PERFORM remake(); END $$", "SAVEPOINT a; DROP TABLE t; ROLLBACK TO a", "EXECUTE plan"}) {
        EXPECT_TRUE(does_more_than_it_says(sql)) << sql;
    }
    for (const char* sql :
         {"DROP TABLE \"User\"", "INSERT INTO a (x) SELECT x FROM b", "ALTER TABLE a ADD b varchar(3)",
          "INSERT INTO a SELECT (1)", "CREATE TABLE a (id int DEFAULT nextval('s'))",
          "UPDATE a SET b = (SELECT c FROM d WHERE e = 1)", ""}) {
        EXPECT_FALSE(does_more_than_it_says(sql)) << sql;
    }
}

}  // namespace
}  // namespace migration_guard
