// The tolerant reader: recognises statements by their leading words, where PostgreSQL 15's grammar refuses (newer
// syntax, broken text) or is not asked (inside DO blocks and function bodies).
//
// Not a grammar: what it does not know it passes over. Keeps true: a statement that both it and tree_reader.hpp can
// read has the same effects (tested on all statements of the tests' corpus).
#pragma once

#include "sql/collector.hpp"
#include "sql/cursor.hpp"

namespace migration_guard::sql {

/// True when the statement is of a kind that creates, drops or renames what effects are about. Cheap: looks at the
/// first words only.
bool concerns_effects(Tokens statement);

/// True for DROP ... CASCADE of what no effect is about (a function, an operator class): indexes may hang on it.
bool takes_indexes_along(Tokens statement);

/// The statement's effects; nothing for the bodies of DO blocks and functions (body_reader.hpp).
void read_tokens(Tokens statement, Collector& collector);

}  // namespace migration_guard::sql
