// Finds the places of a log that may belong to a Prisma error, at the speed of memory.
//
// Not the judgement on them (tracker.hpp): a place is only worth a look. Keeps true: no place where an error's code or
// a fixed sentence stands is passed over, as long as that code or sentence is inside the text: every one of
// fixed_texts() (sentence.hpp) holds one of its words, which the tests of the sentences ask for each.
#pragma once

#include <cstddef>
#include <string_view>

namespace migration_guard::applog {

/// The text must be followed by this many readable bytes.
constexpr std::size_t prefilter_padding = 32;

/// Offset of the first place at or after `from` that is worth a look, text.size() when there is none.
std::size_t next_place(std::string_view text, std::size_t from);

}  // namespace migration_guard::applog
