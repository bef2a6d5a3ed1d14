#include "schema/ddl.hpp"

#include "schema/column_types.hpp"

namespace migration_guard {

namespace {

/// `value` in the type `wanted`; `brackets` are those of an array, or nothing.
std::string cast(const std::string& value, CastWay way, const std::string& wanted, const std::string& brackets) {
    switch (way) {
        case CastWay::none:
            break;
        case CastWay::direct:
            return value + "::" + wanted + brackets;
        case CastWay::by_integer:
            return value + "::INTEGER" + brackets + (wanted == "INTEGER" ? "" : "::" + wanted + brackets);
        case CastWay::to_json:  // of an array it would make one value
            if (!brackets.empty()) return value + "::TEXT[]::" + wanted + brackets;
            return "to_jsonb(" + value + ")" + (wanted == "JSONB" ? "" : "::" + wanted);
        case CastWay::by_text:
            return value + "::TEXT" + brackets + "::" + wanted + brackets;
    }
    return value;
}

std::string converted(const DeclaredColumn& column, const CatalogueColumn& actual,
                      const std::string& connection_schema) {
    const CastWay way = way_to_cast(column.type, actual, connection_schema);
    DeclaredColumn element = column;
    element.list = false;
    const std::string wanted = type_text(element, connection_schema);
    const std::string name = quote_identifier(column.name);
    if (column.list && actual.list) return cast(name, way, wanted, "[]");
    if (column.list) return "ARRAY[" + cast(name, way, wanted, "") + "]";
    return cast(actual.list ? name + "[1]" : name, way, wanted, "");
}

}  // namespace

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

std::string alter_type(const ObjectName& table, const DeclaredColumn& column, const CatalogueColumn& actual,
                       const std::string& connection_schema) {
    const bool in_the_way =
        actual.has_default && (column.list != actual.list || default_is_in_the_way(column.type, actual));
    const std::string alter = "ALTER COLUMN " + quote_identifier(column.name) + " ";
    return "ALTER TABLE " + quote_name(table) + " " + (in_the_way ? alter + "DROP DEFAULT, " : "") + alter + "TYPE " +
           type_text(column, connection_schema) + " USING " + converted(column, actual, connection_schema);
}

}  // namespace migration_guard
