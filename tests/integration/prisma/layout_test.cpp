// Where the real CLIs look, against where the guard looks: each layout is given to both, and a program in the place of
// the engine writes down which schema and which migrations directory the CLI came with.

#include "base/failure.hpp"
#include "integration/prisma/real_prisma.hpp"
#include "prisma/project.hpp"
#include "support/processes.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <fstream>
#include <functional>
#include <iterator>

namespace migration_guard::prisma {
namespace {

using test::Image;

/// Answers the CLI's questions before the apply, and writes the apply's parameters into the file SPY names.
constexpr const char* spy = R"(#!/usr/bin/env node
const fs = require('node:fs');
if (process.argv.includes('cli')) process.exit(0);
const log = (text) => fs.appendFileSync(process.env.SPY, text + '\n');
log('argv ' + JSON.stringify(process.argv.slice(2)));
require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line);
  log(line);
  const none = { migrations: [], appliedMigrationNames: [] };
  process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: request.id, result: none }) + '\n');
});
)";

struct Layout {
    const char* name;
    std::function<void(Image&)> build;
    std::vector<const char*> majors;
    const char* schema_path = "";
};

void PrintTo(const Layout& layout, std::ostream* out) {
    *out << layout.name;
}

constexpr const char* datasource_with_url =
    "datasource db {\n  provider = \"postgresql\"\n  url = env(\"DATABASE_URL\")\n}\n";
constexpr const char* datasource_of_7 = "datasource db {\n  provider = \"postgresql\"\n}\n";
constexpr const char* model = "model User {\n  id Int @id\n}\n";

class CliLayout : public test::RealPrisma, public testing::WithParamInterface<std::tuple<Layout, std::string>> {
protected:
    /// What the CLI came with: its output and the spy's notes.
    std::string ask_cli(const std::vector<std::string>& more) {
        std::vector<std::string> command{
            "/usr/bin/env", "-C",    image.path("app").string(), "node", "node_modules/prisma/build/index.js",
            "migrate",      "deploy"};
        command.insert(command.end(), more.begin(), more.end());
        environment["SPY"] = image.path("notes").string();
        environment["PRISMA_SCHEMA_ENGINE_BINARY"] = image.path("spy").string();
        environment["PRISMA_QUERY_ENGINE_LIBRARY"] = environment["PRISMA_QUERY_ENGINE_BINARY"] = "/bin/true";
        environment["DATABASE_URL"] = "postgresql://u:p@127.0.0.1:1/db";
        environment["CHECKPOINT_DISABLE"] = "1";
        environment["TMPDIR"] = image.path("").string();  // the CLI leaves folders there
        std::vector<std::string> variables;
        for (const auto& [name, value] : environment) variables.push_back(name + "=" + value);
        auto text = test::run(command, variables, std::chrono::seconds(60)).output;
        std::ifstream notes(image.path("notes"));
        return text.append(std::istreambuf_iterator<char>(notes), {});
    }
};

TEST_P(CliLayout, IsReadAlike) {
    const auto& [layout, major] = GetParam();
    use(major);
    if (absent()) return;
    image.program("spy", spy);
    image.file("app/package.json", "{}");
    layout.build(image);
    settings.schema_path = layout.schema_path;
    std::vector<std::string> more;
    if (!settings.schema_path.empty()) more = {"--schema", settings.schema_path};
    const auto said = ask_cli(more);

    const auto project = find_project(settings, environment, image.path("app"));
    const auto schema = project.schema_path.lexically_relative(image.path("app")).string();
    EXPECT_THAT(said, testing::HasSubstr("Prisma schema loaded from " + schema)) << said;
    // Up to 6.5 the engine is told the directory, from then on it is read by the CLI, which tells its base.
    const auto directory = project.migrations_dir.string();
    EXPECT_TRUE(said.find("\"baseDir\":\"" + directory + "\"") != std::string::npos ||
                said.find("\"migrationsDirectoryPath\":\"" + directory + "\"") != std::string::npos)
        << directory << " is not in\n"
        << said;
}

Image& usual(Image& image, const char* datasource = datasource_with_url) {
    return image.file("app/prisma/schema.prisma", std::string(datasource) + model)
        .file("app/prisma/migrations/1_a/migration.sql", "select 1;");
}

Image& config(Image& image, const std::string& inside, const char* file = "app/prisma.config.ts") {
    return image.file(file, "export default {\n  datasource: { url: process.env.DATABASE_URL },\n" + inside + "\n}\n");
}

