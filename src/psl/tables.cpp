#include "psl/tables.hpp"

#include "psl/types.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

namespace migration_guard::psl {

namespace {

constexpr std::array<std::string_view, 7> field_attributes = {"id",  "unique",    "default", "relation",
                                                              "map", "updatedAt", "ignore"};
constexpr std::array<std::string_view, 8> model_attributes = {"id",     "unique", "index",    "map",
                                                              "schema", "ignore", "fulltext", "shardKey"};
constexpr std::array<std::string_view, 2> enum_attributes = {"map", "schema"};
constexpr std::array<std::string_view, 1> enum_value_attributes = {"map"};

template <typename Known>
void warn_of_unknown(const Named& in, const std::vector<Attribute>& attributes, const Known& known,
                     std::string_view marks, Warnings& warnings) {
    for (const Attribute& attribute : attributes) {
        const bool native = attribute.name.find('.') != std::string_view::npos;
        if (!native && std::find(known.begin(), known.end(), attribute.name) == known.end()) {
            warnings.add(*in.source, attribute.name,
                         "unknown attribute " + std::string(marks) + std::string(attribute.name) + ", passed over");
        }
    }
}

/// @shardKey of a field is the attribute of that name of the model (preview feature shardKeys).
void warn_of_unknown_attributes(const Named& in, Warnings& warnings) {
    const bool is_enum = in.block->kind == BlockKind::enumeration;
    if (is_enum) {
        warn_of_unknown(in, in.block->attributes, enum_attributes, "@@", warnings);
    } else {
        warn_of_unknown(in, in.block->attributes, model_attributes, "@@", warnings);
    }
    for (const Member& member : in.block->members) {
        if (is_enum) {
            warn_of_unknown(in, member.attributes, enum_value_attributes, "@", warnings);
        } else if (find_attribute(member.attributes, "shardKey") == nullptr) {
            warn_of_unknown(in, member.attributes, field_attributes, "@", warnings);
        }
    }
}

/// A type that a later Prisma may have introduced. Only what can stand on a column alone makes it one: a mistaken
/// guess would refuse an image that works.
bool reads_as_column(const Member& field) {
    const auto has = [&](std::string_view name) { return find_attribute(field.attributes, name) != nullptr; };
    return native_attribute(field.attributes) != nullptr || has("id") || has("unique") || has("default") || has("map");
}

bool is_column(const Named& in, const Member& field, const Names& names, Warnings& warnings) {
    if (field.unsupported) {
        return true;
    }
    switch (names.type(field.type).kind) {
        case TypeKind::scalar:
        case TypeKind::enumeration:
            return true;
        case TypeKind::model:
            return false;
        case TypeKind::composite:
            warnings.add(*in.source, field.type, "a composite type as a field's type is not known on PostgreSQL");
            return reads_as_column(field);
        case TypeKind::unknown:
            break;
    }
    warnings.add(*in.source, field.type, "unknown type '" + std::string(field.type) + "' of a field");
    return reads_as_column(field);
}

/// The expression of @default(dbgenerated("...")), else empty.
std::string generated_by(const Member& field) {
    const Attribute* given = find_attribute(field.attributes, "default");
    const Value* value = given == nullptr ? nullptr : find_argument(given->arguments, "value");
    if (value == nullptr || value->kind != Value::Kind::call || value->text != "dbgenerated") {
        return {};
    }
    return string_of(find_argument(value->items, "value")).value_or("");
}

/// autoincrement(), sequence() and dbgenerated("...") are filled by the server, every other default by the client.
bool filled_by_database(const Member& field) {
    const Attribute* given = find_attribute(field.attributes, "default");
    const Value* value = given == nullptr ? nullptr : find_argument(given->arguments, "value");
    if (value == nullptr || value->kind != Value::Kind::call) {
        return false;
    }
    if (value->text == "dbgenerated") {
        return !generated_by(field).empty();
    }
    return value->text == "autoincrement" || value->text == "sequence";
}

DeclaredColumn declare_column(const Member& field, const Names& names) {
    DeclaredColumn column;
    column.name = mapped_name(field.attributes, "map", field.name);
    column.field = field.name;
    column.type = column_type(field, names);
    column.list = field.arity == Arity::list;
    column.required = field.arity == Arity::required;
    column.filled_by_database = filled_by_database(field);
    column.default_sql = generated_by(field);
    if (find_attribute(field.attributes, "ignore") != nullptr) {
        column.use = ColumnUse::ignored;
    } else if (field.unsupported) {
        column.use = ColumnUse::unsupported;
    }
    return column;
}

DeclaredTable declare_table(const Named& in, const Names& names, Warnings& warnings) {
    DeclaredTable table;
    table.schema = in.schema;
    table.name = in.name;
    table.model = in.block->name;
    table.kind = in.block->kind == BlockKind::view ? TableKind::view : TableKind::table;
    table.ignored = find_attribute(in.block->attributes, "ignore") != nullptr;
    for (const Member& field : in.block->members) {
        if (is_column(in, field, names, warnings)) {
            table.columns.push_back(declare_column(field, names));
        }
    }
    return table;
}

using EnumName = std::pair<std::string, std::string>;

std::set<EnumName> used_enums(const std::vector<DeclaredTable>& tables) {
    std::set<EnumName> used;
    for (const DeclaredTable& table : tables) {
        for (const DeclaredColumn& column : table.columns) {
            if (column.type.is_enum && !table.ignored && column.use == ColumnUse::queried) {
                used.insert({column.type.enum_schema, column.type.name});
            }
        }
    }
    return used;
}

}  // namespace

DeclaredType column_type(const Member& field, const Names& names) {
    if (field.unsupported) {
        return unsupported_type(field.type);
    }
    const TypeReference reference = names.type(field.type);
    if (reference.kind != TypeKind::enumeration) {
        return scalar_type(field.type, field.attributes);
    }
    DeclaredType type;
    type.name = reference.target->name;
    type.enum_schema = reference.target->schema;
    type.is_enum = true;
    return type;
}

std::vector<DeclaredTable> declare_tables(const Names& names, Warnings& warnings) {
    std::vector<DeclaredTable> tables;
    for (const Named& named : names.all()) {
        if (named.block->kind == BlockKind::model || named.block->kind == BlockKind::view) {
            warn_of_unknown_attributes(named, warnings);
            tables.push_back(declare_table(named, names, warnings));
        }
    }
    return tables;
}

std::vector<DeclaredEnum> declare_enums(const Names& names, const std::vector<DeclaredTable>& tables,
                                        Warnings& warnings) {
    const std::set<EnumName> used = used_enums(tables);
    std::vector<DeclaredEnum> enums;
    for (const Named& named : names.all()) {
        if (named.block->kind != BlockKind::enumeration) {
            continue;
        }
        warn_of_unknown_attributes(named, warnings);
        DeclaredEnum declared;
        declared.schema = named.schema;
        declared.name = named.name;
        declared.declared_as = named.block->name;
        declared.used = used.contains({named.schema, named.name});
        for (const Member& value : named.block->members) {
            // Not cut: the server refuses a longer label (pg_enum.c, EnumValuesCreate).
            declared.values.push_back(given_name(value.attributes, "map", value.name));
        }
        enums.push_back(std::move(declared));
    }
    return enums;
}

}  // namespace migration_guard::psl
