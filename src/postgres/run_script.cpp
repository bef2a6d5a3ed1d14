#include "postgres/run_script.hpp"

#include "sql/read_script.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <string_view>

namespace migration_guard::postgres {
namespace {

/// As long as it takes: applyTimeout and stopTimeout are the guard's, and reach here as `stop`.
constexpr Duration until_stopped = std::chrono::hours(24 * 365);

bool ends_transaction(const std::string& command) {
    constexpr std::array words{"COMMIT", "ROLLBACK", "PREPARE TRANSACTION", "COMMIT PREPARED", "ROLLBACK PREPARED"};
    return std::ranges::find(words, command) != words.end();
}

void take(const Result& result, ScriptRun& run) {
    if (result.ok()) {
        run.committed_itself = run.committed_itself || ends_transaction(result.command());
        return;
    }
    if (run.error) return;
    run.error = server_error(result);
    run.cancelled = run.error->code == "57014";
}

void collect(Connection& connection, Patience& patience, ScriptRun& run) {
    while (const auto result = connection.next_result(patience)) {
        if (result->is_copy_in() || result->is_copy_out()) {
            connection.end_copy(*result, patience);
            continue;
        }
        take(*result, run);
    }
}

bool is_word_character(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool contains_word(std::string_view text, std::string_view word) {
    const auto same = [](char a, char b) { return std::tolower(static_cast<unsigned char>(a)) == b; };
    for (auto from = text.begin();;) {
        const auto found = std::search(from, text.end(), word.begin(), word.end(), same);
        if (found == text.end()) return false;
        const auto end = found + static_cast<std::ptrdiff_t>(word.size());
        const bool begins = found == text.begin() || !is_word_character(*(found - 1));
        if (begins && (end == text.end() || !is_word_character(*end))) return true;
        from = found + 1;
    }
}

}  // namespace

ScriptRun run_script(Connection& connection, const std::string& script, Interrupt& stop, Duration cancel_time) {
    ScriptRun run;
    if (script.find('\0') != std::string::npos) {  // PostgreSQL's protocol ends a query at a zero byte
        run.error = ServerError{};
        run.error->message = "error encoding message to server: string contains embedded null";
        return run;
    }
    connection.send_simple(script);
    try {
        Patience patience(stop, until_stopped, EarlierSignal::ends_the_wait);
        collect(connection, patience, run);
    } catch (const Interrupted&) {
        connection.request_cancel();
        Patience patience(stop, cancel_time);
        collect(connection, patience, run);
    }
    return run;
}

bool leaves_nothing_when_cancelled(const std::string& script) {
    const auto effects = read_script(script);
    if (effects.own_transaction || effects.needs_own_statement) return false;
    // A lone DO block or CALL may commit halfway; the words are looked for where a parser does not look.
    return !contains_word(script, "commit") && !contains_word(script, "call") && !contains_word(script, "rollback");
}

ServerError server_error(const Result& result) {
    ServerError error;
    error.severity = result.field(PG_DIAG_SEVERITY).value_or("ERROR");
    error.parsed_severity = result.field(PG_DIAG_SEVERITY_NONLOCALIZED);
    error.code = result.sqlstate();
    error.message = result.message();
    error.detail = result.field(PG_DIAG_MESSAGE_DETAIL);
    error.hint = result.field(PG_DIAG_MESSAGE_HINT);
    error.position = result.field(PG_DIAG_STATEMENT_POSITION);
    error.internal_position = result.field(PG_DIAG_INTERNAL_POSITION);
    error.internal_query = result.field(PG_DIAG_INTERNAL_QUERY);
    error.where = result.field(PG_DIAG_CONTEXT);
    error.schema = result.field(PG_DIAG_SCHEMA_NAME);
    error.table = result.field(PG_DIAG_TABLE_NAME);
    error.column = result.field(PG_DIAG_COLUMN_NAME);
    error.datatype = result.field(PG_DIAG_DATATYPE_NAME);
    error.constraint = result.field(PG_DIAG_CONSTRAINT_NAME);
    error.file = result.field(PG_DIAG_SOURCE_FILE);
    error.line = result.field(PG_DIAG_SOURCE_LINE);
    error.routine = result.field(PG_DIAG_SOURCE_FUNCTION);
    return error;
}

}  // namespace migration_guard::postgres
