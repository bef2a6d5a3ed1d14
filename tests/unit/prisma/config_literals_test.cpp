#include "prisma/config_literals.hpp"

#include "prisma/config_file.hpp"
#include "support/image.hpp"

#include <gtest/gtest.h>

namespace migration_guard::prisma {
namespace {

using Kind = ConfigValue::Kind;

std::string spelt(const ConfigValue& value) {
    switch (value.kind) {
        case Kind::absent:
            return "absent";
        case Kind::computed:
            return "computed";
        case Kind::text:
            return "'" + value.text + "'";
        case Kind::variable:
            return "$" + value.text;
    }
    return {};
}

ConfigLiterals read(const std::string& source, const Environment& environment = {}) {
    return read_config_literals(source, {"/app", "/app", &environment});
}

/// The value of `schema` when the whole config is that one expression, after the statements of `before`.
std::string schema_of(const std::string& expression, const std::string& before = "") {
    return spelt(read(before + "\nexport default defineConfig({ schema: " + expression + " })").schema);
}

std::string url_of(const std::string& expression, const Environment& environment = {}) {
    return spelt(read("export default { datasource: { url: " + expression + " } }", environment).url);
}

TEST(ConfigLiterals, TheUsualFile) {
    const auto config = read(R"(
import 'dotenv/config'
import { defineConfig, env } from "prisma/config";
// schema: 'commented/out'
export default defineConfig({
  engine: "classic",
  schema: "prisma/schema.prisma",
  migrations: { path: 'prisma/migrations', seed: `tsx prisma/seed.ts` },
  datasource: { url: env("DATABASE_URL"), directUrl: env("DIRECT_URL"), },
});
)");
    EXPECT_EQ(spelt(config.schema), "'prisma/schema.prisma'");
    EXPECT_EQ(spelt(config.migrations_path), "'prisma/migrations'");
    EXPECT_EQ(spelt(config.engine), "'classic'");
    EXPECT_EQ(spelt(config.url), "$DATABASE_URL");
    EXPECT_EQ(spelt(config.direct_url), "$DIRECT_URL");
}

TEST(ConfigLiterals, EveryWayToExport) {
    for (const auto* source : {
             "export default { schema: 'a' }",
             "export default { schema: 'a' } satisfies PrismaConfig",
             "export default defineConfig({ schema: 'a' } as const)",
             "export default ({ schema: 'a' })",
             "const config: PrismaConfig = { schema: 'a' }\nexport default config",
             "const config = defineConfig({ schema: 'a' });\nexport default config;",
             "import p from 'prisma/config'\nexport default p.defineConfig({ schema: 'a' })",
             "module.exports = { schema: 'a' }",
             "module.exports = defineConfig({ 'schema': 'a' })",
             "exports.default = (0, config_1.defineConfig)({ schema: 'a' });",
             "const schema = 'a'; export default { schema }",
             "export = { schema: `a` }",
         })
        EXPECT_EQ(spelt(read(source).schema), "'a'") << source;
}

TEST(ConfigLiterals, PathsOfLiterals) {
    EXPECT_EQ(schema_of("path.join('prisma', 'schema')"), "'prisma/schema'");
    EXPECT_EQ(schema_of("join(\"prisma\", \"schema.prisma\",)"), "'prisma/schema.prisma'");
    EXPECT_EQ(schema_of("path.join(__dirname, 'prisma')"), "'/app/prisma'");
    EXPECT_EQ(schema_of("path.resolve('db/x.prisma')"), "'/app/db/x.prisma'");
    EXPECT_EQ(schema_of("path.resolve(process.cwd(), '..', 'db')"), "'/db'");
    EXPECT_EQ(schema_of("path.join(import.meta.dirname, 'db')"), "'/app/db'");
    EXPECT_EQ(schema_of("path.join(dir, 'schema.prisma')", "const dir = 'db'"), "'db/schema.prisma'");
    EXPECT_EQ(schema_of("('x')"), "'x'");
    EXPECT_EQ(schema_of("'it\\'s'"), "'it's'");
}

/// The names of `tables.external`, and "..." when there may be others.
std::string external_of(const std::string& tables, const std::string& before = "") {
    const auto read_names = read(before + "\nexport default defineConfig({ tables: " + tables + " })").external_tables;
    std::string names;
    for (const auto& name : read_names.names) names += name + " ";
    return names + (read_names.computed ? "..." : "");
}

TEST(ConfigLiterals, ListsOfExternalTablesAndEnums) {
    const auto config = read(R"(
export default defineConfig({
  experimental: { externalTables: true },
  tables: { external: ["auth.users", 'public.legacy', `shop.a`,] },
  enums: { external: ['auth.kind'] },
})");
    EXPECT_EQ(config.external_tables.names, (std::vector<std::string>{"auth.users", "public.legacy", "shop.a"}));
    EXPECT_FALSE(config.external_tables.computed);
    EXPECT_EQ(config.external_enums.names, std::vector<std::string>{"auth.kind"});
    EXPECT_EQ(external_of("{ external: names }", "const names = ['a.b'] as const"), "a.b ");
    EXPECT_EQ(external_of("{ external: [one, 'c.d'] satisfies string[] }", "const one = 'a.b'"), "a.b c.d ");
    EXPECT_EQ(external_of("shared", "const shared = { external: ['a.b'] }"), "a.b ");
    EXPECT_EQ(external_of("{ external: [] }"), "");
    EXPECT_EQ(external_of("{}"), "");
    EXPECT_EQ(external_of("{ external: undefined }"), "");
    EXPECT_FALSE(read("export default { schema: 'a' }").external_tables.computed);
}

TEST(ConfigLiterals, ListsThatRunAreComputed) {
    EXPECT_EQ(external_of("{ external: ['a.b', ...more] }"), "a.b ...");
    EXPECT_EQ(external_of("{ external: ['a.b', prefix + '.c'] }"), "a.b ...");
    EXPECT_EQ(external_of("{ external: list() }"), "...");
    EXPECT_EQ(external_of("{ external: ['a.b'].concat(more) }"), "...");
    EXPECT_EQ(external_of("{ external: `a.b` }"), "...");
    EXPECT_EQ(external_of("{ ...shared }"), "...");
    EXPECT_EQ(external_of("{ external: a }", "const a = b; const b = a"), "...");
    EXPECT_EQ(external_of("{ external: [${table}] }"), "...");
    EXPECT_TRUE(read("export default make()").external_enums.computed);
    EXPECT_TRUE(read("export default { ...base }").external_tables.computed);
}

/// The URLs of `datasource: {…}`.
std::string urls_of(const std::string& datasource) {
    const auto config = read("export default defineConfig({ datasource: {" + datasource + "} })");
    return spelt(config.url) + ", " + spelt(config.direct_url);
}

TEST(ConfigLiterals, ASpreadLiteralAddsItsNamesAndNoOthers) {
    const std::string url = "url: env('U'), ";
    const auto plain = urls_of(url);
    EXPECT_EQ(urls_of(url + "...(process.env.S && { shadowDatabaseUrl: env('S') })"), plain);
    EXPECT_EQ(urls_of(url + "...(a && b && { x: 1 }), ...(a ? { y: 1 } : {}), ...{ z: 1 },"), plain);
    EXPECT_EQ(urls_of("...(a && { url: env('V') }), url: env('U')"), plain) << "what stands last counts";
    EXPECT_EQ(urls_of(url + "...(a && { directUrl: env('D') })"),
              spelt(read("export default { datasource: { url: env('U') } }").url) + ", computed");
    for (const char* const spread : {"...(a && { url: env('V') })", "...(a ? {} : { url: env('V') })", "...{ url: b }"})
        EXPECT_EQ(urls_of(url + spread), "computed, " + spelt(ConfigValue{})) << spread;
    for (const char* const spread : {"...rest", "...(a && rest)", "...(a ? {} : rest)", "...(a ?? {})", "...f({})",
                                     "...(a && { ...rest })", "...(a && { [name]: 1 })"})
        EXPECT_EQ(urls_of(spread), "computed, computed") << spread;
}

TEST(ConfigLiterals, SpreadsInSpreadsEnd) {
    std::string deep;
    for (int i = 0; i < 10'000; ++i) deep += "...{";
    EXPECT_EQ(urls_of(deep), "computed, computed");
}

TEST(ConfigLiterals, WhatRunsIsComputed) {
    EXPECT_EQ(schema_of("getSchema()"), "computed");
    EXPECT_EQ(schema_of("`prisma/${name}.prisma`"), "computed");
    EXPECT_EQ(schema_of("isProd ? 'a' : 'b'"), "computed");
    EXPECT_EQ(schema_of("'a' + b"), "computed");
    EXPECT_EQ(schema_of("path.join('a', b)"), "computed");
    EXPECT_EQ(schema_of("x", "let x = 'a'"), "computed");
    EXPECT_EQ(schema_of("x", "function f() { const x = 'a' }"), "computed");
    EXPECT_EQ(schema_of("'\\u0061'"), "computed");
    EXPECT_EQ(spelt(read("export default { ...base, migrations: {} }").schema), "computed");
    EXPECT_EQ(spelt(read("export default { ...base, schema: 'a' }").schema), "'a'");
    EXPECT_EQ(spelt(read("export default () => ({ schema: 'a' })").schema), "computed");
    EXPECT_EQ(spelt(read("export default withX({ schema: 'a' })").schema), "computed");
    EXPECT_EQ(spelt(read("").schema), "computed");
    EXPECT_EQ(spelt(read("export default { schema() { return 'a' } }").schema), "computed");
    EXPECT_EQ(spelt(read("export default {}").schema), "absent");
    EXPECT_EQ(schema_of("undefined"), "absent");
}

TEST(ConfigLiterals, Urls) {
    EXPECT_EQ(url_of("env('X')"), "$X");
    EXPECT_EQ(url_of("env<Env>('X')"), "$X");
    EXPECT_EQ(url_of("process.env.X"), "$X");
    EXPECT_EQ(url_of("process.env['X']"), "$X");
    EXPECT_EQ(url_of("process.env?.X"), "$X");
    EXPECT_EQ(url_of("process.env.X!"), "$X");
    EXPECT_EQ(url_of("process.env.X as string"), "$X");
    EXPECT_EQ(url_of("process.env.X ?? ''"), "$X");
    EXPECT_EQ(url_of("process.env.X || 'postgresql://localhost/x'"), "'postgresql://localhost/x'");
    EXPECT_EQ(url_of("process.env.X || 'postgresql://localhost/x'", {{"X", "set"}}), "$X");
    EXPECT_EQ(url_of("process.env.A ?? process.env.B", {{"B", "set"}}), "$B");
    EXPECT_EQ(url_of("process.env.A ?? process.env.B", {{"A_FILE", "/run/secrets/a"}, {"B", "set"}}), "$A");
    EXPECT_EQ(url_of("process.env.A ?? process.env.B"), "$B");
    EXPECT_EQ(url_of("`postgresql://${process.env.USER}@db/x`"), "computed");
    EXPECT_EQ(url_of("env.DATABASE_URL"), "computed");
    EXPECT_EQ(url_of("buildUrl(env('X'))"), "computed");
    EXPECT_EQ(spelt(read("const url = process.env.X\nexport default { datasource: { url } }").url), "$X");
    EXPECT_EQ(
        spelt(read("const url =\n  process.env.A ??\n  process.env.B\nexport default { datasource: { url } }").url),
        "$B");
    EXPECT_EQ(spelt(read("export default { datasource: makeDatasource() }").url), "computed");
}

TEST(ConfigLiterals, CommentsStringsAndRegularExpressionsHideNothing) {
    EXPECT_EQ(spelt(read("/* export default { schema: 'x' } */ const r = /['\"{]/; const d = 4 / 2 / 1;\n"
                         "export default { /* a */ schema: /* b */ 'a', // c\n }")
                        .schema),
              "'a'");
}

TEST(ConfigLiterals, HostileSourcesEnd) {
    read(std::string(10'000, '('));
    read("export default " + std::string(10'000, '('));
    read("export default {schema:" + std::string(5'000, '(') + "'a'" + std::string(5'000, ')') + "}");
    std::string chain = "export default { schema: c0 }\n";
    for (int i = 0; i < 20; ++i) {
        const auto next = "c" + std::to_string(i + 1);
        chain += "const c" + std::to_string(i) + " = " + next;
        for (int j = 0; j < 20; ++j) chain += " ?? " + next;
        chain += ";\n";
    }
    EXPECT_EQ(spelt(read(chain).schema), "computed");
    EXPECT_EQ(spelt(read("const a = b; const b = a; export default { schema: a }").schema), "computed");
}

TEST(ConfigFile, NamesAndOrderAreTheCliS) {
    test::Image image;
    image.file(".config/prisma.ts");
    EXPECT_EQ(find_config_file(image.path(), {7, 10}), image.path(".config/prisma.ts"));
    EXPECT_EQ(find_config_file(image.path(), {6, 12}), std::nullopt);
    image.file("prisma.config.ts");
    EXPECT_EQ(find_config_file(image.path(), {6, 4}), image.path("prisma.config.ts"));
    EXPECT_EQ(find_config_file(image.path(), {6, 3}), std::nullopt);
    EXPECT_EQ(find_config_file(image.path(), {5, 22}), std::nullopt);
    image.file("prisma.config.js");
    EXPECT_EQ(find_config_file(image.path(), {6, 12}), image.path("prisma.config.ts"));
    EXPECT_EQ(find_config_file(image.path(), {6, 13}), image.path("prisma.config.js"));
    image.file("prisma7.config.mts");
    EXPECT_EQ(find_config_file(image.path(), {7, 10}), image.path("prisma7.config.mts"));
    EXPECT_EQ(find_config_file(image.path(), {7, 9}), image.path("prisma.config.js"));
    EXPECT_EQ(find_config_file(image.path(), {}), image.path("prisma7.config.mts"));
}

}  // namespace
}  // namespace migration_guard::prisma
