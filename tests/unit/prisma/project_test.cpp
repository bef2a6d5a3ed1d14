#include "prisma/project.hpp"

#include "base/failure.hpp"
#include "prisma/find_schema.hpp"
#include "support/image.hpp"

#include <gmock/gmock.h>

#include <algorithm>

namespace migration_guard::prisma {
namespace {

using test::Image;
using testing::ElementsAre;
using testing::HasSubstr;

class FindProject : public testing::Test {
protected:
    FindProject() {
        image.program("bin/node");
        environment["PATH"] = image.path("bin").string();
    }
    Project find(std::string_view below = "app") { return find_project(settings, environment, image.path(below)); }
    /// Schema and migrations, relative to the image.
    std::pair<std::string, std::string> places(std::string_view below = "app") {
        const auto project = find(below);
        return {project.schema_path.lexically_relative(image.path()).string(),
                project.migrations_dir.lexically_relative(image.path()).string()};
    }
    std::pair<int, std::string> refusal(std::string_view below = "app") {
        try {
            find(below);
        } catch (const Failure& failure) {
            EXPECT_FALSE(failure.hint.empty());
            return {number(failure.code), failure.what()};
        }
        return {0, "accepted"};
    }
    Image& usual() {
        return image.file("app/prisma/schema.prisma", "datasource db {\n}\n").folder("app/prisma/migrations/1_a");
    }
    using Places = std::pair<std::string, std::string>;
    Image image;
    Settings settings;
    Environment environment;
};

TEST_F(FindProject, TheUsualPlace) {
    usual();
    for (const auto* version : {"4.16.2", "5.22.0", "6.19.3"}) {
        image.cli(version, "app");
        EXPECT_EQ(places(), Places("app/prisma/schema.prisma", "app/prisma/migrations")) << version;
        EXPECT_EQ(find().cli->version, version);
    }
}

TEST_F(FindProject, AFolderIsWalkedOnlySoFar) {
    image.file("app/db/a.prisma").file("app/db/below/b.prisma").folder("app/db/migrations");
    const auto folder = image.path("app/db");
    EXPECT_THAT(schema_files_in(folder, 4), ElementsAre(folder / "a.prisma", folder / "below/b.prisma"));
    try {
        schema_files_in(folder, 3);
        ADD_FAILURE() << "accepted";
    } catch (const Failure& failure) {
        EXPECT_EQ(failure.code, ExitCode::config_invalid);
        EXPECT_EQ(failure.what(), "the schema folder " + folder.string() + " holds more than 3 files and directories");
        EXPECT_THAT(failure.hint, HasSubstr("schemaPath"));
    }
}

TEST_F(FindProject, WithoutACliToo) {
    usual();
    const auto project = find();
    EXPECT_EQ(project.schema_files, std::vector{image.path("app/prisma/schema.prisma")});
    EXPECT_FALSE(project.cli);
    EXPECT_THAT(project.cli_missing, HasSubstr("no node_modules/prisma in " + image.path("app").string()));
}

TEST_F(FindProject, TheTopLevelSchemaWins) {
    usual().file("app/schema.prisma").folder("app/migrations").cli("6.19.3", "app");
    EXPECT_EQ(places(), Places("app/schema.prisma", "app/migrations"));
}

TEST_F(FindProject, PackageJsonUpToSix) {
    usual().file("app/package.json", R"({"prisma":{"schema":"db/my.prisma"}})");
    image.file("app/db/my.prisma").folder("app/db/migrations");
    for (const auto* version : {"4.16.2", "5.22.0", "6.19.3"}) {
        image.cli(version, "app");
        EXPECT_EQ(places(), Places("app/db/my.prisma", "app/db/migrations")) << version;
    }
    image.cli("7.10.1", "app").file("app/prisma.config.ts", "export default {}");
    EXPECT_EQ(places(), Places("app/prisma/schema.prisma", "app/prisma/migrations"));
}

TEST_F(FindProject, PackageJsonNamesNothing) {
    usual().file("app/package.json", R"({"prisma":{"schema":"gone.prisma"}})");
    EXPECT_EQ(refusal().first, 66);
    EXPECT_THAT(refusal().second, HasSubstr("package.json (prisma.schema) names"));
}

TEST_F(FindProject, FolderSchemasByRelease) {
    image.file("app/prisma/schema/base/db.prisma", "datasource db {\n provider = \"postgresql\"\n}\n");
    image.file("app/prisma/schema/user.prisma", "model U { id Int @id }\n").file("app/prisma/schema/notes.txt");
    image.folder("app/prisma/schema/migrations").folder("app/prisma/migrations");
    image.folder("app/prisma/schema/base/migrations");
    image.file("app/prisma.config.ts", "export default { schema: 'prisma/schema' }");
    image.cli("6.19.3", "app");
    EXPECT_EQ(places(), Places("app/prisma/schema", "app/prisma/schema/base/migrations"));
    EXPECT_THAT(find().schema_files, ElementsAre(image.path("app/prisma/schema/base/db.prisma"),
                                                 image.path("app/prisma/schema/user.prisma")));
    image.cli("7.10.1", "app");
    EXPECT_EQ(places(), Places("app/prisma/schema", "app/prisma/schema/migrations"));
    image.cli("6.6.0", "app");
    EXPECT_EQ(places(), Places("app/prisma/schema", "app/prisma/migrations"));
}

TEST_F(FindProject, TheDefaultFolderNeedsThePreviewFeature) {
    image.file("app/prisma/schema/db.prisma", "datasource db {\n}\n").folder("app/prisma/migrations");
    image.cli("5.22.0", "app");
    EXPECT_EQ(refusal().first, 66);
    image.file("app/prisma/schema/db.prisma", "generator c {\n previewFeatures = [\"prismaSchemaFolder\"]\n}\n");
    EXPECT_EQ(places(), Places("app/prisma/schema", "app/prisma/migrations"));
    image.file("app/prisma/schema.prisma");
    EXPECT_THAT(refusal().second, HasSubstr("both"));
    image.cli("6.19.3", "app");
    EXPECT_EQ(places().first, "app/prisma/schema.prisma");
}

TEST_F(FindProject, WithoutACliTwoMigrationDirectoriesAreRefused) {
    image.file("app/prisma/schema/db.prisma", "datasource db {\n}\n").folder("app/prisma/migrations");
    EXPECT_EQ(places(), Places("app/prisma/schema", "app/prisma/migrations"));
    image.folder("app/prisma/schema/migrations");
    EXPECT_EQ(refusal().first, 78);
    settings.migrations_dir = "prisma/migrations";
    EXPECT_EQ(places(), Places("app/prisma/schema", "app/prisma/migrations"));
}

TEST_F(FindProject, SymlinkedFoldersAreReadOnceAndCyclesEnd) {
    image.file("shared/extra.prisma").file("app/prisma/schema/db.prisma", "datasource db {\n}\n");
    image.link("app/prisma/schema/shared", image.path("shared")).link("shared/loop", image.path("app/prisma/schema"));
    image.folder("app/prisma/schema/migrations");
    settings.schema_path = "prisma/schema";
    const auto files = find().schema_files;
    EXPECT_THAT(files, ElementsAre(image.path("app/prisma/schema/db.prisma"),
                                   image.path("app/prisma/schema/shared/extra.prisma")));
}

TEST_F(FindProject, ConfiguredPathsMustExist) {
    usual();
    settings.schema_path = "nowhere.prisma";
    EXPECT_EQ(refusal(), std::pair(78, "schemaPath names " + image.path("app/nowhere.prisma").string() +
                                           ", which does not exist"));
    settings.schema_path.clear();
    settings.migrations_dir = "nowhere";
    EXPECT_EQ(refusal().first, 78);
    settings.migrations_dir = image.path("app/prisma/migrations").string();
    EXPECT_EQ(places().second, "app/prisma/migrations");
}

TEST_F(FindProject, NothingThereIsSixtySix) {
    image.folder("app");
    EXPECT_EQ(refusal().first, 66);
    EXPECT_THAT(refusal().second, HasSubstr("no schema.prisma"));
    image.file("app/prisma/schema.prisma");
    EXPECT_EQ(refusal().first, 0) << "the URL is judged first; read_bundle tells";
}

TEST_F(FindProject, Prisma8IsNamed) {
    image.file("app/migrations/app/20260101T0000_init/ops.json");
    EXPECT_THAT(refusal().second, HasSubstr("Prisma 8"));
}

TEST_F(FindProject, ComputedPathsNameTheKey) {
    usual().cli("7.10.1", "app").file("app/prisma.config.ts", "export default { schema: find() }");
    EXPECT_EQ(refusal().first, 78);
    settings.schema_path = "prisma/schema.prisma";
    EXPECT_EQ(refusal().first, 0);
    image.file("app/prisma.config.ts", "export default { migrations: { path: find() } }");
    EXPECT_THAT(refusal().second, HasSubstr("computes migrations.path"));
    settings.migrations_dir = "prisma/migrations";
    EXPECT_EQ(refusal().first, 0);
    image.file("app/prisma.config.ts", "export default { migrations: { path: process.env.DIR } }");
    settings.migrations_dir.clear();
    environment["DIR"] = "prisma/migrations";
    EXPECT_EQ(places().second, "app/prisma/migrations");
}

TEST_F(FindProject, PathsOfTheConfigFileAreRelativeToIt) {
    image.file("app/.config/prisma.ts", "export default { schema: '../db/s.prisma', migrations: { path: '../mig' } }");
    image.file("app/db/s.prisma").folder("app/mig").cli("7.10.1", "app");
    EXPECT_EQ(places(), Places("app/db/s.prisma", "app/mig"));
}

TEST_F(FindProject, UrlsOfTheConfigFile) {
    usual().file("app/prisma.config.ts", "export default { datasource: { url: env('A'), directUrl: env('B') } }");
    image.cli("6.19.3", "app");
    EXPECT_EQ(find().config_url_env, "") << "only with engine: 'classic'";
    image.file("app/prisma.config.ts",
               "export default { engine: 'classic', datasource: { url: env('A'), directUrl: env('B') } }");
    EXPECT_EQ(find().config_url_env, "A");
    EXPECT_EQ(find().config_direct_url_env, "B");
    EXPECT_FALSE(find().config_url_unknown);
    image.file("app/prisma.config.ts",
               "export default { engine: 'classic', datasource: { url: env('A'), directUrl: make() } }");
    EXPECT_TRUE(find().config_url_unknown);
    image.file("app/prisma.config.ts",
               "export default { engine: 'classic', datasource: { url: env('A'), directUrl: env('B') } }");
    image.cli("7.10.1", "app");
    EXPECT_EQ(find().config_url_env, "A");
    EXPECT_EQ(find().config_direct_url_env, "") << "an unknown key in 7";
    image.file("app/prisma.config.ts", "export default { datasource: { url: make() } }");
    EXPECT_TRUE(find().config_url_unknown);
}

TEST_F(FindProject, ExternalTablesOfTheConfigFile) {
    usual().file("app/prisma.config.ts",
                 "export default defineConfig({ tables: { external: ['auth.users', 'legacy', ...more] }, enums: { "
                 "external: ['auth.kind'] } })");
    const auto project = find();
    EXPECT_THAT(project.external_tables, ElementsAre("auth.users"));
    EXPECT_THAT(project.external_enums, ElementsAre("auth.kind"));
    EXPECT_THAT(project.notices, ElementsAre(HasSubstr("\"legacy\" has no schema"), HasSubstr("is computed")));
}

TEST_F(FindProject, CliInPnpmsLayout) {
    usual();
    const std::string store = "app/node_modules/.pnpm/prisma@6.19.3/node_modules/";
    image.file(store + "prisma/package.json", R"({"name":"prisma","version":"6.19.3"})");
    image.file(store + "prisma/build/index.js").folder(store + "@prisma/engines");
    image.link("app/node_modules/prisma", image.path(store + "prisma"));
    const auto cli = *find().cli;
    EXPECT_THAT(cli.argv,
                ElementsAre(image.path("bin/node").string(), image.path(store + "prisma/build/index.js").string()));
    EXPECT_THAT(cli.problem, HasSubstr("no schema engine in"));
    EXPECT_THAT(cli.remedy, HasSubstr("pnpm 10"));
}

TEST_F(FindProject, CliOfAWorkspaceRoot) {
    image.cli("6.19.3", "repo").file("repo/packages/api/prisma/schema.prisma");
    image.folder("repo/packages/api/prisma/migrations");
    EXPECT_EQ(find("repo/packages/api").cli->version, "6.19.3");
}

TEST_F(FindProject, CliAndConfigOfThePackageThatOwnsTheSchema) {
    image.cli("7.10.1", "repo/packages/db").file("repo/packages/db/package.json", "{}");
    image.file("repo/packages/db/prisma.config.ts", "export default { datasource: { url: env('X') } }");
    image.file("repo/packages/db/prisma/schema.prisma").folder("repo/packages/db/prisma/migrations");
    settings.schema_path = "packages/db/prisma/schema.prisma";
    const auto project = find("repo");
    EXPECT_EQ(project.cli->version, "7.10.1");
    EXPECT_EQ(project.directory, image.path("repo/packages/db"));
    EXPECT_EQ(project.config_url_env, "X");
    EXPECT_EQ(project.cli->problem, "");
}

TEST_F(FindProject, TheRenamedPackage) {
    usual().cli("8.0.0", "app").cli("7.10.0", "app/node_modules/@prisma/prisma7");
    image.file("app/node_modules/@prisma/prisma7/package.json", R"({"name":"@prisma/prisma7","version":"7.10.0"})");
    image.file("app/prisma7.config.ts", "export default {}");
    EXPECT_EQ(find().cli->version, "7.10.0");
    EXPECT_EQ(find().cli->problem, "");
}

TEST_F(FindProject, WhatKeepsTheCliFromRunning) {
    usual().cli("6.19.3", "app");
    EXPECT_EQ(find().cli->problem, "");
    environment["PATH"] = "/nowhere";
    EXPECT_THAT(find().cli->problem, HasSubstr("no node in PATH"));
    environment["PATH"] = image.path("bin").string();
    environment["PRISMA_SCHEMA_ENGINE_BINARY"] = "/nowhere/engine";
    EXPECT_THAT(find().cli->problem, HasSubstr("PRISMA_SCHEMA_ENGINE_BINARY names /nowhere/engine"));
    environment["PRISMA_SCHEMA_ENGINE_BINARY"] = image.path("bin/node").string();
    std::filesystem::remove_all(image.path("app/node_modules/@prisma"));
    EXPECT_EQ(find().cli->problem, "") << "a named engine is enough";
    environment.erase("PRISMA_SCHEMA_ENGINE_BINARY");
    EXPECT_THAT(find().cli->problem, HasSubstr("@prisma/engines is not in node_modules"));
    image.file("app/node_modules/@prisma/engines/schema-engine-windows.exe");
    EXPECT_THAT(find().cli->problem, HasSubstr("is for windows.exe, and this system is"));
    std::filesystem::remove(image.path("app/node_modules/prisma/build/index.js"));
    EXPECT_THAT(find().cli->problem, HasSubstr("node_modules is incomplete"));
}

TEST_F(FindProject, AnEngineInTheCacheWillDo) {
    usual().cli("6.19.3", "app");
    std::filesystem::remove_all(image.path("app/node_modules/@prisma/engines"));
    image.folder("app/node_modules/@prisma/engines");
    environment["HOME"] = image.path("home").string();
    EXPECT_THAT(find().cli->problem, HasSubstr("no schema engine in"));
    for (const auto* target : {"debian-openssl-3.0.x", "linux-arm64-openssl-3.0.x"})
        image.file(std::string("home/.cache/prisma/master/0123abc/") + target + "/schema-engine");
    EXPECT_EQ(find().cli->problem, "");
    environment["XDG_CACHE_HOME"] = image.path("elsewhere").string();
    EXPECT_NE(find().cli->problem, "");
}

TEST_F(FindProject, Prisma7WithoutConfigFileCannotApply) {
    usual().cli("7.10.1", "app");
    EXPECT_THAT(find().cli->problem, HasSubstr("Prisma 7 takes the database URL from prisma.config.ts"));
}

TEST_F(FindProject, MigrationsThatTheCliWouldNotApplyAreAProblem) {
    usual().cli("6.19.3", "app").folder("app/other");
    settings.migrations_dir = "other";
    EXPECT_THAT(find().cli->problem, HasSubstr("would apply " + image.path("app/prisma/migrations").string()));
    image.file("app/prisma.config.ts", "export default { migrations: { path: 'other' } }");
    EXPECT_EQ(find().cli->problem, "");
}

TEST_F(FindProject, PrismaCommand) {
    usual().cli("6.19.3", "app").cli("5.22.0", "opt");
    settings.prisma_command = {"node", image.path("opt/node_modules/prisma/build/index.js").string()};
    const auto cli = *find().cli;
    EXPECT_TRUE(cli.configured);
    EXPECT_EQ(cli.version, "5.22.0");
    EXPECT_EQ(cli.argv, settings.prisma_command);
    settings.prisma_command = {"/nowhere/prisma"};
    EXPECT_THAT(find().cli->problem, HasSubstr("/nowhere/prisma of prismaCommand"));
    EXPECT_EQ(find().cli->version, "");
}

TEST_F(FindProject, AMissingQueryEngineIsStoodInFor) {
    usual().cli("6.19.3", "app");
    EXPECT_EQ(find().cli->query_engine_stand_in, "");
    std::filesystem::remove(
        image.path("app/node_modules/@prisma/engines/libquery_engine-debian-openssl-3.0.x.so.node"));
    EXPECT_THAT(find().cli->query_engine_stand_in, HasSubstr("node_modules/prisma/package.json"));
    image.cli("7.10.1", "app");
    EXPECT_EQ(find().cli->query_engine_stand_in, "");
}

TEST(OrdersByLocale, FollowsSettingAndRelease) {
    Settings settings;
    const auto cli = [](int major, int minor) {
        Cli found;
        found.major = major;
        found.minor = minor;
        return std::optional(found);
    };
    EXPECT_FALSE(orders_by_locale(settings, std::nullopt));
    EXPECT_FALSE(orders_by_locale(settings, cli(6, 5)));
    EXPECT_TRUE(orders_by_locale(settings, cli(6, 6)));
    EXPECT_TRUE(orders_by_locale(settings, cli(7, 0)));
    EXPECT_FALSE(orders_by_locale(settings, cli(0, 0)));
    settings.migration_order = MigrationOrder::locale;
    EXPECT_TRUE(orders_by_locale(settings, cli(5, 0)));
    settings.migration_order = MigrationOrder::bytewise;
    EXPECT_FALSE(orders_by_locale(settings, cli(7, 0)));
}

}  // namespace
}  // namespace migration_guard::prisma
