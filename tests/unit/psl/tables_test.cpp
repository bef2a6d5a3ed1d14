// Models, views and enums under their database names, and the types of their columns.

#include "schemas.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

using testing::column;
using testing::column_names;
using testing::column_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::model;
using testing::parse;
using testing::table;
using testing::table_names;

struct Type {
    std::string field;
    std::string name;
    std::string full;
};

TEST(Types, are_those_of_Prismas_migrations) {
    const std::vector<Type> types = {
        {"String", "text", "TEXT"},
        {"Boolean", "boolean", "BOOLEAN"},
        {"Int", "integer", "INTEGER"},
        {"BigInt", "bigint", "BIGINT"},
        {"Float", "double precision", "DOUBLE PRECISION"},
        {"Decimal", "numeric", "DECIMAL(65,30)"},
        {"DateTime", "timestamp without time zone", "TIMESTAMP(3)"},
        {"Json", "jsonb", "JSONB"},
        {"Bytes", "bytea", "BYTEA"},
        {"String @db.Text", "text", "TEXT"},
        {"String @db.VarChar", "character varying", "VARCHAR"},
        {"String @db.VarChar(64)", "character varying", "VARCHAR(64)"},
        {"String @db.Char(3)", "character", "CHAR(3)"},
        {"String @db.Bit(4)", "bit", "BIT(4)"},
        {"String @db.VarBit", "bit varying", "VARBIT"},
        {"String @db.Uuid", "uuid", "UUID"},
        {"String @db.Xml", "xml", "XML"},
        {"String @db.Inet", "inet", "INET"},
        {"String @db.Citext", "citext", "CITEXT"},
        {"Int @db.Integer", "integer", "INTEGER"},
        {"Int @db.SmallInt", "smallint", "SMALLINT"},
        {"Int @db.Oid", "oid", "OID"},
        {"Float @db.Real", "real", "REAL"},
        {"Float @db.DoublePrecision", "double precision", "DOUBLE PRECISION"},
        {"Decimal @db.Decimal( 10 , 2 )", "numeric", "DECIMAL(10,2)"},
        {"Decimal @db.Money", "money", "MONEY"},
        {"DateTime @db.Timestamp(0)", "timestamp without time zone", "TIMESTAMP(0)"},
        {"DateTime @db.Timestamptz(6)", "timestamp with time zone", "TIMESTAMPTZ(6)"},
        {"DateTime @db.Date", "date", "DATE"},
        {"DateTime @db.Time(3)", "time without time zone", "TIME(3)"},
        {"DateTime @db.Timetz", "time with time zone", "TIMETZ"},
        {"Json @db.Json", "json", "JSON"},
        {"Json @db.JsonB", "jsonb", "JSONB"},
        {"Bytes @db.ByteA", "bytea", "BYTEA"},
        {"String @other_name.Uuid", "uuid", "UUID"},
        {"String @db.FutureType(7)", "", "FutureType(7)"},
        {"Unsupported(\"geometry(Point, 4326)\")", "", "geometry(Point, 4326)"},
    };
    for (const auto& [field, name, full] : types) {
        const DeclaredColumn made = column_of("c " + field);
        EXPECT_EQ(made.type.name, name) << field;
        EXPECT_EQ(made.type.full, full) << field;
        EXPECT_FALSE(made.type.is_enum) << field;
    }
}

TEST(Columns, are_required_optional_or_lists) {
    EXPECT_TRUE(column_of("c Int").required);
    EXPECT_FALSE(column_of("c Int?").required);
    EXPECT_FALSE(column_of("c Int[]").required);
    EXPECT_FALSE(column_of("c Int []").required);
    EXPECT_TRUE(column_of("c Int[]").list);
    EXPECT_FALSE(column_of("c Int ?").list);
    EXPECT_TRUE(column_of("c Unsupported(\"x\")[]").list);
    EXPECT_FALSE(column_of("c Unsupported( \"x\" ) ?").required);
}

TEST(Columns, that_the_client_never_selects_are_told_apart) {
    EXPECT_EQ(column_of("c Int").use, ColumnUse::queried);
    EXPECT_EQ(column_of("c Int @ignore").use, ColumnUse::ignored);
    EXPECT_EQ(column_of("c Unsupported(\"x\")").use, ColumnUse::unsupported);
}

TEST(Columns, that_the_server_fills) {
    for (const std::string filled : {"autoincrement()", "dbgenerated(\"now()\")", "sequence()"}) {
        EXPECT_TRUE(column_of("c Int @default(" + filled + ")").filled_by_database) << filled;
    }
    for (const std::string client : {"1", "now()", "cuid()", "dbgenerated()", "dbgenerated(\"\")", "uuid(7)"}) {
        EXPECT_FALSE(column_of("c Int @default(" + client + ")").filled_by_database) << client;
    }
    EXPECT_TRUE(column_of("c Int @default(value: autoincrement())").filled_by_database);
    EXPECT_EQ(column_of("c Int @default(dbgenerated(\"1 + 1\"))").default_sql, "1 + 1");
    EXPECT_EQ(column_of("c Int @default(autoincrement())").default_sql, "");
    EXPECT_FALSE(column_of("c Int").filled_by_database);
}

