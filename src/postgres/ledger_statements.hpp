// The statements that write the ledger, each as Prisma's engine writes it.
//
// Not the decision to (native_run.cpp, ledger_writer.cpp). Keeps true: rows of other names are never touched, no row is
// ever deleted; times are the client's clock in UTC, ids random UUIDs, as with Prisma
// (prisma-engines: sql_migration_persistence.rs).
#pragma once

#include "postgres/connection.hpp"

#include <string>

namespace migration_guard::postgres {

/// `ledger`: its quoted name.
std::string create_ledger_statement(const std::string& ledger);

Query insert_row(const std::string& ledger, const std::string& id, const std::string& checksum,
                 const std::string& name);
/// A row as `resolve --applied` writes it: started and finished at the same instant, no steps, empty logs.
Query insert_applied_row(const std::string& ledger, const std::string& id, const std::string& checksum,
                         const std::string& name);
/// Changes nothing: tried before the script runs, since what cannot be recorded afterwards would run at every start.
Query touch_row(const std::string& ledger, const std::string& id);

Query add_step(const std::string& ledger, const std::string& id);
Query set_finished(const std::string& ledger, const std::string& id);
Query set_logs(const std::string& ledger, const std::string& id, const std::string& logs);
Query set_rolled_back(const std::string& ledger, const std::string& id);

/// A random UUID of version 4, lower case. Throws std::system_error.
std::string new_row_id();

}  // namespace migration_guard::postgres
