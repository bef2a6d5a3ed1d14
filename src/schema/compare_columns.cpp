#include "schema/compare_columns.hpp"

#include "schema/column_types.hpp"
#include "schema/ddl.hpp"

#include <algorithm>
#include <map>

namespace migration_guard {

namespace {

std::string array_text(const CatalogueColumn& actual) {
    return actual.list ? actual.type + "[]" : actual.type;
}

void compare_type(const TableMatch& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                  const std::string& connection_schema, std::vector<SchemaWarning>& warnings) {
    const bool serves = column.list == actual.list && type_serves(column.type, actual, connection_schema);
    if (serves) {
        return;  // nearly every column of every start: no text is made for it
    }
    const auto kind = column.list == actual.list ? SchemaWarningKind::type_differs : SchemaWarningKind::list_differs;
    const std::string differs = "schema.prisma says " + type_text(column, connection_schema) + ", the database has " +
                                array_text(actual) + ": ";
    warnings.push_back({kind, table.text(column.name),
                        differs + (table.is_view() ? "the view's query has to cast it"
                                                   : alter_type(table.name, column, actual, connection_schema))});
}

void compare_nullability(const TableMatch& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                         std::vector<SchemaWarning>& warnings) {
    const auto warn = [&](const std::string& text, const char* mended_by) {
        warnings.push_back({SchemaWarningKind::nullability_differs, table.text(column.name),
                            text + alter_column(table.name, column.name) + mended_by});
    };
    if (column.required && !actual.not_null) {
        warn("required in schema.prisma, may be null in the database (P2032 on reading one): ", "SET NOT NULL");
    } else if (!column.required && actual.not_null && !(column.list && actual.has_default)) {
        // A create that leaves a list out writes null; one that has a default is left to the server.
        warn("may be absent in schema.prisma, is NOT NULL in the database (P2011 on writing none): ", "DROP NOT NULL");
    }
}

/// autoincrement() and dbgenerated() are left to the server, which must have something to fill in.
void compare_default(const TableMatch& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                     std::vector<SchemaWarning>& warnings) {
    if (!column.filled_by_database || !actual.not_null || actual.has_default) {
        return;
    }
    warnings.push_back({SchemaWarningKind::blocks_insert, table.text(column.name),
                        "schema.prisma leaves its value to the database, which has no default (P2011 on create): " +
                            (column.default_sql.empty()
                                 ? add_identity(table.name, column.name)
                                 : alter_column(table.name, column.name) + "SET DEFAULT " + column.default_sql)});
}

/// Why the client never sends a value for a column; null when it does, or when another warning is about it. A field
/// with @ignore is not part of the client, whatever default it has there.
const char* why_unsent(const DeclaredColumn* declared) {
    if (declared == nullptr) {
        return "not in schema.prisma";
    }
    const bool told_already = declared->filled_by_database;  // compare_default()
    return declared->use == ColumnUse::ignored && !told_already ? "@ignore in schema.prisma, so that the client "
                                                                  "cannot write it"
                                                                : nullptr;
}

}  // namespace

bool TableMatch::is_ignored(const std::string& column) const {
    return std::any_of(ignored.begin(), ignored.end(),
                       [&](const ObjectPattern& pattern) { return pattern.covers(name.schema, name.name, column); });
}

void compare_column(const TableMatch& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                    const std::string& connection_schema, std::vector<SchemaWarning>& warnings) {
    if (column.use == ColumnUse::queried) {
        compare_type(table, column, actual, connection_schema, warnings);
    }
    if (!table.is_written()) {
        return;
    }
    if (column.use == ColumnUse::queried) {
        compare_nullability(table, column, actual, warnings);
    }
    compare_default(table, column, actual, warnings);
}

void find_blocking_columns(const TableMatch& table, std::vector<SchemaWarning>& warnings) {
    if (!table.is_written()) {
        return;
    }
    std::map<std::string, const DeclaredColumn*> known;
    for (const DeclaredColumn& column : table.declared.columns) {
        known.emplace(column.name, &column);
    }
    for (const auto& [name, column] : table.actual.columns) {
        if (!column.not_null || column.has_default || table.is_ignored(name)) {
            continue;
        }
        const auto declared = known.find(name);
        const char* unsent = why_unsent(declared == known.end() ? nullptr : declared->second);
        if (unsent != nullptr) {
            warnings.push_back({SchemaWarningKind::blocks_insert, table.text(name),
                                std::string(unsent) +
                                    ", NOT NULL and without a default: every create fails (P2011) unless a trigger "
                                    "fills it: " +
                                    alter_column(table.name, name) + "DROP NOT NULL"});
        }
    }
}

}  // namespace migration_guard
