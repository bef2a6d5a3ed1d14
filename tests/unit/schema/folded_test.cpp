// Names without quotes: who creates them instead, and the statement that gives them the declared name.
#include "schema/folded.hpp"

#include "origins_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

DeclaredTable declared_table(const std::string& name, const std::vector<std::string>& columns) {
    DeclaredTable made;
    made.name = name;
    for (const auto& column : columns) {
        made.columns.emplace_back();
        made.columns.back().name = column;
    }
    return made;
}

const DeclaredSchema declared{{declared_table("Post", {"id", "createdAt"})}, {}};

TEST(Folded, NamesTheTableAndItsRename) {
    const auto origins = origins_of({{"1", "CREATE TABLE Post (id int)"}});
    const auto found = find_folded(origins, table("Post"), declared);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->object, "public.post");
    EXPECT_EQ(found->created_by, "1");
    EXPECT_THAT(found->mend, StartsWith(R"(ALTER TABLE "public"."post" RENAME TO "Post" in a new migration)"));
    EXPECT_THAT(found->mend, HasSubstr("or @@map(\"post\")"));
}

TEST(Folded, NamesColumnsAndEnums) {
    const auto origins = origins_of({{"1", R"(CREATE TABLE "Post" (id int); CREATE TYPE app.Role AS ENUM ('A'))"},
                                     {"2", R"(ALTER TABLE "Post" ADD COLUMN createdAt timestamp)"}});
    const auto column_found = find_folded(origins, column("Post", "createdAt"), declared);
    ASSERT_TRUE(column_found);
    EXPECT_EQ(column_found->object, "public.Post.createdat");
    EXPECT_EQ(column_found->created_by, "2");
    EXPECT_THAT(column_found->mend,
                StartsWith(R"(ALTER TABLE "public"."Post" RENAME COLUMN "createdat" TO "createdAt" in)"));
    EXPECT_THAT(column_found->mend, HasSubstr("or @map(\"createdat\")"));
    const auto type_found = find_folded(origins, enumeration("Role", "app"), declared);
    ASSERT_TRUE(type_found);
    EXPECT_THAT(type_found->mend, StartsWith(R"(ALTER TYPE "app"."role" RENAME TO "Role" in)"));
}

TEST(Folded, IsNotWhatAnotherModelOrFieldIsCalled) {
    const auto origins = origins_of({{"1", R"(CREATE TABLE post (id int); CREATE TABLE "Post" (createdat int))"}});
    const DeclaredSchema both{{declared_table("Post", {"createdAt", "createdat"}), declared_table("post", {"id"})}, {}};
    EXPECT_FALSE(find_folded(origins, table("Post"), both));
    EXPECT_FALSE(find_folded(origins, column("Post", "createdAt"), both));
    EXPECT_TRUE(find_folded(origins, column("Post", "createdAt"), declared));
}

TEST(Folded, IsNotWhatIsGoneOrMayHaveRunOrHasOtherWords) {
    const auto origins = origins_of({{"1", "CREATE TABLE post (id int); CREATE TABLE posts (id int)"},
                                     {"2", "DROP TABLE post; DO $$ BEGIN CREATE TABLE tag (id int); END $$"}});
    EXPECT_FALSE(find_folded(origins, table("Post"), declared));
    EXPECT_FALSE(find_folded(origins, table("Tag"), declared));
    EXPECT_FALSE(find_folded(origins, table("POSTS_"), declared));
    EXPECT_FALSE(find_folded(origins, label("Role", "A"), declared));
}

TEST(Folded, LettersBeyondAsciiStay) {
    const auto origins = origins_of({{"1", "CREATE TABLE Übung (id int)"}});
    const auto found = find_folded(origins, table("ÜBUNG"), declared);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->object, "public.Übung");
}

}  // namespace
}  // namespace migration_guard
