// The fixed texts of Prisma's errors, and what they tell: code, SQLSTATE, object.
//
// Not the lines around them (tracker.hpp). Keeps true: a text that no release of Prisma 4 to 7 prints is nothing.
// Sources: query-engine's user-facing-errors (to 6), client-engine-runtime's user-facing-error.ts and adapter-pg's
// errors.ts (7), schema-engine's user-facing-errors; checked against what Prisma 7.10 prints.
#pragma once

#include "applog/scan_log.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace migration_guard::applog {

/// What one form of an error looks like: the text, and what must stand behind it on the same line ("": nothing).
struct FixedText {
    std::string_view text;
    std::string_view must_follow;
};

/// All that find_sentence knows. Whoever leaves lines out before it is asked (prefilter.hpp) must leave none of these.
std::span<const FixedText> fixed_texts();

struct Sentence {
    std::string code;
    std::string sqlstate;
    LogGroup::Kind kind = LogGroup::Kind::none;
    std::string object;
    std::string model;
    std::size_t at = 0;  ///< where it stands in the text
};

/// The first fixed text in `text`, which may be a line or several.
std::optional<Sentence> find_sentence(std::string_view text);

/// What PostgreSQL's own message (in English) is about: relation "x" does not exist, and the like.
void read_server_message(std::string_view message, Sentence& sentence);

}  // namespace migration_guard::applog
