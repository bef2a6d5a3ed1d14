// Which pending script creates what the database already has: after a squash, or where `db push` made the table.
//
// Not the policy (ledger/verdict.hpp). Keeps true: pure; only what is certain to fail is reported: nothing conditional,
// guarded by IF [NOT] EXISTS, of unknown schema, or that an earlier statement of the pending scripts drops or renames
// away (also when it only may). An index goes with its table and columns, so one is reported only where none of them is
// touched, nor anything that indexes may hang on. Sequences, types other than enums and schemas are not looked at.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/origins.hpp"

#include <string>
#include <vector>

namespace migration_guard {

struct ScriptCollision {
    std::string migration;
    ScriptObject object;  ///< as the database has it; a table is one entry, without its columns
};

/// What collisions() needs to know of the database. Empty when no pending script creates anything.
CatalogueRequest collision_request(const std::vector<NamedScript>& pending);

/// In script order. `default_schema`: the schema of the connection, as the catalogue spells it.
std::vector<ScriptCollision> collisions(const std::vector<NamedScript>& pending, const std::string& default_schema,
                                        const Catalogue& catalogue);

}  // namespace migration_guard
