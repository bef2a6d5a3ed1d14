#include "postgres/result.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <charconv>
#include <cstdlib>

namespace migration_guard::postgres {
namespace {

constexpr Oid type_boolean = 16;  // pg_type.dat

/// One name stays apart from another that differs in such a byte only.
std::string with_bytes_escaped(std::string_view text) {
    std::string escaped;
    for (std::size_t i = 0; i < text.size();) {
        const auto step = utf8_step(text, i);
        const auto sequence = text.substr(i, step.length);
        if (step.well_formed) escaped += sequence;
        for (const char c : step.well_formed ? std::string_view() : sequence) {
            escaped += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        }
        i += step.length;
    }
    return escaped;
}

}  // namespace

Result::Result(pg_result* result) : arrived(std::chrono::steady_clock::now()), result_(result) {}

void Result::Clear::operator()(pg_result* result) const {
    PQclear(result);
}

bool Result::ok() const {
    switch (PQresultStatus(result_.get())) {
        case PGRES_TUPLES_OK:
        case PGRES_SINGLE_TUPLE:
        case PGRES_COMMAND_OK:
        case PGRES_EMPTY_QUERY:
            return true;
        default:
            return false;
    }
}

bool Result::is_copy_in() const {
    return PQresultStatus(result_.get()) == PGRES_COPY_IN;
}
bool Result::is_copy_out() const {
    return PQresultStatus(result_.get()) == PGRES_COPY_OUT;
}

bool Result::is_copy() const {
    return is_copy_in() || is_copy_out() || PQresultStatus(result_.get()) == PGRES_COPY_BOTH;
}
bool Result::is_synchronisation() const {
    return PQresultStatus(result_.get()) == PGRES_PIPELINE_SYNC;
}

int Result::rows() const {
    return PQntuples(result_.get());
}
int Result::columns() const {
    return PQnfields(result_.get());
}

bool Result::is_null(int row, int column) const {
    return PQgetisnull(result_.get(), row, column) != 0;
}

std::string_view Result::cell(int row, int column) const {
    if (is_null(row, column)) return {};
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(PQgetlength(result_.get(), row, column))};
}

std::string Result::text(int row, int column) const {
    return is_utf8(row, column) ? std::string(cell(row, column)) : with_bytes_escaped(cell(row, column));
}

bool Result::is_utf8(int row, int column) const {
    return bytes_ == Bytes::utf8 || migration_guard::is_utf8(cell(row, column));
}

std::optional<std::string> Result::optional(int row, int column) const {
    return is_null(row, column) ? std::nullopt : std::optional(text(row, column));
}

bool Result::boolean(int row, int column) const {
    return text(row, column) == "t";
}

long long Result::integer(int row, int column) const {
    const auto digits = text(row, column);
    long long value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

double Result::number(int row, int column) const {
    return std::strtod(text(row, column).c_str(), nullptr);
}

bool Result::is_false(int row, int column) const {
    return PQftype(result_.get(), column) == type_boolean && text(row, column) == "f";
}

std::string Result::command() const {
    // Not const in libpq's signature, but it only reads (libpq manual, "Retrieving Other Result Information").
    return PQcmdStatus(result_.get());
}

std::optional<std::string> Result::field(int code) const {
    const char* const value = PQresultErrorField(result_.get(), code);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::string Result::sqlstate() const {
    return field(PG_DIAG_SQLSTATE).value_or("");
}

std::string Result::message() const {
    if (auto primary = field(PG_DIAG_MESSAGE_PRIMARY)) return *primary;
    const std::string own_words = result_ ? PQresultErrorMessage(result_.get()) : "";
    return own_words.empty() ? "no answer" : own_words;
}

std::string Result::error() const {
    const auto code = sqlstate();
    return one_line(code.empty() ? message() : fmt::format("{} {}", code, message()), 1000);
}

void require_ok(const Result& result, std::string_view doing) {
    if (result.ok()) return;
    const auto what = fmt::format("{} failed: {}", doing, result.error());
    const auto state = result.sqlstate();
    if (state.starts_with("42501") || state.starts_with("28")) {
        throw Failure(ExitCode::database_refused, what, "give the user of the URL the right to do this");
    }
    if (state == "25006") {
        throw Failure(ExitCode::database_unreachable, what,
                      "a standby, or default_transaction_read_only (ALTER DATABASE or ALTER ROLE ... SET, options= in "
                      "the URL)? migrations need a primary that can be written");
    }
    if (state == "57014") {
        throw Failure(ExitCode::database_unreachable, what,
                      "a statement_timeout that short leaves the guard's own queries no time: look with SHOW "
                      "statement_timeout, and raise it (ALTER ROLE or ALTER DATABASE ... SET, options= in the URL)");
    }
    for (const std::string_view passing : {"08", "40", "53", "55", "57", "58"}) {
        if (!state.starts_with(passing)) continue;
        throw Failure(ExitCode::database_unreachable, what, "the server's log says more; a restart may cure it");
    }
    if (state == "22021" || state == "22P05") {
        throw Failure(ExitCode::database_refused, what,
                      "a name or a text in this database is not valid UTF-8, most likely since its encoding is "
                      "SQL_ASCII (SHOW server_encoding): correct it, or move to a database with ENCODING UTF8");
    }
    if (state == "0A000") {
        throw Failure(ExitCode::database_refused, what,
                      "this server does not support a query of the guard: is it PostgreSQL itself, and of which "
                      "version? mode: off starts the app without the guard");
    }
    throw Failure(ExitCode::internal, what, "please report this, with the server's version");
}

void require_one_row(const Result& result, std::string_view doing) {
    const auto state = result.sqlstate();
    for (const std::string_view refused : {"23", "428C9", "P0", "09", "27"}) {
        if (!state.starts_with(refused)) continue;
        throw Failure(ExitCode::ledger_unusable, fmt::format("{} failed: {}", doing, result.error()),
                      "a column, a constraint or a trigger that Prisma's _prisma_migrations has not refuses the row: "
                      "take it off");
    }
    require_ok(result, doing);
    if (result.command().ends_with(" 1")) return;
    throw Failure(ExitCode::database_refused,
                  fmt::format("{} had no effect: row-level security, a rule or a trigger of _prisma_migrations keeps "
                              "this login from it",
                              doing),
                  "migrate with the login that owns the table (DIRECT_URL), or take the policy, rule or trigger off");
}

}  // namespace migration_guard::postgres
