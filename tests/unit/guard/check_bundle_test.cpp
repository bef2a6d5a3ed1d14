// What can be told of an image without a database: what no script creates, and what is nobody's here to create.
#include "guard/check_bundle.hpp"

#include "support/ledger_builders.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

template <class Value>
std::shared_future<Value> ready(Value value) {
    std::promise<Value> promise;
    promise.set_value(std::move(value));
    return promise.get_future().share();
}

DeclaredTable table(const std::string& name, const std::string& schema = "", TableKind kind = TableKind::table) {
    DeclaredTable made;
    made.schema = schema;
    made.name = name;
    made.model = name;
    made.kind = kind;
    made.columns.emplace_back();
    made.columns.back().name = "id";
    made.columns.back().field = "id";
    return made;
}

DeclaredEnum enumeration(const std::string& name, const std::string& schema = "") {
    DeclaredEnum made;
    made.schema = schema;
    made.name = name;
    made.declared_as = name;
    made.values = {"a"};
    return made;
}

class CheckBundle : public testing::Test {
protected:
    CheckBundle() { check.settings.apply = ApplyMode::native; }

    Outcome run() {
        check.bundle = ready(bundle);
        check.declared = ready(declared);
        return check_bundle(check);
    }
    void script(const std::string& text) {
        const auto name = std::to_string(bundle.migrations.size() + 1) + "_m";
        bundle.migrations.push_back(test::bundled(name));
        bundle.migrations.back().script = text;
    }
    void declare(std::vector<DeclaredTable> tables, std::vector<DeclaredEnum> enums = {}) {
        declared.schema = DeclaredSchema{std::move(tables), std::move(enums)};
    }
    static std::vector<std::string> missing(const Outcome& outcome) {
        std::vector<std::string> names;
        for (const auto& object : outcome.missing) names.push_back(object.object);
        return names;
    }
    static std::vector<std::string> warnings(const Outcome& outcome) {
        std::vector<std::string> texts;
        for (const auto& warning : outcome.warnings) texts.push_back(warning.kind + " " + warning.object);
        return texts;
    }

    Bundle bundle;
    DeclaredPart declared;
    BundleCheck check;
};

TEST_F(CheckBundle, WhatNoScriptCreatesIs87) {
    script("CREATE TABLE a (id int);");
    declare({table("a"), table("b")});
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::schema_mismatch);
    EXPECT_THAT(missing(outcome), ElementsAre("public.b"));
}

TEST_F(CheckBundle, ScriptsThatCreateNothingLeaveNothingToOthers) {
    script("-- This is an empty migration.");
    declare({table("a"), table("users", "auth")});
    for (const auto& schema : {std::optional<std::string>(), std::optional<std::string>("public")}) {
        check.options.schema = schema;
        const auto outcome = run();
        EXPECT_EQ(outcome.code, ExitCode::schema_mismatch);
        EXPECT_THAT(missing(outcome), ElementsAre("public.a"));
        EXPECT_THAT(warnings(outcome), ElementsAre("external auth.users"));
    }
}

TEST_F(CheckBundle, ModelsAreCountedAndJoinTablesAndViewsAreNot) {
    script("CREATE TABLE a (id int); CREATE TABLE \"_AToB\" (id int);");
    declare({table("a"), table("_AToB", "", TableKind::join_table), table("v", "", TableKind::view)});
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.message;
    EXPECT_EQ(outcome.models, 1U);
    EXPECT_EQ(outcome.message, "the image is complete: its 1 migration creates 1 model of schema.prisma");
}

TEST_F(CheckBundle, UnqualifiedNamesGoWhereTheConnectionGoes) {
    script("CREATE SCHEMA app; CREATE TABLE app.a (id int); CREATE TYPE app.e AS ENUM ('a');");
    declare({table("a")}, {enumeration("e")});
    check.options.schema = "app";
    EXPECT_EQ(run().code, ExitCode::ok);
    check.options.schema = "public";
    EXPECT_THAT(warnings(run()), ElementsAre("external public.a", "external public.e"))
        << "as with a database: the scripts create nothing in public";
    check.options.schema = std::nullopt;
    EXPECT_EQ(run().code, ExitCode::ok) << "any schema may be the connection's";
}

TEST_F(CheckBundle, WithAnUnknownSchemaWhatIsCreatedNowhereIsMissing) {
    script("CREATE TABLE app.a (id int); CREATE TABLE app.c (x int); CREATE TYPE app.e AS ENUM ('b');");
    declare({table("a"), table("b"), table("c")}, {enumeration("e")});
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::schema_mismatch);
    EXPECT_THAT(missing(outcome), ElementsAre("public.b", "app.c.id", "app.e.a"));
}

