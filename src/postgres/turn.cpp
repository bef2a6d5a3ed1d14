#include "postgres/turn.hpp"

#include "base/failure.hpp"
#include "postgres/lock_query.hpp"

#include <fmt/format.h>

#include <utility>

namespace migration_guard::postgres {
namespace {

class HeldTurn : public Turn {
public:
    explicit HeldTurn(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    bool held() override {
        if (!connection_->is_open()) return false;
        try {
            // Only inside the same transaction is the lock still ours: a new one would not have it.
            return connection_->simple("SELECT 1").ok() &&
                   connection_->transaction() == TransactionState::in_transaction;
        } catch (const Failure&) {
            return false;
        }
    }

private:
    std::unique_ptr<Connection> connection_;
};

/// Settings of the server, the database or the role must not end the transaction while a long migration runs.
std::string open_transaction(int server_version) {
    std::string sql =
        "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL idle_in_transaction_session_timeout = 0; "
        "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; ";
    if (server_version >= 170000) sql += "SET LOCAL transaction_timeout = 0; ";
    return sql + fmt::format("SELECT pg_catalog.pg_try_advisory_xact_lock({})", turn_lock_key);
}

}  // namespace

std::unique_ptr<Turn> take_turn(std::unique_ptr<Connection> connection) {
    const auto result = connection->simple(open_transaction(connection->server_version()));
    require_ok(result, "asking for the turn to migrate");
    if (result.rows() != 1 || !result.boolean(0, 0)) return nullptr;
    return std::make_unique<HeldTurn>(std::move(connection));
}

}  // namespace migration_guard::postgres
