#include "base/failure.hpp"
#include "base/text.hpp"
#include "config/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>

namespace migration_guard::config {
namespace {

Position position_at(const YAML::Mark& mark) {
    return {.line = mark.line + 1, .column = mark.column + 1};
}

[[noreturn]] void refuse(const std::string& file, Position at, const std::string& what, const std::string& hint) {
    throw Failure(ExitCode::config_invalid, place(file, at) + ": " + what, hint);
}

/// Plain and quoted scalars have the tags "?" and "!"; anything else was written by the user and would be ignored.
void refuse_tag(const YAML::Node& node, const std::string& file) {
    const std::string& tag = node.Tag();
    if (tag.empty() || tag == "?" || tag == "!") return;
    refuse(file, position_at(node.Mark()), "a YAML tag (" + one_line(tag, 80) + ")", "write the value without a tag");
}

Value list_of(const YAML::Node& node, const std::string& file) {
    Value value{.kind = Value::Kind::list, .text = "", .items = {}};
    for (const auto& item : node) {
        refuse_tag(item, file);
        if (!item.IsScalar()) return {.kind = Value::Kind::nested, .text = "", .items = {}};
        value.items.push_back(item.Scalar());
    }
    return value;
}

Value value_of(const YAML::Node& node, const std::string& file) {
    refuse_tag(node, file);
    if (node.IsNull()) return {.kind = Value::Kind::null, .text = "", .items = {}};
    if (node.IsScalar()) return {.kind = Value::Kind::scalar, .text = node.Scalar(), .items = {}};
    if (node.IsSequence()) return list_of(node, file);
    return {.kind = Value::Kind::nested, .text = "", .items = {}};
}

std::vector<Entry> entries_of(const YAML::Node& document, const std::string& file) {
    std::vector<Entry> entries;
    if (!document.IsDefined() || document.IsNull()) return entries;
    if (!document.IsMap()) refuse(file, position_at(document.Mark()), "not a mapping", "write one `key: value` a line");
    refuse_tag(document, file);
    for (const auto& pair : document) {
        const Position at = position_at(pair.first.Mark());
        if (!pair.first.IsScalar()) refuse(file, at, "a key that is no text", "write one `key: value` a line");
        if (entries.size() == most_entries) refuse(file, at, "too many keys", "keep the guard's own only");
        const std::string& key = pair.first.Scalar();
        if (std::ranges::find(entries, key, &Entry::key) != entries.end())
            refuse(file, at, fmt::format("key \"{}\" stands twice", one_line(key, 80)), "remove one of the two");
        entries.push_back({.key = key,
                           .key_at = at,
                           .value = value_of(pair.second, file),
                           .value_at = position_at(pair.second.Mark())});
    }
    return entries;
}

}  // namespace

std::vector<Entry> read_yaml(const std::string& text, const std::string& file) {
    if (!is_utf8(text)) refuse(file, {}, "not UTF-8", "save the file as UTF-8");
    try {
        const auto documents = YAML::LoadAll(text);
        if (documents.empty()) return {};
        if (documents.size() > 1)
            refuse(file, position_at(documents[1].Mark()), "a second YAML document", "keep one, without a further ---");
        return entries_of(documents.front(), file);
    } catch (const YAML::Exception& error) {
        refuse(file, position_at(error.mark), "not YAML: " + one_line(error.msg, 200), "mend it there");
    }
}

}  // namespace migration_guard::config
