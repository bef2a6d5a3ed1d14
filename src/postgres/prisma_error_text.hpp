// A failed script's error in Prisma's words: what the engine writes into `logs` and shows as P3018.
//
// Not the running of the script (run_script.hpp). Keeps true: the text is the engine's to the letter, ANSI sequences
// included, but for the Rust span trace behind it (prisma-engines: flavour/postgres/connector/native/mod.rs
// apply_migration_script(), user-facing-errors ApplyMigrationError, rust-postgres DbError).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::postgres {

/// The fields of an ErrorResponse (PostgreSQL manual, "Error and Notice Message Fields").
struct ServerError {
    std::string severity;                        ///< in the server's language
    std::optional<std::string> parsed_severity;  ///< "ERROR", "FATAL", "PANIC"
    std::string code;                            ///< SQLSTATE; empty: the failure is none of the server's
    std::string message;                         ///< of a failure without code: the whole text
    std::optional<std::string> detail;
    std::optional<std::string> hint;
    std::optional<std::string> position;  ///< in the script, characters from 1
    std::optional<std::string> internal_position;
    std::optional<std::string> internal_query;
    std::optional<std::string> where;
    std::optional<std::string> schema;
    std::optional<std::string> table;
    std::optional<std::string> column;
    std::optional<std::string> datatype;
    std::optional<std::string> constraint;
    std::optional<std::string> file;
    std::optional<std::string> line;
    std::optional<std::string> routine;
};

/// The whole P3018 message, without a newline at its end.
std::string p3018_text(const std::string& migration_name, const ServerError& error, std::string_view script);

}  // namespace migration_guard::postgres
