// One step through UTF-8 text.
//
// Not a conversion of anything (text.hpp has those). Keeps true: every byte is consumed exactly once, and what an
// ill-formed sequence consumes is Unicode's "maximal subpart" (Unicode 15, section 3.9, table 3-8), as the WHATWG
// decoder consumes it.
#pragma once

#include <cstddef>
#include <string_view>

namespace migration_guard {

struct Utf8Step {
    char32_t code_point = 0;  ///< U+FFFD when ill-formed
    std::size_t length = 0;   ///< bytes consumed: 1 to 4
    bool well_formed = false;
};

/// The sequence at `at`, which must be less than text.size().
Utf8Step utf8_step(std::string_view text, std::size_t at);

}  // namespace migration_guard
