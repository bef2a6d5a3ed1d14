// A stream of bytes cut into lines.
//
// Keeps true: no line is longer than the limit, whatever a program writes; one that is comes in pieces, cut between
// UTF-8 characters where there are any.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace migration_guard::system {

class LineReader {
public:
    static constexpr std::size_t longest_line = 8000;

    explicit LineReader(std::function<void(std::string_view)> on_line) : on_line_(std::move(on_line)) {}

    /// Hands on every line that `bytes` completes; \n, \r and \r\n end one. Empty lines are dropped.
    void feed(std::string_view bytes);
    /// What stands without a line end.
    void finish();

private:
    void hand_on(std::string_view line);

    std::function<void(std::string_view)> on_line_;
    std::string rest_;
};

}  // namespace migration_guard::system
