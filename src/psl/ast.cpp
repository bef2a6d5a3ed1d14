#include "psl/ast.hpp"

#include <charconv>

namespace migration_guard::psl {

namespace {

constexpr char32_t replacement = 0xFFFD;

void append_utf8(std::string& out, char32_t c) {
    const auto byte = [&out](char32_t bits) { out.push_back(static_cast<char>(bits)); };
    if (c < 0x80) {
        byte(c);
    } else if (c < 0x800) {
        byte(0xC0 | (c >> 6));
        byte(0x80 | (c & 0x3F));
    } else if (c < 0x10000) {
        byte(0xE0 | (c >> 12));
        byte(0x80 | ((c >> 6) & 0x3F));
        byte(0x80 | (c & 0x3F));
    } else {
        byte(0xF0 | (c >> 18));
        byte(0x80 | ((c >> 12) & 0x3F));
        byte(0x80 | ((c >> 6) & 0x3F));
        byte(0x80 | (c & 0x3F));
    }
}

/// The code unit of `\uXXXX` at `at`; none when something else stands there.
std::optional<char32_t> unit_at(std::string_view raw, std::size_t at) {
    if (at + 6 > raw.size() || raw[at] != '\\' || raw[at + 1] != 'u') {
        return std::nullopt;
    }
    unsigned unit = 0;
    const char* first = raw.data() + at + 2;
    const auto [end, error] = std::from_chars(first, first + 4, unit, 16);
    if (error != std::errc() || end != first + 4) {
        return std::nullopt;
    }
    return unit;
}

/// Appends the `\uXXXX` at `at` and returns how many bytes it and its other half took.
std::size_t append_unit(std::string& out, std::string_view raw, std::size_t at) {
    const auto high = unit_at(raw, at);
    if (!high || *high < 0xD800 || *high > 0xDFFF) {
        append_utf8(out, high.value_or(replacement));
        return high ? 6 : 2;
    }
    const auto low = unit_at(raw, at + 6);
    if (*high > 0xDBFF || !low || *low < 0xDC00 || *low > 0xDFFF) {
        append_utf8(out, replacement);
        return 6;
    }
    append_utf8(out, 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00));
    return 12;
}

char escaped(char letter) {
    switch (letter) {
        case 'b':
            return '\b';
        case 'f':
            return '\f';
        case 'n':
            return '\n';
        case 'r':
            return '\r';
        case 't':
            return '\t';
        default:
            return letter;
    }
}

}  // namespace

std::string unescape(std::string_view raw) {
    std::string out;
    out.reserve(raw.size());
    for (std::size_t at = 0; at < raw.size();) {
        if (raw[at] != '\\' || at + 1 == raw.size()) {
            out.push_back(raw[at++]);
        } else if (raw[at + 1] == 'u') {
            at += append_unit(out, raw, at);
        } else {
            out.push_back(escaped(raw[at + 1]));
            at += 2;
        }
    }
    return out;
}

const Attribute* find_attribute(const std::vector<Attribute>& attributes, std::string_view name) {
    for (const Attribute& attribute : attributes) {
        if (attribute.name == name) {
            return &attribute;
        }
    }
    return nullptr;
}

const Value* find_argument(const std::vector<Argument>& arguments, std::string_view name) {
    const Value* unnamed = nullptr;
    for (const Argument& argument : arguments) {
        if (argument.name == name) {
            return &argument.value;
        }
        if (argument.name.empty() && unnamed == nullptr) {
            unnamed = &argument.value;
        }
    }
    return unnamed;
}

std::optional<std::string> string_of(const Value* value) {
    if (value == nullptr || value->kind != Value::Kind::string) {
        return std::nullopt;
    }
    return unescape(value->text);
}

std::vector<std::string> strings_of(const Value* value) {
    std::vector<std::string> found;
    if (auto single = string_of(value)) {
        found.push_back(std::move(*single));
    } else if (value != nullptr && value->kind == Value::Kind::array) {
        for (const Argument& item : value->items) {
            if (auto text = string_of(&item.value)) {
                found.push_back(std::move(*text));
            }
        }
    }
    return found;
}

}  // namespace migration_guard::psl
