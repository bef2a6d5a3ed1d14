// `baseline`: tables without a ledger. Shows for each bundled migration whether the database proves that it ran, and
// with --yes marks exactly the proven prefix as applied.
//
// Not the proof itself (schema/baseline.hpp). Keeps true: nothing is marked that is not proven or implied by a later
// proof, and nothing at all in a ledger by which any migration has run. One that holds marks alone, such as a baseline
// that was interrupted, is gone on with.
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
    std::vector<std::string> marked_before;  ///< found in the ledger
    std::vector<std::string> marked;         ///< now
};

/// 83 when nothing is proven, 64 when there is a ledger in use or the database is empty, 75 when somebody migrates, 77
/// and 89 for a ledger that cannot be read.
BaselineOutcome baseline(const Plan& plan, const Ports& ports, Mark mark);

/// The proof, one line for each migration and each object that it hangs on.
std::string to_text(const BaselineOutcome& result);

}  // namespace migration_guard