const std::vector<Layout> layouts{
    {"usual", [](Image& image) { usual(image); }, {"5", "6"}},
    {"usual7",
     [](Image& image) {
         usual(image, datasource_of_7);
         config(image, "");
     },
     {"7"}},
    {"topLevelWins",
     [](Image& image) {
         usual(image).file("app/schema.prisma", std::string(datasource_with_url) + model);
         image.file("app/migrations/1_b/migration.sql", "select 2;");
     },
     {"5", "6"}},
    {"packageJson",
     [](Image& image) {
         usual(image).file("app/package.json", R"({"prisma":{"schema":"db/my.prisma"}})");
         image.file("app/db/my.prisma", std::string(datasource_with_url) + model).folder("app/db/migrations/1_c");
     },
     {"5", "6"}},
    {"packageJsonIgnored",
     [](Image& image) {
         usual(image, datasource_of_7).file("app/package.json", R"({"prisma":{"schema":"db/my.prisma"}})");
         image.file("app/db/my.prisma", datasource_of_7).folder("app/db/migrations/1_c");
         config(image, "");
     },
     {"7"}},
    {"named",
     [](Image& image) {
         image.file("app/db/x.prisma", std::string(datasource_with_url) + model).folder("app/db/migrations/1_d");
     },
     {"5", "6"},
     "db/x.prisma"},
    {"namedFolder",
     [](Image& image) {
         image.file("app/db/base/a.prisma", datasource_of_7).file("app/db/b.prisma", model);
         image.folder("app/db/migrations/1_e").folder("app/db/base/migrations/1_e").folder("app/migrations/1_e");
         config(image, "");
     },
     {"7"},
     "db"},
    {"namedFolder",
     [](Image& image) {
         image.file("app/db/base/a.prisma", datasource_with_url).file("app/db/b.prisma", model);
         image.folder("app/db/migrations/1_e").folder("app/db/base/migrations/1_e").folder("app/migrations/1_e");
     },
     {"6"},
     "db"},
    {"previewFolder",
     [](Image& image) {
         image.file(
             "app/prisma/schema/a.prisma",
             std::string(datasource_with_url) +
                 "generator c {\n  provider = \"prisma-client-js\"\n  previewFeatures = [\"prismaSchemaFolder\"]\n}\n");
         image.file("app/prisma/schema/b.prisma", model).folder("app/prisma/migrations/1_f");
         image.folder("app/prisma/schema/migrations/1_f");
     },
     {"5"}},
    {"configPaths",
     [](Image& image) {
         image.file("app/db/s.prisma", std::string(datasource_of_7) + model).folder("app/mig/1_g");
         config(image, "  schema: './db/s.prisma', migrations: { path: 'mig' }");
     },
     {"7"}},
    {"configPaths",
     [](Image& image) {
         image.file("app/db/s.prisma", std::string(datasource_with_url) + model).folder("app/mig/1_g");
         image.file("app/prisma.config.mjs", "export default { schema: './db/s.prisma', migrations: { path: 'mig' } }");
     },
     {"6"}},
    {"configInDotConfig",
     [](Image& image) {
         image.file("app/db/s.prisma", std::string(datasource_of_7) + model).folder("app/mig/1_h");
         config(image, "  schema: '../db/s.prisma', migrations: { path: '../mig' }", "app/.config/prisma.ts");
     },
     {"7"}},
    {"configWins",
     [](Image& image) {
         usual(image).file("app/package.json", R"({"prisma":{"schema":"prisma/schema.prisma"}})");
         image.file("app/db/s.prisma", std::string(datasource_with_url) + model).folder("app/db/migrations/1_i");
         image.file("app/prisma.config.ts",
                    "import path from 'node:path'\nexport default { schema: path.join('db', 's.prisma') }");
     },
     {"6"}},
    {"prisma7ConfigFirst",
     [](Image& image) {
         usual(image, datasource_of_7);
         image.file("app/db/s.prisma", std::string(datasource_of_7) + model).folder("app/db/migrations/1_j");
         config(image, "  schema: 'prisma/schema.prisma'");
         config(image, "  schema: 'db/s.prisma'", "app/prisma7.config.ts");
     },
     {"7"}},
    {"configPathsOfSchemaFolder",
     [](Image& image) {
         image.file("app/db/base/a.prisma", datasource_of_7).file("app/db/b.prisma", model);
         image.folder("app/db/migrations/1_k").folder("app/db/base/migrations/1_k");
         config(image, "  schema: 'db'");
     },
     {"7"}},
};

std::vector<std::tuple<Layout, std::string>> cases() {
    std::vector<std::tuple<Layout, std::string>> all;
    for (const auto& layout : layouts) {
        for (const auto* major : layout.majors) all.emplace_back(layout, major);
    }
    return all;
}

INSTANTIATE_TEST_SUITE_P(Real, CliLayout, testing::ValuesIn(cases()), [](const auto& test) {
    return fmt::format("{}_{}", std::get<0>(test.param).name, std::get<1>(test.param));
});

}  // namespace
}  // namespace migration_guard::prisma
