#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"
#include "postgres/connect.hpp"
#include "postgres/postgres.hpp"
#include "postgres/run_script.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

namespace migration_guard::postgres {
namespace {

/// The line, from 1, in which the server's position (in characters, from 1) stands; 1 when there is none.
std::size_t line_of(const std::optional<std::string>& position, std::string_view sql) {
    std::size_t characters = 0;
    if (position) std::from_chars(position->data(), position->data() + position->size(), characters);
    std::size_t line = 1;
    for (std::size_t i = 0; i < sql.size() && characters > 1; --characters) {
        if (sql[i] == '\n') ++line;
        i += utf8_step(sql, i).length;
    }
    return line;
}

/// Without the byte order mark that editors on Windows write and the server refuses. (In migrations it stays: there the
/// server's refusal is what Prisma's own apply would meet.)
std::string_view statement_of(const SmokeScript& script) {
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    std::string_view sql = script.sql;
    if (sql.starts_with(byte_order_mark)) sql.remove_prefix(byte_order_mark.size());
    return sql;
}

/// The complaint about the rows of `result`, empty when there is none: a first column that is false or null.
std::string complaint_about(const Result& result) {
    if (result.columns() == 0) return {};
    for (int row = 0; row < result.rows(); ++row) {
        if (result.is_null(row, 0)) return "its first column is null";
        if (result.is_false(row, 0)) return "its first column is false";
    }
    return {};
}

class PostgresSmokeRunner : public SmokeRunner {
public:
    PostgresSmokeRunner(DatabaseUrl app, Duration connect_timeout, Interrupt& interrupt)
        : app_(std::move(app)), connect_timeout_(connect_timeout) {
        connector_.interrupt = &interrupt;
    }

    SmokeResult run(const SmokeScript& script, Duration timeout, Duration most) override {
        if (!connection_ || !connection_->is_open()) {
            connection_ = connector_.require(app_, std::min(connect_timeout_, std::max(most, Duration(1))));
        }
        SmokeResult result;
        result.name = script.name;
        const auto begun = std::chrono::steady_clock::now();
        try {
            result.error = check(script, timeout);
        } catch (const Failure& failure) {  // the session is lost: the script ended it, or the server died
            result.error = fmt::format("{}:1: {}", script.path, failure.what());
        }
        result.ms = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun).count();
        result.ok = result.error.empty();
        return result;
    }

private:
    /// All in one transaction, so that a transaction pooler keeps it on one server connection.
    std::string check(const SmokeScript& script, Duration timeout) {
        require_ok(connection_->simple(opening(timeout)), "beginning a smoke check");
        auto error = run_statement(script, timeout);
        if (connection_->transaction() != TransactionState::idle) {
            require_ok(connection_->simple("ROLLBACK"), "rolling back a smoke check");
        }
        return error;
    }

    [[nodiscard]] std::string opening(Duration timeout) const {
        auto sql = fmt::format("BEGIN; SET LOCAL statement_timeout = {}", std::max<Duration::rep>(timeout.count(), 1));
        if (app_.schema) sql += "; SET LOCAL search_path = " + quote_identifier(*app_.schema);
        return sql;
    }

    /// The extended protocol takes one statement, so that no COMMIT can hide behind it.
    std::string run_statement(const SmokeScript& script, Duration timeout) {
        if (script.sql.find('\0') != std::string::npos) return at(script, 1, "it holds a zero byte");
        constexpr Duration grace = std::chrono::seconds(2);  // the server's own timeout answers first
        Patience patience(connection_->interrupt(), timeout + grace);
        connection_->send({std::string(statement_of(script)), {}, "the smoke check"});
        std::string error;
        while (const auto result = connection_->next_result(patience)) {
            if (result->is_copy_in() || result->is_copy_out()) {
                connection_->end_copy(*result, patience);
                continue;
            }
            if (!error.empty()) continue;
            error = complaint(script, *result);
        }
        return error;
    }

    static std::string complaint(const SmokeScript& script, const Result& result) {
        if (!result.ok()) {
            const auto told = server_error(result);
            return at(script, line_of(told.position, statement_of(script)), result.error());
        }
        const auto wrong = complaint_about(result);
        return wrong.empty() ? std::string() : at(script, 1, wrong);
    }

    static std::string at(const SmokeScript& script, std::size_t line, const std::string& what) {
        return one_line(fmt::format("{}:{}: {}", script.path, line, what), 1000);
    }

    DatabaseUrl app_;
    Duration connect_timeout_;
    Connector connector_;
    std::unique_ptr<Connection> connection_;
};

}  // namespace

std::unique_ptr<SmokeRunner> smoke_runner(DatabaseUrl app, Duration connect_timeout, Interrupt& interrupt) {
    return std::make_unique<PostgresSmokeRunner>(std::move(app), connect_timeout, interrupt);
}

}  // namespace migration_guard::postgres
