// Declared objects against what the database has: what is missing, and what is there but will not serve the client.
//
// Not the decision whether the app may start: needed, external or removed by a newer release follows from the
// migrations (origins.hpp, guard/). Keeps true: pure; what breaks the client's queries is missing, what merely may is a
// warning; types never make an object missing.
#pragma once

#include "schema/catalogue.hpp"
#include "schema/declared.hpp"
#include "schema/object_pattern.hpp"
#include "schema/replay.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

enum class MissingLevel {
    needed,  ///< the client's queries name it
    info,    ///< @@ignore, @ignore, Unsupported, or an enum that no queried column has
};

struct MissingObject {
    ScriptObject object;  ///< schema always given; a missing table is one entry, without its columns
    std::string model;    ///< Prisma's name of the model, view or enum; of a join table "A, B"
    std::string field;    ///< Prisma's name, for a column; else empty
    MissingLevel level = MissingLevel::needed;

    /// schema.table, schema.table.column, schema.enum, schema.enum.value
    [[nodiscard]] std::string text() const;
};

enum class SchemaWarningKind {
    blocks_insert,        ///< NOT NULL, nothing fills it: creates fail (P2011)
    no_privilege,         ///< the app's role may not read or write it
    type_differs,         ///< cannot be read as declared (P2023), or cannot hold what the client may write
    list_differs,         ///< array against single value
    nullability_differs,  ///< null where the client expects none (P2032), or refused where it may write one (P2011)
    extra_enum_value,     ///< a label that the client does not know: rows that have it cannot be read
};

struct SchemaWarning {
    SchemaWarningKind kind = SchemaWarningKind::blocks_insert;
    std::string object;  ///< as MissingObject::text(), or a schema
    std::string text;    ///< one line, with what would mend it: SQL, but for a view and for an enum's extra label
};

struct SchemaDifference {
    std::vector<MissingObject> missing;  ///< in the order of the declaration, tables before enums
    std::vector<SchemaWarning> warnings;
};

struct ComparisonOptions {
    std::string connection_schema = "public";  ///< what an empty schema in the declaration stands for
    std::vector<ObjectPattern> ignored;        ///< ignoreObjects
    std::string app_role;                      ///< whose privileges the catalogue tells; empty: unknown
};

SchemaDifference compare(const DeclaredSchema& declared, const Catalogue& catalogue, const ComparisonOptions& options);

/// What to look up so that compare() can tell absence from ignorance. Names are not repeated.
CatalogueRequest request_for(const DeclaredSchema& declared);

/// The words of the JSON: table, view, column, enum, enumValue, joinTable.
std::string_view word(ScriptObject::Kind kind);

/// blocksInsert, noPrivilege, typeDiffers, listDiffers, nullabilityDiffers, extraEnumValue.
std::string_view word(SchemaWarningKind kind);

}  // namespace migration_guard
