#include "postgres/native_run.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "postgres/connect.hpp"
#include "postgres/ledger_query.hpp"
#include "postgres/ledger_statements.hpp"
#include "postgres/native_wording.hpp"
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

/// For a cancelled script to say so.
constexpr Duration cancel_time = std::chrono::seconds(5);

/// Bookkeeping is never interrupted: it is short, bounded, and what it leaves out nobody could tell afterwards.
class NoInterrupt : public Interrupt {
public:
    [[nodiscard]] int descriptor() const override { return -1; }
    int signal() override { return 0; }
    int count() override { return 0; }
};

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
        auto url = options_.migrate;
        if (!options_.migration_session.empty()) url.application_name = options_.migration_session;
        connection_ = connector_.require(url, options_.connect_timeout);
        connection_->answer_to(never_);
        const int process = server_process(*connection_);
        if (is_behind_transaction_pooler(connector_, *connection_, process, options_.migrate,
                                         options_.connect_timeout)) {
            return refused_by_pooler();
        }
        orders_.backend_pid = process;
        set_up_session();
        Patience patience(orders_.end_now, options_.prisma_lock_timeout, EarlierSignal::ends_the_wait);
        if (!take_prisma_lock(*connection_, patience)) {
            const auto holder = read_lock_holders(connection_->execute(lock_holders_query(), Bytes::any)).migrating;
            return refused_by_lock(holder, options_.prisma_lock_timeout);
        }
        // Decided again under the lock: time has passed since the guard looked.
        const auto look =
            look_at_ledger(*connection_, options_.migrate, options_.listed_schemas, options_.external_tables);
        if (auto refusal = refuse_apply(look)) return refusal;
        rows_ = look.ledger.rows;
        ledger_ = quote_identifier(look.ledger_schema) + ".\"_prisma_migrations\"";
        if (look.ledger.state == LedgerReading::State::absent) return create_ledger();
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

    std::optional<ApplyOutcome> create_ledger() {
        const auto result = connection_->simple(create_ledger_statement(ledger_));
        if (result.ok()) return std::nullopt;
        const auto state = result.sqlstate();
        const auto why = "the ledger cannot be created: " + result.error();
        if (state == "42501")
            return refused(ExitCode::database_refused, why,
                           "grant the user of the URL the right to create tables in the schema");
        if (state == "42P07")
            return refused(ExitCode::ledger_unusable, why,
                           "something else of that name (an index, a type) is in the way: rename it");
        return refused(ExitCode::apply_not_started, why,
                       "look at what the server says; an event trigger, a full disk or a setting may stand in the way");
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
            return without_script(name);
        }
        tell_({"applying migration", {{"migration", name}, {"progress", n_of_m}}, name + " (" + n_of_m + ")"});
        const auto begun = std::chrono::steady_clock::now();
        const auto id = new_row_id();
        write(insert_row(ledger_, id, migration->checksums.as_is, name));
        write(touch_row(ledger_, id));
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
            require_ok(repeated({"ROLLBACK"}), "ending the script's transaction");
            if (!run.error) {
                run.error = ServerError{};
                run.error->message = "the script leaves a transaction open (BEGIN without COMMIT); it was rolled back";
            }
        }
        for (const auto& statement :
             {std::string("RESET SESSION AUTHORIZATION"), std::string("RESET ROLE"), search_path_statement(),
              std::string("SET client_encoding = 'UTF8'"), std::string("RESET default_transaction_read_only")}) {
            require_ok(repeated({statement}), "restoring the session after the script");
        }
        return try_prisma_lock(*connection_);
    }

    ApplyOutcome failed(const BundledMigration& migration, const std::string& id, const ScriptRun& run) {
        write(set_logs(ledger_, id, p3018_text(migration.name, *run.error, migration.script)));
        auto outcome = failed_script(migration.name, *run.error);
        outcome.cancelled_clean = orders_.nothing_further && run.cancelled && !run.committed_itself &&
                                  leaves_nothing_when_cancelled(migration.script);
        if (outcome.cancelled_clean) write(set_rolled_back(ledger_, id));
        return outcome;
    }

    [[nodiscard]] std::string search_path_statement() const {
        const auto& schema = options_.migrate.schema;
        return schema ? "SET search_path = " + quote_identifier(*schema) : "RESET search_path";
    }

    void write(const Query& query) { require_one_row(repeated(query), "writing the ledger"); }

    /// A cancel meant for the script may hit the statement behind it: that is said again.
    Result repeated(const Query& query) {
        for (int attempt = 1;; ++attempt) {
            auto result = connection_->execute(query);
            if (result.ok() || result.sqlstate() != "57014" || attempt == 5) return result;
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
