// `migration-guard config`: the effective value of every key and where it came from.
//
// Not the database URL, which is no key. Keeps true: no secret is shown: credentials in values are masked, and of
// failureCommand only the program, since its arguments are where people put tokens.
#pragma once

#include "config/load.hpp"

#include <string>

namespace migration_guard::config {

/// For people: one key a line.
std::string show_text(const Loaded& loaded);

/// One JSON object: {"source", "file", "settings": {KEY: {"value", "unset", "from", "place"}}, "warnings"}. `value` is
/// null while the key is unset; `unset` then says what holds.
std::string show_json(const Loaded& loaded);

}  // namespace migration_guard::config
