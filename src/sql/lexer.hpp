// PostgreSQL's lexical rules: comments, strings of all kinds, identifiers.
//
// Not a grammar, and not the server's own scanner: it accepts any bytes (an unterminated string ends with the text), so
// that scripts in syntax newer than libpg_query's can still be read. standard_conforming_strings is taken to be on.
// Keeps true: tokens are views into the text, in order, none empty; time is linear in the text.
// Source: PostgreSQL manual, section 4.1 (Lexical Structure); src/backend/parser/scan.l.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::sql {

struct Token {
    enum class Kind : unsigned char {
        word,           ///< unquoted: keyword or identifier
        quoted,         ///< "identifier", U&"identifier"
        string,         ///< '...', E'...', N'...', B'...', X'...', U&'...'
        dollar_string,  ///< $$...$$, $tag$...$tag$
        number,
        symbol,  ///< one byte of anything else
    } kind = Kind::symbol;
    std::string_view text;

    /// Case-insensitive; `keyword` in capitals. Never true of a quoted identifier.
    [[nodiscard]] bool is(std::string_view keyword) const;
    [[nodiscard]] bool is_symbol(char c) const { return kind == Kind::symbol && text.front() == c; }
    [[nodiscard]] bool is_name() const { return kind == Kind::word || kind == Kind::quoted; }
    [[nodiscard]] bool is_text() const { return kind == Kind::string || kind == Kind::dollar_string; }
};

class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    /// The next token after blanks and comments; none at the end of the text.
    std::optional<Token> next();

    [[nodiscard]] std::size_t position() const { return at_; }
    /// Goes on reading there. `position` at most the text's length.
    void move_to(std::size_t position) { at_ = position; }

private:
    void skip_blanks_and_comments();
    void skip_block_comment();
    [[nodiscard]] std::size_t end_of_token(Token::Kind& kind) const;

    std::string_view text_;
    std::size_t at_ = 0;
};

/// The identifier that a word or quoted token stands for: folded or unquoted, cut to 63 bytes.
std::string identifier(const Token& token);

/// What a string token holds: quotes removed, escapes of '' and E'' resolved (of these only the single-character ones).
std::string contents(const Token& token);

}  // namespace migration_guard::sql
