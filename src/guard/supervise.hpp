// Watching over an apply from its start to its end: progress, blockers, limits, signals.
//
// Not the apply itself (a Migrator), nor the judgement of what it left (guard.cpp looks at the ledger for that).
// Keeps true: it returns only when the apply is over, by itself or by force, within the limits given; an apply that is
// ended by force is cancelled on the server as well, never merely abandoned.
#pragma once

#include "guard/limits.hpp"
#include "guard/plan.hpp"

namespace migration_guard {

struct Supervised {
    enum class End {
        by_itself,
        ledger_complete,  ///< everything applied, but the CLI lived on and was ended
        timed_out,        ///< applyTimeout or the deadline
        interrupted,      ///< a stop signal; `signal` says which
    } end = End::by_itself;
    int signal = 0;
    Cancelled cancelled = Cancelled::not_asked;  ///< what became of it on the server, when it was ended by force
    ApplyOutcome outcome;
};

/// `limit`: applyTimeout within the deadline. Lost observation (a dropped connection) does not end an apply.
Supervised supervise(Applying& applying, const ApplyRequest& request, const Plan& plan, const Ports& ports,
                     const Limit& limit);

}  // namespace migration_guard
