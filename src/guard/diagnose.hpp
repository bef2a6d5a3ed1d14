// `diagnose`: check, traced back to causes, with the app's log beside it.
//
// Never writes and takes no lock. Keeps true: it says something useful also without a database (bundle and log only).
#pragma once

#include "guard/diagnosis.hpp"
#include "guard/plan.hpp"

#include <optional>

namespace migration_guard {

Diagnosis diagnose(const Plan& plan, const Ports& ports, std::optional<LogFindings> logs);

}  // namespace migration_guard
