// The datasource block and what generators say of preview features.
//
// Not the resolving of env("X"): that needs the environment (postgres/, prisma/).
#pragma once

#include "psl/ast.hpp"

#include <string>
#include <vector>

namespace migration_guard::psl {

/// The datasource that these settings describe.
Datasource make_datasource(const Source& source, std::string_view name, const std::vector<Setting>& settings);

/// previewFeatures of a generator.
std::vector<std::string> preview_features(const Block& generator);

}  // namespace migration_guard::psl
