// The order of JavaScript's String.prototype.localeCompare, by which the Prisma CLI sorts migrations since 6.6
// (packages/migrate/src/utils/listMigrations.ts).
//
// Not ICU: the root collation (CLDR) of ASCII and of the Latin letters of European languages, composed or not; what
// lies beyond sorts after z by code point. Keeps true: a strict total order; ties of the collation fall back to bytes.
#pragma once

#include <string>
#include <string_view>

namespace migration_guard::prisma {

/// A key whose byte order is the collation's order, so that a list is sorted by one key each.
std::string collation_key(std::string_view name);

}  // namespace migration_guard::prisma
