// Tells from a script's text alone what it creates, drops and renames.
//
// Not an executor and not a validator: a statement that PostgreSQL 15's grammar refuses is read by a tolerant fallback,
// and the script is said to be so; what lies inside DO blocks and function bodies is found by scanning them.
// Keeps true: libpg_query is seen only by this folder, and can neither end the process nor print.
#pragma once

#include "schema/effects.hpp"

#include <string_view>

namespace migration_guard {

/// Never throws for any text (but for std::bad_alloc); time is bounded by the text's length.
ScriptEffects read_script(std::string_view script);

/// The tolerant fallback alone: what the tests hold the parser's findings against. `parsed` says nothing.
ScriptEffects read_script_tolerantly(std::string_view script);

}  // namespace migration_guard
