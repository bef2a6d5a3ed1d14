// What DO blocks and function bodies may do: found by scanning their text, since it is a language of its own and what
// runs depends on the moment.
//
// Not an interpreter. Keeps true: all that is found is marked conditional; dynamic SQL that cannot be read is said to
// be there (creates_unnamed, drops_unnamed) when the block itself runs it.
#pragma once

#include "sql/collector.hpp"
#include "sql/cursor.hpp"

namespace migration_guard::sql {

/// True for DO and CREATE [OR REPLACE] FUNCTION | PROCEDURE.
bool has_body(Tokens statement);

void read_body(Tokens statement, Collector& collector);

/// SELECT f(...), CALL p(...) and, in a body, PERFORM f(...): by name, built-in functions as well.
void read_calls(Tokens statement, Collector& collector);

}  // namespace migration_guard::sql
