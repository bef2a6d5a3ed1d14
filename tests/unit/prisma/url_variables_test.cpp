#include "prisma/url_variables.hpp"

#include "base/failure.hpp"
#include "support/image.hpp"

#include <gmock/gmock.h>

namespace migration_guard::prisma {
namespace {

using test::Image;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class Urls : public testing::Test {
protected:
    Urls() {
        image.file("package.json", "{}").file("prisma/schema.prisma");
        project.directory = image.path();
        project.schema_path = image.path("prisma/schema.prisma");
        datasource.url_env = "DATABASE_URL";
    }
    UrlVariables resolve() { return resolve_urls(settings, project, datasource, environment); }
    std::string refusal() {
        try {
            resolve();
        } catch (const Failure& failure) {
            EXPECT_EQ(failure.code, ExitCode::config_invalid);
            EXPECT_THAT(failure.what(), Not(HasSubstr("s3cret")));
            EXPECT_THAT(failure.hint, Not(HasSubstr("s3cret")));
            return failure.what() + std::string(" | ") + failure.hint;
        }
        return "accepted";
    }
    Image image;
    Settings settings;
    Project project;
    DatasourceUrls datasource;
    Environment environment;
};

TEST_F(Urls, FromTheVariableThatTheDatasourceNames) {
    datasource.url_env = "PG_URL";
    environment = {{"PG_URL", "postgresql://a"}, {"DATABASE_URL", "postgresql://b"}};
    EXPECT_EQ(resolve().app.value, "postgresql://a");
    EXPECT_EQ(resolve().app.variable, "PG_URL");
    EXPECT_EQ(resolve().app.from, "environment");
    EXPECT_FALSE(resolve().direct);
    EXPECT_EQ(&resolve().migrate() == nullptr, false);
}

TEST_F(Urls, SettingsWinOverConfigOverSchemaOverDefault) {
    environment = {{"S", "s"}, {"C", "c"}, {"D", "d"}, {"DATABASE_URL", "x"}};
    datasource.url_env = "";
    EXPECT_EQ(resolve().app.value, "x");
    datasource.url_env = "D";
    EXPECT_EQ(resolve().app.value, "d");
    project.config_url_env = "C";
    EXPECT_EQ(resolve().app.value, "c");
    settings.database_url_env = "S";
    EXPECT_EQ(resolve().app.value, "s");
}

TEST_F(Urls, DirectUrlWhenSet) {
    environment = {{"DATABASE_URL", "pooled"}, {"DIRECT_URL", "direct"}};
    EXPECT_EQ(resolve().direct->value, "direct");
    EXPECT_EQ(resolve().migrate().value, "direct");
    environment["DIRECT_URL"] = "";
    EXPECT_FALSE(resolve().direct) << "empty counts as unset";
    EXPECT_THAT(resolve().notices, IsEmpty());
    datasource.direct_env = "DIRECT_URL";
    EXPECT_THAT(resolve().notices, ElementsAre(HasSubstr("DIRECT_URL is named as the direct URL but not set")));
}

TEST_F(Urls, SecretsFromFiles) {
    image.file("secret", "postgresql://u:s3cret@db/x\n");
    environment = {{"DATABASE_URL_FILE", image.path("secret").string()}};
    EXPECT_EQ(resolve().app.value, "postgresql://u:s3cret@db/x");
    EXPECT_THAT(resolve().app.from, HasSubstr("DATABASE_URL_FILE ("));
    environment["DATABASE_URL"] = "postgresql://other";
    EXPECT_THAT(refusal(), HasSubstr("DATABASE_URL and DATABASE_URL_FILE are both set"));
    environment = {{"DATABASE_URL_FILE", "/nowhere"}};
    EXPECT_THAT(refusal(), HasSubstr("cannot read /nowhere, which DATABASE_URL_FILE names: no such file"));
    image.file("empty", "\n");
    environment = {{"DATABASE_URL_FILE", image.path("empty").string()}};
    EXPECT_THAT(refusal(), HasSubstr("is empty"));
}

TEST_F(Urls, ANewlineIsTrimmedOnlyFromAFile) {
    environment = {{"DATABASE_URL", "postgresql://x\n"}};
    EXPECT_EQ(resolve().app.value, "postgresql://x\n");
}

TEST_F(Urls, QuotesAreRefusedWithTheReason) {
    environment = {{"DATABASE_URL", "\"postgresql://u:s3cret@db/x\""}};
    EXPECT_THAT(refusal(), HasSubstr("DATABASE_URL begins with a quote"));
    environment = {{"DATABASE_URL", "postgresql://db"}, {"DIRECT_URL", "'postgresql://u:s3cret@db'"}};
    EXPECT_THAT(refusal(), HasSubstr("DIRECT_URL begins with a quote"));
}

TEST_F(Urls, MissingNamesTheVariable) {
    datasource.url_env = "PG_URL";
    EXPECT_THAT(refusal(), HasSubstr("no database URL: PG_URL is not set, nor PG_URL_FILE"));
    EXPECT_THAT(refusal(), HasSubstr("databaseUrlEnv"));
}

TEST_F(Urls, AnUnreadEnvFileIsMentioned) {
    image.file(".env", "DATABASE_URL=postgresql://x");
    project.config_file = image.path("prisma.config.ts");
    EXPECT_THAT(refusal(), HasSubstr("nor DATABASE_URL_FILE (a .env file is not read beside a Prisma config file)"));
}

TEST_F(Urls, AComputedConfigNamesTheKey) {
    datasource.url_env = "";
    project.config_file = image.path("prisma.config.ts");
    project.config_url_unknown = true;
    EXPECT_THAT(refusal(), HasSubstr("prisma.config.ts computes datasource.url"));
    environment["DATABASE_URL"] = "postgresql://x";
    EXPECT_EQ(resolve().app.value, "postgresql://x");
}

TEST_F(Urls, LiteralsOfSchemaAndConfig) {
    datasource = {.url_env = "", .url_literal = "postgresql://lit", .direct_env = "", .direct_literal = ""};
    EXPECT_EQ(resolve().app.value, "postgresql://lit");
    EXPECT_EQ(resolve().app.variable, "url of schema.prisma");
    settings.database_url_env = "X";
    environment["X"] = "postgresql://env";
    EXPECT_EQ(resolve().app.value, "postgresql://env");
}

TEST_F(Urls, DotenvOnlyWhenUnset) {
    image.file(".env", "DATABASE_URL=\"postgresql://file\"\nDIRECT_URL=postgresql://direct\n");
    datasource.direct_env = "DIRECT_URL";
    EXPECT_EQ(resolve().app.value, "postgresql://file");
    EXPECT_EQ(resolve().app.from, ".env");
    EXPECT_EQ(resolve().direct->value, "postgresql://direct");
    EXPECT_THAT(resolve().notices, ElementsAre(HasSubstr(".env"), HasSubstr(".env")));
    environment["DATABASE_URL"] = "postgresql://env";
    EXPECT_EQ(resolve().app.value, "postgresql://env");
    image.file("secret", "postgresql://secret");
    environment = {{"DATABASE_URL_FILE", image.path("secret").string()}};
    EXPECT_EQ(resolve().app.value, "postgresql://secret") << "a secret file is a set variable";
}

TEST_F(Urls, DotenvGivesNoDirectUrlThatNothingNames) {
    image.file(".env", "DATABASE_URL=postgresql://file\nDIRECT_URL=postgresql://localhost/dev\n");
    environment["DATABASE_URL"] = "postgresql://env";
    EXPECT_FALSE(resolve().direct) << "Prisma would not go there";
    EXPECT_THAT(resolve().notices, testing::IsEmpty());
    settings.direct_url_env = "DIRECT_URL";
    EXPECT_EQ(resolve().direct->value, "postgresql://localhost/dev");
    settings.direct_url_env.clear();
    environment["DIRECT_URL"] = "postgresql://set";
    EXPECT_EQ(resolve().direct->value, "postgresql://set");
}

TEST_F(Urls, EveryNameThatTheCliMayReadIsGivenToIt) {
    settings.database_url_env = "APP_URL";
    settings.direct_url_env = "ADMIN_URL";
    project.config_url_env = "CONFIG_URL";
    project.config_direct_url_env = "CONFIG_DIRECT";
    datasource.direct_env = "DIRECT_URL";
    environment = {{"APP_URL", "a"}, {"DATABASE_URL", "b"}};
    EXPECT_THAT(resolve().cli_variables,
                ElementsAre("APP_URL", "ADMIN_URL", "CONFIG_URL", "CONFIG_DIRECT", "DATABASE_URL", "DIRECT_URL"));
    EXPECT_FALSE(resolve().cli_literal);
}

TEST_F(Urls, AUrlThatIsWrittenOutIsTheCliSWhateverIsSet) {
    settings.database_url_env = "APP_URL";
    environment = {{"APP_URL", "a"}};
    datasource = {.url_env = "", .url_literal = "postgresql://lit", .direct_env = "", .direct_literal = ""};
    EXPECT_EQ(resolve().cli_literal->value, "postgresql://lit");
    EXPECT_EQ(resolve().cli_literal->variable, "url of schema.prisma");
    datasource.direct_env = "DIRECT_URL";
    EXPECT_FALSE(resolve().cli_literal) << "the CLI prefers the direct one";
    project.config_file = image.path("prisma.config.ts");
    project.config_url_literal = "postgresql://config";
    EXPECT_EQ(resolve().cli_literal->value, "postgresql://config") << "and the config file to the schema";
    project.config_url_unknown = true;
    EXPECT_FALSE(resolve().cli_literal);
}

TEST_F(Urls, AComputedUrlIsRefusedOrWarnedAbout) {
    EXPECT_FALSE(computed_url(settings, project));
    project.config_file = image.path("prisma.config.ts");
    project.config_url_unknown = true;
    EXPECT_THAT(computed_url(settings, project)->told, HasSubstr("may be another database"));
    EXPECT_THAT(computed_url(settings, project)->remedy, HasSubstr("databaseUrlEnv"));
    settings.database_url_env = "APP_URL";
    EXPECT_THAT(computed_url(settings, project)->told, HasSubstr("APP_URL"));
    EXPECT_EQ(computed_url(settings, project)->remedy, "");
}

TEST_F(Urls, NamesForMessages) {
    datasource.direct_env = "DIRECT";
    EXPECT_EQ(url_variable_names(settings, project, datasource),
              std::pair(std::string("DATABASE_URL"), std::string("DIRECT")));
}

}  // namespace
}  // namespace migration_guard::prisma
