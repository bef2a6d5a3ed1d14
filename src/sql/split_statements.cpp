#include "sql/split_statements.hpp"

#include <algorithm>
#include <span>

namespace migration_guard {
namespace sql {
namespace {

/// CREATE [OR REPLACE] {FUNCTION | PROCEDURE}: only there is BEGIN ATOMIC ... END one statement with semicolons inside.
bool creates_routine(const std::vector<Token>& tokens) {
    return begins_with(tokens, {"CREATE", "FUNCTION"}) || begins_with(tokens, {"CREATE", "PROCEDURE"}) ||
           begins_with(tokens, {"CREATE", "OR", "REPLACE", "FUNCTION"}) ||
           begins_with(tokens, {"CREATE", "OR", "REPLACE", "PROCEDURE"});
}

bool copies_from_stdin(const std::vector<Token>& tokens) {
    if (!begins_with(tokens, {"COPY"})) return false;
    const auto from = std::ranges::find_if(tokens, [](const Token& token) { return token.is("FROM"); });
    return from != tokens.end() && from + 1 != tokens.end() && (from + 1)->is("STDIN");
}

}  // namespace

bool begins_with(const std::vector<Token>& tokens, std::initializer_list<std::string_view> words) {
    if (tokens.size() < words.size()) return false;
    return std::ranges::equal(words, std::span(tokens).first(words.size()),
                              [](std::string_view word, const Token& token) { return word.empty() || token.is(word); });
}

bool Splitter::next(Statement& statement) {
    while (true) {
        if (!read_one(statement)) return false;
        if (statement.token_count != 0) return true;
    }
}

/// Reads up to a semicolon or the end. False when nothing was left to read.
bool Splitter::read_one(Statement& statement) {
    statement.tokens.clear();
    statement.token_count = 0;
    parentheses_ = bodies_ = 0;
    last_ = {};
    while (const auto token = lexer_.next()) {
        if (statement.token_count == 0 && token->is_symbol('\\')) {
            skip_psql_command();
        } else if (token->is_symbol(';') && parentheses_ == 0 && bodies_ == 0) {
            if (copies_from_stdin(statement.tokens)) skip_copy_data();
            return true;
        } else {
            note_nesting(statement, *token);
            add(statement, *token);
        }
    }
    return statement.token_count != 0;
}

void Splitter::add(Statement& statement, const Token& token) {
    const char* begin = statement.token_count == 0 ? token.text.data() : statement.text.data();
    statement.text = {begin, static_cast<std::size_t>(token.text.data() + token.text.size() - begin)};
    if (statement.token_count < Statement::most_tokens) statement.tokens.push_back(token);
    ++statement.token_count;
    last_ = token;
}

void Splitter::note_nesting(const Statement& statement, const Token& token) {
    if (token.is_symbol('(')) ++parentheses_;
    if (token.is_symbol(')') && parentheses_ > 0) --parentheses_;
    if (token.kind != Token::Kind::word || parentheses_ != 0) return;
    if (token.is("ATOMIC") && last_.is("BEGIN") && creates_routine(statement.tokens)) ++bodies_;
    if (bodies_ > 0 && token.is("CASE")) ++bodies_;
    if (bodies_ > 0 && token.is("END")) --bodies_;
}

void Splitter::skip_psql_command() {
    lexer_.move_to(std::min(script_.find('\n', lexer_.position()), script_.size()));
}

void Splitter::skip_copy_data() {
    constexpr std::string_view terminator = "\n\\.";
    if (no_more_copy_data_) return;
    const std::size_t end = script_.find(terminator, lexer_.position());
    no_more_copy_data_ = end == std::string_view::npos;
    if (!no_more_copy_data_) lexer_.move_to(end + terminator.size());
}

}  // namespace sql

std::vector<std::string_view> split_statements(std::string_view script) {
    std::vector<std::string_view> out;
    sql::Splitter splitter(script);
    sql::Statement statement;
    while (splitter.next(statement)) out.push_back(statement.text);
    return out;
}

}  // namespace migration_guard
