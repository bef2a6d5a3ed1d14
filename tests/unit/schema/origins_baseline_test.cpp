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
    EXPECT_EQ(proof_after(6).proven, 5U);
}

TEST(OriginsBaseline, ShowsTheProofUnderTheNamesOfThatMoment) {
    EXPECT_THAT(steps(proof_after(1)),
                ElementsAre("1 proven public.User public.old public.e", "2 absent public.User.email(!)", "3 nothing",
                            "4 absent public.renamed(!) public.e.b(!) no:public.old(!)", "5 beyond no:public.renamed",
                            "6 nothing"));
    EXPECT_THAT(steps(proof_after(6)),
                ElementsAre("1 proven public.User public.e", "2 proven public.User.email", "3 implied",
                            "4 proven public.e.b no:public.old", "5 proven no:public.renamed", "6 nothing"));
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
}

}  // namespace
}  // namespace migration_guard
