#include "postgres/native_run.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "postgres/connect.hpp"
#include "postgres/ledger_query.hpp"
#include "postgres/ledger_statements.hpp"
#include "postgres/pooler.hpp"
#include "postgres/prisma_lock.hpp"
#include "postgres/run_script.hpp"
#include "postgres/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;

/// For a cancelled script to say so.
constexpr Duration cancel_time = std::chrono::seconds(5);

/// Bookkeeping is never interrupted: it is short, bounded, and what it leaves out nobody could tell afterwards.
class NoInterrupt : public Interrupt {
public:
    [[nodiscard]] int descriptor() const override { return -1; }
    int signal() override { return 0; }
    int count() override { return 0; }
};

ApplyOutcome refused(ExitCode code, std::string message, std::string hint) {
    return {.kind = ApplyOutcome::Kind::refused,
            .status = 1,
            .code = code,
            .message = std::move(message),
            .hint = std::move(hint),
            .failed_migration = {},
            .cancelled_clean = false};
}

ApplyOutcome ended(int status, std::string message) {
    return {.kind = ApplyOutcome::Kind::ended,
            .status = status,
            .code = status == 0 ? ExitCode::ok : ExitCode::apply_failed,
            .message = std::move(message),
            .hint = {},
            .failed_migration = {},
            .cancelled_clean = false};
}

std::string resolve_hint(const std::string& name) {
    return fmt::format(
        "correct the script or the database, then: migration-guard resolve --rolled-back {0} "
        "(npx prisma migrate resolve --rolled-back {0})",
        name);
}

/// What a script must not do when it is sent whole, with the way out.
std::string hint_for(const ServerError& error, const std::string& name) {
    if (error.code == "25001") {
        return "a statement that cannot run inside a transaction (CREATE INDEX CONCURRENTLY, VACUUM, ...) must be the "
               "only "
               "one of its migration: split the script; then: migration-guard resolve --rolled-back " +
               name;
    }
    if (error.code == "55P04") {
        return "a new enum value can be used only after its migration: move the use to a migration of its own; then: "
               "migration-guard resolve --rolled-back " +
               name;
    }
    return resolve_hint(name);
}

std::string one_line_of(const ServerError& error) {
    return one_line(error.code.empty() ? error.message : error.code + " " + error.message, 1000);
}

class NativeRun {
public:
    NativeRun(const PostgresOptions& options, const ApplyRequest& request, const NativeOrders& orders,
              const std::function<void(NativeEvent)>& tell)
        : options_(options), request_(request), orders_(orders), tell_(tell) {}

    ApplyOutcome run() {
        try {
            if (auto refusal = prepare()) return *refusal;
        } catch (const Interrupted&) {
            return ended(1, "ended before any migration was begun");
        } catch (const Failure& failure) {
            return refused(failure.code, failure.what(), failure.hint);
        }
        return apply_all();
    }

private:
    /// Session, lock and decision; none: there is work to do.
    std::optional<ApplyOutcome> prepare() {
        connector_.interrupt = &orders_.end_now;
        connector_.query_limit = options_.query_timeout;
        connection_ = connector_.require(options_.migrate, options_.connect_timeout);
        connection_->answer_to(never_);
        if (is_behind_transaction_pooler(connector_, *connection_, options_.migrate, options_.connect_timeout)) {
            return refused(
                ExitCode::config_invalid,
                "apply: native needs a session of its own, but a transaction pooler (PgBouncer) stands between",
                "give a URL past the pooler in DIRECT_URL");
        }
        set_up_session();
        Patience patience(orders_.end_now, options_.prisma_lock_timeout, EarlierSignal::ends_the_wait);
        if (!take_prisma_lock(*connection_, patience)) return lock_is_busy();
        const auto look = look_at_ledger(*connection_, options_.migrate, options_.listed_schemas);
        if (auto refusal = decide(look)) return refusal;
        ledger_ = quote_identifier(look.ledger_schema) + ".\"_prisma_migrations\"";
        if (look.ledger.state == State::absent) return create_ledger();
        return std::nullopt;
    }

