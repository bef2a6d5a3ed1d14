// What an apply left behind, told from the ledger before and after it, never from an exit status alone.
//
// Not the watching over it (supervise.hpp). Keeps true: a complete ledger is success whatever the CLI said, and an
// incomplete one is not, whatever it said.
#pragma once

#include "base/interrupt.hpp"
#include "guard/examine.hpp"
#include "guard/supervise.hpp"

#include <optional>

namespace migration_guard {

/// The migrations that were pending before and are applied after.
void note_applied(Outcome& outcome, const Examination& before, const Examination& after);

/// The CLI gave up on Prisma's lock (P1002), or natively the lock was busy: somebody without a guard migrates.
bool another_prisma_was_first(const Supervised& supervised, const Examination& before, const Examination& after);

/// None when nothing is left to apply; else 84, 85, 71 or whatever the applier refused with. What the verdict after
/// the apply finds (86, 87) comes behind it.
std::optional<Problem> why_not_applied(const Examination& before, const Examination& after,
                                       const Supervised& supervised, const Plan& plan);

/// The exception that says in which state a stop signal left the database.
Interrupted interrupted_apply(const Examination& before, const Examination& after, const Supervised& supervised);

}  // namespace migration_guard
