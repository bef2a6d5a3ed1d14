// One look at the database laid beside the image: what is found, and what is only told.
#include "guard/examine.hpp"

#include "ledger/wording.hpp"

#include "support/fake_world.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using test::FakeWorld;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

DeclaredTable table(const std::string& name, const std::string& schema = "") {
    DeclaredTable made;
    made.schema = schema;
    made.name = name;
    made.model = name;
    return made;
}

class Examine : public testing::Test {
protected:
    Examination look() {
        std::promise<DeclaredPart> promise;
        promise.set_value(declared);
        world.plan.declared = promise.get_future().share();
        std::promise<Bundle> bundled;
        bundled.set_value(bundle);
        world.plan.bundle = bundled.get_future().share();
        world.database.connect(std::chrono::seconds(1));
        return examine(world.plan, world.ports(), OwnTurn::not_held);
    }
    void declare(std::vector<DeclaredTable> tables, std::vector<DeclaredEnum> enums = {}) {
        declared.schema = DeclaredSchema{std::move(tables), std::move(enums)};
    }
    static std::vector<std::string> warnings(const Examination& seen) {
        std::vector<std::string> texts;
        for (const auto& warning : seen.situation.warnings) texts.push_back(warning.kind + " " + warning.object);
        return texts;
    }
    void script(const std::string& text) {
        bundle = test::bundle_of({"1"});
        bundle.migrations[0].script = text;
    }

    FakeWorld world{{"1"}};
    DeclaredPart declared;
    Bundle bundle = test::bundle_of({"1"});
};

TEST_F(Examine, ExternalTablesAreNotNeededAndDoNotCount) {
    world.server.apply("1");
    script("CREATE TABLE a (id int);");
    declare({table("legacy"), table("other")});
    world.plan.external.tables = {"public.legacy"};
    const auto missing = look().situation.missing;
    ASSERT_EQ(missing.size(), 2U);
    EXPECT_EQ(missing[0].need, Missing::Need::external);
    EXPECT_TRUE(missing[0].declared_external);
    EXPECT_EQ(missing[1].need, Missing::Need::needed);
    EXPECT_THAT(world.server.asked.external_tables, ElementsAre("public.legacy"));
}

TEST_F(Examine, AnExternalTableThatAScriptCreatesIsNeeded) {
    world.server.apply("1");
    script("CREATE TABLE legacy (id int);");
    declare({table("legacy")});
    world.plan.external.tables = {"public.legacy"};
    EXPECT_EQ(look().situation.missing.at(0).need, Missing::Need::needed);
}

TEST_F(Examine, AColumnOfAViewIsNeededAsItsViewIs) {
    world.server.apply("1");
    script("CREATE TABLE a (id int); CREATE VIEW ours (id) AS SELECT id FROM a;");
    const auto view = [](const std::string& name) {
        auto made = table(name);
        made.kind = TableKind::view;
        made.columns.emplace_back();
        made.columns.back().name = "total";
        return made;
    };
    declare({view("theirs"), view("ours")});
    const auto needs = [&] {
        std::vector<Missing::Need> found;
        for (const auto& missing : look().situation.missing) found.push_back(missing.need);
        return found;
    };
    const auto expected = ElementsAre(Missing::Need::external, Missing::Need::needed);
    EXPECT_THAT(needs(), expected) << "absent";
    world.server.snapshot.catalogue.relations[{"public", "theirs"}].kind = 'v';
    world.server.snapshot.catalogue.relations[{"public", "ours"}].kind = 'v';
    EXPECT_THAT(needs(), expected) << "short of a column";
    const auto missing = look().situation.missing;
    EXPECT_EQ(words_for_missing(missing.at(0)),
              "column public.theirs.total does not exist: no bundled migration creates this view");
}

