// Does a column of one type serve a client that was generated for another?
//
// Not the DDL, nor a full comparison of types: lengths and precisions are not looked at. Keeps true: of a type that is
// not in the table, and of extension types, nothing is said.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/declared.hpp"

#include <string>

namespace migration_guard {

/// True when what the column has can be read, and can hold what the client may write; also when nothing is known.
bool type_serves(const DeclaredType& declared, const CatalogueColumn& actual, const std::string& connection_schema);

}  // namespace migration_guard
