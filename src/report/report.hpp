// An Outcome as JSON for machines (contract section 4) and as text for people.
//
// Not the log (log/). Keeps true: field names and words are an interface: they are added to, never changed.
#pragma once

#include "guard/outcome.hpp"

#include <string>

namespace migration_guard::report {

/// One JSON object, valid UTF-8, ending in a newline. What was not reached is null or empty.
std::string to_json(const Outcome& outcome);

/// One screen: verdict, each migration with its state, what is missing and who creates it, warnings, remedy.
std::string to_text(const Outcome& outcome);

}  // namespace migration_guard::report
