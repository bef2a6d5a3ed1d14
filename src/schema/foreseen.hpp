// What pending scripts will certainly take out of the database, told before they run.
//
// Not what they create (origins.hpp) nor whether anybody needs what goes (guard/schema_check.hpp). Keeps true: pure; in
// doubt nothing goes, for a false alarm stops an app that is well: what a DO block, a computed statement, a function, a
// search path or a temporary table leaves open is not foreseen, nor what has been made or moved anew by then.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/origins.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

struct Foreseen {
    Catalogue catalogue;                             ///< what will be left of it
    std::map<ScriptObject, std::string> removed_by;  ///< what goes, of kind table, column, enumeration or enum_value
};

/// `pending`: in the order in which they will run. `default_schema`: where unqualified names go.
Foreseen foresee(const std::vector<NamedScript>& pending, const std::string& default_schema, const Catalogue& now);

/// A script whose text tells less than it does: it calls a function, which may create things, or takes statements back.
bool does_more_than_it_says(std::string_view script);

}  // namespace migration_guard
