// Names that a script wrote without quotes: PostgreSQL folds those to lower case (manual, 4.1.1), Prisma never does.
//
// Not a search for what is merely called alike: only the very name in lower case counts, where a bundled script leaves
// it behind and no other model or field is declared under it. Keeps true: pure; labels of enums are no names.
#pragma once

#include "schema/declared.hpp"
#include "schema/origins.hpp"

#include <optional>
#include <string>

namespace migration_guard {

struct Folded {
    std::string object;      ///< `public.post`, `public.Post.createdat`
    std::string created_by;  ///< migration
    std::string mend;        ///< `ALTER ... RENAME ...` in a new migration, or `@@map` / `@map`; keeps the rows
};

/// For an object that no script creates: what one of them creates instead.
std::optional<Folded> find_folded(const Origins& origins, const ScriptObject& object, const DeclaredSchema& declared);

}  // namespace migration_guard