TEST(Tables, have_the_mapped_names) {
    const auto document = parse(
        "model User {\n id Int @id @map(\"user_id\")\n e E @map(name: \"e_col\")\n @@map(\"users\")\n "
        "@@schema(\"app\")\n}\n"
        "enum E {\n a @map(\"A 1\")\n b\n @@map(\"e_type\")\n @@schema(\"types\")\n}\n");
    const DeclaredTable& users = table(document, "users");
    EXPECT_EQ(users.schema, "app");
    EXPECT_EQ(users.model, "User");
    EXPECT_EQ(users.kind, TableKind::table);
    EXPECT_THAT(column_names(users), ElementsAre("user_id", "e_col"));
    EXPECT_EQ(users.columns[0].field, "id");
    EXPECT_TRUE(users.columns[1].type.is_enum);
    EXPECT_EQ(users.columns[1].type.name, "e_type");
    EXPECT_EQ(users.columns[1].type.enum_schema, "types");
    ASSERT_EQ(document.declared.enums.size(), 1);
    const DeclaredEnum& e = document.declared.enums[0];
    EXPECT_EQ(e.schema, "types");
    EXPECT_EQ(e.name, "e_type");
    EXPECT_EQ(e.declared_as, "E");
    EXPECT_THAT(e.values, ElementsAre("A 1", "b"));
}

TEST(Tables, names_are_cut_as_the_server_cuts_them) {
    const std::string e70 = [] {
        std::string text;
        for (int i = 0; i < 35; ++i) {
            text += "é";
        }
        return text;
    }();
    const auto document = parse("model A {\n id Int @id @map(\"" + e70 + "\")\n @@map(\"" + std::string(70, 't') +
                                "\")\n}\nenum E {\n a @map(\"" + std::string(64, 'v') + "\")\n}\n");
    EXPECT_THAT(table_names(document), ElementsAre(std::string(63, 't')));
    EXPECT_EQ(document.declared.tables[0].columns[0].name, e70.substr(0, 62));
    EXPECT_THAT(document.declared.enums[0].values, ElementsAre(std::string(64, 'v')));  // the server refuses it
}

TEST(Tables, relation_fields_are_no_columns) {
    const auto document = parse(
        "model A {\n id Int @id\n b B? @relation(fields: [bId], references: [id])\n bId Int?\n v V\n}\n"
        "model B {\n id Int @id\n as A[]\n}\nview V {\n id Int @unique\n a A?\n}\n");
    EXPECT_THAT(column_names(table(document, "A")), ElementsAre("id", "bId"));
    EXPECT_THAT(column_names(table(document, "B")), ElementsAre("id"));
    EXPECT_THAT(column_names(table(document, "V")), ElementsAre("id"));
    EXPECT_EQ(table(document, "V").kind, TableKind::view);
}

TEST(Tables, scalars_come_before_models_of_the_same_name) {
    const auto document = parse("model A {\n id Int @id\n s String\n}\nmodel String {\n id Int @id\n}\n");
    EXPECT_THAT(column_names(table(document, "A")), ElementsAre("id", "s"));
}

TEST(Tables, ignored_models_are_declared_and_marked) {
    const auto document = parse("model A {\n x Int\n @@ignore\n}\n");
    EXPECT_TRUE(table(document, "A").ignored);
}

TEST(Tables, an_unknown_type_makes_a_column_only_with_an_attribute_of_columns) {
    // A Prisma to come may have new types and new relations: only what is surely a column is expected in the database.
    const auto document =
        parse(model("  a Vector @db.Vector(3)\n  b Vector @default(x)\n  c Vector\n  d Thing[] @relation(\"x\")\n  e T"
                    "\n  f T @map(\"g\")") +
              "type T {\n x Int\n}\n");
    EXPECT_THAT(column_names(table(document, "A")), ElementsAre("id", "a", "b", "g"));
    EXPECT_EQ(column(document, "A", "a").type.name, "");
    EXPECT_THAT(document.warnings, ElementsAre("schema.prisma:3: unknown type 'Vector' of a field",
                                               "schema.prisma:6: unknown type 'Thing' of a field",
                                               "schema.prisma:7: a composite type as a field's type is not known on "
                                               "PostgreSQL"));
}

struct EnumUse {
    std::string model;
    bool used;
};

TEST(Enums, are_used_when_a_queried_column_has_them) {
    const std::vector<EnumUse> uses = {
        {"model A {\n id Int @id\n e E\n}\n", true},
        {"model A {\n id Int @id\n e E[]\n}\n", true},
        {"view A {\n id Int @unique\n e E?\n}\n", true},
        {"model A {\n id E @id\n bs B[] @ignore\n}\nmodel B {\n id Int @id\n as A[]\n}\n", true},
        {"model A {\n id Int @id\n e E @ignore\n}\n", false},
        {"model A {\n id Int @id\n e E\n @@ignore\n}\n", false},
        {"model A {\n id Int @id\n}\n", false},
    };
    for (const auto& [text, used] : uses) {
        const auto document = parse(text + "enum E {\n a\n}\n");
        EXPECT_EQ(document.declared.enums.at(0).used, used) << text;
    }
}

TEST(Tables, come_from_all_files_of_a_folder_in_any_order) {
    const auto document = parse_psl({{"b.prisma", "model B {\n id Int @id\n e E\n as A[]\n}\n"},
                                     {"a.prisma", "model A {\n id Int @id\n bs B[]\n}\n"},
                                     {"e.prisma", "enum E {\n x\n}\n"}});
    EXPECT_THAT(table_names(document), ElementsAre("B", "A", "_AToB"));
    EXPECT_TRUE(document.declared.enums.at(0).used);
    EXPECT_THAT(document.warnings, IsEmpty());
}

TEST(Tables, of_two_blocks_with_one_name_the_first_counts) {
    const auto document = parse("model A {\n id Int @id\n}\nmodel A {\n x Int @id\n}\n");
    EXPECT_THAT(table_names(document), ElementsAre("A"));
    EXPECT_THAT(document.warnings, ElementsAre("schema.prisma:4: there is more than one 'A'"));
}

}  // namespace
}  // namespace migration_guard
