// The text of one *.prisma file, made fit for parsing, and where in it something stands.
//
// Not the parser. Keeps true: `text` is valid UTF-8 and lives as long as the Source does; lines end with LF, CRLF or
// CR, as Prisma ends them.
#pragma once

#include "psl/psl.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::psl {

class Source {
public:
    /// `file` must outlive the Source. Ill-formed UTF-8 is read as Node reads it, as U+FFFD.
    explicit Source(const PslFile& file);
    Source(const Source&) = delete;
    Source& operator=(const Source&) = delete;

    /// A byte order mark is not part of it: Prisma refuses one, and nothing is gained by refusing it too.
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] const std::string& path() const { return file_->path; }

    /// Where `part`, a piece of text(), begins.
    [[nodiscard]] std::size_t offset_of(std::string_view part) const;

    /// The number of the line that holds `offset`, from 1.
    [[nodiscard]] std::size_t line_of(std::size_t offset) const;

    /// An error at `offset`, with the line and a caret under the place.
    [[nodiscard]] PslError error(std::size_t offset, const std::string& message) const;

private:
    [[nodiscard]] const std::vector<std::size_t>& line_starts() const;

    const PslFile* file_;
    std::string repaired_;
    std::string_view text_;
    mutable std::vector<std::size_t> line_starts_;  ///< made when first asked for: most files have nothing to report
};

}  // namespace migration_guard::psl
