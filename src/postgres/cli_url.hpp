// The URL that migrates as the Prisma CLI is to read it: with the schema that counts and the session settings of a
// migration.
//
// Not a reading of it (url.hpp). Keeps true: everything else of the URL stays as its author wrote it, the password's
// encoding included; what is added is encoded so that Prisma's engine reads it back unchanged.
#pragma once

#include "postgres/url.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::postgres {

/// `url` with the query parameter set; earlier ones of that name are taken out, since the last wins there.
std::string with_parameter(std::string_view url, std::string_view name, std::string_view value);

/// PostgreSQL's `options` of a session (its manual, 20.1.4): `present` first, so that what is added wins.
/// 0 means to PostgreSQL that there is no limit.
std::string session_options(const std::string& present, std::optional<Duration> lock_timeout,
                            std::optional<Duration> statement_timeout);

/// Host, port, database and schema: do both mean the same place? Two names of one host count as different.
bool same_place(const DatabaseUrl& left, const DatabaseUrl& right);

}  // namespace migration_guard::postgres
