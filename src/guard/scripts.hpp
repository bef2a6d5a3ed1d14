// The bundle's scripts, read for what they create.
//
// Not the reading itself (sql/read_script.hpp). Keeps true: nobody who asks only whether the database is up to date
// pays for it; what was read word by word is said to be so.
#pragma once

#include "ledger/bundle.hpp"
#include "ledger/verdict.hpp"
#include "schema/declared.hpp"
#include "schema/origins.hpp"

#include <string>
#include <vector>

namespace migration_guard {

/// All of them, in the bundle's order.
std::vector<NamedScript> read_scripts(const Bundle& bundle);

/// Those of these migrations.
std::vector<NamedScript> read_scripts(const Bundle& bundle, const std::vector<std::string>& names);

/// For an object that no script creates: whether one creates it under its name in lower case.
void note_folded(Missing& entry, const Origins& origins, const ScriptObject& object, const DeclaredSchema& declared);

/// `readTolerantly` for each script that PostgreSQL's parser refused, with the line: what it creates is told by its
/// words alone.
std::vector<Warning> warnings_of(const std::vector<NamedScript>& scripts);

}  // namespace migration_guard
