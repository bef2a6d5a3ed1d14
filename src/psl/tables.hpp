// Models, views and enums as tables, columns and enums of the database.
//
// Not join tables (join_tables.hpp). Source of the rules: prisma-engines schema-engine/connectors/sql-schema-connector/
// src/sql_schema_calculator.rs.
#pragma once

#include "psl/names.hpp"
#include "psl/warnings.hpp"
#include "schema/declared.hpp"

#include <vector>

namespace migration_guard::psl {

/// Tables and views in the order of the files.
std::vector<DeclaredTable> declare_tables(const Names& names, Warnings& warnings);

/// Enums in the order of the files; whether one is `used` follows from the columns of `tables`.
std::vector<DeclaredEnum> declare_enums(const Names& names, const std::vector<DeclaredTable>& tables,
                                        Warnings& warnings);

/// The column type of a field whose type is a scalar, an enum or Unsupported("...").
DeclaredType column_type(const Member& field, const Names& names);

}  // namespace migration_guard::psl
