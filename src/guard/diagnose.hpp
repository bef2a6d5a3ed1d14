// `diagnose`: check, traced back to causes, with the app's log beside it.
//
// Never writes and takes no lock. Keeps true: it says something useful also without a database (bundle and log only),
// and without either (log only).
#pragma once

#include "base/failure.hpp"
#include "guard/diagnosis.hpp"
#include "guard/never_created.hpp"
#include "guard/plan.hpp"

#include <future>
#include <optional>

namespace migration_guard {

Diagnosis diagnose(const Plan& plan, const Ports& ports, std::optional<LogFindings> logs);

/// What can be read of an image without a database.
struct ImageAlone {
    std::shared_future<Bundle> bundle;
    std::shared_future<DeclaredPart> declared;
    NeverCreatedOptions options;
};

/// There was no way to a database (66, 78), and the code is that of `why`. `image`: none when it could not be found.
Diagnosis diagnose_without_database(const std::optional<ImageAlone>& image, const Failure& why,
                                    std::optional<LogFindings> logs);

}  // namespace migration_guard
