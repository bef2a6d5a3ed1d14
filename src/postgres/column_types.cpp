#include "postgres/column_types.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>

namespace migration_guard::postgres {
namespace {

struct BuiltinType {
    int id;
    int array;
    const char* name;  ///< as format_type(id, NULL) writes it
};

/// The types that Prisma's @db attributes name, and their neighbours.
constexpr std::array builtin_types = {
    BuiltinType{16, 1000, "boolean"},
    BuiltinType{17, 1001, "bytea"},
    BuiltinType{18, 1002, "\"char\""},
    BuiltinType{19, 1003, "name"},
    BuiltinType{20, 1016, "bigint"},
    BuiltinType{21, 1005, "smallint"},
    BuiltinType{23, 1007, "integer"},
    BuiltinType{25, 1009, "text"},
    BuiltinType{26, 1028, "oid"},
    BuiltinType{114, 199, "json"},
    BuiltinType{142, 143, "xml"},
    BuiltinType{650, 651, "cidr"},
    BuiltinType{700, 1021, "real"},
    BuiltinType{701, 1022, "double precision"},
    BuiltinType{790, 791, "money"},
    BuiltinType{829, 1040, "macaddr"},
    BuiltinType{869, 1041, "inet"},
    BuiltinType{1042, 1014, "character"},
    BuiltinType{1043, 1015, "character varying"},
    BuiltinType{1082, 1182, "date"},
    BuiltinType{1083, 1183, "time without time zone"},
    BuiltinType{1114, 1115, "timestamp without time zone"},
    BuiltinType{1184, 1185, "timestamp with time zone"},
    BuiltinType{1186, 1187, "interval"},
    BuiltinType{1266, 1270, "time with time zone"},
    BuiltinType{1560, 1561, "bit"},
    BuiltinType{1562, 1563, "bit varying"},
    BuiltinType{1700, 1231, "numeric"},
    BuiltinType{2950, 2951, "uuid"},
    BuiltinType{3614, 3643, "tsvector"},
    BuiltinType{3802, 3807, "jsonb"},
};

}  // namespace

ColumnTypes::ColumnTypes() {
    for (const auto& type : builtin_types) {
        types_[type.id] = {.name = type.name, .schema = "pg_catalog"};
        types_[type.array] = {.name = fmt::format("{}[]", type.name), .schema = "pg_catalog", .element = type.id};
    }
}

void ColumnTypes::add_enum(long long id, long long array, const std::string& schema, const std::string& name) {
    types_[id] = {.name = name, .schema = schema, .kind = 'e'};
    if (array != 0) types_[array] = {.name = "_" + name, .schema = schema, .element = id};
}

void ColumnTypes::add(const Result& types) {
    require_ok(types, "reading the types of columns");
    for (int row = 0; row < types.rows(); ++row) {
        // What is known by heart stays: format_type() writes pg_catalog.text where the search path hides it.
        types_.try_emplace(types.integer(row, 0), Type{.name = types.text(row, 1),
                                                       .schema = types.text(row, 2),
                                                       .kind = types.text(row, 3).at(0),
                                                       .base = types.integer(row, 4),
                                                       .element = types.integer(row, 5)});
    }
}

/// The type itself, of a domain the one that it stands upon.
const ColumnTypes::Type* ColumnTypes::find_base(long long id) const {
    constexpr int deepest = 64;
    for (int i = 0; i < deepest; ++i) {
        const auto found = types_.find(id);
        if (found == types_.end()) return nullptr;
        if (found->second.kind != 'd') return &found->second;
        id = found->second.base;
    }
    return nullptr;
}

void ColumnTypes::describe(CatalogueColumn& column, long long id) const {
    const Type* type = find_base(id);
    column.list = type != nullptr && type->element != 0;
    if (column.list) type = find_base(type->element);
    if (type == nullptr) return;
    column.type = type->name;
    column.type_schema = type->schema;
    column.is_enum = type->kind == 'e';
}

Query types_query(const std::vector<long long>& ids) {
    return {R"(
WITH RECURSIVE used (oid) AS (
    SELECT pg_catalog.unnest($1::pg_catalog.oid[])
    UNION
    SELECT x.next FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid
    CROSS JOIN LATERAL (VALUES (t.typbasetype), (t.typelem)) x (next) WHERE x.next <> 0)
SELECT t.oid,
       CASE WHEN n.nspname = 'pg_catalog' THEN pg_catalog.format_type(t.oid, NULL) ELSE t.typname::pg_catalog.text END,
       n.nspname, t.typtype, t.typbasetype, CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE 0 END
FROM used JOIN pg_catalog.pg_type t ON t.oid = used.oid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace)",
            {fmt::format("{{{}}}", fmt::join(ids, ","))}};
}

}  // namespace migration_guard::postgres
