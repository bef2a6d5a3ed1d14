#include "sql/read_script.hpp"

#include "base/text.hpp"
#include "sql/body_reader.hpp"
#include "sql/postgres_parser.hpp"
#include "sql/session_statement.hpp"
#include "sql/split_statements.hpp"
#include "sql/token_reader.hpp"
#include "sql/tree_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace migration_guard {
namespace sql {
namespace {

enum class Grammar { postgres_first, tolerant_only };

class ScriptReader {
public:
    ScriptReader(std::string_view script, Grammar grammar) : script_(script), grammar_(grammar) {}

    ScriptEffects read() {
        Splitter splitter(script_);
        Statement statement;
        while (splitter.next(statement)) {
            ++out_.statements;
            read(statement);
        }
        return std::move(out_);
    }

private:
    void read(const Statement& statement) {
        const Tokens tokens(statement.tokens);
        read_transaction(transaction_control(tokens));
        out_.needs_own_statement |= needs_own_statement(tokens);
        read_search_path(tokens, collector_);
        if (has_body(tokens)) {
            read_body(tokens, collector_);
        } else if (concerns_effects(tokens)) {
            read_effects(statement);
        } else if (takes_indexes_along(tokens)) {
            collector_.indexes_unnamed();
        }
        if (!tokens.empty() && (tokens.front().is("SELECT") || tokens.front().is("CALL")))
            read_calls(tokens, collector_);
    }

    void read_transaction(Transaction control) {
        out_.own_transaction |= control != Transaction::none;
        if (control == Transaction::begin) collector_.begin();
        if (control == Transaction::commit) collector_.commit();
        if (control == Transaction::rollback) collector_.rollback();
    }

    void read_effects(const Statement& statement) {
        if (grammar_ == Grammar::tolerant_only) return read_tokens(statement.tokens, collector_);
        const ParsedStatement parsed = parse_with_postgres(statement.text, statement.token_count);
        if (!parsed.json.empty() && read_tree(parsed.json, collector_)) return;
        note_refusal(statement, parsed.error.empty() ? "unexpected tree" : parsed.error);
        read_tokens(statement.tokens, collector_);
    }

    void note_refusal(const Statement& statement, const std::string& error) {
        if (!out_.parsed) return;
        out_.parsed = false;
        const auto before = script_.substr(0, static_cast<std::size_t>(statement.text.data() - script_.data()));
        out_.parse_error = "line " + std::to_string(std::ranges::count(before, '\n') + 1) + ": " + one_line(error, 200);
    }

    std::string_view script_;
    Grammar grammar_;
    ScriptEffects out_;
    Collector collector_{out_};
};

}  // namespace
}  // namespace sql

ScriptEffects read_script(std::string_view script) {
    return sql::ScriptReader(script, sql::Grammar::postgres_first).read();
}

ScriptEffects read_script_tolerantly(std::string_view script) {
    return sql::ScriptReader(script, sql::Grammar::tolerant_only).read();
}

}  // namespace migration_guard
