// The errors of an app's log against what the check has found.
#include "guard/logged_errors.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Missing missing(const std::string& kind, const std::string& object, const std::string& model,
                Missing::Need need = Missing::Need::needed) {
    Missing made;
    made.need = need;
    made.kind = kind;
    made.object = object;
    made.model = model;
    return made;
}

struct Logged : testing::Test {
    Diagnosis diagnosis;
    DeclaredSchema declared;

    Logged() {
        diagnosis.check.ledger_read = true;
        diagnosis.check.database.schema = "public";
        diagnosis.check.missing = {missing("column", "public.User.name", "User"),
                                   missing("table", "public.Tag", "Tag")};
        for (const auto& object : diagnosis.check.missing) {
            Cause cause;
            cause.object = object.object;
            cause.text = "cause of " + object.object;
            cause.next = "mend " + object.object;
            diagnosis.causes.push_back(cause);
        }
        DeclaredTable users;
        users.name = "users";
        users.model = "User";
        declared.tables = {users};
    }
    [[nodiscard]] LoggedError of(const LogGroup& group) const {
        return explain(group, {diagnosis, diagnosis.check.missing, &declared, "app"});
    }
    static LogGroup error(const std::string& code, const std::string& object, const std::string& model = "") {
        LogGroup group;
        group.code = code;
        group.object = object;
        group.model = model;
        group.kind = code == "P2022" || code == "P2011" ? LogGroup::Kind::column : LogGroup::Kind::table;
        return group;
    }
};

TEST_F(Logged, TheObjectThatIsNamedComesBeforeTheModelThatWasCalled) {
    EXPECT_EQ(of(error("P2021", "public.Tag", "user")).cause, "cause of public.Tag");
}

TEST_F(Logged, TheModelDecidesWhereTheLogNamesNothing) {
    EXPECT_EQ(of(error("P2021", "", "tag")).cause, "cause of public.Tag");
    EXPECT_EQ(of(error("P2022", "", "user")).next, "mend public.User.name");
    EXPECT_EQ(of(error("P2021", "", "order")).cause, "cause of public.User.name") << "anything may be meant";
}

TEST_F(Logged, AColumnOfAMissingTableIsTheTables) {
    EXPECT_EQ(of(error("P2022", "Tag.label", "tag")).cause, "cause of public.Tag");
}

TEST_F(Logged, WhatIsNamedAndThereIsNotExplainedByAnotherObject) {
    const auto explained = of(error("P2021", "public.Order", "user"));
    EXPECT_EQ(explained.cause, "schema.prisma of this image does not declare public.Order");
    EXPECT_THAT(explained.next, HasSubstr("prisma generate"));
    EXPECT_TRUE(explained.open);
}

TEST_F(Logged, AnObjectOfAnotherSchemaSpeaksOfAnotherUrl) {
    const auto explained = of(error("P2021", "tenant9.users", "user"));
    EXPECT_EQ(explained.cause, "the app asks for tenant9.users; this DATABASE_URL's is public.users");
    EXPECT_THAT(explained.next, HasSubstr("?schema="));
}

TEST_F(Logged, AnotherHostOrDatabaseIsSaid) {
    diagnosis.check.database.host = "db";
    diagnosis.check.database.port = 5432;
    diagnosis.check.database.name = "shop";
    const auto cause = [this](LogGroup::Kind kind, const std::string& object) {
        LogGroup group;
        group.code = "P1001";
        group.kind = kind;
        group.object = object;
        return of(group).cause;
    };
    using Kind = LogGroup::Kind;
    EXPECT_EQ(cause(Kind::host, "old-db:5432"),
              "the app asked for old-db:5432; the guard's connection goes to db:5432, which answers");
    EXPECT_EQ(cause(Kind::database, "shop_old"),
              "the app asked for shop_old; the guard's connection goes to shop, which answers");
    for (const auto& [kind, object] : {std::pair{Kind::host, "db:5432"}, std::pair{Kind::host, ""},
                                       std::pair{Kind::database, "shop"}, std::pair{Kind::database, "shop.public"}})
        EXPECT_EQ(cause(kind, object), "the database answers now") << object;
}

TEST_F(Logged, WhatIsDeclaredAndNotMissingIsThereNow) {
    DeclaredColumn email;
    email.name = "email";
    declared.tables[0].columns = {email};
    for (const auto& seen : {error("P2021", "public.users"), error("P2021", "users"), error("P2022", "users.email")})
        EXPECT_EQ(of(seen).cause, seen.object + " is there now");
    EXPECT_THAT(of(error("P2022", "users.phone")).cause, HasSubstr("does not declare users.phone"));
    EXPECT_THAT(of(error("P2021", "app.orders")).cause, HasSubstr("does not declare app.orders"));
}

