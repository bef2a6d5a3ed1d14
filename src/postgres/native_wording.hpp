// Why a native apply is refused or failed, in words and with what to do.
//
// Not the apply (native_run.cpp). Pure. Keeps true: decisions are Prisma's (prisma-engines: apply_migrations.rs,
// sql_migration_persistence.rs initialize()), in its order.
#pragma once

#include "guard/ports.hpp"
#include "postgres/prisma_error_text.hpp"
#include "postgres/snapshot.hpp"

#include <optional>
#include <string>

namespace migration_guard::postgres {

/// Before any row was written.
ApplyOutcome refused(ExitCode code, std::string message, std::string hint);

/// `status` 0: all is applied.
ApplyOutcome ended(int status, std::string message);

/// Why nothing may be applied onto what this look found; none: it may.
std::optional<ApplyOutcome> refuse_apply(const LedgerLook& look);

ApplyOutcome refused_by_lock(const std::optional<LockHolder>& holder, Duration tried_for);
ApplyOutcome refused_by_pooler();
ApplyOutcome without_script(const std::string& migration);
ApplyOutcome failed_script(const std::string& migration, const ServerError& error);

}  // namespace migration_guard::postgres
