#include "psl/types.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::psl {

namespace {

struct ScalarType {
    std::string_view prisma;
    std::string_view name;  // as format_type() has it
    std::string_view full;  // as Prisma's migrations write it
};

constexpr std::array scalar_types = {
    ScalarType{"String", "text", "TEXT"},
    ScalarType{"Boolean", "boolean", "BOOLEAN"},
    ScalarType{"Int", "integer", "INTEGER"},
    ScalarType{"BigInt", "bigint", "BIGINT"},
    ScalarType{"Float", "double precision", "DOUBLE PRECISION"},
    ScalarType{"Decimal", "numeric", "DECIMAL(65,30)"},
    ScalarType{"DateTime", "timestamp without time zone", "TIMESTAMP(3)"},
    ScalarType{"Json", "jsonb", "JSONB"},
    ScalarType{"Bytes", "bytea", "BYTEA"},
};

struct NativeType {
    std::string_view attribute;  // @db.X
    std::string_view name;
    std::string_view full;
};

constexpr std::array native_types = {
    NativeType{"Text", "text", "TEXT"},
    NativeType{"VarChar", "character varying", "VARCHAR"},
    NativeType{"Char", "character", "CHAR"},
    NativeType{"Bit", "bit", "BIT"},
    NativeType{"VarBit", "bit varying", "VARBIT"},
    NativeType{"Uuid", "uuid", "UUID"},
    NativeType{"Xml", "xml", "XML"},
    NativeType{"Inet", "inet", "INET"},
    NativeType{"Citext", "citext", "CITEXT"},
    NativeType{"Boolean", "boolean", "BOOLEAN"},
    NativeType{"Integer", "integer", "INTEGER"},
    NativeType{"SmallInt", "smallint", "SMALLINT"},
    NativeType{"Oid", "oid", "OID"},
    NativeType{"BigInt", "bigint", "BIGINT"},
    NativeType{"DoublePrecision", "double precision", "DOUBLE PRECISION"},
    NativeType{"Real", "real", "REAL"},
    NativeType{"Decimal", "numeric", "DECIMAL"},
    NativeType{"Money", "money", "MONEY"},
    NativeType{"Timestamp", "timestamp without time zone", "TIMESTAMP"},
    NativeType{"Timestamptz", "timestamp with time zone", "TIMESTAMPTZ"},
    NativeType{"Date", "date", "DATE"},
    NativeType{"Time", "time without time zone", "TIME"},
    NativeType{"Timetz", "time with time zone", "TIMETZ"},
    NativeType{"JsonB", "jsonb", "JSONB"},
    NativeType{"Json", "json", "JSON"},
    NativeType{"ByteA", "bytea", "BYTEA"},
};

std::string modifiers(const std::vector<Argument>& arguments) {
    std::string text;
    for (const Argument& argument : arguments) {
        text.push_back(text.empty() ? '(' : ',');
        text += argument.value.text;
    }
    return text.empty() ? text : text + ")";
}

DeclaredType named(std::string_view name, std::string full) {
    DeclaredType type;
    type.name = name;
    type.full = std::move(full);
    return type;
}

}  // namespace

bool is_scalar(std::string_view prisma_type) {
    return std::any_of(scalar_types.begin(), scalar_types.end(),
                       [&](const ScalarType& type) { return type.prisma == prisma_type; });
}

DeclaredType scalar_type(std::string_view prisma_type, const std::vector<Attribute>& attributes) {
    if (const Attribute* native = native_attribute(attributes)) {
        const std::string_view wanted = native->name.substr(native->name.find('.') + 1);
        const auto found = std::find_if(native_types.begin(), native_types.end(),
                                        [&](const NativeType& type) { return type.attribute == wanted; });
        const std::string arguments = modifiers(native->arguments);
        return found == native_types.end() ? named({}, std::string(wanted) + arguments)
                                           : named(found->name, std::string(found->full) + arguments);
    }
    const auto found = std::find_if(scalar_types.begin(), scalar_types.end(),
                                    [&](const ScalarType& type) { return type.prisma == prisma_type; });
    return found == scalar_types.end() ? named({}, std::string(prisma_type))
                                       : named(found->name, std::string(found->full));
}

DeclaredType unsupported_type(std::string_view raw) {
    return named({}, unescape(raw));
}

const Attribute* native_attribute(const std::vector<Attribute>& attributes) {
    const auto found = std::find_if(attributes.begin(), attributes.end(), [](const Attribute& attribute) {
        return attribute.name.find('.') != std::string_view::npos;
    });
    return found == attributes.end() ? nullptr : &*found;
}

}  // namespace migration_guard::psl
