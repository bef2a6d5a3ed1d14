// JavaScript and TypeScript cut into tokens, as far as a configuration file needs it.
//
// Not a JavaScript parser: templates with substitutions and regular expressions become one opaque token.
// Keeps true: any bytes are read without failing; what cannot be told apart comes out as an opaque token.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::prisma {

struct Token {
    enum class Kind { name, text, opaque, punctuation } kind = Kind::opaque;
    std::string value;  ///< of a text: decoded, without its quotes
    bool after_newline = false;

    [[nodiscard]] bool is(std::string_view punctuation) const {
        return kind == Kind::punctuation && value == punctuation;
    }
    [[nodiscard]] bool is_name(std::string_view name) const { return kind == Kind::name && value == name; }
};

/// At most 50,000 tokens; the rest of the source is dropped.
std::vector<Token> tokenize(std::string_view source);

}  // namespace migration_guard::prisma
