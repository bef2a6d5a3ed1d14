#include "schema/baseline.hpp"

#include "origins_scripts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using Standing = BaselineProof::Step::Standing;

std::string text_of(const BaselineProof::Step& step) {
    static const char* const words[] = {"proven", "implied", "absent", "beyond", "nothing"};
    std::string out = step.migration + " " + words[static_cast<int>(step.standing)];
    for (const auto& item : step.items)
        out += (item.must_exist ? " " : " no:") + text_of(item.object) + (item.holds ? "" : "(!)");
    return out;
}

std::vector<std::string> steps(const BaselineProof& proof) {
    std::vector<std::string> out;
    for (const auto& step : proof.steps) out.push_back(text_of(step));
    return out;
}

/// A history with a rename, a drop, a migration of data, and one that only makes an index.
const Migrations history{
    {"1", "CREATE TABLE \"User\" (id int); CREATE TABLE old (x int); CREATE TYPE e AS ENUM ('a')"},
    {"2", "ALTER TABLE \"User\" ADD email text"},
    {"3", "UPDATE \"User\" SET email = ''"},
    {"4", "ALTER TABLE old RENAME TO renamed; ALTER TYPE e ADD VALUE 'b'"},
    {"5", "DROP TABLE renamed"},
    {"6", "CREATE INDEX i ON \"User\" (email)"},
};

Catalogue after(int migrations) {
    Catalogue out;
    if (migrations >= 1) {
        out.relations[{"public", "User"}].columns = {{"id", {}}};
        out.enums[{"public", "e"}] = {"a"};
    }
    if (migrations >= 1 && migrations < 4) out.relations[{"public", "old"}].columns = {{"x", {}}};
    if (migrations >= 2) out.relations[{"public", "User"}].columns["email"] = {};
    if (migrations >= 4) out.enums[{"public", "e"}].emplace_back("b");
    if (migrations >= 6) out.indexes[{"public", "i"}] = {.table = "User", .attached = false};
    if (migrations == 4) out.relations[{"public", "renamed"}].columns = {{"x", {}}};
    return out;
}

BaselineProof proof_after(int migrations) {
    return prove_baseline(scripts_of(history), "public", after(migrations));
}

TEST(OriginsBaseline, ProvesThePrefixThatTheDatabaseHasReached) {
    EXPECT_EQ(proof_after(0).proven, 0U);
    EXPECT_EQ(proof_after(1).proven, 1U);
    EXPECT_EQ(proof_after(2).proven, 2U);
    // The third leaves nothing to look at: it is not marked, and will be applied again.
    EXPECT_EQ(proof_after(3).proven, 2U);
    EXPECT_EQ(proof_after(4).proven, 4U);
    EXPECT_EQ(proof_after(5).proven, 5U);
    EXPECT_EQ(proof_after(6).proven, 6U);
}

TEST(OriginsBaseline, ShowsTheProofUnderTheNamesOfThatMoment) {
    EXPECT_THAT(steps(proof_after(1)),
                ElementsAre("1 proven public.User public.old public.e", "2 absent public.User.email(!)", "3 nothing",
                            "4 absent public.renamed(!) public.e.b(!) no:public.old(!)", "5 beyond no:public.renamed",
                            "6 absent public.i(!)"));
    EXPECT_THAT(steps(proof_after(6)),
                ElementsAre("1 proven public.User public.e", "2 proven public.User.email", "3 implied",
                            "4 proven public.e.b no:public.old", "5 proven no:public.renamed", "6 proven public.i"));
}

TEST(OriginsBaseline, RefusesAPrefixWithAHole) {
    auto catalogue = after(5);
    catalogue.relations[{"public", "User"}].columns.erase("email");
    const auto proof = prove_baseline(scripts_of(history), "public", catalogue);
    EXPECT_EQ(proof.proven, 0U);
    EXPECT_THAT(steps(proof), Contains("2 absent public.User.email(!)"));
    EXPECT_EQ(proof.steps[4].standing, Standing::beyond);
}

