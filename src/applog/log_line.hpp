// One line of a log taken apart: which replica wrote it, when, and what.
//
// Not what the text means (sentence.hpp). Keeps true: of a line that has no known prefix the text is all.
#pragma once

#include "applog/log_time.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace migration_guard::applog {

struct LogLine {
    std::string_view source;  ///< "app.1.abc@node" of docker service logs and compose; empty: there is none
    std::optional<Moment> time;
    std::string_view text;  ///< without prefixes, ANSI sequences and the line's end; JSON unescaped
    bool json = false;      ///< `text` is a whole JSON object: all of an event in one line
};

/// Takes lines apart, with one place in memory for all the texts that have to be written anew.
class LineReader {
public:
    /// Reads at most the first 64 KiB of `line`. What comes back points into `line` or into this reader: it is good as
    /// long as the line is, and until the next call.
    LogLine take_apart(std::string_view line);

private:
    std::string unwrapped_;
    std::string text_;
};

/// Only the time, from the prefixes: cheap.
std::optional<Moment> time_of_line(std::string_view line);

}  // namespace migration_guard::applog
