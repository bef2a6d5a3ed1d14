// Statements that bear on others: transaction control, search_path, and those that refuse to run in a transaction.
//
// Not what creates or drops (tree_reader.hpp, token_reader.hpp). Keeps true: only the top level of a script counts.
#pragma once

#include "sql/collector.hpp"
#include "sql/cursor.hpp"

namespace migration_guard::sql {

enum class Transaction { none, begin, commit, rollback };

/// ROLLBACK TO a savepoint and the two-phase commands are none.
Transaction transaction_control(Tokens statement);

/// True for what PostgreSQL refuses inside a transaction block, and so beside another statement in one query
/// (PreventInTransactionBlock in its sources: CONCURRENTLY, VACUUM, ALTER SYSTEM, CREATE DATABASE, ...).
bool needs_own_statement(Tokens statement);

/// SET, RESET and set_config of search_path.
void read_search_path(Tokens statement, Collector& collector);

}  // namespace migration_guard::sql
