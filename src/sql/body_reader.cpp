#include "sql/body_reader.hpp"

#include "sql/token_reader.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace migration_guard::sql {
namespace {

constexpr int deepest_body = 4;

std::vector<Token> tokens_of(std::string_view text) {
    std::vector<Token> out;
    Lexer lexer(text);
    while (const auto token = lexer.next()) out.push_back(*token);
    return out;
}

bool is_one_of(const Token& token, std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, [&](std::string_view word) { return token.is(word); });
}

/// True where a statement of PL/pgSQL or SQL may begin.
bool begins_here(Tokens body, std::size_t at) {
    if (at == 0) return true;
    const Token& before = body[at - 1];
    if (before.is_symbol(';')) return true;
    if (before.is_symbol('>')) return at > 1 && body[at - 2].is_symbol('>');  // <<label>>
    return is_one_of(before, {"BEGIN", "THEN", "ELSE", "LOOP"});
}

std::size_t end_of_statement(Tokens body, std::size_t at) {
    int depth = 0;
    for (; at < body.size(); ++at) {
        if (body[at].is_symbol('(')) ++depth;
        if (body[at].is_symbol(')') && depth > 0) --depth;
        if (body[at].is_symbol(';') && depth == 0) return at;
    }
    return at;
}

bool mentions_search_path(Tokens tokens) {
    return std::ranges::any_of(tokens, [](const Token& token) {
        return token.is("SEARCH_PATH") || (token.is_text() && contents(token) == "search_path");
    });
}

/// After ADD, DROP or RENAME of an ALTER: true where it is about constraints and not about columns.
bool constrains(Tokens action) {
    return is_one_of(action.front(), {"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN", "NOT", "DEFAULT"});
}

/// CREATE [OR REPLACE] [LOCAL | GLOBAL] TEMP: it ends with the session.
bool makes_for_the_session(Tokens statement) {
    Cursor cursor(statement);
    if (!cursor.accept("CREATE")) return false;
    cursor.accept({"OR", "REPLACE"});
    return cursor.accept("TEMP") || cursor.accept("TEMPORARY") || cursor.accept("LOCAL") || cursor.accept("GLOBAL");
}

/// Indexes are nobody's missing object.
bool makes_or_drops(Tokens statement) {
    return concerns_effects(statement) && !makes_for_the_session(statement) &&
           !has_word(statement.first(std::min<std::size_t>(3, statement.size())), "INDEX");
}

class BodyScan {
public:
    BodyScan(Collector& collector, Collector::Body body) : collector_(collector), body_(body) {}

    void scan(std::string_view text, int depth) {
        const std::vector<Token> tokens = tokens_of(text);
        const Tokens body(tokens);
        for (std::size_t at = 0; at < body.size(); ++at) {
            if (!begins_here(body, at)) continue;
            const bool calls = is_one_of(body[at], {"SELECT", "CALL", "PERFORM"});
            if (!calls && !is_one_of(body[at], {"CREATE", "ALTER", "DROP", "EXECUTE", "DO"})) continue;
            const std::size_t end = end_of_statement(body, at);
            const Tokens statement = body.subspan(at, end - at);
            if (!calls) read(statement, body, depth);
            if (calls && body_ == Collector::Body::block) read_calls(statement, collector_);
            at = std::max(at, end - 1);
        }
    }

    /// Something in it may make or drop what outlives the session.
    [[nodiscard]] bool changes() const { return changes_; }

private:
    void read(Tokens statement, Tokens body, int depth) {
        changes_ = changes_ || statement.front().is("EXECUTE") || makes_or_drops(statement);
        if (statement.front().is("EXECUTE")) {
            read_execute(statement, body, depth);
        } else if (has_body(statement)) {
            scan_texts(statement, depth);
        } else {
            read_tokens(statement, collector_);
        }
    }

    void scan_texts(Tokens statement, int depth) {
        if (depth >= deepest_body) return;
        for (const auto& token : statement)
            if (token.is_text()) scan(contents(token), depth + 1);
    }

