// The tables behind implicit many-to-many relations: "_AToB" with the columns "A" and "B".
//
// Sources: prisma-engines psl/parser-database/src/relations.rs (which fields make one),
// schema-engine/connectors/sql-schema-connector/src/sql_schema_calculator.rs, push_relation_tables (its shape). Keeps
// true: a relation with fields and a foreign key of its own never yields one.
#pragma once

#include "psl/names.hpp"
#include "schema/declared.hpp"

#include <vector>

namespace migration_guard::psl {

std::vector<DeclaredTable> declare_join_tables(const Names& names);

}  // namespace migration_guard::psl
