// Text of other people (servers, scripts, the Prisma CLI) made fit for one line of a log.
//
// Not a formatter: fmt does that. Keeps true: what comes out is valid UTF-8 without control characters,
// since one invalid byte blanks CapRover's whole log panel.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace migration_guard {

/// Invalid UTF-8 becomes U+FFFD, ANSI sequences and NUL vanish, other control characters (newline included) become
/// blanks, and blanks at the end are cut (server messages end in a newline); at most `limit` bytes, cut on a character
/// boundary and marked with "…".
std::string one_line(std::string_view text, std::size_t limit = 4096);

/// Valid UTF-8 with newlines and tabs kept (\r\n as \n): invalid bytes become U+FFFD, ANSI sequences and NUL vanish,
/// other control characters become blanks.
std::string clean(std::string_view text);

/// True when `text` is well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
bool is_utf8(std::string_view text);

/// Every ill-formed byte sequence replaced by U+FFFD, as the WHATWG decoder (and so Node) replaces it.
std::string replace_invalid_utf8(std::string_view text);

/// What `\n`, `\t` and `\r` stand for in JSON, JavaScript and E'' strings, given the character behind the backslash;
/// any other stands for itself.
char escape_stands_for(char c);

/// Items joined by ", ", at most `most` of them, then "and n more".
std::string join(const std::vector<std::string>& items, std::size_t most = 10);

/// The candidate nearest to `word` (edit distance at most a third of its length; letter case is no difference, a swap
/// of neighbours is one edit), or "" when none is near. The first of equals.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace migration_guard