TEST_F(CheckBundle, SchemasThatNoScriptTouchesAreAWarning) {
    script("CREATE TABLE a (id int);");
    declare({table("a"), table("users", "auth")}, {enumeration("kind", "auth")});
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_THAT(warnings(outcome), ElementsAre("external auth.users", "external auth.kind"));
    EXPECT_THAT(outcome.warnings[0].text, HasSubstr("in a schema that the bundled migrations do not touch"));
    script("CREATE TABLE auth.other (id int);");
    EXPECT_EQ(run().code, ExitCode::schema_mismatch);
}

TEST_F(CheckBundle, WhatWasWrittenWithoutQuotesIsToldAsSuch) {
    script("CREATE TABLE Post (id int);");
    declare({table("Post"), table("Tag")});
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::schema_mismatch);
    EXPECT_THAT(outcome.message, HasSubstr("table public.Post (migration 1_m creates public.post instead: "));
    EXPECT_THAT(outcome.remedy, HasSubstr("ALTER TABLE \"public\".\"post\" RENAME TO \"Post\" in a new migration"));
    EXPECT_THAT(outcome.remedy, HasSubstr("; then check again"));
}

TEST_F(CheckBundle, WhatIsDroppedAgainIsNotCalledNeverCreated) {
    script("CREATE TABLE a (id int); CREATE TABLE c (id int);");
    script("DROP TABLE a; ALTER TABLE c RENAME TO d;");
    declare({table("a")});
    const auto dropped = run();
    EXPECT_EQ(dropped.code, ExitCode::schema_mismatch);
    EXPECT_EQ(dropped.message,
              "1 object of schema.prisma is not there when all bundled migrations ran: table public.a (migration 1_m "
              "creates it, and 2_m drops or renames it)");
    EXPECT_THAT(dropped.remedy, HasSubstr("remove it from schema.prisma"));
    declare({table("b"), table("c")});
    const auto both = run();
    EXPECT_THAT(both.message, HasSubstr("table public.b, table public.c (migration 1_m creates it, and 2_m drops"));
    EXPECT_THAT(both.remedy, HasSubstr("create the migration that was never made"));
}

TEST_F(CheckBundle, WhatAScriptDropsIsNobodyElses) {
    script("CREATE TABLE auth.users (id int);");
    script("DROP TABLE auth.users;");
    declare({table("users", "auth")});
    EXPECT_EQ(run().code, ExitCode::schema_mismatch);
}

TEST_F(CheckBundle, ExternalTablesAndEnumsAreAWarning) {
    script("CREATE TABLE a (id int);");
    declare({table("a"), table("legacy"), table("legacy2")}, {enumeration("kind")});
    check.options.external = {{"public.legacy"}, {"public.kind"}};
    const auto outcome = run();
    EXPECT_THAT(missing(outcome), ElementsAre("public.legacy2"));
    EXPECT_THAT(warnings(outcome), ElementsAre("external public.legacy", "external public.kind"));
    EXPECT_THAT(outcome.warnings[0].text, HasSubstr("listed as external in the Prisma config"));
}

TEST_F(CheckBundle, AWaivedObjectIsPassedOver) {
    script("CREATE TABLE a (x int);");
    declare({table("a"), table("b"), table("users", "auth")});
    for (const auto* pattern : {"a.id", "public.a.id", "b", "auth.*"}) {
        const auto read = ObjectPattern::read(pattern, "public");
        if (read) check.options.ignored.push_back(*read);
    }
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::ok) << outcome.message;
    EXPECT_THAT(outcome.warnings, IsEmpty());
}

TEST_F(CheckBundle, AScriptThatTheParserRefusesIsNamedWithItsLine) {
    script("CREATE TABLE a (id int);");
    script("CREATE TABLE b (id int);\nCREATE TABLE c (id int) WHATEVER;");
    declare({table("a"), table("b"), table("c")});
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_THAT(warnings(outcome), ElementsAre("readTolerantly 2_m"));
    EXPECT_THAT(outcome.warnings[0].text, HasSubstr("line 2: "));
}

TEST_F(CheckBundle, SyntaxOfAFuturePrismaIsAWarning) {
    script("CREATE TABLE a (id int);");
    declare({table("a")});
    declared.warnings = {"schema.prisma:3: unknown block 'policy'"};
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::ok);
    EXPECT_THAT(warnings(outcome), ElementsAre("unknownSyntax "));
    EXPECT_THAT(outcome.warnings[0].text, HasSubstr("policy"));
}

TEST_F(CheckBundle, AnErrorInTheSchemaHasItsPlaceAndTheGuardsOwnCommandFirst) {
    script("CREATE TABLE a (id int);");
    declared.schema.reset();
    declared.problem = "schema.prisma:2:3: expected a field";
    declared.excerpt = "  !\n  ^";
    const auto outcome = run();
    EXPECT_EQ(outcome.code, ExitCode::bundle_unreadable);
    EXPECT_THAT(outcome.message, HasSubstr("schema.prisma:2:3"));
    EXPECT_EQ(outcome.schema_excerpt, declared.excerpt);
    EXPECT_LT(outcome.remedy.find("migration-guard check"), outcome.remedy.find("prisma validate"));
}

}  // namespace
}  // namespace migration_guard
