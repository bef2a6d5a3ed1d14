// Prisma's scalar types and native type attributes as types of PostgreSQL.
//
// Not the types of enums (tables.cpp). Source of the table: prisma-engines psl/psl-core/src/builtin_connectors/
// postgres_datamodel_connector/native_types.rs. Keeps true: of a type that is not in the table nothing is said.
#pragma once

#include "psl/ast.hpp"
#include "schema/declared.hpp"

#include <string_view>

namespace migration_guard::psl {

/// String, Int, BigInt, Float, Boolean, DateTime, Json, Bytes, Decimal.
bool is_scalar(std::string_view prisma_type);

/// The column type of a scalar field with these attributes: `@db.X(...)` if there is one, else the type's default.
DeclaredType scalar_type(std::string_view prisma_type, const std::vector<Attribute>& attributes);

/// The type named by the database itself: Unsupported("...").
DeclaredType unsupported_type(std::string_view raw);

/// The attribute with a dot in its name, such as @db.VarChar(64); null when there is none. The part before the dot is
/// the name of the datasource.
const Attribute* native_attribute(const std::vector<Attribute>& attributes);

}  // namespace migration_guard::psl
