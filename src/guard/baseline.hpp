// `baseline`: tables without a ledger. Shows for each bundled migration whether the database proves that it ran, and
// with --yes marks exactly the proven prefix as applied.
//
// Not the proof itself (schema/baseline.hpp). Keeps true: nothing is marked that is not proven or implied by a later
// proof, and nothing at all when a ledger is there already.
#pragma once

#include "guard/plan.hpp"
#include "schema/baseline.hpp"

#include <string>
#include <vector>

namespace migration_guard {

enum class Mark { nothing, the_proven_prefix };

struct BaselineOutcome {
    Outcome outcome;
    BaselineProof proof;
    std::vector<std::string> marked;
};

/// 83 when nothing is proven, 64 when there is a ledger already or the database is empty, 75 when somebody migrates.
BaselineOutcome baseline(const Plan& plan, const Ports& ports, Mark mark);

/// The proof, one line for each migration and each object that it hangs on.
std::string to_text(const BaselineOutcome& result);

}  // namespace migration_guard
