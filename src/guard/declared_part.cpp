#include "guard/declared_part.hpp"

#include <algorithm>

namespace migration_guard {

std::size_t count_models(const DeclaredSchema& declared) {
    return static_cast<std::size_t>(std::ranges::count(declared.tables, TableKind::table, &DeclaredTable::kind));
}

std::vector<Warning> warnings_of(const DeclaredPart& declared, const Bundle& bundle) {
    std::vector<Warning> warnings;
    if (declared.schema && declared.schema->tables.empty() && !bundle.migrations.empty()) {
        warnings.push_back({"schemaEmpty", "",
                            "schema.prisma declares no model although migrations are bundled, so that nothing of the "
                            "database is checked against it: are the models in other files? schemaPath may name "
                            "their folder"});
    }
    for (const auto& text : declared.warnings) warnings.push_back({"unknownSyntax", "", text});
    return warnings;
}

}  // namespace migration_guard
