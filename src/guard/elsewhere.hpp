// Where the objects that are missing stand instead, for `diagnose`.
//
// Not the cause that follows from it (causes.hpp). Keeps true: a table of the same name in another schema is no
// evidence by itself (schema-per-tenant, a backup): only a bundled script that makes it there is, or all missing tables
// standing together in exactly one schema, as schema.prisma declares them.
#pragma once

#include "guard/plan.hpp"

#include <map>
#include <string>
#include <utility>

namespace migration_guard {

struct Elsewhere {
    /// By object: the schema in which a bundled, applied migration makes it, and that migration.
    std::map<std::string, std::pair<std::string, std::string>> made;
    /// The one schema that has every missing table, complete; empty: there is none.
    std::string moved_to;
};

/// Needs the connection of the check, and one or two looks when a name is found in another schema.
Elsewhere find_elsewhere(const Plan& plan, const Outcome& check, Database& database);

}  // namespace migration_guard
