// How far a database without a ledger has come: for each bundled migration, the objects that prove it ran.
//
// Not the marking (guard/recovery_ports.hpp). Keeps true: pure; a prefix is proven only when everything that its
// scripts certainly leave behind exists, under the names it has at that point, and what they certainly remove does not;
// migrations that leave nothing to look at (data, functions, constraints, changed types) are never called proven. That
// an index is gone is proof, that it is there no counterproof: a constraint may have made one of that name since.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/origins.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace migration_guard {

struct BaselineProof {
    struct Item {
        ScriptObject object;
        bool must_exist = true;  ///< false: the migration removes it
        bool holds = false;
    };
    struct Step {
        enum class Standing {
            proven,   ///< in the prefix, by its items
            implied,  ///< in the prefix; leaves nothing to look at, but a later one is proven
            absent,   ///< some item does not hold
            beyond,   ///< its items hold, but an earlier migration is absent: no prefix has that
            nothing,  ///< behind the prefix, and leaves nothing to look at
        } standing = Standing::nothing;
        std::string migration;
        std::vector<Item> items;  ///< a table stands for its own columns, but for those that do not hold
    };
    std::vector<Step> steps;  ///< one for each migration, in order
    std::size_t proven = 0;   ///< length of the proven prefix
};

/// All names that the scripts ever give: one look at the database serves every prefix.
CatalogueRequest baseline_request(const std::vector<NamedScript>& scripts);

BaselineProof prove_baseline(const std::vector<NamedScript>& scripts, const std::string& default_schema,
                             const Catalogue& catalogue);

}  // namespace migration_guard
