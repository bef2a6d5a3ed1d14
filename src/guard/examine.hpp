// One look at the database, laid beside the image: the situation that a verdict is passed on.
//
// Not the verdict (ledger/verdict.hpp). Keeps true: with nothing pending and nothing missing it costs one round trip
// and parses no script; scripts are read only to tell who creates an object.
#pragma once

#include "guard/plan.hpp"

namespace migration_guard {

struct Examination {
    Snapshot snapshot;
    Situation situation;
    std::vector<std::string> pending;  ///< in the order of the bundle
    double schema_ms = 0;              ///< query and comparison
    std::size_t models = 0;
    std::string schema_excerpt;  ///< as Outcome::schema_excerpt
};

/// Is the turn that a look finds held this guard's own?
enum class OwnTurn { not_held, held };

/// Needs a connection. Throws Failure database_unreachable when it is lost on the way, and whatever the plan's
/// futures throw.
Examination examine(const Plan& plan, const Ports& ports, OwnTurn own_turn);

/// What createDatabase makes of a missing database, before anything is applied: nothing is there, and the schema is not
/// compared. Throws what the plan's futures throw.
Examination examine_nothing(const Plan& plan);

}  // namespace migration_guard
