// Where missing tables stand instead, and when that is evidence.
#include "guard/elsewhere.hpp"

#include "support/fake_world.hpp"

#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::FakeWorld;

DeclaredTable declared(const std::string& name) {
    DeclaredTable table;
    table.name = name;
    table.model = name;
    DeclaredColumn id;
    id.name = id.field = "id";
    id.required = true;
    table.columns = {id};
    return table;
}

struct ElsewhereTest : testing::Test {
    FakeWorld world{{"1"}};
    Outcome check;

    ElsewhereTest() {
        std::promise<DeclaredPart> part;
        DeclaredPart declared_part;
        declared_part.schema = DeclaredSchema{{declared("A"), declared("B"), declared("C")}, {}};
        part.set_value(declared_part);
        world.plan.declared = part.get_future().share();
        world.plan.database.schema = "public";
        check.database.schema = "public";
        world.database.connect(std::chrono::seconds(1));
        check.history.migrations.emplace_back();
        check.history.migrations[0].name = "1";
        check.history.migrations[0].state = MigrationState::applied;
        check.history.migrations[0].row = test::row("1", test::As::applied);
    }
    void lacks(const std::string& name, const std::string& found_in) {
        Missing missing;
        missing.kind = "table";
        missing.object = "public." + name;
        missing.created_by = "1";
        missing.found_in = found_in;
        check.missing.push_back(missing);
    }
    void has(const std::string& schema, const std::string& name, bool not_null = true) {
        world.server.whereabouts.relations.push_back({schema, name});
        CatalogueColumn id;
        id.name = "id";
        id.not_null = not_null;
        world.server.snapshot.catalogue.relations[{schema, name}].columns["id"] = id;
    }
    std::string moved_to() { return find_elsewhere(world.plan, check, world.database).moved_to; }
};

TEST_F(ElsewhereTest, AllMissingTablesTogetherWereMoved) {
    lacks("A", "app");
    lacks("B", "app");
    has("app", "A");
    has("app", "B");
    EXPECT_EQ(moved_to(), "app");
}

TEST_F(ElsewhereTest, SomeOfThemWereNot) {
    lacks("A", "app");
    lacks("B", "");
    has("app", "A");
    EXPECT_EQ(moved_to(), "");
}

TEST_F(ElsewhereTest, ACopyWithoutNotNullWasNotMoved) {
    lacks("A", "backup");
    has("backup", "A", false);
    EXPECT_EQ(moved_to(), "");
}

TEST_F(ElsewhereTest, TwoSchemasThatHaveThemAreTenants) {
    lacks("A", "tenant_a");
    has("tenant_a", "A");
    has("tenant_b", "A");
    EXPECT_EQ(moved_to(), "");
}

TEST_F(ElsewhereTest, AMigrationThatWasOnlyMarkedHasMovedNothing) {
    lacks("A", "app");
    has("app", "A");
    check.history.migrations[0].row->applied_steps_count = 0;
    EXPECT_EQ(moved_to(), "");
}

TEST_F(ElsewhereTest, APendingMigrationHasMovedNothing) {
    lacks("A", "tenant_b");
    has("tenant_b", "A");
    check.history.migrations[0].state = MigrationState::pending;
    check.history.migrations[0].row.reset();
    EXPECT_EQ(moved_to(), "");
}

TEST_F(ElsewhereTest, AScriptThatMakesItThereIsFound) {
    std::promise<Bundle> bundle;
    auto migration = test::bundled("1");
    migration.script = "CREATE TABLE app.\"A\" (id int);";
    bundle.set_value({{migration}});
    world.plan.bundle = bundle.get_future().share();
    lacks("A", "app");
    check.missing[0].created_by.reset();
    const auto elsewhere = find_elsewhere(world.plan, check, world.database);
    ASSERT_TRUE(elsewhere.made.contains("public.A"));
    EXPECT_EQ(elsewhere.made.at("public.A"), (std::pair<std::string, std::string>{"app", "1"}));
}

TEST_F(ElsewhereTest, NothingIsAskedWhenNothingIsFoundElsewhere) {
    lacks("A", "");
    const auto looks = world.server.looks;
    EXPECT_EQ(moved_to(), "");
    EXPECT_EQ(world.server.looks, looks);
}

}  // namespace
}  // namespace migration_guard
