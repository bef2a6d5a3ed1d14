#include "base/failure.hpp"
#include "base/text.hpp"
#include "config/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

namespace migration_guard::config {
namespace {

/// Where each document begins, and nothing else of it.
class Beginnings : public YAML::EventHandler {
public:
    [[nodiscard]] const std::vector<YAML::Mark>& marks() const { return marks_; }

    void OnDocumentStart(const YAML::Mark& mark) override { marks_.push_back(mark); }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}

private:
    std::vector<YAML::Mark> marks_;
};

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

/// Two documents are asked for and no third: YAML::LoadAll() of yaml-cpp 0.7 and 0.8 takes a comma that stands in no
/// mapping ("!a,b") for an empty document without consuming it, for ever.
void refuse_second_document(const std::string& text, const std::string& file) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Beginnings beginnings;
    if (!parser.HandleNextDocument(beginnings) || !parser.HandleNextDocument(beginnings)) return;
    refuse(file, position_at(beginnings.marks().back()), "a second YAML document",
           "keep one mapping, without a further --- or text that belongs to no key");
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
        refuse_second_document(text, file);
        return entries_of(YAML::Load(text), file);
    } catch (const YAML::Exception& error) {
        refuse(file, position_at(error.mark), "not YAML: " + one_line(error.msg, 200), "mend it there");
    }
}

}  // namespace migration_guard::config
