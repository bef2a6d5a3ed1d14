// The part of pg_catalog that schema.prisma speaks of, in two statements.
//
// Not the comparison (schema/). Keeps true: driven by the names that were asked for, so that a database with 10,000
// other tables costs no more; pg_catalog and not information_schema, which hides what the role may not touch.
#pragma once

#include "postgres/connection.hpp"
#include "schema/catalogue.hpp"

#include <string>

namespace migration_guard::postgres {

/// `schema`: what an empty string among the requested schemas stands for. `role`: whose privileges are asked for; a
/// role that does not exist counts as one that may do everything, since nothing can be said of it.
Query relations_query(const CatalogueRequest& request, const std::string& schema, const std::string& role,
                      int server_version);
Query enums_query(const CatalogueRequest& request, const std::string& schema);

void read_relations(const Result& result, Catalogue& catalogue);
void read_enums(const Result& result, Catalogue& catalogue);

}  // namespace migration_guard::postgres