TEST_F(Examine, WhatAPendingScriptWillTakeAwayIsForeseen) {
    using test::As;
    const auto foreseen = [&](const std::string& pending, std::vector<LedgerRow> rows) {
        bundle = test::bundle_of({"1", "2"});
        bundle.migrations[0].script = "CREATE TABLE a (id int); CREATE TABLE b (id int);";
        bundle.migrations[1].script = pending;
        world.server.snapshot.ledger.state = LedgerReading::State::present;
        world.server.snapshot.ledger.rows = std::move(rows);
        std::vector<std::string> told;
        for (const auto& missing : look().situation.doomed) told.push_back(words_for_missing(missing));
        return told;
    };
    auto ignored = table("b");
    ignored.ignored = true;
    declare({table("a"), ignored});
    world.server.snapshot.catalogue.relations[{"public", "a"}] = {};
    world.server.snapshot.catalogue.relations[{"public", "b"}] = {};
    const std::vector first{test::row("1", As::applied, 1)};
    EXPECT_THAT(foreseen("DROP TABLE a; DROP TABLE b;", first),
                ElementsAre("table public.a will be gone after the apply: migration \"1\" creates it, and \"2\" drops "
                            "or renames it (pending)"));
    EXPECT_THAT(look().situation.missing, IsEmpty()) << "it is there";
    EXPECT_THAT(foreseen("DROP TABLE a; CREATE TABLE a (id int);", first), IsEmpty());
    EXPECT_THAT(foreseen("DROP TABLE a; SELECT make_it_again();", first), IsEmpty());
    EXPECT_THAT(foreseen("DROP TABLE a;", {}), IsEmpty()) << "nothing has been applied: another finding";
    EXPECT_THAT(foreseen("DROP TABLE a;", {first[0], test::row("2", As::applied, 2)}), IsEmpty()) << "nothing pending";
    world.plan.external.tables = {"public.a"};
    EXPECT_THAT(foreseen("DROP TABLE a;", first), IsEmpty()) << "a warning after the apply";
    world.plan.external.tables = {};
    world.plan.ignored = {*ObjectPattern::read("public.a", "public")};
    EXPECT_THAT(foreseen("DROP TABLE a;", first), IsEmpty());
}

TEST_F(Examine, WhatABundledScriptTookAwayAgainNamesBoth) {
    bundle = test::bundle_of({"1", "2"});
    bundle.migrations[0].script = "CREATE TABLE a (id int);";
    bundle.migrations[1].script = "ALTER TABLE a RENAME TO b; DROP TABLE c; DO $$ BEGIN DROP TABLE d; END $$;";
    world.server.apply("1");
    world.server.apply("2");
    declare({table("a"), table("b"), table("c"), table("d")});
    std::vector<std::string> told;
    for (const auto& missing : look().situation.missing) {
        EXPECT_EQ(missing.need, Missing::Need::needed) << missing.object;
        told.push_back(missing.created_by.value_or("-") + " " + missing.once_created_by + " " + missing.removed_by);
    }
    EXPECT_THAT(told, ElementsAre("- 1 2", "2  ", "-  2", "-  ")) << "what a DO block may drop is not told";
}

TEST_F(Examine, WhatANewerReleaseRemovedIsJudgedAsItWillBeAfterTheApply) {
    using test::As;
    using enum Missing::Need;
    declare({table("a")});
    const auto need = [&](const std::vector<std::string>& bundled, const std::vector<std::string>& applied) {
        bundle = test::bundle_of(bundled);
        for (auto& migration : bundle.migrations) {
            if (migration.name == "1") migration.script = "CREATE TABLE a (id int);";
        }
        world.server.snapshot.ledger.state = LedgerReading::State::present;
        auto& rows = world.server.snapshot.ledger.rows;
        rows.clear();
        for (const auto& name : applied) {
            rows.push_back(test::row(name, As::applied, static_cast<std::int64_t>(rows.size()) + 1));
        }
        return look().situation.missing.at(0).need;
    };
    EXPECT_EQ(need({"1"}, {"1", "5"}), removed_by_newer);
    // A hotfix, newer than the newer release: its own row will be, so it is told before the apply, too.
    EXPECT_EQ(need({"1", "7"}, {"1", "5"}), needed);
    EXPECT_EQ(need({"1", "7"}, {"1", "5", "7"}), needed);
    // A script of an older release that the newer one has no more: it is applied out of order, and remains the older
    // one.
    EXPECT_EQ(need({"1", "3"}, {"1", "5"}), removed_by_newer);
    EXPECT_EQ(need({"1", "3"}, {"1", "5", "3"}), removed_by_newer);
    EXPECT_EQ(need({"1", "3"}, {"5", "1", "3"}), needed) << "made after it";
    // A squash is recorded after what it replaces, whatever it is called.
    EXPECT_EQ(need({"1"}, {"2", "5", "1"}), needed);
    EXPECT_EQ(need({"1", "3"}, {"1", "2", "3"}), needed) << "deleted from the folder since";
}

