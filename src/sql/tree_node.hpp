// A node of libpg_query's tree: access by field name that never throws.
//
// Not the meaning of nodes (tree_reader.cpp). Keeps true: an absent field is an empty node, "", false or no list.
#pragma once

#include "sql/collector.hpp"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace migration_guard::sql {

class Node {
public:
    explicit Node(const nlohmann::json& json) : json_(&json) {}

    /// The only member's name of {"CreateStmt": {...}}, and its value.
    [[nodiscard]] std::string tag() const;
    [[nodiscard]] Node inner() const;

    [[nodiscard]] Node at(const char* field) const;
    [[nodiscard]] bool has(const char* field) const;
    [[nodiscard]] std::string text(const char* field) const;
    [[nodiscard]] bool flag(const char* field) const;
    [[nodiscard]] std::vector<Node> list(const char* field) const;

    /// The strings of a list of String nodes.
    [[nodiscard]] std::vector<std::string> strings(const char* field) const;

    /// Of a RangeVar.
    [[nodiscard]] Name range_name() const;
    [[nodiscard]] Lifetime lifetime() const;
    /// Of {"List": {"items": [String...]}} or {"TypeName": {"names": [String...]}}.
    [[nodiscard]] Name listed_name() const;
    /// Of a field that is a bare list of strings.
    [[nodiscard]] Name qualified(const char* field) const;

private:
    const nlohmann::json* json_;
};

}  // namespace migration_guard::sql
