// schema.prisma against a database, as the guard compares them, as JSON: for the property test over Prisma's own DDL,
// and for looking at a database by hand. Not installed.
//
//   schema_compare URL FILE...   one schema made of these files
//   schema_compare URL           a schema a line on standard input, as [["path", "text"], ...]; an answer a line

#include "base/failure.hpp"
#include "postgres/postgres.hpp"
#include "psl/psl.hpp"
#include "schema/compare.hpp"

#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace {

using migration_guard::Database;
using migration_guard::PslFile;
using nlohmann::json;

class NeverInterrupted : public migration_guard::Interrupt {
public:
    [[nodiscard]] int descriptor() const override { return -1; }
    int signal() override { return 0; }
    int count() override { return 0; }
};

json to_json(const migration_guard::SchemaDifference& difference) {
    json missing = json::array();
    for (const auto& object : difference.missing) {
        missing.push_back({{"kind", migration_guard::word(object.object.kind)},
                           {"object", object.text()},
                           {"model", object.model},
                           {"field", object.field},
                           {"info", object.level == migration_guard::MissingLevel::info}});
    }
    json warnings = json::array();
    for (const auto& warning : difference.warnings) {
        warnings.push_back(
            {{"kind", migration_guard::word(warning.kind)}, {"object", warning.object}, {"text", warning.text}});
    }
    return {{"missing", std::move(missing)}, {"warnings", std::move(warnings)}};
}

json compare(Database& database, const std::vector<PslFile>& files) {
    const auto declared = migration_guard::parse_psl(files).declared;
    migration_guard::SnapshotRequest request;
    request.catalogue = migration_guard::request_for(declared);
    const auto snapshot = database.look(request);
    migration_guard::ComparisonOptions options;
    options.connection_schema = snapshot.server.schema;
    return to_json(migration_guard::compare(declared, snapshot.catalogue, options));
}

std::vector<PslFile> read_files(const std::vector<std::string>& paths) {
    std::vector<PslFile> files;
    files.reserve(paths.size());
    for (const auto& path : paths) {
        std::ifstream in(path, std::ios::binary);
        files.push_back({path, {std::istreambuf_iterator<char>(in), {}}});
    }
    return files;
}

std::vector<PslFile> files_of(const json& request) {
    std::vector<PslFile> files;
    files.reserve(request.size());
    for (const json& file : request) {
        files.push_back({file.at(0), file.at(1)});
    }
    return files;
}

void run(const std::vector<std::string>& arguments) {
    NeverInterrupted interrupt;
    migration_guard::postgres::PostgresOptions options;
    options.migrate = migration_guard::postgres::parse_url(arguments.at(0), "URL", ".");
    const auto database = migration_guard::postgres::open_database(options, interrupt);
    const auto result = database->connect(std::chrono::seconds(10));
    if (result.kind != migration_guard::ConnectResult::Kind::connected) {
        throw std::runtime_error(result.not_yet.reason + result.never.reason);
    }
    if (arguments.size() > 1) {
        std::cout << compare(*database, read_files({arguments.begin() + 1, arguments.end()})).dump(2) << '\n';
        return;
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << compare(*database, files_of(json::parse(line))).dump() << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        migration_guard::postgres::ignore_libpq_environment();
        run({argv + 1, argv + argc});
        return 0;
    } catch (const std::exception& error) {
        std::cerr << "schema_compare: " << error.what() << '\n';
        return 1;
    }
}
