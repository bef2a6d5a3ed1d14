#include "schema/ddl.hpp"

namespace migration_guard {

std::string quote_identifier(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name) {
        quoted.append(c == '"' ? 2 : 1, c);
    }
    quoted.push_back('"');
    return quoted;
}

std::string quote_name(const ObjectName& name) {
    return quote_identifier(name.schema) + "." + quote_identifier(name.name);
}

std::string quote_role(const std::string& role) {
    return role.empty() ? "the role of the app" : quote_identifier(role);
}

std::string type_text(const DeclaredColumn& column, const std::string& connection_schema) {
    std::string text = column.type.full;
    if (column.type.is_enum) {
        const std::string& schema = column.type.enum_schema;
        text = quote_name({schema.empty() ? connection_schema : schema, column.type.name});
    }
    return column.list ? text + "[]" : text;
}

std::string alter_column(const ObjectName& table, const std::string& column) {
    return "ALTER TABLE " + quote_name(table) + " ALTER COLUMN " + quote_identifier(column) + " ";
}

}  // namespace migration_guard
