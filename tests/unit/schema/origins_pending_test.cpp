#include "origins_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

using Creators = std::vector<std::optional<std::string>>;

Creators creators(const Origins& origins, const std::vector<std::string>& pending,
                  const std::vector<ScriptObject>& missing) {
    return origins.created_by_pending(pending, missing);
}

TEST(OriginsPending, TellsWhichPendingScriptWillCreateWhatIsMissing) {
    const auto origins = origins_of({{"1", "CREATE TABLE a (x int)"},
                                     {"2", "CREATE TABLE b (x int); ALTER TABLE a ADD COLUMN y int"},
                                     {"3", "ALTER TYPE e ADD VALUE 'v'; CREATE TYPE f AS ENUM ('w')"}});
    const std::vector<ScriptObject> missing{table("a"),       table("b"), column("a", "y"), label("e", "v"),
                                            enumeration("f"), table("c"), column("a", "z")};
    EXPECT_THAT(creators(origins, {"2", "3"}, missing),
                ElementsAre(std::nullopt, "2", "2", "3", "3", std::nullopt, std::nullopt));
    EXPECT_THAT(creators(origins, {}, {table("b")}), ElementsAre(std::nullopt));
}

TEST(OriginsPending, CountsWhatIsThereWhenAllHaveRun) {
    const auto origins = origins_of({{"1", "CREATE TABLE old (x int)"},
                                     {"2", "ALTER TABLE old RENAME TO \"New\""},
                                     {"3", "CREATE TABLE brief (x int)"},
                                     {"4", "DROP TABLE brief"}});
    EXPECT_THAT(creators(origins, {"2"}, {table("New")}), ElementsAre("2"));
    EXPECT_THAT(creators(origins, {"3", "4"}, {table("brief")}), ElementsAre(std::nullopt));
    EXPECT_THAT(creators(origins, {"3"}, {table("brief")}), ElementsAre("3"));
}

TEST(OriginsPending, AReplacedViewMayHaveNewColumns) {
    const auto origins =
        origins_of({{"1", "CREATE TABLE u (id int, b text); CREATE VIEW v AS SELECT id FROM u"},
                    {"2", "CREATE OR REPLACE VIEW v AS SELECT id, b FROM u"},
                    {"3", "DO $$ BEGIN CREATE OR REPLACE VIEW v AS SELECT id, b, 1 AS c FROM u; END $$"}});
    EXPECT_THAT(creators(origins, {"2", "3"}, {column("v", "b")}), ElementsAre("2"));
    EXPECT_THAT(creators(origins, {"3"}, {column("v", "c"), column("u", "c")}), ElementsAre("3", std::nullopt));
    EXPECT_THAT(origins.created_by(table("v")), Optional(std::string("2")));
    EXPECT_EQ(origins.find(column("v", "b"))->created_by, "2");
}

TEST(OriginsPending, WhatATableFollowsMayGiveItColumns) {
    const auto origins = origins_of({{"1", R"(CREATE TABLE e (id int) PARTITION BY RANGE (id);
                                              CREATE TABLE part PARTITION OF e DEFAULT;
                                              CREATE TABLE child (own int) INHERITS (e);
                                              CREATE TABLE late (id int); CREATE TABLE alone (id int))"},
                                     {"2", "ALTER TABLE late INHERIT e"},
                                     {"3", "ALTER TABLE e ADD COLUMN kind text; ALTER TABLE e RENAME id TO no"}});
    for (const auto* name : {"part", "child", "late"})
        EXPECT_THAT(creators(origins, {"3"}, {column(name, "kind"), column(name, "no"), column(name, "other")}),
                    ElementsAre("3", "3", std::nullopt))
            << name;
    EXPECT_THAT(creators(origins, {"3"}, {column("alone", "kind")}), ElementsAre(std::nullopt));
    EXPECT_FALSE(origins.find(column("late", "kind"))->certain);
}

TEST(OriginsPending, ACallOfARoutineThatMakesThingsGetsTheBenefitOfTheDoubt) {
    constexpr const char* dynamic = R"(CREATE FUNCTION app."Add"(t text) RETURNS void LANGUAGE plpgsql AS $$
        BEGIN EXECUTE format('ALTER TABLE %I ADD COLUMN tenant text', t); END $$;)";
    const auto origins = origins_of({{"1", dynamic},
                                     {"2", R"(SELECT app."Add"('a'))"},
                                     {"3", R"(CREATE PROCEDURE mk() LANGUAGE sql AS 'CREATE TABLE made (x int)')"},
                                     {"4", "CALL mk()"},
                                     {"5", R"(DO $$ BEGIN PERFORM app."Add"('a'); END $$)"},
                                     {"6", "SELECT count(*), \"other\"() FROM mk; DROP FUNCTION app.\"Add\"(text)"}});
    for (const auto* calling : {"2", "4", "5"})
        EXPECT_THAT(creators(origins, {calling}, {column("a", "tenant")}), ElementsAre(calling));
    EXPECT_THAT(creators(origins, {"1", "3", "6"}, {column("a", "tenant")}), ElementsAre(std::nullopt));
}

