#include "prisma/dotenv.hpp"

#include "base/failure.hpp"
#include "support/image.hpp"

#include <gmock/gmock.h>

namespace migration_guard::prisma {
namespace {

using test::Image;
using testing::ElementsAre;
using testing::HasSubstr;

struct Case {
    const char* text;
    Environment expected;
};

// What dotenv 16 makes of each text.
TEST(Dotenv, ReadsWhatDotenvReads) {
    const std::vector<Case> cases{
        {"A=1\nB=2", {{"A", "1"}, {"B", "2"}}},
        {"A = 1 \r\nB:\t2\rC: 3", {{"A", "1"}, {"B", "2"}, {"C", "3"}}},
        {"A:1", {}},
        {"export A=1\nexport B", {{"A", "1"}}},
        {"export=1", {{"export", "1"}}},
        {"  A=1 # comment", {{"A", "1"}}},
        {"A=1#2", {{"A", "1"}}},
        {"# A=1\n#B=2\nC=3", {{"C", "3"}}},
        {"A='x#y' # z\nB=\"x y\"\nC=`it's`", {{"A", "x#y"}, {"B", "x y"}, {"C", "it's"}}},
        {"A=\"a\\nb\\rc\\t\"", {{"A", "a\nb\rc\\t"}}},
        {"A='a\\nb'", {{"A", "a\\nb"}}},
        {"A='one\ntwo'\nB=3", {{"A", "one\ntwo"}, {"B", "3"}}},
        {"A=\nB=2", {{"A", ""}, {"B", "2"}}},
        {"A=\n'x'", {{"A", "x"}}},
        {"A=\"unterminated\nB=2", {{"A", "\"unterminated"}, {"B", "2"}}},
        {"A='x' y", {{"A", "'x' y"}}},
        {"A='x' 'y'", {{"A", "x' 'y"}}},
        {"A='it\\'s'", {{"A", "it\\'s"}}},
        {"A='x\\'\nB=2", {{"A", "x\\"}, {"B", "2"}}},
        {"A=1\nA=2", {{"A", "2"}}},
        {"A.b-c=1\nno line\n=x\nB=2", {{"A.b-c", "1"}, {"B", "2"}}},
        {"A=postgresql://u:p%40@h:5432/d?schema=x&y=z", {{"A", "postgresql://u:p%40@h:5432/d?schema=x&y=z"}}},
        {"\xef\xbb\xbf"
         "A=1",
         {{"A", "1"}}},
        {"", {}},
    };
    for (const auto& [text, expected] : cases) EXPECT_EQ(parse_dotenv(text), expected) << text;
}

TEST(Dotenv, ExpandsBracedReferences) {
    const Environment parsed{{"HOST", "db"},      {"URL", "pg://${USER}@${HOST}/${NONE}x"},
                             {"PLAIN", "$HOST"},  {"LIT", "\\${HOST}"},
                             {"TWICE", "${URL}"}, {"SET", "file"}};
    const Environment environment{{"USER", "me"}, {"SET", "process"}};
    const auto result = expand_dotenv(parsed, environment);
    EXPECT_EQ(result.at("URL"), "pg://me@db/x");
    EXPECT_EQ(result.at("PLAIN"), "$HOST");
    EXPECT_EQ(result.at("LIT"), "${HOST}");
    EXPECT_EQ(result.at("TWICE"), "pg://me@db/x");
    EXPECT_EQ(result.at("SET"), "process");
}

TEST(Dotenv, EndlessReferencesEnd) {
    EXPECT_FALSE(expand_dotenv({{"A", "${A}${A}"}}, {}).empty());
    Environment wide;
    for (int i = 0; i < 30; ++i) {
        std::string value;
        for (int j = 0; j < 100; ++j) value += "${V" + std::to_string(i + 1) + "}";
        wide["V" + std::to_string(i)] = value;
    }
    EXPECT_EQ(expand_dotenv(wide, {}).size(), 30U);
}

class DotenvFiles : public testing::Test {
protected:
    DotenvFiles() {
        image.file("package.json", "{}").file("prisma/schema.prisma");
        project.directory = image.path();
        project.schema_path = image.path("prisma/schema.prisma");
    }
    Environment read(const Environment& environment = {}) {
        return read_dotenv(project, environment, {"DATABASE_URL", "DIRECT_URL"}, notices);
    }
    Image image;
    Project project;
    std::vector<std::string> notices;
};

TEST_F(DotenvFiles, RootWinsOverPrismasFolder) {
    image.file(".env", "DATABASE_URL=root\n").file("prisma/.env", "DATABASE_URL=schema\nDIRECT_URL=direct\nOTHER=1\n");
    EXPECT_EQ(read(), (Environment{{"DATABASE_URL", "root"}, {"DIRECT_URL", "direct"}}));
    EXPECT_THAT(notices, ElementsAre(HasSubstr("DATABASE_URL is taken from"), HasSubstr("prisma/.env")));
}

TEST_F(DotenvFiles, TheProcessWinsAndEmptyCountsAsUnset) {
    image.file(".env", "DATABASE_URL=file\nDIRECT_URL=file\n");
    EXPECT_EQ(read({{"DATABASE_URL", "process"}, {"DIRECT_URL", ""}}), (Environment{{"DIRECT_URL", "file"}}));
}

TEST_F(DotenvFiles, TheSameValueTwiceIsRefusedAsPrismaRefusesIt) {
    image.file(".env", "DATABASE_URL=same\n").file("prisma/.env", "DATABASE_URL=same\n");
    try {
        read();
        FAIL() << "accepted";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::config_invalid);
        EXPECT_THAT(failure.what(), HasSubstr("DATABASE_URL stands with the same value"));
        EXPECT_THAT(failure.what(), testing::Not(HasSubstr("same\n")));
    }
}

TEST_F(DotenvFiles, NotWithAConfigFileAndNotWithPrisma7) {
    image.file(".env", "DATABASE_URL=file\n");
    project.config_file = image.path("prisma.config.ts");
    EXPECT_TRUE(read().empty());
    project.config_file.reset();
    project.cli = Cli{};
    project.cli->major = 7;
    EXPECT_TRUE(read().empty());
    project.cli->major = 6;
    EXPECT_EQ(read().size(), 1U);
}

TEST_F(DotenvFiles, BesideANamedSchemaFirst) {
    image.file("db/.env", "DATABASE_URL=db\n").file("prisma/.env", "DATABASE_URL=prisma\n");
    project.schema_path = image.path("db/schema.prisma");
    EXPECT_EQ(read().at("DATABASE_URL"), "prisma") << "the CLI is not told about db/";
    project.pass_schema_path = true;
    EXPECT_EQ(read().at("DATABASE_URL"), "db");
}

TEST_F(DotenvFiles, OneFileIsNoConflictWithItself) {
    image.file(".env", "DATABASE_URL=x\n");
    EXPECT_EQ(read().at("DATABASE_URL"), "x");
}

}  // namespace
}  // namespace migration_guard::prisma