    /// Prisma sets the search path and nothing else; the two limits are the guard's options.
    void set_up_session() {
        std::string sql;
        if (options_.migrate.schema) sql += "SET search_path = " + quote_identifier(*options_.migrate.schema) + ";";
        const auto limit = [&sql](const char* setting, const std::optional<Duration>& value) {
            if (value) sql += fmt::format("SET {} = {};", setting, value->count());
        };
        limit("lock_timeout", options_.migration_lock_timeout);
        limit("statement_timeout", options_.migration_statement_timeout);
        if (!sql.empty()) require_ok(connection_->simple(sql), "setting up the session");
    }

    ApplyOutcome lock_is_busy() {
        const auto holder = read_lock_holders(connection_->execute(lock_holders_query())).migrating;
        const auto who = holder ? fmt::format("process {} ({}, {})", holder->pid, holder->application, holder->client)
                                : "another session";
        return refused(
            ExitCode::turn_timeout,
            fmt::format("{} held Prisma's migration lock for {}", who, to_text(options_.prisma_lock_timeout)),
            "wait for it to end, or end that session in the server");
    }

    /// Exactly as the engine decides, and again, since time has passed since the guard looked.
    std::optional<ApplyOutcome> decide(const LedgerLook& look) {
        if (look.server.cockroach) {
            return refused(ExitCode::apply_not_started,
                           "apply: native does not work with CockroachDB, which has no advisory lock",
                           "use apply: prisma");
        }
        if (look.ledger.state == State::absent && look.server.table_count > 0) {
            return refused(
                ExitCode::ledger_missing,
                fmt::format("there are tables but no ledger (Prisma's P3005): {}", join(look.server.tables, 5)),
                "migration-guard baseline (npx prisma migrate resolve --applied NAME)");
        }
        if (look.ledger.state == State::no_permission) {
            return refused(ExitCode::database_refused, "the ledger may not be read: " + look.ledger.detail,
                           "grant the user of the URL all rights on _prisma_migrations");
        }
        if (look.ledger.state != State::present && look.ledger.state != State::absent) {
            return refused(ExitCode::ledger_unusable, look.ledger.detail, "migration-guard diagnose tells more");
        }
        const auto failed = std::ranges::find_if(look.ledger.rows, &LedgerRow::is_unfinished);
        if (failed != look.ledger.rows.end()) {
            return refused(
                ExitCode::migration_failed,
                fmt::format("migration {} stands failed in the ledger (Prisma's P3009)", failed->migration_name),
                resolve_hint(failed->migration_name));
        }
        rows_ = look.ledger.rows;
        return std::nullopt;
    }

    std::optional<ApplyOutcome> create_ledger() {
        const auto result = connection_->simple(create_ledger_statement(ledger_));
        if (result.ok()) return std::nullopt;
        return refused(result.sqlstate() == "42P07" ? ExitCode::ledger_unusable : ExitCode::database_refused,
                       "the ledger cannot be created: " + result.error(),
                       "grant the user of the URL the right to create tables in the schema");
    }

    ApplyOutcome apply_all() {
        const auto total = request_.pending.size();
        for (std::size_t i = 0; i < total; ++i) {
            const auto& name = request_.pending[i];
            if (orders_.nothing_further || orders_.end_now.count() > 0) {
                return ended(1, fmt::format("stopped before migration {}", name));
            }
            if (is_applied(name)) continue;
            try {
                if (auto failure = apply(name, fmt::format("{} of {}", i + 1, total))) return *failure;
            } catch (const Failure& failure) {
                auto outcome = ended(1, fmt::format("migration {}: {}", name, failure.what()));
                outcome.hint = failure.hint;
                outcome.failed_migration = name;
                return outcome;
            }
        }
        return ended(0, {});
    }

    [[nodiscard]] bool is_applied(const std::string& name) const {
        return std::ranges::any_of(
            rows_, [&](const LedgerRow& row) { return row.migration_name == name && !row.is_rolled_back(); });
    }

