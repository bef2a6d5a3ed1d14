// CREATE DATABASE and CREATE SCHEMA, as `prisma migrate deploy` does them.
//
// Not the decision to (createDatabase of the configuration). Keeps true: what is there already is no error.
#pragma once

#include "postgres/connect.hpp"
#include "postgres/url.hpp"

namespace migration_guard::postgres {

/// Through the database postgres, else template1, else defaultdb; then the schema in the new database.
/// Throws Failure 77 when it is not allowed, 69 when no maintenance database can be reached.
void create_database(Connector& connector, const DatabaseUrl& url, Duration connect_timeout);

/// Throws Failure 77 when it is not allowed.
void create_schema(Connection& connection, const DatabaseUrl& url);

}  // namespace migration_guard::postgres
