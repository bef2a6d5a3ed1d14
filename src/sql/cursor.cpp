#include "sql/cursor.hpp"

#include <algorithm>

namespace migration_guard::sql {
namespace {

/// +1 for an opening parenthesis or bracket, -1 for a closing one.
int nesting(const Token& token) {
    if (token.is_symbol('(') || token.is_symbol('[')) return 1;
    if (token.is_symbol(')') || token.is_symbol(']')) return -1;
    return 0;
}

/// How many tokens the parenthesis at the front takes, both ends included; all when it is not closed.
std::size_t length_of_group(Tokens tokens) {
    int depth = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        depth += nesting(tokens[i]);
        if (depth == 0) return i + 1;
    }
    return tokens.size();
}

}  // namespace

const Token& Cursor::peek(std::size_t ahead) const {
    static const Token none{Token::Kind::symbol, std::string_view("\0", 1)};
    return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : none;
}

bool Cursor::accept(std::initializer_list<std::string_view> words) {
    std::size_t i = 0;
    for (const auto& word : words)
        if (!peek(i++).is(word)) return false;
    at_ += words.size();
    return true;
}

bool Cursor::accept_symbol(char symbol) {
    if (!peek().is_symbol(symbol)) return false;
    ++at_;
    return true;
}

void Cursor::skip_any(std::initializer_list<std::string_view> words) {
    while (std::ranges::any_of(words, [&](std::string_view word) { return accept(word); })) {
    }
}

IfExists Cursor::accept_guard() {
    return accept({"IF", "NOT", "EXISTS"}) || accept({"IF", "EXISTS"}) ? IfExists::yes : IfExists::no;
}

std::optional<std::string> Cursor::identifier() {
    if (!peek().is_name()) return std::nullopt;
    return sql::identifier(tokens_[at_++]);
}

std::optional<Name> Cursor::name() {
    auto object = identifier();
    if (!object) return std::nullopt;
    Name out{{}, std::move(*object)};
    while (peek().is_symbol('.') && peek(1).is_name()) {
        skip();
        out.schema = std::move(out.object);
        out.object = *identifier();
    }
    return out;
}

std::optional<std::string> Cursor::string() {
    if (!peek().is_text()) return std::nullopt;
    return contents(tokens_[at_++]);
}

std::vector<Tokens> Cursor::list() {
    if (!peek().is_symbol('(')) return {};
    const std::size_t length = length_of_group(rest());
    const bool closed = rest()[length - 1].is_symbol(')') && length > 1;
    const Tokens inside = rest().subspan(1, length - (closed ? 2 : 1));
    at_ += length;
    return split_at(inside, ',');
}

std::vector<Tokens> split_at(Tokens tokens, char separator) {
    std::vector<Tokens> out;
    int depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        depth = std::max(0, depth + nesting(tokens[i]));
        if (depth != 0 || !tokens[i].is_symbol(separator)) continue;
        out.push_back(tokens.subspan(begin, i - begin));
        begin = i + 1;
    }
    if (begin < tokens.size()) out.push_back(tokens.subspan(begin));
    return out;
}

bool has_word(Tokens tokens, std::string_view word) {
    int depth = 0;
    for (const auto& token : tokens) {
        depth = std::max(0, depth + nesting(token));
        if (depth == 0 && token.is(word)) return true;
    }
    return false;
}

}  // namespace migration_guard::sql
