// Does a column of one type serve a client that was generated for another, and how is it turned into that?
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

/// What stands between a value and the type that it is wanted in: PostgreSQL has no cast from each to each.
enum class CastWay {
    none,        ///< it is of that type, or serves as it is
    direct,      ///< there is a cast
    by_integer,  ///< between boolean and the other numbers
    to_json,     ///< to_jsonb() makes JSON of anything
    by_text,     ///< in writing: for what has a common form
};

/// From an element of the column, when it is an array.
CastWay way_to_cast(const DeclaredType& declared, const CatalogueColumn& actual, const std::string& connection_schema);

/// True when a default of the column cannot stay while its type is changed (42804), list or not aside.
bool default_is_in_the_way(const DeclaredType& declared, const CatalogueColumn& actual);

}  // namespace migration_guard
