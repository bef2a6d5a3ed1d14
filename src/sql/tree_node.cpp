#include "sql/tree_node.hpp"

namespace migration_guard::sql {
namespace {

const nlohmann::json& nothing() {
    static const nlohmann::json none;
    return none;
}

/// The last two of [database.]schema.object.
Name name_of(const std::vector<std::string>& parts) {
    if (parts.empty()) return {};
    if (parts.size() == 1) return {{}, parts.front()};
    return {parts[parts.size() - 2], parts.back()};
}

}  // namespace

std::string Node::tag() const {
    return json_->is_object() && json_->size() == 1 ? json_->begin().key() : "";
}

Node Node::inner() const {
    return Node(json_->is_object() && json_->size() == 1 ? *json_->begin() : nothing());
}

Node Node::at(const char* field) const {
    if (!json_->is_object()) return Node(nothing());
    const auto found = json_->find(field);
    return Node(found == json_->end() ? nothing() : *found);
}

bool Node::has(const char* field) const {
    return json_->is_object() && json_->contains(field);
}

std::string Node::text(const char* field) const {
    const Node value = at(field);
    return value.json_->is_string() ? value.json_->get<std::string>() : "";
}

bool Node::flag(const char* field) const {
    const Node value = at(field);
    return value.json_->is_boolean() && value.json_->get<bool>();
}

std::vector<Node> Node::list(const char* field) const {
    std::vector<Node> out;
    const Node value = at(field);
    if (!value.json_->is_array()) return out;
    for (const auto& item : *value.json_) out.emplace_back(item);
    return out;
}

std::vector<std::string> Node::strings(const char* field) const {
    std::vector<std::string> out;
    for (const auto& item : list(field)) out.push_back(item.inner().text("sval"));
    return out;
}

Name Node::range_name() const {
    return {text("schemaname"), text("relname")};
}

Lifetime Node::lifetime() const {
    return text("relpersistence") == "t" ? Lifetime::session : Lifetime::permanent;
}

Name Node::listed_name() const {
    return tag() == "TypeName" ? inner().qualified("names") : inner().qualified("items");
}

Name Node::qualified(const char* field) const {
    return name_of(strings(field));
}

}  // namespace migration_guard::sql
