// What a look asks of the server itself: version, rights, the schema, where relations named like the ledger stand, and
// whether the schemas that Prisma lists are empty (P3005).
//
// Not the ledger's rows (ledger_query.hpp) nor the catalogue (catalogue_query.hpp). Keeps true: nothing here writes,
// locks or depends on the search path, and each statement works through a transaction pooler.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"
#include "postgres/ledger_query.hpp"
#include "postgres/url.hpp"

#include <string>
#include <vector>

namespace migration_guard::postgres {

Query server_query(const DatabaseUrl& url);
Query ledger_places_query();
/// Empty where there is a ledger in one of the schemas: only then does it matter, and it reads all of pg_class.
/// `external`: schema.name of tables that do not count.
Query tables_query(const DatabaseUrl& url, const std::vector<std::string>& listed_schemas,
                   const std::vector<std::string>& external);

/// Fills facts and evidence; throws Failure when the server refused to tell.
void read_server(const Result& result, const Connection& connection, const DatabaseUrl& url, ServerFacts& facts,
                 LedgerEvidence& evidence);
void read_ledger_places(const Result& result, LedgerEvidence& evidence);
void read_tables(const Result& result, ServerFacts& facts);

}  // namespace migration_guard::postgres