TEST(OriginsBaseline, TellsTheColumnThatATableLacks) {
    const auto scripts = scripts_of({{"1", "CREATE TABLE t (a int, b int)"}});
    Catalogue catalogue;
    catalogue.relations[{"public", "t"}].columns = {{"a", {}}};
    EXPECT_THAT(steps(prove_baseline(scripts, "public", catalogue)), ElementsAre("1 absent public.t public.t.b(!)"));
}

TEST(OriginsBaseline, TakesNothingForProofThatOnlyMayHaveRun) {
    const auto scripts = scripts_of({{"1",
                                      "DO $$ BEGIN CREATE TABLE t (a int); END $$; CREATE EXTENSION citext; "
                                      "DROP TABLE never_made; SET search_path = a, b; CREATE TEMP TABLE x ()"},
                                     {"2", "ALTER TABLE IF EXISTS never_made RENAME TO some_index"}});
    const auto proof = prove_baseline(scripts, "public", Catalogue{});
    EXPECT_EQ(proof.proven, 0U);
    EXPECT_THAT(steps(proof), ElementsAre("1 nothing", "2 nothing"));
}

TEST(OriginsBaseline, HasNoStepsWithoutMigrations) {
    EXPECT_THAT(prove_baseline({}, "public", after(5)).steps, IsEmpty());
}

TEST(OriginsBaseline, AsksForEveryNameThatEverWas) {
    const auto request = baseline_request(scripts_of(history));
    EXPECT_THAT(request.schemas, ElementsAre(""));
    EXPECT_THAT(request.relations, ElementsAre("User", "e", "old", "renamed"));
    EXPECT_EQ(request.enums, request.relations);
    EXPECT_THAT(request.indexes, ElementsAre("i"));
}

/// A database with table t (a, b) and these indexes on it.
Catalogue with_indexes(std::initializer_list<const char*> names, const char* schema = "public") {
    Catalogue out;
    out.relations[{schema, "t"}].columns = {{"a", {}}, {"b", {}}};
    for (const char* name : names) out.indexes[{schema, name}] = {.table = "t", .attached = false};
    return out;
}

std::vector<std::string> steps_of(Migrations migrations, const Catalogue& catalogue) {
    return steps(prove_baseline(scripts_of(migrations), "public", catalogue));
}

constexpr std::string_view table_t = "CREATE TABLE t (a int, b int)";

TEST(OriginsBaseline, TellsTheIndexThatATableLacks) {
    const std::string_view both =
        "CREATE TABLE t (a int, b int); CREATE UNIQUE INDEX i ON t (a); CREATE INDEX ON t (b)";
    EXPECT_THAT(steps_of({{"1", both}}, with_indexes({"i"})), ElementsAre("1 proven public.t"));
    EXPECT_THAT(steps_of({{"1", both}}, with_indexes({})), ElementsAre("1 absent public.t public.i(!)"));
    EXPECT_THAT(steps_of({{"1", both}}, Catalogue{}), ElementsAre("1 absent public.t(!)"));
    EXPECT_THAT(steps_of({{"1", table_t}, {"2", "CREATE INDEX i ON app.t (a)"}}, with_indexes({"i"})),
                ElementsAre("1 proven public.t", "2 absent app.i(!)"));
}

TEST(OriginsBaseline, FollowsAnIndexThroughRenamesAndMoves) {
    const Migrations renamed{{"1", table_t}, {"2", "CREATE INDEX i ON t (a)"}, {"3", "ALTER INDEX i RENAME TO j"}};
    EXPECT_THAT(steps_of(renamed, with_indexes({"i"})),
                ElementsAre("1 proven public.t", "2 proven public.i", "3 absent public.j(!)"));
    EXPECT_THAT(steps_of(renamed, with_indexes({"j"})),
                ElementsAre("1 proven public.t", "2 implied", "3 proven public.j no:public.i"));
    const Migrations moved{{"1", "CREATE TABLE t (a int); CREATE INDEX i ON t (a)"},
                           {"2", "ALTER TABLE t SET SCHEMA app"}};
    EXPECT_THAT(steps_of(moved, with_indexes({"i"}, "app")),
                ElementsAre("1 proven app.t.a app.i", "2 proven app.t no:public.t"));
    EXPECT_EQ(prove_baseline(scripts_of(moved), "public", with_indexes({}, "app")).proven, 0U);
    const Migrations table_renamed{{"1", "CREATE TABLE o (a int); CREATE INDEX i ON o (a)"},
                                   {"2", "ALTER TABLE o RENAME TO t"}};
    EXPECT_EQ(prove_baseline(scripts_of(table_renamed), "public", with_indexes({"i"})).proven, 2U);
    const Migrations constraint{{"1", table_t},
                                {"2", "CREATE UNIQUE INDEX i ON t (a)"},
                                {"3", "ALTER TABLE t ADD CONSTRAINT k UNIQUE USING INDEX i"}};
    EXPECT_EQ(prove_baseline(scripts_of(constraint), "public", with_indexes({"k"})).proven, 3U);
}

