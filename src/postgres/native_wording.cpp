#include "postgres/native_wording.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;

std::string resolve_hint(const std::string& name) {
    return fmt::format(
        "correct the script or the database, then: migration-guard resolve --rolled-back {0} "
        "(npx prisma migrate resolve --rolled-back {0})",
        name);
}

/// What a script must not do when it is sent whole, with the way out; empty for an error of any other kind.
std::string hint_for(const ServerError& error) {
    if (error.code == "25001") {
        return "a statement that cannot run inside a transaction (CREATE INDEX CONCURRENTLY, VACUUM, ...) must be the "
               "only one of its migration: split the script, or use apply: prisma with Prisma 7.4 or later";
    }
    if (error.code == "55P04") {
        return "a new enum value can be used only after its migration: move its use to a migration of its own";
    }
    return {};
}

}  // namespace

ApplyOutcome refused(ExitCode code, std::string message, std::string hint) {
    ApplyOutcome outcome;
    outcome.kind = ApplyOutcome::Kind::refused;
    outcome.status = 1;
    outcome.code = code;
    outcome.message = std::move(message);
    outcome.hint = std::move(hint);
    return outcome;
}

ApplyOutcome ended(int status, std::string message) {
    ApplyOutcome outcome;
    outcome.kind = ApplyOutcome::Kind::ended;
    outcome.status = status;
    outcome.code = status == 0 ? ExitCode::ok : ExitCode::apply_failed;
    outcome.message = std::move(message);
    return outcome;
}

std::optional<ApplyOutcome> refuse_apply(const LedgerLook& look) {
    if (look.server.cockroach) {
        return refused(ExitCode::apply_not_started,
                       "apply: native does not work with CockroachDB, which has no advisory lock", "use apply: prisma");
    }
    if (look.ledger.state == State::absent && look.server.table_count > 0) {
        return refused(ExitCode::ledger_missing,
                       fmt::format("there are tables but no ledger (Prisma's P3005): {}", join(look.server.tables, 5)),
                       "migration-guard baseline (npx prisma migrate resolve --applied NAME)");
    }
    if (look.ledger.state == State::no_permission) {
        return refused(ExitCode::database_refused, "the ledger may not be read: " + look.ledger.detail,
                       look.ledger.remedy.empty() ? "grant the user of the URL all rights on _prisma_migrations"
                                                  : look.ledger.remedy);
    }
    if (look.ledger.state != State::present && look.ledger.state != State::absent) {
        return refused(ExitCode::ledger_unusable, look.ledger.detail, "migration-guard diagnose tells more");
    }
    const auto failed = std::ranges::find_if(look.ledger.rows, &LedgerRow::is_unfinished);
    if (failed == look.ledger.rows.end()) return std::nullopt;
    return refused(ExitCode::migration_failed,
                   fmt::format("migration {} stands failed in the ledger (Prisma's P3009)", failed->migration_name),
                   resolve_hint(failed->migration_name));
}

ApplyOutcome refused_by_lock(const std::optional<LockHolder>& holder, Duration tried_for) {
    const auto who = holder ? fmt::format("process {} ({}, {})", holder->pid, holder->application, holder->client)
                            : std::string("another session");
    return refused(ExitCode::turn_timeout,
                   fmt::format("{} held Prisma's migration lock for {}", who, to_text(tried_for)),
                   "wait for it to end, or end that session in the server");
}

ApplyOutcome refused_by_pooler() {
    return refused(ExitCode::config_invalid,
                   "apply: native needs a session of its own, but a transaction pooler (PgBouncer) stands between",
                   "give a URL past the pooler in DIRECT_URL");
}

ApplyOutcome without_script(const std::string& migration) {
    auto outcome = ended(1, fmt::format("migration {} has no migration.sql (Prisma's P3015)", migration));
    outcome.code = ExitCode::bundle_unreadable;
    outcome.hint = "restore the file in the image, or remove the directory";
    outcome.failed_migration = migration;
    return outcome;
}

ApplyOutcome failed_script(const std::string& migration, const ServerError& error) {
    const auto text = error.code.empty() ? error.message : error.code + " " + error.message;
    auto outcome = ended(1, fmt::format("migration {} failed: {}", migration, one_line(text, 1000)));
    outcome.hint = hint_for(error);
    outcome.failed_migration = migration;
    return outcome;
}

}  // namespace migration_guard::postgres
