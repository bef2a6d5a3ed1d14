#include "postgres/cancel.hpp"
#include "postgres/connect.hpp"
#include "postgres/create_database.hpp"
#include "postgres/lock_query.hpp"
#include "postgres/postgres.hpp"
#include "postgres/snapshot.hpp"
#include "postgres/turn.hpp"

#include "base/failure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace migration_guard::postgres {
namespace {

class PostgresDatabase : public Database {
public:
    PostgresDatabase(PostgresOptions options, Interrupt& interrupt) : options_(std::move(options)) {
        connector_.interrupt = &interrupt;
        connector_.query_limit = options_.query_timeout;
        if (options_.app_role.empty()) options_.app_role = options_.migrate.user;
    }

    ConnectResult connect(Duration timeout) override {
        if (connection_ && connection_->is_open()) return {};
        const auto earlier = was_connected_ ? EarlierSignal::is_known : EarlierSignal::ends_the_wait;
        auto attempt = connector_.attempt(options_.migrate, timeout, earlier);
        connection_ = std::move(attempt.connection);
        was_connected_ = was_connected_ || connection_ != nullptr;
        return attempt.result;
    }

    void disconnect() override { connection_.reset(); }

    void limit_round_trips(Duration most) override {
        most_ = std::max(most, Duration(1));
        connector_.query_limit = std::clamp(most, Duration(1), options_.query_timeout);
        if (connection_) connection_->limit(connector_.query_limit);
    }

    Snapshot look(const SnapshotRequest& request) override {
        try {
            return take_snapshot(session(), options_.migrate, options_.app_role, request);
        } catch (const NoAnswer& silence) {
            tell_who_locks(silence);
        }
    }

    Progress progress() override { return read_progress(session(), options_.migrate); }

    Whereabouts find_everywhere(const std::vector<std::string>& relations,
                                const std::vector<std::string>& enums) override {
        return postgres::find_everywhere(session(), relations, enums);
    }

    std::vector<TableActivity> activity(const std::vector<ObjectName>& tables) override {
        return read_activity(session(), tables);
    }

    std::unique_ptr<Turn> try_turn() override {
        return take_turn(connector_.require(options_.migrate, connect_timeout()));
    }

    void also_ours(const OwnSessions& sessions) override { own_ = sessions; }

    Cancelled cancel_migration(const std::string& name, Duration timeout) override {
        return cancel_sessions(session(), name, own_, timeout);
    }

    void create_database() override { postgres::create_database(connector_, options_.migrate, connect_timeout()); }

    void create_schema() override { postgres::create_schema(session(), options_.migrate); }

private:
    /// A login is a round trip as well.
    [[nodiscard]] Duration connect_timeout() const {
        return most_ ? std::min(options_.connect_timeout, *most_) : options_.connect_timeout;
    }

    /// The session that was given no answer is free again, most often: it can be asked why.
    [[noreturn]] void tell_who_locks(const NoAnswer& silence) {
        const auto who = who_locks();
        if (who.empty()) throw NoAnswer(silence);
        throw NoAnswer(silence.code, fmt::format("{} {}", silence.what(), who),
                       "end that session (SELECT pg_terminate_backend(pid)) or wait until it has finished; a restart "
                       "may cure it");
    }

    std::string who_locks() {
        if (!connection_ || !connection_->is_open()) return {};
        try {
            connection_->limit(std::min<Duration>(connector_.query_limit, std::chrono::seconds(2)));
            auto who = words_for_exclusive_lock(connection_->execute(exclusive_lock_query(), Bytes::any));
            connection_->limit(connector_.query_limit);
            return who;
        } catch (const Failure&) {
            return {};
        }
    }

    Connection& session() {
        if (connection_ && connection_->is_open()) return *connection_;
        throw Failure(ExitCode::database_unreachable, "there is no connection to the database",
                      "a restart may cure it");
    }

    PostgresOptions options_;
    Connector connector_;
    std::unique_ptr<Connection> connection_;
    OwnSessions own_;
    std::optional<Duration> most_;  ///< of limit_round_trips()
    bool was_connected_ = false;
};

}  // namespace

std::unique_ptr<Database> open_database(PostgresOptions options, Interrupt& interrupt) {
    return std::make_unique<PostgresDatabase>(std::move(options), interrupt);
}

}  // namespace migration_guard::postgres
