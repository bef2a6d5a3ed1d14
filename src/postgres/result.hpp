// What the server answered to one statement.
//
// Not a row of anything: readers pick the cells they asked for. Keeps true: libpq's result is freed once; cells are
// asked for by number, in the order of the SELECT that stands beside the reader.
#pragma once

#include "base/time.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct pg_result;

namespace migration_guard::postgres {

/// What the cells of a result may hold.
enum class Bytes {
    utf8,  ///< the server sees to it
    any,   ///< of a database that knows no encoding (SQL_ASCII)
};

class Result {
public:
    Result() = default;
    explicit Result(pg_result* result);  ///< takes it over; null counts as a failed statement
    void may_hold(Bytes bytes) { bytes_ = bytes; }

    [[nodiscard]] bool is_none() const { return result_ == nullptr; }
    [[nodiscard]] bool ok() const;  ///< rows, a command, or an empty statement
    [[nodiscard]] bool is_copy_in() const;
    [[nodiscard]] bool is_copy_out() const;
    [[nodiscard]] bool is_copy() const;             ///< in, out or both
    [[nodiscard]] bool is_synchronisation() const;  ///< of a pipeline

    [[nodiscard]] int rows() const;
    [[nodiscard]] int columns() const;
    [[nodiscard]] bool is_null(int row, int column) const;
    /// Always UTF-8: a byte that is none stands as \xe9. "" for null.
    [[nodiscard]] std::string text(int row, int column) const;
    [[nodiscard]] bool is_utf8(int row, int column) const;
    [[nodiscard]] std::optional<std::string> optional(int row, int column) const;
    [[nodiscard]] bool boolean(int row, int column) const;       ///< false for null
    [[nodiscard]] long long integer(int row, int column) const;  ///< 0 for null
    [[nodiscard]] double number(int row, int column) const;      ///< 0 for null
    [[nodiscard]] bool is_false(int row, int column) const;      ///< of type boolean and false

    [[nodiscard]] std::string command() const;  ///< "COMMIT", "CREATE TABLE", "UPDATE 1"

    [[nodiscard]] std::string sqlstate() const;  ///< "" when it is no error of the server
    [[nodiscard]] std::string message() const;   ///< the server's primary message, or libpq's
    /// One line: "42P01 relation "x" does not exist".
    [[nodiscard]] std::string error() const;
    /// A field of the error by libpq's code (PG_DIAG_...).
    [[nodiscard]] std::optional<std::string> field(int code) const;

    Instant arrived;  ///< when it was complete

private:
    struct Clear {
        void operator()(pg_result* result) const;
    };
    [[nodiscard]] std::string_view cell(int row, int column) const;

    std::unique_ptr<pg_result, Clear> result_;
    Bytes bytes_ = Bytes::utf8;
};

/// Throws Failure 77 when a statement of the ledger was accepted and yet did not write its one row: a policy of
/// row-level security, a rule or a trigger kept it; 89 when a constraint or a trigger of the ledger refused it. Other
/// errors as require_ok().
void require_one_row(const Result& result, std::string_view doing);

/// Throws Failure when `result` is an error: 69 for what time may cure and for what is read-only, 77 for permission and
/// for what this server cannot do, 70 for the rest. `doing`: "reading the ledger".
void require_ok(const Result& result, std::string_view doing);

}  // namespace migration_guard::postgres
