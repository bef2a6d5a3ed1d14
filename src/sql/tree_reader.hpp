// Reads one statement's tree, as libpg_query prints it in JSON, into effects.
//
// Not the parsing (postgres_parser.hpp). Keeps true: a tree of a shape it does not expect has no effects, and never
// throws.
#pragma once

#include "sql/collector.hpp"

#include <string>

namespace migration_guard::sql {

/// False when `json` is not a tree of one statement.
bool read_tree(const std::string& json, Collector& collector);

}  // namespace migration_guard::sql
