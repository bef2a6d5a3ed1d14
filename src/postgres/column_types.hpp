// What the type ids of columns stand for: the built-in ones by heart, declared enums by the enums' own answer, and only
// what is left (domains, extensions, enums that schema.prisma does not know) by a question of its own.
//
// Not the catalogue (catalogue_query.hpp). Keeps true: a database of built-in types and declared enums is read in one
// round trip. Ids below 10,000 are assigned by hand in PostgreSQL's src/include/catalog/pg_type.dat and never change
// (PostgreSQL manual, "System Catalog Initial Data"), which is why drivers know them by heart as well.
#pragma once

#include "postgres/connection.hpp"
#include "schema/catalogue.hpp"

#include <map>
#include <string>
#include <vector>

namespace migration_guard::postgres {

class ColumnTypes {
public:
    ColumnTypes();

    /// An enum, with the type of its arrays (0: none).
    void add_enum(long long id, long long array, const std::string& schema, const std::string& name);

    /// The answer to types_query().
    void add(const Result& types);

    [[nodiscard]] bool knows(long long id) const { return types_.contains(id); }

    /// Sets type, type_schema, is_enum and list; leaves them empty for an id that nobody knows (dropped meanwhile).
    void describe(CatalogueColumn& column, long long id) const;

private:
    struct Type {
        std::string name;
        std::string schema;
        char kind = 'b';  ///< pg_type.typtype
        long long base = 0;
        long long element = 0;  ///< of an array; else 0
    };

    [[nodiscard]] const Type* find_base(long long id) const;

    std::map<long long, Type> types_;
};

/// Those types, what domains stand upon and what arrays are made of.
Query types_query(const std::vector<long long>& ids);

}  // namespace migration_guard::postgres
