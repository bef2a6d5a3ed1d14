// Cuts a script into its statements, as psql would: at each semicolon outside strings, comments, parentheses and
// SQL-standard function bodies (BEGIN ATOMIC ... END).
//
// Not a parser: a statement may be nonsense. Keeps true: statements are views into the script, in order, without the
// semicolon and without blanks and comments around them; time is linear in the script, for any bytes.
// psql's own commands (`\connect`, pg_dump's `\restrict`) and the data lines of COPY ... FROM STDIN are not statements
// and are left out: no server takes them from a migration either.
#pragma once

#include "sql/lexer.hpp"

#include <initializer_list>
#include <string_view>
#include <vector>

namespace migration_guard {

std::vector<std::string_view> split_statements(std::string_view script);

namespace sql {

struct Statement {
    std::string_view text;
    std::vector<Token> tokens;    ///< at most `most_tokens`
    std::size_t token_count = 0;  ///< all of them

    static constexpr std::size_t most_tokens = 100'000;
};

class Splitter {
public:
    explicit Splitter(std::string_view script) : script_(script), lexer_(script) {}

    /// The next statement with a token in it; false at the end of the script. Reuses the memory of `statement`.
    bool next(Statement& statement);

private:
    bool read_one(Statement& statement);
    void add(Statement& statement, const Token& token);
    void note_nesting(const Statement& statement, const Token& token);
    void skip_psql_command();
    void skip_copy_data();

    std::string_view script_;
    Lexer lexer_;
    std::size_t parentheses_ = 0;
    std::size_t bodies_ = 0;  ///< open BEGIN ATOMIC and the CASEs inside
    Token last_;
    bool no_more_copy_data_ = false;  ///< no `\.` line follows: searched once, so that time stays linear
};

/// True when the tokens begin with these words; "" matches any token.
bool begins_with(const std::vector<Token>& tokens, std::initializer_list<std::string_view> words);

}  // namespace sql
}  // namespace migration_guard
