// The SQL that would mend a difference, as text for people. Nothing here is ever run.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/declared.hpp"

#include <string>
#include <string_view>

namespace migration_guard {

/// `"a""b"`.
std::string quote_identifier(std::string_view name);

/// `"schema"."name"`.
std::string quote_name(const ObjectName& name);

/// The role of the app, or words for it when it is unknown (empty).
std::string quote_role(const std::string& role);

/// The type of a declared column as Prisma's migrations write it: `VARCHAR(64)`, `"public"."Role"[]`.
std::string type_text(const DeclaredColumn& column, const std::string& connection_schema);

/// `ALTER TABLE "s"."t" ALTER COLUMN "c" `, to be completed.
std::string alter_column(const ObjectName& table, const std::string& column);

/// The statements that have the server number new rows, on from those that are there.
std::string add_identity(const ObjectName& table, const std::string& column);

/// The statement that gives a column its declared type and carries its values over; of an array that shall be none, the
/// first element. A default that cannot come along is dropped: the client sends its own.
std::string alter_type(const ObjectName& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                       const std::string& connection_schema);

}  // namespace migration_guard
