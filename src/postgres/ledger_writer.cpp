#include "base/failure.hpp"
#include "postgres/connect.hpp"
#include "postgres/ledger_query.hpp"
#include "postgres/ledger_statements.hpp"
#include "postgres/postgres.hpp"
#include "postgres/prisma_lock.hpp"
#include "postgres/snapshot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <utility>

namespace migration_guard::postgres {
namespace {

using Kind = ResolveOutcome::Kind;
using State = LedgerReading::State;

/// One order: a transaction under Prisma's lock, with the ledger as it is now. What is not committed never was.
class LockedLedger {
public:
    explicit LockedLedger(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}

    /// False: somebody else has the lock, and `holder` tells who.
    bool lock(Duration timeout, LockHolder& holder) {
        Patience patience(connection_->interrupt(), timeout);
        if (begin_under_prisma_lock(*connection_, patience)) return true;
        holder =
            read_lock_holders(connection_->execute(lock_holders_query(), Bytes::any)).migrating.value_or(LockHolder{});
        return false;
    }

    void commit() { require_ok(connection_->simple("COMMIT"), "committing the ledger's rows"); }

    /// Throws Failure 77 or 89 for a ledger that cannot be written.
    void look(const PostgresOptions& options) {
        auto seen = look_at_ledger(*connection_, options.migrate, options.listed_schemas, options.external_tables);
        if (seen.ledger.state == State::no_permission) {
            throw Failure(ExitCode::database_refused, "the ledger may not be read: " + seen.ledger.detail,
                          seen.ledger.remedy.empty() ? "grant the user of the URL all rights on _prisma_migrations"
                                                     : seen.ledger.remedy);
        }
        if (seen.ledger.state != State::present && seen.ledger.state != State::absent) {
            throw Failure(ExitCode::ledger_unusable, seen.ledger.detail, "migration-guard diagnose tells more");
        }
        name_ = quote_identifier(seen.ledger_schema) + ".\"_prisma_migrations\"";
        exists_ = seen.ledger.state == State::present;
        server_ = std::move(seen.server);
        rows_ = std::move(seen.ledger.rows);
    }

    [[nodiscard]] bool exists() const { return exists_; }

    [[nodiscard]] std::vector<LedgerRow> rows_of(const std::string& migration) const {
        std::vector<LedgerRow> rows;
        std::ranges::copy_if(rows_, std::back_inserter(rows),
                             [&](const LedgerRow& row) { return row.migration_name == migration; });
        return rows;
    }

    void create() {
        require_writable();
        if (!server_.schema_exists) {
            throw Failure(
                ExitCode::database_refused,
                fmt::format(R"(schema "{}" does not exist in database "{}")", server_.schema, server_.database),
                "is ?schema= right? createDatabase: true creates it, as prisma migrate resolve would");
        }
        require_ok(connection_->simple(create_ledger_statement(name_)), "creating the ledger");
        exists_ = true;
    }

    void roll_back(const std::vector<LedgerRow>& rows, ResolveOutcome& outcome) {
        for (const auto& row : rows) {
            if (!row.is_unfinished()) continue;
            require_writable();
            require_one_row(connection_->execute(set_rolled_back(name_, row.id)), "marking the row rolled back");
            outcome.touched.push_back(row.id);
        }
    }

    std::string insert_applied(const BundledMigration& migration) {
        require_writable();
        auto id = new_row_id();
        require_one_row(connection_->execute(insert_applied_row(name_, id, migration.checksums.as_is, migration.name)),
                        "writing the row");
        return id;
    }

private:
    void require_writable() const {
        if (!server_.read_only) return;
        throw Failure(ExitCode::database_unreachable, "the ledger cannot be written: " + server_.read_only_because,
                      server_.read_only_remedy);
    }

