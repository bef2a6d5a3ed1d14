// From what a check found to its causes, each with the next command: the table behind `diagnose`.
//
// Not the looking (diagnose.cpp, elsewhere.cpp) and not the app's log (logged_errors.hpp). Keeps true: pure; what stops
// a migrate stands before what a migrate would mend; nothing that leads to migrating a database of another app.
#pragma once

#include "guard/diagnosis.hpp"
#include "guard/elsewhere.hpp"

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace migration_guard {

/// What the check does not tell.
struct Evidence {
    std::string migrations_dir = "prisma/migrations";  ///< as people would type it
    std::size_t declared_tables = 0;
    std::size_t bundled = 0;
    Elsewhere elsewhere;
    ApplyMode apply = ApplyMode::prisma;  ///< of the settings, for what is to be typed
    std::set<std::string>
        partly_there{};  ///< marked migrations that lack something, while others of their objects stand
};

/// For a check that has read the ledger.
std::vector<Cause> find_causes(const Outcome& check, const Evidence& evidence);

/// For one that has not: what bundle and schema.prisma prove alone (`never_created`), and why nothing else is known.
std::vector<Cause> find_causes_offline(const Outcome& check, const std::vector<Missing>& never_created,
                                       std::size_t bundled);

}  // namespace migration_guard
