// schema.prisma against the database, and against the scripts that should have made it: what is missing, who creates
// it, and whether the app needs it.
//
// Not the comparison itself (schema/compare.hpp) nor who creates what (schema/origins.hpp): this ties the two to the
// history. Keeps true: no script is parsed unless something is missing or pending.
#pragma once

#include "guard/plan.hpp"
#include "ledger/history.hpp"
#include "ledger/verdict.hpp"
#include "ledger/wording.hpp"
#include "schema/object_pattern.hpp"

#include <string>
#include <vector>

namespace migration_guard {

struct SchemaFindings {
    std::vector<Missing> missing;
    std::vector<Warning> warnings;
};

/// `history`: to tell pending from applied and from a newer release. `schema`: that of the connection.
SchemaFindings check_schema(const Plan& plan, const History& history, const Catalogue& catalogue,
                            const std::string& schema, Database& database);

/// What pending scripts create that is there already; a look of its own, only when something is pending.
std::vector<Collision> find_collisions(const Bundle& bundle, const std::vector<std::string>& pending,
                                       const std::string& schema, Database& database);

/// Declared objects that no bundled script creates, for `check --no-database`.
std::vector<Missing> never_created(const Bundle& bundle, const DeclaredSchema& declared,
                                   const std::vector<ObjectPattern>& ignored);
Words words_for_never_created(const std::vector<const Missing*>& missing);

}  // namespace migration_guard
