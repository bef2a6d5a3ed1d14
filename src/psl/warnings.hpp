// What is odd in a schema but no reason to refuse it: one line each, with file and line.
//
// Keeps true: the same oddity is told once, where it stands first, and the list has an end.
#pragma once

#include "psl/source.hpp"

#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace migration_guard::psl {

class Warnings {
public:
    static constexpr std::size_t most = 20;

    /// `part` is the piece of `source` it is about.
    void add(const Source& source, std::string_view part, const std::string& text);

    /// The lines so far; the last one counts those that were left out.
    [[nodiscard]] std::vector<std::string> take();

private:
    std::unordered_set<std::string> told_;
    std::vector<std::string> lines_;
    std::size_t left_out_ = 0;
};

}  // namespace migration_guard::psl
