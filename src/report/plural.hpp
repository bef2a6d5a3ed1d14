// "1 model", "2 models": counts as both texts of this folder write them.
//
// Not for nouns with a plural of their own (ledger/wording.cpp has those). Keeps true: 0 takes the plural.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace migration_guard::report {

inline std::string plural(std::size_t count, std::string_view noun) {
    return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace migration_guard::report
