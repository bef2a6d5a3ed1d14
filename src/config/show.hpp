// `migration-guard config`: the effective value of every key and where it came from.
//
// Not the database URL, which is no key, and not the search in the image: what was found there is given. Keeps true: no
// secret is shown: credentials in values are masked, and of failureCommand only the program, since its arguments are
// where people put tokens.
#pragma once

#include "config/load.hpp"

#include <map>
#include <string>
#include <variant>
#include <vector>

namespace migration_guard::config {

/// What takes the place of a default that has to be looked for. With nothing found `place` says why.
struct Found {
    std::variant<std::monostate, std::string, std::vector<std::string>, int> value;
    std::string place;  ///< "found in schema.prisma, set in the environment"
};
/// By key. What a flag, a variable or the file sets wins over it.
using Findings = std::map<std::string, Found, std::less<>>;

/// For people: one key a line.
std::string show_text(const Loaded& loaded, const Findings& findings = {});

/// One JSON object: {"source", "file", "settings": {KEY: {"value", "unset", "from", "place"}}, "warnings"}. `value` is
/// the effective one, null while there is none; `unset` then says what holds. `from` is flag, environment, file,
/// default, or found.
std::string show_json(const Loaded& loaded, const Findings& findings = {});

}  // namespace migration_guard::config
