// One line of a log taken apart: which replica wrote it, when, and what.
//
// Not what the text means (sentence.hpp). Keeps true: of a line that has no known prefix the text is all.
#pragma once

#include "applog/scan_log.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::applog {

struct LogLine {
    std::string source;  ///< "app.1.abc@node" of docker service logs and compose; empty: there is none
    std::optional<LogTime> time;
    std::string text;   ///< without prefixes, ANSI sequences and the line's end; JSON unescaped
    bool json = false;  ///< `text` is a whole JSON object: all of an event in one line
};

/// Reads at most the first 64 KiB of `line`.
LogLine take_apart(std::string_view line);

/// Only the time, from the prefixes: cheap.
std::optional<LogTime> time_of_line(std::string_view line);

}  // namespace migration_guard::applog