// An alias of raw SQL, a schema.prisma that was not read: either may be.
TEST_F(Logged, WhereTheNameAloneDoesNotTellBothAreSaid) {
    EXPECT_EQ(of(error("P2022", "u.phone")).cause, "u.phone is there now, or schema.prisma does not declare it");
    EXPECT_EQ(of(error("P2022", "phone")).cause, "phone is there now, or schema.prisma does not declare it");
}

TEST_F(Logged, WhatTheClientDoesNotUseLeadsToNoMigrate) {
    diagnosis.check.missing = {missing("table", "public.Old", "Old", Missing::Need::optional)};
    diagnosis.causes.clear();
    const auto explained = of(error("P2021", "public.Old"));
    EXPECT_THAT(explained.cause, HasSubstr("public.Old does not exist"));
    EXPECT_THAT(explained.next, Not(HasSubstr("migration-guard migrate")));
}

TEST_F(Logged, OnAnotherAppsDatabaseThatIsTheCause) {
    Cause other;
    other.kind = Cause::Kind::other_app;
    other.text = "it is the ledger of another app.";
    diagnosis.causes = {other};
    EXPECT_EQ(of(error("P2021", "public.Tag")).cause, "it is the ledger of another app.");
}

TEST_F(Logged, ADifferenceIsSaidOnlyWhereTheCheckSeesOne) {
    EXPECT_THAT(of(error("P2011", "email", "user")).cause, HasSubstr("agree about it now"));
    diagnosis.check.warnings = {{"blocksInsert", "public.orders.email", "not this one"},
                                {"nullabilityDiffers", "public.users.email", "may be null: ALTER TABLE x"}};
    EXPECT_THAT(of(error("P2011", "email", "user")).cause, HasSubstr("public.users.email: may be null"));
    EXPECT_THAT(of(error("P2011", "", "user")).cause, HasSubstr("public.users.email: may be null"));
    EXPECT_THAT(of(error("P2011", "phone,email")).cause, HasSubstr("email"));
}

TEST_F(Logged, DifferencesAreNotKnownWhileSomethingIsPending) {
    MigrationRecord pending;
    diagnosis.check.history.migrations = {pending};
    EXPECT_THAT(of(error("P2011", "email", "user")).cause, HasSubstr("when nothing is pending"));
}

TEST_F(Logged, AMissingRightIsNamedWithItsGrant) {
    auto denied = error("P2010", "Tag");
    denied.sqlstate = "42501";
    EXPECT_THAT(of(denied).next, HasSubstr("GRANT SELECT, INSERT, UPDATE, DELETE ON \"public\".\"Tag\" TO \"app\""));
    diagnosis.check.warnings = {
        {"noPrivilege", "public.Tag",
         "the app's role has no INSERT here (42501): GRANT INSERT ON \"public\".\"Tag\" TO \"app\""}};
    EXPECT_EQ(of(denied).next, "as the owner: GRANT INSERT ON \"public\".\"Tag\" TO \"app\"");
    denied.object = "Tag_id_seq";
    denied.kind = LogGroup::Kind::sequence;
    EXPECT_THAT(of(denied).next, HasSubstr("GRANT USAGE ON SEQUENCE \"public\".\"Tag_id_seq\""));
}

TEST_F(Logged, OrdinaryTextThatIsNoNumberSaysNothingOfTheDatabase) {
    auto text = error("P2010", "");
    text.sqlstate = "22P02";
    text.kind = LogGroup::Kind::none;
    const auto explained = of(text);
    EXPECT_EQ(explained.cause, "");
    EXPECT_FALSE(explained.open);
}

TEST_F(Logged, WithoutADatabaseTheBundlesProofStands) {
    diagnosis.check.ledger_read = false;
    EXPECT_EQ(of(error("P2021", "public.Tag")).cause, "cause of public.Tag");
    EXPECT_THAT(of(error("P2021", "public.Order")).cause, HasSubstr("could not be looked at"));
    EXPECT_THAT(of(error("P2011", "email", "user")).cause, HasSubstr("could not be looked at"));
}

TEST_F(Logged, WhatTheGuardItselfLacksIsNoCauseOfTheAppsErrors) {
    diagnosis.check.ledger_read = false;
    diagnosis.check.code = ExitCode::config_invalid;
    diagnosis.check.message = "unknown key \"x\"";
    for (const auto& seen : {error("P1001", "db:5432"), error("P2021", "public.Order"), error("P2011", "email")}) {
        EXPECT_EQ(of(seen).cause, "the database could not be looked at");
        EXPECT_EQ(of(seen).next, "mend config_invalid (78) first, then: migration-guard diagnose");
    }
}

}  // namespace
}  // namespace migration_guard
