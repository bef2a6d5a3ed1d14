#include "schema/column_types.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace migration_guard {

namespace {

enum class Family { text, small_number, big_number, fraction, boolean, moment, time, json, bytes };

/// Types of one family are read alike. A general one holds whatever any of its family holds.
struct KnownType {
    std::string_view name;
    Family family;
    bool general;
};

/// What a client does on a column of another type was tried with Prisma 7.10 and @prisma/adapter-pg for each pair; up
/// to 6 the query engine reads a bigint into an Int only while it fits (P2023), hence a family of its own.
constexpr std::array known_types = {
    KnownType{"text", Family::text, true},
    KnownType{"character varying", Family::text, true},
    KnownType{"character", Family::text, true},
    KnownType{"bpchar", Family::text, true},
    KnownType{"citext", Family::text, true},
    KnownType{"name", Family::text, true},
    KnownType{"uuid", Family::text, false},
    KnownType{"inet", Family::text, false},
    KnownType{"cidr", Family::text, false},
    KnownType{"xml", Family::text, false},
    KnownType{"bit", Family::text, false},
    KnownType{"bit varying", Family::text, false},
    KnownType{"smallint", Family::small_number, false},
    KnownType{"integer", Family::small_number, true},
    KnownType{"oid", Family::small_number, true},
    KnownType{"bigint", Family::big_number, true},
    KnownType{"real", Family::fraction, true},
    KnownType{"double precision", Family::fraction, true},
    KnownType{"numeric", Family::fraction, true},
    KnownType{"money", Family::fraction, true},
    KnownType{"boolean", Family::boolean, true},
    KnownType{"date", Family::moment, false},
    KnownType{"timestamp without time zone", Family::moment, true},
    KnownType{"timestamp with time zone", Family::moment, true},
    KnownType{"time without time zone", Family::time, true},
    KnownType{"time with time zone", Family::time, true},
    KnownType{"json", Family::json, true},
    KnownType{"jsonb", Family::json, true},
    KnownType{"bytea", Family::bytes, true},
};

const KnownType* find(std::string_view name) {
    const auto found =
        std::find_if(known_types.begin(), known_types.end(), [&](const KnownType& type) { return type.name == name; });
    return found == known_types.end() ? nullptr : &*found;
}

bool is_text(const KnownType* type) {
    return type != nullptr && type->family == Family::text && type->general;
}

/// `oid` and `money` have casts of their own.
bool is_number(const KnownType* type) {
    if (type == nullptr || type->name == "oid" || type->name == "money") return false;
    return type->family == Family::small_number || type->family == Family::big_number ||
           type->family == Family::fraction;
}

bool is_of(Family family, const KnownType* type) {
    return type != nullptr && type->family == family;
}

bool is_that_enum(const DeclaredType& declared, const CatalogueColumn& actual, const std::string& connection_schema) {
    const std::string& schema = declared.enum_schema.empty() ? connection_schema : declared.enum_schema;
    return actual.is_enum && actual.type == declared.name && actual.type_schema == schema;
}

}  // namespace

bool type_serves(const DeclaredType& declared, const CatalogueColumn& actual, const std::string& connection_schema) {
    const KnownType* has = actual.is_enum ? nullptr : find(actual.type);
    if (declared.is_enum) {
        return is_that_enum(declared, actual, connection_schema) || (!actual.is_enum && has == nullptr);
    }
    const KnownType* wants = find(declared.name);
    if (wants == nullptr || (has == nullptr && !actual.is_enum) || declared.name == actual.type) {
        return true;
    }
    return has != nullptr && has->family == wants->family && has->general;
}

CastWay way_to_cast(const DeclaredType& declared, const CatalogueColumn& actual, const std::string& connection_schema) {
    if (type_serves(declared, actual, connection_schema)) return CastWay::none;
    const KnownType* has = actual.is_enum ? nullptr : find(actual.type);
    const KnownType* wants = declared.is_enum ? nullptr : find(declared.name);
    if (is_text(has) || is_text(wants)) return CastWay::direct;
    if (is_number(has) && is_number(wants)) return CastWay::direct;
    if (is_of(Family::moment, has) && is_of(Family::moment, wants)) return CastWay::direct;
    if (is_of(Family::boolean, has) && is_number(wants)) return CastWay::by_integer;
    if (is_number(has) && is_of(Family::boolean, wants)) return CastWay::by_integer;
    return is_of(Family::json, wants) ? CastWay::to_json : CastWay::by_text;
}

/// PostgreSQL casts it as an assignment would: anything to text, a number or a moment to one of another kind.
bool default_is_in_the_way(const DeclaredType& declared, const CatalogueColumn& actual) {
    const KnownType* has = actual.is_enum ? nullptr : find(actual.type);
    const KnownType* wants = declared.is_enum ? nullptr : find(declared.name);
    if (is_text(wants) || (is_number(has) && is_number(wants))) return false;
    return !is_of(Family::moment, has) || !is_of(Family::moment, wants);
}

}  // namespace migration_guard
