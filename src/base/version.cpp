#include "base/version.hpp"

namespace migration_guard {

std::string_view version() {
    return GUARD_VERSION;
}

}  // namespace migration_guard
