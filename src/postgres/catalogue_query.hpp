// The part of pg_catalog that schema.prisma speaks of, in three statements: columns, the types they have, enums.
//
// Not the comparison (schema/). Keeps true: driven by the names that were asked for, so that a database with 10,000
// other tables costs no more; pg_catalog and not information_schema, which hides what the role may not touch.
#pragma once

#include "postgres/connection.hpp"
#include "schema/catalogue.hpp"

#include <string>
#include <vector>

namespace migration_guard::postgres {

/// `schema`: what an empty string among the requested schemas stands for. `role`: whose privileges are asked for; a
/// role that does not exist counts as one that may do everything, since nothing can be said of it.
std::vector<Query> catalogue_queries(const CatalogueRequest& request, const std::string& schema,
                                     const std::string& role, int server_version);

/// `results`: those of catalogue_queries(), in their order. Throws Failure.
Catalogue read_catalogue(const Result& columns, const Result& types, const Result& enums);

}  // namespace migration_guard::postgres
