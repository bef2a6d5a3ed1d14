// Implicit many-to-many relations: which fields make a join table, its name, its schema and its columns.

#include "schemas.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

using testing::parse;
using testing::table;

std::string two_models(const std::string& a_field, const std::string& b_field, const std::string& a_attributes = "",
                       const std::string& b_attributes = "") {
    return "model A {\n id Int @id\n " + a_field + "\n " + a_attributes + "\n}\nmodel B {\n id BigInt @id\n " +
           b_field + "\n " + b_attributes + "\n}\n";
}

std::vector<std::string> join_tables(const std::string& text) {
    std::vector<std::string> names;
    for (const DeclaredTable& declared : parse(text).declared.tables) {
        if (declared.kind == TableKind::join_table) {
            names.push_back(declared.name);
        }
    }
    return names;
}

struct Relation {
    std::string name;
    std::string text;
    std::vector<std::string> tables;
};

void PrintTo(const Relation& relation, std::ostream* out) {
    *out << relation.name;
}

class Relations : public ::testing::TestWithParam<Relation> {};

TEST_P(Relations, yield_the_join_tables_of_Prisma) {
    EXPECT_EQ(join_tables(GetParam().text), GetParam().tables);
}

INSTANTIATE_TEST_SUITE_P(
    JoinTables, Relations,
    ::testing::Values(
        Relation{"unnamed", two_models("bs B[]", "as A[]"), {"_AToB"}},
        Relation{"named", two_models("bs B[] @relation(\"Liked\")", "as A[] @relation(name: \"Liked\")"), {"_Liked"}},
        Relation{"named with blanks and dots",
                 two_models("bs B[] @relation(\"a b.c\")", "as A[] @relation(\"a b.c\")"),
                 {"_a b.c"}},
        Relation{"a foreign key constraint's name is none of the relation",
                 two_models("bs B[] @relation(map: \"x\")", "as A[]"),
                 {"_AToB"}},
        Relation{"names of models count, not of tables",
                 two_models("bs B[]", "as A[]", "@@map(\"zz\")", "@@map(\"aa\")"),
                 {"_AToB"}},
        Relation{"bytewise order of names",
                 "model a {\n id Int @id\n b B[]\n}\nmodel B {\n id Int @id\n a a[]\n}\n",
                 {"_BToa"}},
        Relation{"two at once",
                 two_models("b1 B[] @relation(\"x\")\n b2 B[] @relation(\"y\")",
                            "a1 A[] @relation(\"y\")\n a2 A[] @relation(\"x\")"),
                 {"_x", "_y"}},
        Relation{"self relation",
                 "model A {\n id Int @id\n z A[] @relation(\"Friends\")\n a A[] @relation(\"Friends\")\n}\n",
                 {"_Friends"}},
        Relation{"one to many", two_models("bs B[]", "a A @relation(fields: [aId], references: [id])\n aId Int"), {}},
        Relation{"one to many and many to many",
                 two_models("b1 B[]\n b2 B[] @relation(\"m\")",
                            "a A @relation(fields: [aId], references: [id])\n aId Int\n as A[] @relation(\"m\")"),
                 {"_m"}},
        Relation{"different names", two_models("bs B[] @relation(\"x\")", "as A[] @relation(\"y\")"), {}},
        Relation{"no opposite", two_models("bs B[]", "x Int"), {}},
        Relation{"with fields of its own", two_models("bs B[] @relation(fields: [x], references: [id])", "as A[]"), {}},
        Relation{
            "one side is a view", "model A {\n id Int @id\n vs V[]\n}\nview V {\n id Int @unique\n as A[]\n}\n", {}},
        Relation{"names cut at 63 bytes",
                 two_models("bs B[] @relation(\"" + std::string(61, 'x') + "é\")",
                            "as A[] @relation(\"" + std::string(61, 'x') + "é\")"),
                 {"_" + std::string(61, 'x')}}));

TEST(JoinTables, have_the_columns_A_and_B_of_the_ids_types) {
    const auto document = parse(two_models("bs B[]", "as A[]"));
    const DeclaredTable& join = table(document, "_AToB");
    EXPECT_EQ(join.model, "A, B");
    ASSERT_EQ(join.columns.size(), 2);
    EXPECT_EQ(join.columns[0].name, "A");
    EXPECT_EQ(join.columns[0].type.name, "integer");
    EXPECT_EQ(join.columns[1].name, "B");
    EXPECT_EQ(join.columns[1].type.name, "bigint");
    EXPECT_TRUE(join.columns[0].required);
    EXPECT_FALSE(join.columns[0].list);
}

struct Id {
    std::string fields;
    std::string type;
};

TEST(JoinTables, find_the_id_wherever_it_is_declared) {
    const std::vector<Id> ids = {
        {"x Int\n id String @id @db.Uuid", "uuid"},
        {"x Int\n id String @db.Uuid\n @@id([id])", "uuid"},
        {"x Int\n id String @db.Uuid\n @@id(id)", "uuid"},
        {"x Int\n id String @db.Uuid\n @@id(fields: [id], map: \"pk\")", "uuid"},
        {"x Int\n id E @id", "E"},
        {"x Int\n id Unsupported(\"y\") @id", ""},
        {"x Int", ""},
    };
    for (const auto& [fields, type] : ids) {
        const auto document =
            parse("enum E {\n e\n}\nmodel A {\n " + fields + "\n bs B[]\n}\nmodel B {\n id Int @id\n as A[]\n}\n");
        EXPECT_EQ(table(document, "_AToB").columns.at(0).type.name, type) << fields;
    }
}

TEST(JoinTables, stand_in_the_schema_of_model_A) {
    const auto document = parse(two_models("bs B[]", "as A[]", "@@schema(\"one\")", "@@schema(\"two\")"));
    EXPECT_EQ(table(document, "_AToB").schema, "one");
}

struct Visibility {
    std::string name;
    std::string text;
    bool ignored;
};

TEST(JoinTables, are_needed_while_the_client_sees_one_side) {
    const std::vector<Visibility> all = {
        {"both seen", two_models("bs B[]", "as A[]"), false},
        {"one field ignored", two_models("bs B[] @ignore", "as A[]"), false},
        {"both fields ignored", two_models("bs B[] @ignore", "as A[] @ignore"), true},
        {"a model ignored", two_models("bs B[] @ignore", "as A[]", "", "@@ignore"), true},
    };
    for (const auto& [name, text, ignored] : all) {
        EXPECT_EQ(table(parse(text), "_AToB").ignored, ignored) << name;
    }
}

}  // namespace
}  // namespace migration_guard
