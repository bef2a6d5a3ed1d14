// What the parser makes of schema.prisma, as JSON: for the differential test against Prisma's own parser, and for
// looking at a schema by hand. Not installed.
//
//   psl_dump FILE...   one schema made of these files
//   psl_dump           a schema a line on standard input, as [["path", "text"], ...]; an answer a line

#include "psl/psl.hpp"

#include <array>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

namespace {

using migration_guard::Datasource;
using migration_guard::DeclaredColumn;
using migration_guard::DeclaredEnum;
using migration_guard::DeclaredTable;
using migration_guard::PslFile;
using nlohmann::json;

json to_json(const DeclaredColumn& column) {
    constexpr std::array uses = {"queried", "ignored", "unsupported"};
    return {{"name", column.name},
            {"field", column.field},
            {"type", column.type.name},
            {"full", column.type.full},
            {"isEnum", column.type.is_enum},
            {"enumSchema", column.type.enum_schema},
            {"list", column.list},
            {"required", column.required},
            {"filledByDatabase", column.filled_by_database},
            {"use", uses.at(static_cast<std::size_t>(column.use))}};
}

json to_json(const DeclaredTable& table) {
    constexpr std::array kinds = {"table", "view", "joinTable"};
    json columns = json::array();
    for (const DeclaredColumn& column : table.columns) {
        columns.push_back(to_json(column));
    }
    return {{"schema", table.schema},   {"name", table.name},
            {"model", table.model},     {"kind", kinds.at(static_cast<std::size_t>(table.kind))},
            {"ignored", table.ignored}, {"columns", std::move(columns)}};
}

json to_json(const DeclaredEnum& declared) {
    return {{"schema", declared.schema},
            {"name", declared.name},
            {"declaredAs", declared.declared_as},
            {"values", declared.values},
            {"used", declared.used}};
}

json to_json(const std::optional<Datasource>& datasource) {
    if (!datasource) {
        return nullptr;
    }
    return {{"path", datasource->path},
            {"name", datasource->name},
            {"provider", datasource->provider},
            {"urlVariable", datasource->url.variable},
            {"urlLiteral", datasource->url.literal},
            {"directUrlVariable", datasource->direct_url.variable},
            {"directUrlLiteral", datasource->direct_url.literal},
            {"schemas", datasource->schemas},
            {"relationModePrisma", datasource->relation_mode_prisma}};
}

template <typename T>
json list(const std::vector<T>& items) {
    json array = json::array();
    for (const T& item : items) {
        array.push_back(to_json(item));
    }
    return array;
}

json dump(const std::vector<PslFile>& files) {
    json answer = {{"tolerantDatasource", to_json(migration_guard::read_datasource(files))}};
    try {
        const auto document = migration_guard::parse_psl(files);
        answer["ok"] = true;
        answer["datasource"] = to_json(document.datasource);
        answer["previewFeatures"] = document.preview_features;
        answer["warnings"] = document.warnings;
        answer["tables"] = list(document.declared.tables);
        answer["enums"] = list(document.declared.enums);
    } catch (const migration_guard::PslError& error) {
        answer["ok"] = false;
        answer["error"] = error.what();
        answer["excerpt"] = error.excerpt;
    }
    return answer;
}

std::vector<PslFile> read_files(char** first, char** last) {
    std::vector<PslFile> files;
    for (; first != last; ++first) {
        std::ifstream in(*first, std::ios::binary);
        files.push_back({*first, {std::istreambuf_iterator<char>(in), {}}});
    }
    return files;
}

std::vector<PslFile> files_of(const json& request) {
    std::vector<PslFile> files;
    for (const json& file : request) {
        files.push_back({file.at(0), file.at(1)});
    }
    return files;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) {
        std::cout << dump(read_files(argv + 1, argv + argc)).dump(2) << '\n';
        return 0;
    }
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << dump(files_of(json::parse(line))).dump() << std::endl;
    }
    return 0;
}