TEST(OriginsBaseline, TakesADroppedIndexForProofOnlyWhereItIsGone) {
    const Migrations dropped{{"1", table_t}, {"2", "CREATE INDEX i ON t (a)"}, {"3", "DROP INDEX i"}};
    EXPECT_THAT(steps_of(dropped, with_indexes({})),
                ElementsAre("1 proven public.t", "2 implied", "3 proven no:public.i"));
    EXPECT_THAT(steps_of(dropped, with_indexes({"i"})),
                ElementsAre("1 proven public.t", "2 proven public.i", "3 nothing"));
    // A constraint has an index of its name.
    const Migrations swapped{{"1", table_t},
                             {"2", "CREATE UNIQUE INDEX i ON t (a)"},
                             {"3", "DROP INDEX i; ALTER TABLE t ADD CONSTRAINT i UNIQUE (a)"},
                             {"4", "CREATE TABLE u ()"}};
    auto catalogue = with_indexes({"i"});
    catalogue.relations[{"public", "u"}];
    EXPECT_EQ(prove_baseline(scripts_of(swapped), "public", catalogue).proven, 4U);
}

TEST(OriginsBaseline, ConcludesNothingFromAnIndexThatMayHaveGone) {
    for (const std::string_view later :
         {"ALTER TABLE t DROP b; CREATE TABLE u ()", "DROP FUNCTION f CASCADE; CREATE TABLE u ()",
          "DO $$ BEGIN EXECUTE 'DROP INDEX ' || x; END $$; CREATE TABLE u ()",
          "DO $$ BEGIN DROP INDEX IF EXISTS i; END $$; CREATE TABLE u ()",
          "ALTER TABLE t DROP CONSTRAINT IF EXISTS i; CREATE TABLE u ()",
          "SET search_path = x, public; DROP INDEX i; CREATE TABLE public.u ()",
          "DROP TYPE x CASCADE; CREATE TABLE u ()", "CREATE TABLE broken (a int) NO SUCH CLAUSE; CREATE TABLE u ()"}) {
        auto catalogue = with_indexes({});
        catalogue.relations[{"public", "u"}];
        catalogue.relations[{"public", "broken"}].columns["a"];
        if (later.starts_with("ALTER TABLE t DROP b")) catalogue.relations[{"public", "t"}].columns.erase("b");
        const auto scripts =
            scripts_of({{"1", "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (b)"}, {"2", later}});
        EXPECT_EQ(prove_baseline(scripts, "public", catalogue).proven, 2U) << later;
    }
    for (const std::string_view vague :
         {"DO $$ BEGIN CREATE INDEX i ON t (a); END $$", "SET search_path = a, b; CREATE INDEX i ON t (a)",
          "CREATE TEMP TABLE t (); CREATE INDEX i ON t (a)", "DO $$ BEGIN DROP INDEX i; END $$"}) {
        EXPECT_THAT(steps_of({{"1", table_t}, {"2", vague}}, with_indexes({"i"})),
                    ElementsAre("1 proven public.t", "2 nothing"))
            << vague;
    }
}

// What only a dynamic statement dropped proves nothing by being gone, nor does it take back what the rest proves.
TEST(OriginsBaseline, KeepsThePrefixBeforeAnIndexThatWentUnseen) {
    const auto scripts = scripts_of({{"1", "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (b)"},
                                     {"2", "DO $$ BEGIN DROP INDEX IF EXISTS i; END $$"}});
    EXPECT_EQ(prove_baseline(scripts, "public", with_indexes({})).proven, 1U);
}

}  // namespace
}  // namespace migration_guard