    /// None when it is applied.
    std::optional<ApplyOutcome> apply(const std::string& name, const std::string& n_of_m) {
        const auto& bundled = request_.bundle->migrations;
        const auto migration = std::ranges::find(bundled, name, &BundledMigration::name);
        if (migration == bundled.end() || !migration->has_script) {  // Prisma reads the script before it writes the row
            auto outcome = ended(1, fmt::format("migration {} has no migration.sql (Prisma's P3015)", name));
            outcome.code = ExitCode::bundle_unreadable;
            outcome.hint = "restore the file in the image, or remove the directory";
            outcome.failed_migration = name;
            return outcome;
        }
        tell_({"applying migration", {{"migration", name}, {"progress", n_of_m}}, name + " (" + n_of_m + ")"});
        const auto begun = std::chrono::steady_clock::now();
        const auto id = new_row_id();
        write(insert_row(ledger_, id, migration->checksums.as_is, name));
        auto run = run_script(*connection_, migration->script, orders_.end_now, cancel_time);
        const bool lock_kept = tidy_up(run);
        if (run.error) return failed(*migration, id, run);
        write(add_step(ledger_, id));
        write(set_finished(ledger_, id));
        const auto took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
        tell_({"migration applied", {{"migration", name}, {"progress", n_of_m}, {"took", to_text(took)}}, {}});
        if (lock_kept) return std::nullopt;
        return ended(
            1, fmt::format("migration {} released Prisma's migration lock, and another session has it now", name));
    }

    /// The session as it was before the script, whatever that did to it. False when Prisma's lock is gone (DISCARD
    /// ALL).
    bool tidy_up(ScriptRun& run) {
        const auto state = connection_->transaction();
        if (state != TransactionState::idle) {
            require_ok(connection_->simple("ROLLBACK"), "ending the script's transaction");
            if (!run.error) {
                run.error = ServerError{};
                run.error->message = "the script leaves a transaction open (BEGIN without COMMIT); it was rolled back";
            }
        }
        const auto search_path = options_.migrate.schema
                                     ? "SET search_path = " + quote_identifier(*options_.migrate.schema)
                                     : std::string("RESET search_path");
        for (const auto& result : connection_->pipeline({{"RESET SESSION AUTHORIZATION"},
                                                         {"RESET ROLE"},
                                                         {search_path},
                                                         {"SET client_encoding = 'UTF8'"},
                                                         {"RESET default_transaction_read_only"}})) {
            require_ok(result, "restoring the session after the script");
        }
        return try_prisma_lock(*connection_);
    }

    ApplyOutcome failed(const BundledMigration& migration, const std::string& id, const ScriptRun& run) {
        const auto& error = *run.error;
        write(set_logs(ledger_, id, p3018_text(migration.name, error, migration.script)));
        auto outcome = ended(1, fmt::format("migration {} failed: {}", migration.name, one_line_of(error)));
        outcome.hint = hint_for(error, migration.name);
        outcome.failed_migration = migration.name;
        outcome.cancelled_clean = orders_.nothing_further && run.cancelled && !run.committed_itself &&
                                  leaves_nothing_when_cancelled(migration.script);
        if (outcome.cancelled_clean) write(set_rolled_back(ledger_, id));
        return outcome;
    }

    /// A cancel meant for the script may hit the statement behind it: it is repeated.
    void write(const Query& query) {
        for (int attempt = 1;; ++attempt) {
            const auto result = connection_->execute(query);
            if (!result.ok() && result.sqlstate() == "57014" && attempt < 5) continue;
            require_ok(result, "writing the ledger");
            return;
        }
    }

    const PostgresOptions& options_;
    const ApplyRequest& request_;
    const NativeOrders& orders_;
    const std::function<void(NativeEvent)>& tell_;
    NoInterrupt never_;
    Connector connector_;
    std::unique_ptr<Connection> connection_;
    std::string ledger_;
    std::vector<LedgerRow> rows_;
};

}  // namespace

ApplyOutcome run_native(const PostgresOptions& options, const ApplyRequest& request, const NativeOrders& orders,
                        const std::function<void(NativeEvent)>& tell) {
    try {
        return NativeRun(options, request, orders, tell).run();
    } catch (const std::exception& error) {
        auto outcome = ended(1, fmt::format("a fault of the guard: {}", one_line(error.what(), 500)));
        outcome.code = ExitCode::internal;
        return outcome;
    }
}

}  // namespace migration_guard::postgres
