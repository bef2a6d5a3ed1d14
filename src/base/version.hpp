// The release of this program, as CMake's project() states it.
//
// Keeps true: --version, the JSON verdict and the application_name of the guard's sessions name the same release.
#pragma once

#include <string_view>

namespace migration_guard {

/// "0.1.0"
std::string_view version();

}  // namespace migration_guard
