// The few writes to the ledger that a person may order: resolve, baseline, resolveOnce. And the smoke checks.
//
// Apart from ports.hpp because `run` with nothing pending needs none of it. Keeps true: every write happens under
// Prisma's advisory lock, polled and never waited in (a waiting statement deadlocks CREATE INDEX CONCURRENTLY).
#pragma once

#include "base/time.hpp"
#include "guard/ports.hpp"
#include "ledger/bundle.hpp"

#include <string>
#include <vector>

namespace migration_guard {

/// What a resolve did or why it refused, in Prisma's terms (prisma-engines: mark_migration_applied.rs,
/// mark_migration_rolled_back.rs).
struct ResolveOutcome {
    enum class Kind {
        done,
        already_applied,  ///< P3008
        never_applied,    ///< P3011: no row of that name
        not_failed,       ///< P3012: all rows finished
        ledger_absent,
        row_not_found,  ///< resolveOnce: that row is not failed (any more), or is not there
        lock_busy,      ///< somebody migrates; `holder` tells who
    } kind = Kind::done;
    std::vector<std::string> touched;  ///< ids of rows that got rolled_back_at
    std::string inserted;              ///< id of the row that was written, empty when none
    LockHolder holder;
};

class LedgerWriter {
public:
    virtual ~LedgerWriter() = default;

    // `lock_timeout` bounds the login as well, but leaves it a second.

    /// `prisma migrate resolve --rolled-back`.
    virtual ResolveOutcome mark_rolled_back(const std::string& name, Duration lock_timeout) = 0;
    /// The same for the one failed row whose id begins with `row_prefix`; never another.
    virtual ResolveOutcome mark_row_rolled_back(const std::string& name, const std::string& row_prefix,
                                                Duration lock_timeout) = 0;
    /// `prisma migrate resolve --applied`; creates the ledger when it is absent, as Prisma does.
    virtual ResolveOutcome mark_applied(const BundledMigration& migration, Duration lock_timeout) = 0;
    /// The same for several, all of them or none; `already_applied` when one of them is, and nothing is written then.
    virtual ResolveOutcome mark_all_applied(const std::vector<BundledMigration>& migrations, Duration lock_timeout) = 0;
};

struct SmokeScript {
    std::string name;  ///< file name
    std::string path;
    std::string sql;
};

class SmokeRunner {
public:
    virtual ~SmokeRunner() = default;
    /// With the app's own login, one statement by the extended protocol, in a transaction that is always rolled back.
    /// `timeout` is the statement's; `most` is for a login, when the first one is made.
    virtual SmokeResult run(const SmokeScript& script, Duration timeout, Duration most) = 0;
};

}  // namespace migration_guard