    std::unique_ptr<Connection> connection_;
    ServerFacts server_;
    std::string name_;
    bool exists_ = false;
    std::vector<LedgerRow> rows_;
};

void mark_rows_rolled_back(LockedLedger& ledger, const std::string& name, ResolveOutcome& outcome) {
    const auto rows = ledger.rows_of(name);
    const auto finished = [](const LedgerRow& row) { return row.finished_at.has_value(); };
    if (!ledger.exists()) {
        outcome.kind = Kind::ledger_absent;
    } else if (rows.empty()) {
        outcome.kind = Kind::never_applied;
    } else if (std::ranges::all_of(rows, finished)) {
        outcome.kind = Kind::not_failed;
    } else {
        ledger.roll_back(rows, outcome);
    }
}

void mark_one_row_rolled_back(LockedLedger& ledger, const std::string& name, const std::string& row_prefix,
                              ResolveOutcome& outcome) {
    auto rows = ledger.rows_of(name);
    std::erase_if(rows, [&](const LedgerRow& row) { return !row.is_unfinished() || !row.is_named_by(row_prefix); });
    if (!ledger.exists()) {
        outcome.kind = Kind::ledger_absent;
    } else if (rows.size() != 1) {
        outcome.kind = Kind::row_not_found;
    } else {
        ledger.roll_back(rows, outcome);
    }
}

void mark_migration_applied(LockedLedger& ledger, const BundledMigration& migration, ResolveOutcome& outcome) {
    if (!ledger.exists()) ledger.create();  // without the P3005 test: this is how a database is baselined
    const auto rows = ledger.rows_of(migration.name);
    if (std::ranges::any_of(rows, [](const LedgerRow& row) { return row.finished_at.has_value(); })) {
        outcome.kind = Kind::already_applied;
        return;
    }
    ledger.roll_back(rows, outcome);
    outcome.inserted = ledger.insert_applied(migration);
}

class PostgresLedgerWriter : public LedgerWriter {
public:
    PostgresLedgerWriter(PostgresOptions options, Interrupt& interrupt) : options_(std::move(options)) {
        connector_.interrupt = &interrupt;
        connector_.query_limit = options_.query_timeout;
    }

    ResolveOutcome mark_rolled_back(const std::string& name, Duration lock_timeout) override {
        return under_lock(lock_timeout, [&](LockedLedger& ledger, ResolveOutcome& outcome) {
            mark_rows_rolled_back(ledger, name, outcome);
        });
    }

    ResolveOutcome mark_row_rolled_back(const std::string& name, const std::string& row_prefix,
                                        Duration lock_timeout) override {
        return under_lock(lock_timeout, [&](LockedLedger& ledger, ResolveOutcome& outcome) {
            mark_one_row_rolled_back(ledger, name, row_prefix, outcome);
        });
    }

    ResolveOutcome mark_applied(const BundledMigration& migration, Duration lock_timeout) override {
        return under_lock(lock_timeout, [&](LockedLedger& ledger, ResolveOutcome& outcome) {
            mark_migration_applied(ledger, migration, outcome);
        });
    }

    ResolveOutcome mark_all_applied(const std::vector<BundledMigration>& migrations, Duration lock_timeout) override {
        return under_lock(lock_timeout, [&](LockedLedger& ledger, ResolveOutcome& outcome) {
            for (const auto& migration : migrations) {
                mark_migration_applied(ledger, migration, outcome);
                if (outcome.kind != Kind::done) return;
            }
        });
    }

private:
    ResolveOutcome under_lock(Duration timeout, const std::function<void(LockedLedger&, ResolveOutcome&)>& order) {
        const auto login = std::min(options_.connect_timeout, std::max<Duration>(timeout, std::chrono::seconds(1)));
        LockedLedger ledger(connector_.require(options_.migrate, login));
        ResolveOutcome outcome;
        if (!ledger.lock(timeout, outcome.holder)) {
            outcome.kind = Kind::lock_busy;
            return outcome;
        }
        ledger.look(options_);
        order(ledger, outcome);
        // A refusal writes nothing: what came before it in the same order is taken back with the connection.
        if (outcome.kind == Kind::done) ledger.commit();
        return outcome;
    }

    PostgresOptions options_;
    Connector connector_;
};

}  // namespace

std::unique_ptr<LedgerWriter> ledger_writer(PostgresOptions options, Interrupt& interrupt) {
    return std::make_unique<PostgresLedgerWriter>(std::move(options), interrupt);
}

}  // namespace migration_guard::postgres
