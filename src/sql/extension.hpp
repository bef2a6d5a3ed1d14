// Which extensions bring tables, views or enums of their own.
//
// Not a list of all: what is not known to bring none may bring some. Keeps true: the known ones bring none in any of
// their versions (PostgreSQL manual, appendix F; pgvector, pg_uuidv7, pgx_ulid).
#pragma once

#include <string_view>

namespace migration_guard::sql {

bool may_bring_objects(std::string_view extension);

}  // namespace migration_guard::sql
