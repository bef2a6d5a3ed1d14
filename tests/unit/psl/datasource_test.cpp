// The datasource block, read by the parser and by the tolerant reader, which must agree where both can read.

#include "schemas.hpp"

#include <gmock/gmock.h>
#include <chrono>

namespace migration_guard {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::optional<Datasource> tolerant(const std::string& text) {
    return read_datasource({{"schema.prisma", text}});
}

struct Readable {
    std::string name;
    std::string text;
    bool parses = true;
};

void PrintTo(const Readable& readable, std::ostream* out) {
    *out << readable.name;
}

class Datasources : public ::testing::TestWithParam<Readable> {};

void expect_usual(const std::optional<Datasource>& datasource) {
    ASSERT_TRUE(datasource.has_value());
    EXPECT_EQ(datasource->path, "schema.prisma");
    EXPECT_EQ(datasource->name, "db");
    EXPECT_EQ(datasource->provider, "postgresql");
    EXPECT_EQ(datasource->url.variable, "URL");
    EXPECT_EQ(datasource->url.literal, "");
}

TEST_P(Datasources, are_read) {
    expect_usual(tolerant(GetParam().text));
    if (GetParam().parses) {
        expect_usual(testing::parse(GetParam().text).datasource);
    } else {
        EXPECT_THROW(testing::parse(GetParam().text), PslError);
    }
}

const std::string usual = "datasource db {\n  provider = \"postgresql\"\n  url = env(\"URL\")\n}\n";

INSTANTIATE_TEST_SUITE_P(
    Psl, Datasources,
    ::testing::Values(
        Readable{"usual", usual}, Readable{"behind a byte order mark", "\xEF\xBB\xBF" + usual},
        Readable{"blanks everywhere",
                 "\tdatasource  db{\n\n provider=\"postgresql\"\n\turl\t=\tenv ( \"URL\" ) // x\n }"},
        Readable{"no blank before its name", "datasourcedb {\nprovider = \"postgresql\"\nurl = env(\"URL\")\n}"},
        Readable{"Unicode blanks",
                 "\u2003datasource\u00a0db {\n\u3000provider = \"postgresql\"\nurl\u202f= env(\"URL\")\n}"},
        Readable{"CR", "datasource db {\r provider = \"postgresql\"\r url = env(\"URL\")\r}\r"},
        Readable{"with comments",
                 "/* datasource x {\n} */\n// datasource y {\ndatasource db { // {\n // url = \"no\"\n provider = "
                 "\"postgresql\" /* } */\n /* url = \"no\"\n */ url = env(\"URL\")\n} // z"},
        Readable{"behind the brace of another block",
                 "model A {\n id Int @id\n} datasource db {\nprovider = "
                 "\"postgresql\"\nurl = env(\"URL\")\n}"},
        Readable{"escaped", "datasource db {\nprovider = \"postgre\\u0073ql\"\nurl = env(\"\\u0055RL\")\n}"},
        Readable{"beside models called like it",
                 "model datasource {\n id Int @id\n}\nmodel datasourceX {\n datasource datasource\n id Int @id\n}\n" +
                     usual},
        Readable{"other settings",
                 "datasource db {\nprovider = \"postgresql\"\nextensions = [a, b(map: \"c\")]\nx = { y: 1 "
                 "}\nurl = env(\"URL\")\nshadowDatabaseUrl = env(\"S\")\n}"},
        Readable{"beside what cannot be parsed", "model A <- B {\n ???\n}\n" + usual + "enum {{{", false},
        Readable{"beside an unclosed string", "model A {\n id Int @map(\"x)\n}\n" + usual, false},
        Readable{"beside an unclosed comment", usual + "/*", false},
        Readable{"within an unclosed comment", "/* x\n" + usual, false},
        Readable{"with lines that cannot be parsed",
                 "datasource db {\n @@new thing\n provider = \"postgresql\"\n pool = [1,\n = \n url = env(\"URL\")\n"
                 "}\n",
                 false},
        Readable{"without an end", "datasource db {\n provider = \"postgresql\"\n url = env(\"URL\")\n", false}));

TEST(Psl, the_tolerant_reader_finds_none_where_none_is) {
    for (const std::string text :
         {"", "datasource", "datasource db", "// datasource db {\n}", "/* datasource db {\n} */",
          "model A {\n id Int // datasource db {\n}\n", "xdatasource db {\n}", "\"datasource db {\n"}) {
        EXPECT_FALSE(tolerant(text).has_value()) << text;
    }
}

TEST(Psl, every_setting_of_a_datasource_is_read) {
    const auto datasource =
        testing::parse(
            "datasource my_db {\n provider = \"postgres\"\n url = \"postgresql://u:p@h/d\"\n directUrl = "
            "env(\"D\")\n schemas = [\"public\", \"app\"]\n relationMode = \"prisma\"\n}\n")
            .datasource;
    ASSERT_TRUE(datasource.has_value());
    EXPECT_EQ(datasource->name, "my_db");
    EXPECT_EQ(datasource->provider, "postgres");
    EXPECT_EQ(datasource->url.literal, "postgresql://u:p@h/d");
    EXPECT_EQ(datasource->direct_url.variable, "D");
    EXPECT_THAT(datasource->schemas, ElementsAre("public", "app"));
    EXPECT_TRUE(datasource->relation_mode_prisma);
}

TEST(Psl, what_a_datasource_does_not_say_is_empty) {
    const auto datasource = testing::parse("datasource db {\n provider = env(\"P\")\n url =\n}\n").datasource;
    ASSERT_TRUE(datasource.has_value());
    EXPECT_EQ(datasource->provider, "");
    EXPECT_FALSE(datasource->url.given());
    EXPECT_FALSE(datasource->direct_url.given());
    EXPECT_THAT(datasource->schemas, IsEmpty());
    EXPECT_FALSE(datasource->relation_mode_prisma);
    EXPECT_FALSE(testing::parse("model A {\n id Int @id\n}\n").datasource.has_value());
}

TEST(Psl, a_single_schema_may_stand_without_brackets) {
    EXPECT_THAT(testing::parse("datasource db {\n schemas = \"app\"\n}\n").datasource->schemas, ElementsAre("app"));
}

TEST(Psl, the_first_datasource_counts) {
    const std::vector<PslFile> files = {{"a.prisma", "model A {\n id Int @id\n}\n"},
                                        {"b.prisma", "datasource one {\n}\ndatasource two {\n}\n"}};
    EXPECT_EQ(read_datasource(files)->name, "one");
    EXPECT_EQ(read_datasource(files)->path, "b.prisma");
    EXPECT_EQ(parse_psl(files).datasource->name, "one");
    EXPECT_THAT(parse_psl(files).warnings, ElementsAre(HasSubstr("b.prisma:3: there is more than one datasource")));
}

TEST(Psl, preview_features_of_all_generators_are_listed) {
    const auto document = testing::parse(
        "generator a {\n previewFeatures = [\"views\", \"multiSchema\"]\n}\ngenerator b {\n "
        "previewFeatures = \"relationJoins\"\n}\n");
    EXPECT_THAT(document.preview_features, ElementsAre("views", "multiSchema", "relationJoins"));
}

/// Hostile input must cost no more than its size: each of these took quadratic time in some draft.
TEST(Psl, hostile_texts_are_read_in_linear_time) {
    const auto repeat = [](const std::string& text) {
        std::string all;
        while (all.size() < 20'000) {
            all += text;
        }
        return all;
    };
    for (const std::string& text :
         {repeat("/*"), repeat("\""), repeat("datasource a\n"), "datasource a {\n" + repeat("a = [ /*\n"),
          "datasource a {\n" + repeat("a = [\n"), "x {\n" + repeat("/*{"), "x {\n" + repeat("\"{\n"),
          "model A {\n id Int @id\n" + repeat(" a A[]\n") + "}\n", repeat("model A {\n id Int @id\n}\n"),
          "model A {\n id Int" + repeat(" @a") + "\n}\n", repeat("model"), repeat(" ") + "?"}) {
        const auto start = std::chrono::steady_clock::now();
        try {
            (void)tolerant(text);
            (void)testing::parse(text);
        } catch (const PslError&) {  // refused is as good as read
        }
        // Some 10 ms in a debug build; quadratic it would be many seconds.
        EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5)) << text.substr(0, 40);
    }
}

}  // namespace
}  // namespace migration_guard
