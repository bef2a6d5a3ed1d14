// What is wrong with the columns of a table that is there: compare()'s warnings.
//
// Not absence (compare.cpp). Keeps true: of a view only what can be known of one is told (it has no NOT NULL).
#pragma once

#include "schema/compare.hpp"

#include <string>
#include <vector>

namespace migration_guard {

/// A declared table and the relation that has its name.
struct TableMatch {
    const DeclaredTable& declared;
    const CatalogueRelation& actual;
    ObjectName name;
    const std::vector<ObjectPattern>& ignored;

    [[nodiscard]] bool is_ignored(const std::string& column) const;
    [[nodiscard]] bool is_view() const { return actual.kind == 'v' || actual.kind == 'm'; }
    /// A model may stand on a view, which has no NOT NULL; what is declared a view is never written by the client.
    [[nodiscard]] bool is_written() const { return !is_view() && declared.kind != TableKind::view; }
    [[nodiscard]] std::string text(const std::string& column) const { return name.text() + "." + column; }
};

/// Type, list-ness, nullability and default of one queried column.
void compare_column(const TableMatch& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                    const std::string& connection_schema, std::vector<SchemaWarning>& warnings);

/// Columns that the client never writes, since schema.prisma does not know them or says @ignore, and that refuse a row
/// without a value.
void find_blocking_columns(const TableMatch& table, std::vector<SchemaWarning>& warnings);

/// What the app's role may not do (compare_privileges.cpp): at most three warnings a table, and one for each sequence.
void find_missing_privileges(const TableMatch& table, const std::string& role, std::vector<SchemaWarning>& warnings);

}  // namespace migration_guard
