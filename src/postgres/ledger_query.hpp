// The ledger, read: where it stands, whether Prisma would find it there, and its rows.
//
// Not what the rows mean (ledger/history.hpp). Keeps true: every name is schema-qualified but one, the ledger's own
// when the URL has no schema: it is then found through the search path, because Prisma finds it so.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"
#include "postgres/url.hpp"

#include <optional>
#include <string>
#include <vector>

namespace migration_guard::postgres {

/// A relation that is called like the ledger.
struct LedgerPlace {
    std::string schema;
    char kind = 'r';            ///< pg_class.relkind
    bool row_security = false;  ///< row_security_active(): policies decide what this login sees; none: nothing
};

/// What there is to tell a ledger in its place from one that Prisma will not find (docs/ledger.md).
struct LedgerEvidence {
    bool schema_given = false;  ///< ?schema= in the URL
    std::string schema;         ///< it, or public
    bool schema_exists = false;
    bool schema_usable = true;        ///< USAGE
    std::vector<std::string> listed;  ///< the datasource's `schemas`
    std::string current_schema;       ///< where an unqualified CREATE TABLE goes; empty: nowhere
    std::optional<LedgerPlace> on_search_path;
    std::vector<LedgerPlace> places;  ///< in the whole database
};

/// The relation that the engine would read; none: there is none. The search path and the places are told by two
/// statements, between which another replica may make the ledger: names are found first where new tables go, so that
/// one that stands there is read although the search path did not lead to it yet. Pure.
std::optional<LedgerPlace> place_read(const LedgerEvidence& evidence);

/// Where the engine's two look-ups lead: it tests for the ledger in the listed schemas and in `schema`, but reads it
/// through the search path (prisma-engines: flavour/postgres.rs table_names(), flavour.rs load_migrations_table()).
/// Pure. `rows` stays empty.
LedgerReading place_ledger(const LedgerEvidence& evidence);

/// The ledger as the statements of this session name it: "schema"."_prisma_migrations", or unqualified.
std::string ledger_name(const DatabaseUrl& url);

Query ledger_rows_query(const DatabaseUrl& url);

/// Rows out of its result, or the state that its error means. `reading`: what place_ledger() said.
void read_ledger_rows(const Result& result, LedgerReading& reading);

}  // namespace migration_guard::postgres
