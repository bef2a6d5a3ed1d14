#include "schema/object_pattern.hpp"

#include <algorithm>
#include <utility>

namespace migration_guard {

namespace {

/// `*` for any characters. On a mismatch only the last star can take one more character, so this is linear times the
/// length of the pattern at worst.
bool glob(std::string_view pattern, std::string_view text) {
    std::size_t p = 0;
    std::size_t t = 0;
    std::size_t star = std::string_view::npos;
    std::size_t taken = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

/// Reads `"..."` at `at` and moves behind it. None when it is not closed.
std::optional<std::string> read_quoted(std::string_view text, std::size_t& at) {
    std::string read;
    for (++at; at < text.size(); ++at) {
        if (text[at] != '"') {
            read.push_back(text[at]);
        } else if (at + 1 < text.size() && text[at + 1] == '"') {
            read.push_back(text[at++]);
        } else {
            ++at;
            return read;
        }
    }
    return std::nullopt;
}

}  // namespace

bool ObjectPattern::Part::matches(std::string_view name) const {
    return literal ? name == text : glob(text, name);
}

std::optional<std::vector<ObjectPattern::Part>> ObjectPattern::read_parts(std::string_view text) {
    std::vector<Part> parts;
    for (std::size_t at = 0; at <= text.size(); ++at) {  // over the dot
        Part part;
        if (at < text.size() && text[at] == '"') {
            auto quoted = read_quoted(text, at);
            if (!quoted || (at < text.size() && text[at] != '.')) {
                return std::nullopt;
            }
            part = {std::move(*quoted), true};
        } else {
            const std::size_t end = std::min(text.find('.', at), text.size());
            part = {std::string(text.substr(at, end - at)), false};
            at = end;
        }
        if (part.text.empty() || (!part.literal && part.text.find('"') != std::string::npos)) {
            return std::nullopt;
        }
        parts.push_back(std::move(part));
    }
    return parts;
}

std::optional<ObjectPattern> ObjectPattern::read(std::string_view text, const std::string& connection_schema) {
    auto parts = read_parts(text);
    if (!parts || parts->size() > 3) {
        return std::nullopt;
    }
    if (parts->size() == 1) {
        parts->insert(parts->begin(), Part{connection_schema, true});
    }
    ObjectPattern pattern;
    pattern.schema_ = std::move((*parts)[0]);
    pattern.object_ = std::move((*parts)[1]);
    if (parts->size() == 3) {
        pattern.member_ = std::move((*parts)[2]);
    }
    return pattern;
}

bool ObjectPattern::covers(const std::string& schema, const std::string& object) const {
    return !member_ && schema_.matches(schema) && object_.matches(object);
}

bool ObjectPattern::covers(const std::string& schema, const std::string& object, const std::string& member) const {
    return schema_.matches(schema) && object_.matches(object) && (!member_ || member_->matches(member));
}

}  // namespace migration_guard
