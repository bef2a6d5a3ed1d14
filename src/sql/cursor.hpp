// A place among the tokens of one statement: words are accepted, names are taken, parentheses are skipped.
//
// Not a grammar. Keeps true: never beyond the end; what does not fit is left where it is.
#pragma once

#include "sql/collector.hpp"
#include "sql/lexer.hpp"

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::sql {

using Tokens = std::span<const Token>;

class Cursor {
public:
    explicit Cursor(Tokens tokens) : tokens_(tokens) {}

    [[nodiscard]] bool at_end() const { return at_ >= tokens_.size(); }
    [[nodiscard]] const Token& peek(std::size_t ahead = 0) const;
    [[nodiscard]] Tokens rest() const { return tokens_.subspan(std::min(at_, tokens_.size())); }
    void skip() { ++at_; }

    /// Takes the word, or all of the words, or nothing.
    bool accept(std::string_view word) { return accept({word}); }
    bool accept(std::initializer_list<std::string_view> words);
    bool accept_symbol(char symbol);
    /// Takes every one of these words that comes, in any order.
    void skip_any(std::initializer_list<std::string_view> words);

    /// IF [NOT] EXISTS.
    IfExists accept_guard();

    std::optional<std::string> identifier();
    /// [database.][schema.]object
    std::optional<Name> name();
    std::optional<std::string> string();

    /// Where a parenthesis opens: what is inside, split at the commas that are in no further parenthesis; the cursor
    /// goes behind it. Empty elsewhere.
    std::vector<Tokens> list();

private:
    Tokens tokens_;
    std::size_t at_ = 0;
};

/// `tokens` cut at each `separator` that is in no parenthesis or bracket.
std::vector<Tokens> split_at(Tokens tokens, char separator);

/// True when some token outside parentheses is this word.
bool has_word(Tokens tokens, std::string_view word);

}  // namespace migration_guard::sql
