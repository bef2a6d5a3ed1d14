#include "prisma/migrations_dir.hpp"

#include "base/failure.hpp"
#include "prisma/checksum.hpp"
#include "prisma/project.hpp"
#include "support/image.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace migration_guard::prisma {
namespace {

using test::Image;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

class ReadBundle : public testing::Test {
protected:
    Bundle read(bool by_locale = true) { return read_bundle(image.path("m"), by_locale, notices); }
    std::vector<std::string> names(bool by_locale = true) {
        std::vector<std::string> result;
        for (const auto& migration : read(by_locale).migrations) result.push_back(migration.name);
        return result;
    }
    std::string refusal(const std::string& provider = "postgresql") {
        try {
            read_bundle(image.path("m"), true, notices, provider);
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code, ExitCode::bundle_unreadable);
            EXPECT_FALSE(failure.hint.empty());
            hint = failure.hint;
            return failure.what();
        }
        return "accepted";
    }
    Image image;
    std::vector<std::string> notices;
    std::string hint;  ///< of the last refusal
};

TEST_F(ReadBundle, ScriptsAndChecksums) {
    image.file("m/1_a/migration.sql", "select 1;\n").file("m/1_a/down.sql", "x").file("m/README", "x");
    image.file("m/2_b/migration.sql", "");
    const auto bundle = read();
    ASSERT_EQ(bundle.migrations.size(), 2U);
    EXPECT_EQ(bundle.migrations[0].script, "select 1;\n");
    EXPECT_EQ(bundle.migrations[0].checksums.as_is, sha256("select 1;\n"));
    EXPECT_TRUE(bundle.migrations[1].has_script) << "an empty script is valid";
    EXPECT_THAT(notices, IsEmpty());
}

TEST_F(ReadBundle, OrderIsTheCliS) {
    for (const auto* name : {"10_x", "1_init", "0_init"}) image.file(std::string("m/") + name + "/migration.sql");
    EXPECT_THAT(names(true), ElementsAre("0_init", "1_init", "10_x"));
    EXPECT_THAT(names(false), ElementsAre("0_init", "10_x", "1_init"));
}

TEST_F(ReadBundle, HiddenDirectoriesCountAndLinksDoNot) {
    image.file("m/1_a/migration.sql").folder("m/.git").file("elsewhere/migration.sql");
    image.link("m/2_link", image.path("elsewhere")).link("m/dangling", "nowhere").link("m/file", "1_a/migration.sql");
    EXPECT_THAT(names(), ElementsAre(".git", "1_a"));
    EXPECT_THAT(notices, ElementsAre(HasSubstr("2_link is a symbolic link")));
}

TEST_F(ReadBundle, AScriptMayBeALink) {
    image.file("shared.sql", "select 2;").folder("m/1_a").link("m/1_a/migration.sql", image.path("shared.sql"));
    EXPECT_EQ(read().migrations.at(0).script, "select 2;");
}

TEST_F(ReadBundle, ADirectoryWithoutScriptIsKept) {
    image.file("m/1_a/migration.sql").folder("m/2_b").folder("m/3_c/migration.sql");
    const auto bundle = read();
    EXPECT_FALSE(bundle.migrations.at(1).has_script);
    EXPECT_FALSE(bundle.migrations.at(2).has_script);
    EXPECT_THAT(notices, ElementsAre(HasSubstr("3_c/migration.sql is a directory")));
}

TEST_F(ReadBundle, InvalidUtf8IsDecodedFirstAsNodeDoes) {
    image.file("m/1_a/migration.sql", "select '\xff';");
    const auto migration = read().migrations.at(0);
    EXPECT_EQ(migration.script, "select '\xef\xbf\xbd';");
    EXPECT_EQ(migration.checksums.as_is, sha256("select '\xef\xbf\xbd';"));
    EXPECT_THAT(notices, ElementsAre(HasSubstr("not valid UTF-8")));
}

TEST_F(ReadBundle, NoDirectoryIsRefused) {
    EXPECT_EQ(refusal(), "no migrations: " + image.path("m").string() + " is not a directory");
    image.file("m");
    EXPECT_THAT(refusal(), HasSubstr("is not a directory"));
}

TEST_F(ReadBundle, NothingToApplyIsRefused) {
    image.folder("m");
    EXPECT_THAT(refusal(), HasSubstr("no migration at all in"));
    image.file("m/migration_lock.toml", "provider = \"postgresql\"\n");
    EXPECT_THAT(refusal(), HasSubstr("no migration at all in"));
}

TEST_F(ReadBundle, WhatCannotBeReadIsRefusedWithPathAndReason) {
    image.folder("m/1_a");
    ASSERT_EQ(::mkfifo(image.path("m/1_a/migration.sql").c_str(), 0600), 0);
    EXPECT_THAT(refusal(), HasSubstr("1_a/migration.sql: is not a regular file"));
    image.file("m/0_big/migration.sql");
    std::filesystem::resize_file(image.path("m/0_big/migration.sql"),
                                 256UL * 1024 * 1024 + 1);  // a hole: nothing is written or read
    EXPECT_THAT(refusal(), HasSubstr("0_big/migration.sql: larger than 256 MiB"));
    EXPECT_THAT(hint, HasSubstr("pg_restore"));
    std::filesystem::remove_all(image.path("m/0_big"));
    if (::geteuid() == 0) return;  // root reads everything
    image.file("m/0_b/migration.sql");
    ::chmod(image.path("m/0_b/migration.sql").c_str(), 0);
    EXPECT_THAT(refusal(), HasSubstr("0_b/migration.sql: permission denied"));
}

TEST_F(ReadBundle, Prisma8LayoutsAreRefusedByName) {
    image.file("m/app/20260101T0000_init/ops.json").file("m/app/20260101T0000_init/migration.json");
    EXPECT_THAT(refusal(), HasSubstr("written by Prisma 8"));
}

struct LockCase {
    const char* text;
    const char* provider;
};

// prisma-engines: schema-connector/src/migrations_directory.rs, seen with the real CLI 6.19 and 7.10.
TEST(LockedProvider, IsReadAsPrismaReadsIt) {
    for (const auto& [text, provider] : std::vector<LockCase>{
             {"# Please do not edit\n# It should be added\nprovider = \"postgresql\"\n", "postgresql"},
             {"provider = \"postgresql\"\r\n", "postgresql"},
             {"provider = \"postgresql\"", "postgresql"},
             {"provider = \"mysql\"\n", "mysql"},
             {"provider = postgresql\n", "postgresql"},
             {"provider=\"postgresql\"\n", "provider=\"postgresql"},
             {"provider = 'postgresql'\n", "'postgresql'"},
             {"provider = \"postgresql\" \n", "postgresql\" "},
             {"  provider = \"postgresql\"\n", "<PROVIDER NOT FOUND>"},
             {"", "<PROVIDER NOT FOUND>"},
             {"provider = \"postgres\"\n", "postgres"},
         })
        EXPECT_EQ(locked_provider(text), provider) << text;
}

TEST_F(ReadBundle, AnotherProviderIsRefused) {
    image.file("m/1_a/migration.sql").file("m/migration_lock.toml", "provider = \"mysql\"\n");
    EXPECT_THAT(refusal(), HasSubstr("is for the provider mysql, not postgresql"));
    image.file("m/migration_lock.toml", "provider=\"postgresql\"\n");
    EXPECT_THAT(refusal(), HasSubstr("P3019"));
    image.file("m/migration_lock.toml", "provider = \"cockroachdb\"\n");
    EXPECT_EQ(refusal("cockroachdb"), "accepted");
}

}  // namespace
}  // namespace migration_guard::prisma
