// Waiting for PostgreSQL: until it really accepts this login, and no longer than it makes sense to.
//
// Not the classification of errors (postgres/classify.hpp). Keeps true: a reason is logged once, not once an attempt;
// what can never succeed ends the wait at once.
#pragma once

#include "base/failure.hpp"
#include "guard/limits.hpp"
#include "guard/plan.hpp"

namespace migration_guard {

/// 77 for the reason that createDatabase cures.
class MissingDatabase : public Failure {
public:
    using Failure::Failure;
};

/// Connects. Throws Failure database_unreachable (69) after waitTimeout, the adapter's code (77, 78) for what no
/// waiting cures, Interrupted. Creates a missing database when `createDatabase` says so and `may_write`.
enum class MayWrite { no, yes };
void wait_for_database(const Plan& plan, const Ports& ports, const Limit& deadline, MayWrite may_write);

}  // namespace migration_guard
