// The operators of the guard's own queries, named with their schema.
//
// Not a parser of SQL: it knows quoted text, and that operators are made of certain characters. Keeps true: whatever
// search_path says and whatever operators an app has made, `=` in a query of the guard is pg_catalog's.
#pragma once

#include <string>
#include <string_view>

namespace migration_guard::postgres {

/// `a = 'b'` as `a OPERATOR(pg_catalog.=) 'b'`. As they are: what stands in quotes, the star of count(*), and the
/// assignment right behind SET.
///
/// All operators bind alike then, from left to right and tighter than NOT and IS (PostgreSQL manual, "Operator
/// Precedence"): `a = b || c` needs brackets. `sql` has no comments, and none of the words that hide an operator which
/// cannot be given a schema (IN, LIKE, BETWEEN, CASE x WHEN, IS DISTINCT FROM, NULLIF, USING): tests/architecture.
std::string with_catalogue_operators(std::string_view sql);

}  // namespace migration_guard::postgres
