// Tables and enums that the app uses and others make: tables.external and enums.external of prisma.config.
//
// Not the reading of that file (prisma/config_literals.hpp), nor objects that are external because no bundled migration
// touches their schema (origins.hpp). Keeps true: names are compared as Prisma compares them, letter by letter against
// "schema.name".
#pragma once

#include "schema/replay.hpp"

#include <string>
#include <vector>

namespace migration_guard {

struct ExternalObjects {
    std::vector<std::string> tables;  ///< schema.name
    std::vector<std::string> enums;   ///< schema.name

    /// Also for a column of such a table and a value of such an enum. `object` has its schema.
    [[nodiscard]] bool covers(const ScriptObject& object) const;
};

}  // namespace migration_guard
