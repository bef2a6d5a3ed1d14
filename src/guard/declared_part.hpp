// What is told of schema.prisma itself, with a database and without.
//
// Not its reading (psl/) nor its comparison (schema_check.hpp). Keeps true: both checks count and warn alike.
#pragma once

#include "guard/plan.hpp"

#include <cstddef>
#include <vector>

namespace migration_guard {

/// Models of schema.prisma, without views and join tables.
std::size_t count_models(const DeclaredSchema& declared);

/// `unknownSyntax`: an attribute or block of a future Prisma, with file and line. It is passed over. `schemaEmpty`:
/// migrations without any model or view, such as a folder's file that holds the datasource alone.
std::vector<Warning> warnings_of(const DeclaredPart& declared, const Bundle& bundle);

}  // namespace migration_guard
