// What a log's errors were read as, in one line each.
#pragma once

#include "applog/scan_log.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

inline LogFindings scan(std::string_view log) {
    LogScanner scanner;
    scanner.feed(log);
    return scanner.finish();
}

/// "P2021 42P01 table public.X (model) x2 2025-...Z..2025-...Z"
inline std::string text_of(const LogGroup& group) {
    static const char* const kinds[] = {"none",     "table", "column",     "type",      "enum_value", "host",
                                        "database", "user",  "constraint", "migration", "sequence",   "schema"};
    std::string out = group.code.empty() ? "-" : group.code;
    if (!group.sqlstate.empty()) out += " " + group.sqlstate;
    out += std::string(" ") + kinds[static_cast<int>(group.kind)];
    if (!group.object.empty()) out += " " + group.object;
    if (!group.model.empty()) out += " (" + group.model + ")";
    out += " x" + std::to_string(group.count);
    if (group.first) out += " " + group.first->text;
    if (group.last && group.last->micros != group.first->micros) out += ".." + group.last->text;
    return out;
}

inline std::vector<std::string> found(std::string_view log) {
    std::vector<std::string> out;
    for (const auto& group : scan(log).groups) out.push_back(text_of(group));
    return out;
}

}  // namespace migration_guard