TEST(OriginsPending, ARoutineThatOnlyReadsOrKeepsToItsSessionIsNoDoubt) {
    const auto origins = origins_of({{"1", R"(CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN
        CREATE TEMP TABLE t (x int); CREATE INDEX ON t (x); RETURN 1; END $$; SELECT f(); SELECT setval('s', 1))"}});
    EXPECT_THAT(creators(origins, {"1"}, {table("missing")}), ElementsAre(std::nullopt));
}

TEST(OriginsPending, AnAttachedPartitionFollows) {
    const auto origins = origins_of({{"1", R"(CREATE TABLE e (id int) PARTITION BY RANGE (id); CREATE TABLE p (id int);
                                              ALTER TABLE e ATTACH PARTITION p DEFAULT)"},
                                     {"2", "ALTER TABLE e ADD COLUMN kind text"}});
    EXPECT_THAT(creators(origins, {"2"}, {column("p", "kind")}), ElementsAre("2"));
}

TEST(OriginsPending, KnowsThatIfNotExistsAddsNothingToATableThatIsThere) {
    const auto origins = origins_of({{"1", "CREATE TABLE IF NOT EXISTS t (a int, b int)"}});
    EXPECT_THAT(creators(origins, {"1"}, {column("t", "b")}), ElementsAre(std::nullopt));
    EXPECT_THAT(creators(origins, {"1"}, {table("t")}), ElementsAre("1"));
}

TEST(OriginsPending, GivesDynamicSqlAndExtensionsTheBenefitOfTheDoubt) {
    const auto origins = origins_of({{"1", "CREATE EXTENSION postgis"},
                                     {"2", "CREATE TABLE t (a int)"},
                                     {"3", "DO $$ BEGIN CREATE TABLE maybe (a int); END $$"}});
    EXPECT_THAT(creators(origins, {"1", "2"}, {table("spatial_ref_sys"), table("t")}), ElementsAre("1", "2"));
    EXPECT_THAT(creators(origins, {"2", "3"}, {table("spatial_ref_sys"), table("maybe")}),
                ElementsAre(std::nullopt, "3"));
}

DeclaredColumn field(std::string name, ColumnUse use = ColumnUse::queried) {
    DeclaredColumn out;
    out.name = std::move(name);
    out.field = out.name;
    out.use = use;
    return out;
}

std::vector<std::string> absent(const Origins& origins, const DeclaredSchema& declared) {
    std::vector<std::string> out;
    for (const auto& entry : origins.not_created(declared))
        out.push_back(text_of(entry.object) + (entry.created_by.empty() ? "" : " created by " + entry.created_by) +
                      (entry.removed_by.empty() ? "" : " removed by " + entry.removed_by));
    return out;
}

TEST(OriginsNotCreated, FindsTheModelThatWasOnlyPushed) {
    const auto origins =
        origins_of({{"1", "CREATE TABLE \"User\" (id int, dropped int); CREATE TYPE \"Role\" AS ENUM ('A')"},
                    {"2", "ALTER TABLE \"User\" DROP COLUMN dropped; CREATE VIEW v AS SELECT 1"},
                    {"3", "DROP VIEW v"}});
    DeclaredSchema declared;
    declared.tables = {
        {.schema = "",
         .name = "User",
         .model = "User",
         .columns = {field("id"), field("phone"), field("dropped"), field("odd", ColumnUse::unsupported)}},
        {.schema = "", .name = "AnalyticsEvent", .model = "AnalyticsEvent", .columns = {field("id")}},
        {.schema = "", .name = "_AToB", .model = "A, B", .kind = TableKind::join_table, .columns = {}},
        {.schema = "", .name = "Ignored", .model = "Ignored", .ignored = true, .columns = {}},
        {.schema = "", .name = "v", .model = "V", .kind = TableKind::view, .columns = {}},
        {.schema = "", .name = "by_hand", .model = "ByHand", .kind = TableKind::view, .columns = {}},
    };
    declared.enums = {{.schema = "", .name = "Role", .declared_as = "Role", .values = {"A", "B"}},
                      {.schema = "", .name = "Unused", .declared_as = "Unused", .values = {"A"}, .used = false},
                      {.schema = "", .name = "Kind", .declared_as = "Kind", .values = {"A"}}};
    EXPECT_THAT(absent(origins, declared),
                ElementsAre("User.phone", "User.dropped created by 1 removed by 2", "AnalyticsEvent", "_AToB",
                            "v created by 2 removed by 3", "Role.B", "Kind"));
}

TEST(OriginsNotCreated, StaysSilentWhereTheTextDoesNotTell) {
    const auto origins = origins_of({{"1", "CREATE EXTENSION postgis; CREATE TABLE t (LIKE u)"}});
    DeclaredSchema declared;
    declared.tables = {{.schema = "", .name = "spatial_ref_sys", .model = "X", .columns = {field("srid")}},
                       {.schema = "", .name = "t", .model = "T", .columns = {field("a")}}};
    EXPECT_THAT(absent(origins, declared), IsEmpty());
}

}  // namespace
}  // namespace migration_guard
