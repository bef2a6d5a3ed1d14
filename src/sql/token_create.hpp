// The tolerant reader's half for CREATE: tables with their columns, views, types, schemas.
//
// Not the choice of statement (token_reader.cpp). Keeps true: as there.
#pragma once

#include "sql/cursor.hpp"

namespace migration_guard::sql {

/// The cursor stands behind CREATE. True for what has effects.
bool creates_something(Cursor cursor);
void read_create(Cursor cursor, Collector& out);

/// What follows INTO in SELECT ... INTO.
void read_select_into(Tokens target, Collector& out);

/// True where a table constraint (or LIKE) begins and not a column.
bool begins_constraint(const Cursor& cursor);

/// `name type ...`: none when it does not begin with a name.
std::optional<Column> read_column(Tokens definition);

}  // namespace migration_guard::sql