    /// EXECUTE 'literal' [INTO ...] [USING ...] can be read; a computed text cannot.
    void read_execute(Tokens statement, Tokens body, int depth) {
        const bool literal = statement.size() > 1 && statement[1].is_text() &&
                             (statement.size() == 2 || is_one_of(statement[2], {"INTO", "USING"}));
        if (literal) return scan_texts(statement.first(2), depth);
        collector_.indexes_unnamed();
        if (body_ == Collector::Body::block && !computed_noted_) note_computed(body);
    }

    /// The pieces that the text is computed from tell at least what it may be about. A word that the piece ends with
    /// may go on with anything.
    void note_computed(Tokens body) {
        computed_noted_ = true;
        for (const auto& token : body) {
            if (!token.is_text()) continue;
            const std::string piece = contents(token);
            note_piece(tokens_of(piece));
        }
    }

    void note_piece(Tokens piece) {
        const bool alters = !piece.empty() && piece.front().is("ALTER");
        for (std::size_t at = 0; at < piece.size(); ++at) {
            const Tokens rest = piece.subspan(at);
            const bool open = rest.size() == 1;
            const bool relevant = open || (alters ? !constrains(rest.subspan(1)) : makes_or_drops(rest));
            const bool renames = rest.front().is("RENAME") && relevant;
            if (renames || (rest.front().is("DROP") && relevant)) collector_.drops_unnamed();
            if (renames || (is_one_of(rest.front(), {"CREATE", "ADD"}) && relevant)) collector_.creates_unnamed();
        }
    }

    Collector& collector_;
    Collector::Body body_;
    bool changes_ = false;
    bool computed_noted_ = false;  ///< of one body, the outermost: once, so that time stays linear
};

/// CREATE ... FUNCTION: the body comes after AS; texts before it are defaults of parameters.
Tokens texts_of(Tokens statement) {
    if (statement.front().is("DO")) return statement;
    const auto as = std::ranges::find_if(statement, [](const Token& token) { return token.is("AS"); });
    return statement.subspan(static_cast<std::size_t>(as - statement.begin()));
}

void note_routine(Tokens statement, Collector& collector) {
    Cursor cursor(statement);
    cursor.accept("CREATE");
    cursor.accept({"OR", "REPLACE"});
    if (!cursor.accept("FUNCTION")) cursor.accept("PROCEDURE");
    if (const auto name = cursor.name()) collector.changing_routine(name->object);
}

}  // namespace

bool has_body(Tokens statement) {
    Cursor cursor(statement);
    if (cursor.accept("DO")) return true;
    if (!cursor.accept("CREATE")) return false;
    cursor.accept({"OR", "REPLACE"});
    return cursor.accept("FUNCTION") || cursor.accept("PROCEDURE");
}

void read_body(Tokens statement, Collector& collector) {
    using Body = Collector::Body;
    using SearchPathIn = Collector::SearchPathIn;
    const Body body = statement.front().is("DO") ? Body::block : Body::routine;
    const bool routine_sets_path = mentions_search_path(statement);
    for (const auto& token : texts_of(statement)) {
        if (!token.is_text()) continue;
        const std::string text = contents(token);
        const bool sets_path = routine_sets_path || mentions_search_path(tokens_of(text));
        const auto search_path = sets_path ? SearchPathIn::set : SearchPathIn::untouched;
        collector.enter_body(search_path);
        BodyScan scan(collector, body);
        scan.scan(text, 0);
        collector.leave_body(body, search_path);
        if (scan.changes() && body == Body::routine) note_routine(statement, collector);
    }
}

void read_calls(Tokens statement, Collector& collector) {
    for (std::size_t at = 0; at + 1 < statement.size(); ++at) {
        if (!statement[at].is_name() || !statement[at + 1].is_symbol('(')) continue;
        if (const auto name = Cursor(statement.subspan(at)).identifier()) collector.calls(*name);
    }
}

}  // namespace migration_guard::sql
