// Of the migrations that lack something, those of whose objects others stand: their scripts cannot be run as a whole.
//
// Not what is missing (schema_check.hpp), nor why (causes.hpp). Keeps true: asks the database nothing; an object counts
// as there only where the check has looked for it and found it.
#pragma once

#include "guard/outcome.hpp"
#include "guard/plan.hpp"

#include <set>
#include <string>

namespace migration_guard {

/// Names of bundled migrations that create something missing and something declared that is there. Reads the scripts.
std::set<std::string> partly_there(const Plan& plan, const Outcome& check);

}  // namespace migration_guard
