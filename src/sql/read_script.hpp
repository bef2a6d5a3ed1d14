// Tells from a script's text alone what it creates, drops and renames.
//
// Not an executor and not a validator: a script that PostgreSQL 15's grammar refuses is read by a tolerant fallback,
// and said to be so. Keeps true: libpg_query is seen only by this folder.
#pragma once

#include "schema/effects.hpp"

#include <string_view>

namespace migration_guard {

/// Never throws for any text; time is bounded by the text's length.
ScriptEffects read_script(std::string_view sql);

}  // namespace migration_guard
