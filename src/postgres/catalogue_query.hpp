// The part of pg_catalog that schema.prisma speaks of, in one statement to three: columns and, where asked for, enums
// and indexes; and what they leave open.
//
// Not the comparison (schema/). Keeps true: driven by the names that were asked for, so that a database with 10,000
// other tables costs no more; pg_catalog and not information_schema, which hides what the role may not touch.
#pragma once

#include "postgres/connection.hpp"
#include "schema/catalogue.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::postgres {

/// Whose privileges are asked for: a login's by its name (with whatever role it acts as), none: of the role that this
/// session acts as. A role that does not exist counts as one that may do everything, since nothing can be said of it.
using AppRole = std::optional<std::string>;

/// `schema`: what an empty string among the requested schemas stands for.
std::vector<Query> catalogue_queries(const CatalogueRequest& request, const std::string& schema, const AppRole& role,
                                     int server_version);

/// `results` from number `first` on: the answers to catalogue_queries() of the same arguments. Asks on `connection` for
/// what most databases have none of: types that the answers leave unknown, sequences behind tables of other owners (as
/// part of the first statement that cost every session over a millisecond). Throws Failure, Interrupted.
Catalogue read_catalogue(Connection& connection, const std::vector<Result>& results, std::size_t first,
                         const CatalogueRequest& request, const std::string& schema, const AppRole& role);

}  // namespace migration_guard::postgres
