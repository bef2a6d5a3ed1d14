// Short ways to parse a schema and to look into the result.
#pragma once

#include "psl/psl.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace migration_guard::testing {

inline PslDocument parse(const std::string& text) {
    return parse_psl({{"schema.prisma", text}});
}

/// A model A with these lines; the id is there already.
inline std::string model(const std::string& lines) {
    return "model A {\n  id Int @id\n" + lines + "\n}\n";
}

inline const DeclaredTable& table(const PslDocument& document, const std::string& name) {
    const auto& tables = document.declared.tables;
    const auto found = std::find_if(tables.begin(), tables.end(), [&](const auto& t) { return t.name == name; });
    if (found == tables.end()) {
        throw std::runtime_error("no table " + name);
    }
    return *found;
}

inline const DeclaredColumn& column(const PslDocument& document, const std::string& table_name,
                                    const std::string& name) {
    const auto& columns = table(document, table_name).columns;
    const auto found = std::find_if(columns.begin(), columns.end(), [&](const auto& c) { return c.name == name; });
    if (found == columns.end()) {
        throw std::runtime_error("no column " + name);
    }
    return *found;
}

/// The column that `line` declares in a model of its own, called c unless mapped.
inline DeclaredColumn column_of(const std::string& line) {
    const auto document = parse(model("  " + line));
    return table(document, "A").columns.back();
}

inline std::vector<std::string> table_names(const PslDocument& document) {
    std::vector<std::string> names;
    for (const auto& t : document.declared.tables) {
        names.push_back(t.schema.empty() ? t.name : t.schema + "." + t.name);
    }
    return names;
}

inline std::vector<std::string> column_names(const DeclaredTable& declared) {
    std::vector<std::string> names;
    for (const auto& c : declared.columns) {
        names.push_back(c.name);
    }
    return names;
}

}  // namespace migration_guard::testing
