// The errors of an app's log, each tied to its cause in the database.
//
// Not the reading of the log (applog/) and not the causes themselves (causes.hpp). Keeps true: pure; what the error
// names is looked for before what it was called for; nothing is said of the database that the check has not seen.
#pragma once

#include "guard/diagnosis.hpp"
#include "guard/plan.hpp"
#include "schema/origins.hpp"

#include <string>
#include <vector>

namespace migration_guard {

/// What logged errors are held against.
struct LogContext {
    const Diagnosis& diagnosis;                ///< with its check and causes
    const std::vector<Missing>& missing;       ///< without a database: what no bundled script creates
    const DeclaredSchema* declared = nullptr;  ///< null: schema.prisma was not read
    std::string app_role;                      ///< user of the app's URL; empty: unknown
    const Origins* origins = nullptr;          ///< without a database: what the bundled scripts create
};

LoggedError explain(const LogGroup& group, const LogContext& context);

}  // namespace migration_guard
