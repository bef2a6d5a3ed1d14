// `resolve`: the writes and refusals of `prisma migrate resolve`, without Node.
//
// Not the writes themselves (LedgerWriter). Keeps true: a refusal changes nothing and says, in Prisma's own terms, why.
#pragma once

#include "guard/plan.hpp"

#include <string>

namespace migration_guard {

enum class ResolveAs { rolled_back, applied };

/// How long a row waits to be written under Prisma's lock: turnTimeout, else as long as `prisma migrate resolve` does;
/// what is left of deadline at most.
Duration patience_for_prismas_lock(const Plan& plan, const Ports& ports);

/// Waits for the database, then marks. Refusals (P3008, P3011, P3012, P3017) are code 64: the name given is at fault;
/// a missing ledger is 83, a held lock 75.
Outcome resolve(const Plan& plan, const Ports& ports, ResolveAs as, const std::string& name);

}  // namespace migration_guard
