// What is there and will not serve: types, lists, nullability, columns that block inserts, privileges.

#include "declarations.hpp"

#include <gmock/gmock.h>
#include <functional>

namespace migration_guard {
namespace {

using testing::column;
using ::testing::ElementsAre;
using testing::enum_type;
using testing::filled;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::list;
using testing::matching;
using testing::optional;
using testing::table;
using testing::type;
using testing::used;

const ObjectName t{"public", "T"};

/// The warnings on a table T with column c declared so, and the catalogue changed so.
std::vector<SchemaWarning> warnings(const DeclaredColumn& declared_column,
                                    const std::function<void(CatalogueRelation&)>& change,
                                    const ComparisonOptions& options = {}, TableKind kind = TableKind::table) {
    DeclaredSchema declared;
    declared.tables = {table("T", {column("id", type("integer", "INTEGER")), declared_column}, kind)};
    Catalogue catalogue = matching(declared);
    change(catalogue.relations[t]);
    const SchemaDifference difference = compare(declared, catalogue, options);
    EXPECT_THAT(difference.missing, IsEmpty());
    return difference.warnings;
}

std::vector<std::string> texts(const std::vector<SchemaWarning>& all) {
    std::vector<std::string> lines;
    lines.reserve(all.size());
    for (const SchemaWarning& warning : all) {
        lines.push_back(std::string(word(warning.kind)) + " " + warning.object + ": " + warning.text);
    }
    return lines;
}

ComparisonOptions passing_over(const std::string& pattern) {
    return {"public", {ObjectPattern::read(pattern, "public").value()}, ""};
}

DeclaredColumn named(DeclaredColumn made, const std::string& name) {
    made.name = name;
    return made;
}

TEST(Warnings, a_type_that_cannot_be_read_as_declared) {
    EXPECT_THAT(
        texts(warnings(column("c", type("character varying", "VARCHAR(64)")),
                       [](CatalogueRelation& relation) { relation.columns["c"].type = "integer"; })),
        ElementsAre("typeDiffers public.T.c: schema.prisma says VARCHAR(64), the database has integer: ALTER TABLE "
                    "\"public\".\"T\" ALTER COLUMN \"c\" TYPE VARCHAR(64) USING \"c\"::VARCHAR(64)"));
}

TEST(Warnings, an_enum_of_another_name_or_schema) {
    const auto change = [](const std::string& name, const std::string& schema) {
        return [=](CatalogueRelation& relation) {
            relation.columns["c"].type = name;
            relation.columns["c"].type_schema = schema;
        };
    };
    EXPECT_THAT(warnings(column("c", enum_type("Role")), change("Role", "public")), IsEmpty());
    EXPECT_THAT(texts(warnings(column("c", enum_type("Role")), change("Role", "app"))),
                ElementsAre(HasSubstr("says \"public\".\"Role\", the database has Role")));
    EXPECT_THAT(warnings(column("c", enum_type("Role")), change("Rolle", "public")).size(), 1);
    EXPECT_THAT(warnings(column("c", enum_type("Role", "app")), change("Role", "app")), IsEmpty());
}

TEST(Warnings, a_list_against_a_single_value) {
    EXPECT_THAT(
        texts(warnings(list(column("c", type("integer", "INTEGER"))),
                       [](CatalogueRelation& relation) { relation.columns["c"].list = false; })),
        ElementsAre("listDiffers public.T.c: schema.prisma says INTEGER[], the database has integer: ALTER TABLE "
                    "\"public\".\"T\" ALTER COLUMN \"c\" TYPE INTEGER[] USING ARRAY[\"c\"]"));
    EXPECT_THAT(texts(warnings(column("c"), [](CatalogueRelation& relation) { relation.columns["c"].list = true; })),
                ElementsAre(HasSubstr("has text[]: ALTER TABLE \"public\".\"T\" ALTER COLUMN \"c\" TYPE TEXT USING "
                                      "\"c\"[1]")));
}

/// What follows USING when the catalogue has `actual` (an enum: "enum"), with a default or without.
std::string alteration(const DeclaredColumn& declared, const std::string& actual, bool actual_list = false,
                       bool has_default = false) {
    const auto all = warnings(declared, [&](CatalogueRelation& relation) {
        auto& changed = relation.columns["c"];
        changed.type = actual;
        changed.is_enum = actual == "enum";
        changed.list = actual_list;
        changed.has_default = has_default;
    });
    const std::string& text = all.at(0).text;
    return text.substr(text.find("ALTER COLUMN"));
}

TEST(Warnings, a_type_is_reached_by_a_cast_that_exists) {
    const auto boolean = column("c", type("boolean", "BOOLEAN"));
    const auto json = column("c", type("json", "JSON"));
    const auto uuid = column("c", type("uuid", "UUID"));
    const auto integer = column("c", type("integer", "INTEGER"));
    const std::string alter = "ALTER COLUMN \"c\" ";
    EXPECT_EQ(alteration(integer, "text"), alter + "TYPE INTEGER USING \"c\"::INTEGER");
    EXPECT_EQ(alteration(integer, "bigint"), alter + "TYPE INTEGER USING \"c\"::INTEGER");
    EXPECT_EQ(alteration(integer, "boolean"), alter + "TYPE INTEGER USING \"c\"::INTEGER");
    EXPECT_EQ(alteration(integer, "money"), alter + "TYPE INTEGER USING \"c\"::TEXT::INTEGER");
    EXPECT_EQ(alteration(boolean, "smallint"), alter + "TYPE BOOLEAN USING \"c\"::INTEGER::BOOLEAN");
    EXPECT_EQ(alteration(json, "text"), alter + "TYPE JSON USING \"c\"::JSON");
    EXPECT_EQ(alteration(json, "enum"), alter + "TYPE JSON USING to_jsonb(\"c\")::JSON");
    EXPECT_EQ(alteration(uuid, "bytea"), alter + "TYPE UUID USING \"c\"::TEXT::UUID");
    EXPECT_EQ(alteration(uuid, "enum"), alter + "TYPE UUID USING \"c\"::TEXT::UUID");
    EXPECT_EQ(alteration(list(boolean), "smallint"), alter + "TYPE BOOLEAN[] USING ARRAY[\"c\"::INTEGER::BOOLEAN]");
    EXPECT_EQ(alteration(uuid, "bytea", true), alter + "TYPE UUID USING \"c\"[1]::TEXT::UUID");
    EXPECT_EQ(alteration(list(json), "bytea", true), alter + "TYPE JSON[] USING \"c\"::TEXT[]::JSON[]");
}

TEST(Warnings, a_default_that_cannot_come_along_is_dropped_first) {
    const auto integer = column("c", type("integer", "INTEGER"));
    const std::string dropped = "ALTER COLUMN \"c\" DROP DEFAULT, ALTER COLUMN \"c\" TYPE ";
    EXPECT_EQ(alteration(integer, "text", false, true), dropped + "INTEGER USING \"c\"::INTEGER");
    EXPECT_EQ(alteration(list(column("c")), "text", false, true), dropped + "TEXT[] USING ARRAY[\"c\"]");
    EXPECT_EQ(alteration(integer, "bigint", false, true), "ALTER COLUMN \"c\" TYPE INTEGER USING \"c\"::INTEGER");
    EXPECT_EQ(alteration(column("c"), "bytea", false, true), "ALTER COLUMN \"c\" TYPE TEXT USING \"c\"::TEXT");
}

TEST(Warnings, null_where_the_client_expects_none) {
    EXPECT_THAT(
        texts(warnings(column("c"), [](CatalogueRelation& relation) { relation.columns["c"].not_null = false; })),
        ElementsAre("nullabilityDiffers public.T.c: required in schema.prisma, may be null in the database (P2032 "
                    "on reading one): ALTER TABLE \"public\".\"T\" ALTER COLUMN \"c\" SET NOT NULL"));
}

TEST(Warnings, no_null_where_the_client_may_write_one) {
    const auto required = [](bool has_default) {
        return [=](CatalogueRelation& relation) {
            relation.columns["c"].not_null = true;
            relation.columns["c"].has_default = has_default;
        };
    };
    EXPECT_THAT(texts(warnings(optional(column("c")), required(false))), ElementsAre(HasSubstr("DROP NOT NULL")));
    EXPECT_THAT(texts(warnings(optional(column("c")), required(true))), ElementsAre(HasSubstr("DROP NOT NULL")));
    EXPECT_THAT(texts(warnings(list(column("c")), required(false))), ElementsAre(HasSubstr("DROP NOT NULL")));
    EXPECT_THAT(warnings(list(column("c")), required(true)), IsEmpty());
}

TEST(Warnings, a_value_that_nobody_fills_in) {
    EXPECT_THAT(
        texts(warnings(filled(column("c", type("bigint", "BIGINT"))),
                       [](CatalogueRelation& relation) { relation.columns["c"].has_default = false; })),
        ElementsAre(
            "blocksInsert public.T.c: schema.prisma leaves its value to the database, which has no default "
            "(P2011 on create): ALTER TABLE \"public\".\"T\" ALTER COLUMN \"c\" ADD GENERATED BY DEFAULT "
            "AS IDENTITY; SELECT setval(pg_get_serial_sequence('\"public\".\"T\"', 'c'), coalesce(max(\"c\"), 0) + "
            "1, false) FROM \"public\".\"T\""));
    auto generated = filled(used(column("c", type("")), ColumnUse::unsupported));
    generated.default_sql = "gen_random_uuid()";
    EXPECT_THAT(
        texts(warnings(generated, [](CatalogueRelation& relation) { relation.columns["c"].has_default = false; })),
        ElementsAre(HasSubstr("ALTER COLUMN \"c\" SET DEFAULT gen_random_uuid()")));
}

TEST(Warnings, no_ALTER_TABLE_changes_a_view) {
    const auto view = [](CatalogueRelation& relation) {
        relation.kind = 'v';
        relation.columns["c"].type = "bytea";
        relation.columns["c"].list = false;
    };
    EXPECT_THAT(texts(warnings(column("c"), view)),
                ElementsAre("typeDiffers public.T.c: schema.prisma says TEXT, the database has bytea: the view's query "
                            "has to cast it"));
    EXPECT_THAT(texts(warnings(list(column("c", type("bytea"))), view)), ElementsAre(HasSubstr("has to cast it")));
}

TEST(Warnings, a_column_that_schema_prisma_does_not_know) {
    const auto extra = [](bool not_null, bool has_default) {
        return [=](CatalogueRelation& relation) {
            CatalogueColumn phone;
            phone.name = "phone";
            phone.type = "text";
            phone.not_null = not_null;
            phone.has_default = has_default;
            relation.columns["phone"] = phone;
        };
    };
    EXPECT_THAT(texts(warnings(column("c"), extra(true, false))),
                ElementsAre(AllOf(HasSubstr("blocksInsert public.T.phone"), HasSubstr("P2011"),
                                  HasSubstr("ALTER TABLE \"public\".\"T\" ALTER COLUMN \"phone\" DROP NOT NULL"))));
    EXPECT_THAT(warnings(column("c"), extra(true, true)), IsEmpty());
    EXPECT_THAT(warnings(column("c"), extra(false, false)), IsEmpty());
}

TEST(Warnings, an_ignored_column_that_refuses_a_row_without_it) {
    const auto as = [](bool not_null, bool has_default) {
        return [=](CatalogueRelation& relation) {
            relation.columns["c"].not_null = not_null;
            relation.columns["c"].has_default = has_default;
        };
    };
    const DeclaredColumn ignored = used(column("c"), ColumnUse::ignored);
    EXPECT_THAT(
        texts(warnings(ignored, as(true, false))),
        ElementsAre("blocksInsert public.T.c: @ignore in schema.prisma, so that the client cannot write it, NOT "
                    "NULL and without a default: every create fails (P2011) unless a trigger fills it: ALTER "
                    "TABLE \"public\".\"T\" ALTER COLUMN \"c\" DROP NOT NULL"));
    EXPECT_THAT(texts(warnings(optional(ignored), as(true, false))), ElementsAre(HasSubstr("@ignore")));
    EXPECT_THAT(warnings(ignored, as(true, true)), IsEmpty());
    EXPECT_THAT(warnings(ignored, as(false, false)), IsEmpty());
    EXPECT_THAT(warnings(ignored, as(true, false), passing_over("public.T.c")), IsEmpty());
    EXPECT_THAT(warnings(ignored, as(true, false), {}, TableKind::view), IsEmpty());
    EXPECT_THAT(texts(warnings(filled(ignored), as(true, false))), ElementsAre(HasSubstr("leaves its value")));
}

TEST(Warnings, what_the_app_may_not_read_or_write) {
    const auto refuse = [](const std::vector<std::string>& read, const std::vector<std::string>& write) {
        return [=](CatalogueRelation& relation) {
            for (const std::string& name : read) {
                relation.columns[name].can_read = false;
            }
            for (const std::string& name : write) {
                relation.columns[name].can_write = false;
            }
        };
    };
    EXPECT_THAT(texts(warnings(column("c"), refuse({"id", "c"}, {}), {"public", {}, "app"})),
                ElementsAre("noPrivilege public.T: the app's role has no SELECT here (42501): GRANT SELECT ON "
                            "\"public\".\"T\" TO \"app\""));
    EXPECT_THAT(
        texts(warnings(column("c"), refuse({"c"}, {"id", "c"}))),
        ElementsAre("noPrivilege public.T.c: the app's role has no SELECT here (42501): GRANT SELECT (\"c\") ON "
                    "\"public\".\"T\" TO the role of the app",
                    "noPrivilege public.T: the app's role has no INSERT here (42501): GRANT INSERT ON "
                    "\"public\".\"T\" TO the role of the app"));
    EXPECT_THAT(warnings(used(optional(column("c")), ColumnUse::ignored), refuse({"c"}, {"c"})), IsEmpty());
    EXPECT_THAT(warnings(column("c"), refuse({}, {"id", "c"}), {}, TableKind::view), IsEmpty());
}

TEST(Warnings, what_the_app_may_not_change_or_delete) {
    const auto refuse = [](CatalogueRelation& relation) {
        relation.can_update = false;
        relation.can_delete = false;
    };
    EXPECT_THAT(texts(warnings(column("c"), refuse, {"public", {}, "app"})),
                ElementsAre("noPrivilege public.T: the app's role has no UPDATE, DELETE here (42501): GRANT UPDATE, "
                            "DELETE ON \"public\".\"T\" TO \"app\""));
    EXPECT_THAT(texts(warnings(column("c"), refuse, {}, TableKind::join_table)),
                ElementsAre(HasSubstr("has no DELETE here")))
        << "the client never updates a join table";
    EXPECT_THAT(warnings(column("c"), refuse, {}, TableKind::view), IsEmpty());
    const auto everything = [&](CatalogueRelation& relation) {
        refuse(relation);
        for (auto& [name, column] : relation.columns) column.can_read = column.can_write = false;
    };
    EXPECT_THAT(texts(warnings(column("c"), everything)),
                ElementsAre(HasSubstr("GRANT SELECT, INSERT, UPDATE, DELETE ON \"public\".\"T\"")));
}

TEST(Warnings, a_sequence_that_the_app_may_not_use) {
    const auto close = [](CatalogueRelation& relation) {
        relation.columns["c"].name = "c";
        relation.columns["c"].closed_sequence = "public.\"T_c_seq\"";
    };
    EXPECT_THAT(texts(warnings(filled(column("c", type("integer", "INTEGER"))), close, {"public", {}, "app"})),
                ElementsAre("noPrivilege public.T.c: the app's role may not use the sequence that fills it (42501 on "
                            "create): GRANT USAGE ON SEQUENCE public.\"T_c_seq\" TO \"app\""));
    EXPECT_THAT(warnings(column("c"), close), IsEmpty()) << "the client sends the value";
    EXPECT_THAT(texts(warnings(used(optional(column("c")), ColumnUse::ignored), close)),
                ElementsAre(HasSubstr("sequence")));
    EXPECT_THAT(
        warnings(filled(column("c")), close, {"public", {ObjectPattern::read("public.T.c", "public").value()}, ""}),
        IsEmpty());
}

TEST(Warnings, a_closed_schema_is_told_once) {
    DeclaredSchema declared;
    declared.tables = {table("T", {column("c")}), table("U", {column("c")})};
    Catalogue catalogue = matching(declared);
    for (auto& [name, relation] : catalogue.relations) {
        relation.can_use_schema = false;
        relation.columns["c"].can_read = false;
    }
    EXPECT_THAT(texts(compare(declared, catalogue, {"public", {}, "app"}).warnings),
                ElementsAre("noPrivilege public: the app's role may not use this schema (42501): GRANT USAGE ON SCHEMA "
                            "\"public\" TO \"app\""));
}

TEST(Warnings, a_label_that_the_client_does_not_know) {
    DeclaredSchema declared;
    declared.enums = {testing::enumeration("Role", {"a"})};
    Catalogue catalogue = matching(declared);
    catalogue.enums[{"public", "Role"}].push_back("b");
    EXPECT_THAT(texts(compare(declared, catalogue, {}).warnings),
                ElementsAre(AllOf(HasSubstr("extraEnumValue public.Role.b"), HasSubstr("add it to enum ERole there"))));
    declared.enums[0].used = false;
    EXPECT_THAT(compare(declared, catalogue, {}).warnings, IsEmpty());
}

TEST(Warnings, of_a_view_nothing_is_said_that_only_tables_have) {
    for (const char kind : {'v', 'm'}) {
        const auto all = warnings(filled(column("c")), [&](CatalogueRelation& relation) {
            relation.kind = kind;
            for (auto& [name, column] : relation.columns) {
                column.not_null = false;
                column.has_default = false;
                column.can_write = false;
            }
        });
        EXPECT_THAT(all, IsEmpty()) << kind;
    }
}

TEST(Warnings, what_is_declared_a_view_is_never_written) {
    const auto all = warnings(
        column("c"),
        [](CatalogueRelation& relation) {
            relation.kind = 'r';
            relation.columns["x"].not_null = true;
            relation.columns["c"].can_write = false;
        },
        {}, TableKind::view);
    EXPECT_THAT(all, IsEmpty());
}

TEST(Warnings, nothing_is_said_of_what_the_client_never_touches) {
    const auto change = [](CatalogueRelation& relation) {
        relation.columns["c"].type = "integer";
        relation.columns["c"].not_null = false;
        relation.columns["c"].list = true;
        relation.columns["c"].can_read = false;
    };
    EXPECT_THAT(warnings(used(column("c"), ColumnUse::ignored), change), IsEmpty());
    EXPECT_THAT(warnings(used(column("c", type("")), ColumnUse::unsupported), change), IsEmpty());
    DeclaredSchema declared;
    declared.tables = {table("T", {column("c")})};
    declared.tables[0].ignored = true;
    Catalogue catalogue = matching(declared);
    change(catalogue.relations[t]);
    catalogue.relations[t].can_use_schema = false;
    catalogue.relations[t].columns["x"].not_null = true;
    EXPECT_THAT(compare(declared, catalogue, {}).warnings, IsEmpty());
}

TEST(Warnings, ignored_objects_are_passed_over) {
    const auto change = [](CatalogueRelation& relation) {
        relation.columns["c"].type = "integer";
        relation.columns["c"].can_read = false;
        relation.columns["x"].not_null = true;
    };
    EXPECT_EQ(warnings(column("c"), change, {}).size(), 3);
    EXPECT_THAT(warnings(column("c"), change, passing_over("public.T")), IsEmpty());
    EXPECT_THAT(texts(warnings(column("c"), change, passing_over("public.T.x"))),
                ElementsAre(HasSubstr("typeDiffers"), HasSubstr("noPrivilege")));
    EXPECT_THAT(texts(warnings(column("c"), change, passing_over("public.T.c"))),
                ElementsAre(HasSubstr("blocksInsert")));
}

TEST(Warnings, names_are_quoted_in_the_SQL) {
    EXPECT_THAT(texts(warnings(named(column("c"), "a\"b"),
                               [](CatalogueRelation& relation) { relation.columns["a\"b"].not_null = false; })),
                ElementsAre(HasSubstr("ALTER COLUMN \"a\"\"b\" SET NOT NULL")));
}

}  // namespace
}  // namespace migration_guard
