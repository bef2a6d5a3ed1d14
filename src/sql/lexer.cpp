#include "sql/lexer.hpp"

#include "base/text.hpp"
#include "schema/declared.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::sql {
namespace {

bool is_blank(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_name_start(char c) {
    return is_letter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_name_part(char c) {
    return is_name_start(c) || is_digit(c) || c == '$';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::size_t skip_name(std::string_view text, std::size_t at) {
    while (at < text.size() && is_name_part(text[at])) ++at;
    return at;
}

std::size_t skip_number(std::string_view text, std::size_t at) {
    while (at < text.size() && (is_name_part(text[at]) || text[at] == '.')) {
        const bool exponent =
            lower(text[at]) == 'e' && at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-');
        at += exponent ? 2 : 1;
    }
    return std::min(at, text.size());
}

enum class Escapes { doubled_quote, backslash };

/// `at` is just after the opening quote. Returns the place after the closing one.
std::size_t skip_quoted(std::string_view text, std::size_t at, char quote, Escapes escapes) {
    const std::array<char, 3> stops{quote, '\\', '\0'};
    const std::string_view wanted(stops.data(), escapes == Escapes::backslash ? 2 : 1);
    while (true) {
        at = text.find_first_of(wanted, at);
        if (at == std::string_view::npos) return text.size();
        const bool doubled = at + 1 < text.size() && text[at + 1] == quote;
        if (text[at] == quote && !doubled) return at + 1;
        at = std::min(at + 2, text.size());
    }
}

/// The `$tag$` that begins at `at`, or "" when there is none.
std::string_view dollar_tag(std::string_view text, std::size_t at) {
    std::size_t end = at + 1;
    if (end < text.size() && is_name_start(text[end]))
        while (end < text.size() && is_name_part(text[end]) && text[end] != '$') ++end;
    return end < text.size() && text[end] == '$' ? text.substr(at, end + 1 - at) : std::string_view{};
}

/// How long the prefix of a string or identifier is (E, N, B, X, U&), 0 for none. `at` is the prefix's letter.
std::size_t quote_prefix(std::string_view text, std::size_t at) {
    const auto quote_at = [&](std::size_t i, std::string_view quotes) {
        return i < text.size() && quotes.find(text[i]) != std::string_view::npos;
    };
    const char letter = lower(text[at]);
    if (letter == 'u') return quote_at(at + 1, "&") && quote_at(at + 2, "'\"") ? 2 : 0;
    return std::string_view("enbx").find(letter) != std::string_view::npos && quote_at(at + 1, "'") ? 1 : 0;
}

/// Quotes and prefix removed, doubled quotes made single.
std::string unquoted(std::string_view text, char quote) {
    const std::size_t open = text.find(quote);
    const bool escapes = quote == '\'' && lower(text.front()) == 'e';
    const bool closed = text.size() > open + 1 && text.back() == quote;
    const std::string_view inner = text.substr(open + 1, text.size() - open - 1 - (closed ? 1 : 0));
    std::string out;
    out.reserve(inner.size());
    for (std::size_t i = 0; i < inner.size(); ++i) {
        const bool more = i + 1 < inner.size();
        if (inner[i] == quote && more && inner[i + 1] == quote) {
            out += inner[++i];
        } else if (escapes && inner[i] == '\\' && more) {
            out += escape_stands_for(inner[++i]);
        } else {
            out += inner[i];
        }
    }
    return out;
}

}  // namespace

bool Token::is(std::string_view keyword) const {
    return kind == Kind::word && text.size() == keyword.size() &&
           std::ranges::equal(text, keyword, [](char a, char b) { return upper(a) == b; });
}

void Lexer::skip_block_comment() {
    std::size_t depth = 0;
    while (at_ < text_.size()) {
        const std::string_view two = text_.substr(at_, 2);
        if (two == "/*") {
            ++depth;
            at_ += 2;
        } else if (two == "*/") {
            at_ += 2;
            if (--depth == 0) return;
        } else {
            at_ = std::min(text_.find_first_of("/*", at_ + 1), text_.size());
        }
    }
}

void Lexer::skip_blanks_and_comments() {
    // A byte order mark at the beginning is not a name: editors on Windows write one.
    if (at_ == 0 && text_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < text_.size()) {
        const std::string_view two = text_.substr(at_, 2);
        if (is_blank(text_[at_])) {
            ++at_;
        } else if (two == "--") {
            at_ = std::min(text_.find_first_of("\r\n", at_), text_.size());
        } else if (two == "/*") {
            skip_block_comment();
        } else {
            return;
        }
    }
}

std::size_t Lexer::end_of_token(Token::Kind& kind) const {
    const char c = text_[at_];
    const std::size_t prefix = is_letter(c) ? quote_prefix(text_, at_) : 0;
    const char quote = text_[at_ + prefix];
    if (quote == '\'' || quote == '"') {
        kind = quote == '"' ? Token::Kind::quoted : Token::Kind::string;
        const bool backslash = prefix == 1 && lower(c) == 'e';
        return skip_quoted(text_, at_ + prefix + 1, quote, backslash ? Escapes::backslash : Escapes::doubled_quote);
    }
    if (is_name_start(c)) {
        kind = Token::Kind::word;
        return skip_name(text_, at_);
    }
    if (is_digit(c)) {
        kind = Token::Kind::number;
        return skip_number(text_, at_);
    }
    const std::string_view tag = c == '$' ? dollar_tag(text_, at_) : std::string_view{};
    if (tag.empty()) return at_ + 1;
    kind = Token::Kind::dollar_string;
    const std::size_t closing = text_.find(tag, at_ + tag.size());
    return closing == std::string_view::npos ? text_.size() : closing + tag.size();
}

std::optional<Token> Lexer::next() {
    skip_blanks_and_comments();
    if (at_ >= text_.size()) return std::nullopt;
    Token token;
    const std::size_t end = end_of_token(token.kind);
    token.text = text_.substr(at_, end - at_);
    at_ = end;
    return token;
}

std::string identifier(const Token& token) {
    if (token.kind == Token::Kind::quoted) return truncate_identifier(unquoted(token.text, '"'));
    std::string name(token.text);
    std::ranges::transform(name, name.begin(), lower);
    return truncate_identifier(name);
}

std::string contents(const Token& token) {
    if (token.kind == Token::Kind::string) return unquoted(token.text, '\'');
    const std::string_view tag = dollar_tag(token.text, 0);
    const bool closed = token.text.size() >= 2 * tag.size() && token.text.ends_with(tag);
    return std::string(token.text.substr(tag.size(), token.text.size() - tag.size() * (closed ? 2 : 1)));
}

}  // namespace migration_guard::sql
