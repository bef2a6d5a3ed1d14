// Which marked migrations cannot be run as a whole, because others of their objects stand.
#include "guard/remains.hpp"

#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::FakeWorld;
using testing::ElementsAre;
using testing::IsEmpty;

DeclaredTable declared_with_id(const std::string& name) {
    DeclaredTable table;
    table.name = name;
    table.model = name;
    table.columns.emplace_back();
    table.columns.back().name = table.columns.back().field = "id";
    return table;
}

struct RemainsTest : testing::Test {
    FakeWorld world{{"1"}};
    Outcome check;

    RemainsTest() {
        DeclaredPart part;
        part.schema = DeclaredSchema{{declared_with_id("a"), declared_with_id("b")}, {}};
        std::promise<DeclaredPart> declared;
        declared.set_value(part);
        world.plan.declared = declared.get_future().share();
        auto bundle = test::bundle_of({"1", "2"});
        bundle.migrations[0].script = "CREATE TABLE a (id int); CREATE TABLE b (id int);";
        bundle.migrations[1].script = "ALTER TABLE b ADD COLUMN more int;";
        std::promise<Bundle> bundled;
        bundled.set_value(bundle);
        world.plan.bundle = bundled.get_future().share();
        check.database.schema = "public";
        MigrationRecord record;
        record.name = "1";
        record.bundled = true;
        record.state = MigrationState::applied;
        record.row = test::row("1", test::As::applied);
        record.row->applied_steps_count = 0;
        record.row->logs = "";
        check.history.migrations = {record};
    }
    void lacks(const std::string& object, const std::string& created_by = "1") {
        Missing missing;
        missing.object = object;
        missing.created_by = created_by;
        check.missing.push_back(missing);
    }
    [[nodiscard]] std::set<std::string> found() const { return partly_there(world.plan, check); }
};

TEST_F(RemainsTest, OthersOfItsObjectsStand) {
    EXPECT_THAT(found(), IsEmpty()) << "nothing is missing";
    lacks("public.b");
    EXPECT_THAT(found(), ElementsAre("1"));
    lacks("public.a");
    EXPECT_THAT(found(), IsEmpty()) << "it never ran";
}

TEST_F(RemainsTest, WhatIsIgnoredHasNotBeenLookedFor) {
    lacks("public.b");
    world.plan.ignored = {*ObjectPattern::read("public.a", "public")};
    EXPECT_THAT(found(), IsEmpty());
}

TEST_F(RemainsTest, WhatRanIsAnotherCase) {
    lacks("public.b");
    check.history.migrations[0].row->applied_steps_count = 1;
    EXPECT_THAT(found(), IsEmpty());
}

}  // namespace
}  // namespace migration_guard
