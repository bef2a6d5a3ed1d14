// Applying pending migrations without the Prisma CLI: lock, decide again, and for each script row, script, row.
//
// Not the thread that it runs in (native_migrator.cpp). Keeps true: it leaves a ledger that Prisma 4 to 7 go on with
// without noticing; a failing script leaves nothing behind but its row, with `logs` as Prisma words them.
#pragma once

#include "guard/ports.hpp"
#include "postgres/postgres.hpp"

#include <atomic>
#include <functional>
#include <string>
#include <vector>

namespace migration_guard::postgres {

/// What the run tells while it goes on.
struct NativeEvent {
    std::string text;
    std::vector<Field> fields;
    std::string state;  ///< for probe; empty: unchanged
};

struct NativeOrders {
    Interrupt& end_now;                        ///< count() > 0: cancel the script on the server
    const std::atomic<bool>& nothing_further;  ///< no next migration; a running script goes on
    std::atomic<int>& backend_pid;             ///< told here once there is a session
};

/// Never throws: whatever happens is an outcome.
ApplyOutcome run_native(const PostgresOptions& options, const ApplyRequest& request, const NativeOrders& orders,
                        const std::function<void(NativeEvent)>& tell);

}  // namespace migration_guard::postgres
