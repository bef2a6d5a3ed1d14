// The models, views and enums of a schema by their Prisma names, each with its name in the database.
//
// Not the tables themselves (tables.hpp). Keeps true: one name space over all files, in any order, as in Prisma; of two
// blocks with one name the first counts (Prisma refuses the second).
#pragma once

#include "psl/ast.hpp"
#include "psl/warnings.hpp"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace migration_guard::psl {

struct Named {
    const Source* source = nullptr;
    const Block* block = nullptr;
    std::string schema;  ///< @@schema, empty without
    std::string name;    ///< @@map or the block's name, cut as the server cuts it
};

/// Where a field's type leads.
enum class TypeKind { scalar, enumeration, model, composite, unknown };

struct TypeReference {
    TypeKind kind = TypeKind::unknown;
    const Named* target = nullptr;  ///< of an enum, model, view or composite type
};

class Names {
public:
    /// The blocks must outlive it.
    Names(const std::vector<ParsedFile>& files, Warnings& warnings);

    /// Scalars first, since their names cannot be taken. Unsupported("...") is not asked for here.
    [[nodiscard]] TypeReference type(std::string_view name) const;

    /// Models, views and enums in the order of the files.
    [[nodiscard]] const std::vector<Named>& all() const { return all_; }

private:
    void add(const ParsedFile& file, const Block& block, Warnings& warnings);

    std::vector<Named> all_;
    std::unordered_map<std::string_view, std::size_t> index_;
};

/// The string of @map, @@map or @@schema; `fallback` without such an attribute.
std::string given_name(const std::vector<Attribute>& attributes, std::string_view attribute, std::string_view fallback);

/// The same, cut as the server cuts an identifier.
std::string mapped_name(const std::vector<Attribute>& attributes, std::string_view attribute,
                        std::string_view fallback);

}  // namespace migration_guard::psl
