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
    std::vector<Missing> doomed;  ///< needed, there now, and certainly taken away by what is pending
    std::vector<Warning> warnings;
};

/// `history`: to tell pending from applied and from a newer release. `schema`: that of the connection.
SchemaFindings check_schema(const Plan& plan, const History& history, const Catalogue& catalogue,
                            const std::string& schema, Database& database);

struct CollisionFindings {
    std::vector<Collision> collisions;
    std::vector<Warning> warnings;
};

/// What pending scripts create that is there already; a look of its own, only when something is pending.
CollisionFindings find_collisions(const Bundle& bundle, const std::vector<std::string>& pending,
                                  const std::string& schema, Database& database);

/// schema.object or schema.object.member, as the reports have it.
std::string text_of(const ScriptObject& object, const std::string& default_schema);

}  // namespace migration_guard