TEST_F(Examine, WhatANewerReleaseRemovedBeforeItWasMarkedRolledBackIsNotNeeded) {
    script("CREATE TABLE a (id int);");
    declare({table("a")});
    const auto need_after = [&](std::vector<LedgerRow> rows) {
        world.server.snapshot.ledger.state = LedgerReading::State::present;
        world.server.snapshot.ledger.rows = std::move(rows);
        return look().situation.missing.at(0).need;
    };
    using test::As;
    // The script of "9" failed half way, and what it had committed is not undone by a mark.
    const auto applied = test::row("1", As::applied, 10);
    EXPECT_EQ(need_after({applied, test::row("9", As::unfinished, 20)}), Missing::Need::removed_by_newer);
    EXPECT_EQ(need_after({applied, test::row("9", As::rolled_back, 20)}), Missing::Need::removed_by_newer);
    EXPECT_EQ(need_after({test::row("0", As::rolled_back, 5), applied}), Missing::Need::needed) << "before this image";
    EXPECT_EQ(need_after({applied, test::row("1", As::rolled_back, 5)}), Missing::Need::needed) << "its own";
}

TEST_F(Examine, WhereAnObjectStandsInsteadIsToldOfEachKind) {
    world.server.apply("1");
    DeclaredEnum role;
    role.name = "Role";
    role.declared_as = "Role";
    declare({table("User"), table("Order", "shop"), table("Role"), table("Gone")}, {role});
    world.server.whereabouts.relations = {{"a", "Order"}, {"app", "User"}, {"public", "Order"}, {"zoo", "User"}};
    world.server.whereabouts.enums = {{"app", "Role"}};
    std::vector<std::string> found;
    for (const auto& missing : look().situation.missing) found.push_back(missing.kind + " " + missing.found_in);
    EXPECT_THAT(found, ElementsAre("table app", "table public", "table ", "table ", "enum app"))
        << "the connection's schema first, never the declared one, and no enum for a table";
}

TEST_F(Examine, WhatAnotherReplicaAppliesBetweenTwoLooksIsNoCollision) {
    world.server.snapshot.ledger.state = LedgerReading::State::present;
    script("CREATE TABLE a (id int);");
    declare({});
    world.server.snapshot.catalogue.relations[{"public", "a"}] = {};
    EXPECT_EQ(look().situation.collisions.size(), 1U) << "nobody has begun it: the table was made by hand";
    world.server.after_look = [&](int /*look*/) {
        if (world.server.snapshot.ledger.rows.empty()) world.server.apply("1");
    };
    const auto seen = look();
    EXPECT_THAT(seen.pending, ElementsAre("1")) << "as the first look has it";
    EXPECT_THAT(seen.situation.collisions, IsEmpty());
}

TEST_F(Examine, SyntaxOfAFuturePrismaIsToldAlsoWhileSomethingIsPending) {
    declare({table("a")});
    world.server.snapshot.catalogue.relations[{"public", "a"}] = {};
    declared.warnings = {"schema.prisma:3: unknown block 'policy'"};
    EXPECT_THAT(warnings(look()), ElementsAre("unknownSyntax "));
    world.server.apply("1");
    EXPECT_THAT(warnings(look()), ElementsAre("unknownSyntax "));
}

TEST_F(Examine, ASchemaWithoutModelsBesideMigrationsIsTold) {
    world.server.apply("1");
    declare({});
    EXPECT_THAT(warnings(look()), ElementsAre("schemaEmpty "));
    DeclaredTable view = table("v");
    view.kind = TableKind::view;
    world.server.snapshot.catalogue.relations[{"public", "v"}] = {};
    declare({view});
    EXPECT_THAT(warnings(look()), IsEmpty());
    declare({});
    bundle = {};
    EXPECT_THAT(warnings(look()), IsEmpty()) << "no migrations, no models";
}

TEST_F(Examine, ScriptsReadTolerantlyAreToldOnceAndOnlyWhereTheyAreRead) {
    script("CREATE TABLE a (id int);\nCREATE TABLE b (id int) WHATEVER;");
    declare({table("c")});
    const auto seen = look();
    EXPECT_THAT(warnings(seen), ElementsAre("readTolerantly 1"));
    EXPECT_THAT(seen.situation.warnings[0].text, HasSubstr("line 2: "));
    world.server.apply("1");
    EXPECT_THAT(warnings(look()), ElementsAre("readTolerantly 1"));
    world.server.snapshot.catalogue.relations[{"public", "c"}] = {};
    EXPECT_THAT(warnings(look()), IsEmpty()) << "nothing missing or pending: no script is read";
}

TEST_F(Examine, ASchemaThatDoesNotParseIsShownWithItsLine) {
    world.server.apply("1");
    declared.schema.reset();
    declared.problem = "schema.prisma:2:3: expected a field";
    declared.excerpt = "  !\n  ^";
    const auto seen = look();
    EXPECT_THAT(warnings(seen), ElementsAre("schemaUnchecked "));
    EXPECT_THAT(seen.situation.warnings[0].text, HasSubstr("migration-guard check --no-database"));
    EXPECT_EQ(seen.schema_excerpt, declared.excerpt);
}

}  // namespace
}  // namespace migration_guard
