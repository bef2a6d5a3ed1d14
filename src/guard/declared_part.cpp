#include "guard/declared_part.hpp"

#include <algorithm>

namespace migration_guard {

std::size_t count_models(const DeclaredSchema& declared) {
    return static_cast<std::size_t>(std::ranges::count(declared.tables, TableKind::table, &DeclaredTable::kind));
}

std::vector<Warning> warnings_of(const DeclaredPart& declared) {
    std::vector<Warning> warnings;
    for (const auto& text : declared.warnings) warnings.push_back({"unknownSyntax", "", text});
    return warnings;
}

}  // namespace migration_guard
