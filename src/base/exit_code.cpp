#include "base/exit_code.hpp"

#include <algorithm>
#include <array>

namespace migration_guard {
namespace {

using enum ExitCode;

constexpr std::array entries{
    ExitCodeEntry{ok, "ok", "all is well (only from one-shot subcommands; run never exits 0 by itself)", false},
    ExitCodeEntry{unhealthy, "unhealthy", "probe: the app does not answer, or the guard is still at work", true},
    ExitCodeEntry{usage, "usage", "bad command line", false},
    ExitCodeEntry{bundle_unreadable, "bundle_unreadable",
                  "migrations or schema missing, unreadable or not what Prisma 4 to 7 write", false},
    ExitCodeEntry{database_unreachable, "database_unreachable", "PostgreSQL was not ready before waitTimeout", true},
    ExitCodeEntry{internal, "internal", "a fault of the guard itself", false},
    ExitCodeEntry{apply_not_started, "apply_not_started",
                  "the Prisma CLI or its engine is not in the image, or it ended before it began any ledger row",
                  false},
    ExitCodeEntry{turn_timeout, "turn_timeout", "another guard or Prisma was migrating for turnTimeout", true},
    ExitCodeEntry{database_refused, "database_refused", "login, permission, TLS or missing database", false},
    ExitCodeEntry{config_invalid, "config_invalid", "configuration or database URL", false},
    ExitCodeEntry{migrations_pending, "migrations_pending", "migrations are pending and this run must not apply them",
                  false},
    ExitCodeEntry{migration_failed, "migration_failed",
                  "a migration of this image stands failed in the ledger (Prisma's P3009)", false},
    ExitCodeEntry{history_refused, "history_refused",
                  "a policy (onEdited, onDatabaseAhead, onOutOfOrder, onCollision, onEmptyDatabase) says fail", false},
    ExitCodeEntry{ledger_missing, "ledger_missing", "tables but no ledger (Prisma's P3005)", false},
    ExitCodeEntry{apply_failed, "apply_failed", "a migration failed now (Prisma's P3018)", false},
    ExitCodeEntry{apply_timed_out, "apply_timed_out", "applyTimeout passed", false},
    ExitCodeEntry{ledger_incomplete, "ledger_incomplete", "after the apply the ledger still does not match the bundle",
                  false},
    ExitCodeEntry{schema_mismatch, "schema_mismatch",
                  "an object of schema.prisma that the app needs is missing (the P2021 and P2022 case)", false},
    ExitCodeEntry{smoke_check_failed, "smoke_check_failed", "a smoke check failed", false},
    ExitCodeEntry{ledger_unusable, "ledger_unusable",
                  "a ledger where Prisma will not look, not a table, with wrong columns or nulls, or a prisma_contract "
                  "database",
                  false},
    ExitCodeEntry{app_not_executable, "app_not_executable", "exec of COMMAND failed", false},
    ExitCodeEntry{app_not_found, "app_not_found", "COMMAND was not found", false},
};

}  // namespace

std::span<const ExitCodeEntry> exit_codes() {
    return entries;
}

const ExitCodeEntry& describe(ExitCode code) {
    const auto* const found = std::ranges::find(entries, code, &ExitCodeEntry::code);
    return found == entries.end() ? describe(internal) : *found;
}

}  // namespace migration_guard
