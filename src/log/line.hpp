// One event as one line of text or JSON.
//
// Not the writing of it (output.hpp) and not the masking of secrets (journal.cpp masks before anything is cut here).
// Keeps true: a line is valid UTF-8 without control characters, at most longest_line bytes with its newline, and JSON
// stays JSON however much had to be cut.
#pragma once

#include "base/settings.hpp"
#include "base/time.hpp"
#include "guard/ports.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace migration_guard::log {

/// Docker splits at 16 KiB, and CapRover's panel fails on a character that is split.
inline constexpr std::size_t longest_line = 8192;

struct Line {
    Level level = Level::info;
    Duration elapsed{};  ///< since the start of the process
    std::string phase{};
    std::string text{};  ///< a sentence, or empty
    std::vector<Field> fields{};
};

/// `migration-guard phase=wait t=0.412s level=warn msg="…" key=value`, a newline at the end. The level is left out at
/// info, empty fields always. Values are quoted when they hold blanks, quotes or an equals sign.
std::string text_line(const Line& line);

/// `{"program":"migration-guard","t":0.412,"level":"warn","phase":"wait","msg":"…","key":"value"}` and a newline.
/// A field whose name is taken gets an underscore behind it.
std::string json_line(const Line& line);

}  // namespace migration_guard::log
