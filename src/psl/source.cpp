#include "psl/source.hpp"

#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>

namespace migration_guard::psl {

namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::size_t excerpt_width = 100;  // characters: a generated file may have a line of megabytes

/// Nearly every schema is, and to see that is ten times cheaper than to decode it.
bool is_ascii(std::string_view text) {
    unsigned char bits = 0;
    for (const char c : text) {
        bits |= static_cast<unsigned char>(c);
    }
    return bits < 0x80;
}

std::size_t characters(std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = 0; at < text.size(); at += utf8_step(text, at).length) {
        ++count;
    }
    return count;
}

std::size_t bytes_of(std::string_view text, std::size_t character_count) {
    std::size_t at = 0;
    for (; at < text.size() && character_count > 0; --character_count) {
        at += utf8_step(text, at).length;
    }
    return at;
}

/// The part of `line` around `column` (from 1), and a caret under that column.
std::string excerpt_of(std::string_view line, std::size_t column) {
    const std::size_t skipped = column > excerpt_width ? column - excerpt_width / 2 : 0;
    line.remove_prefix(bytes_of(line, skipped));
    line = line.substr(0, bytes_of(line, excerpt_width));
    // A tab would shift the caret; other control characters have no business on a terminal.
    std::string shown(line);
    std::replace_if(
        shown.begin(), shown.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, ' ');
    return shown + "\n" + std::string(column - skipped - 1, ' ') + "^";
}

}  // namespace

Source::Source(const PslFile& file) : file_(&file), text_(file.text) {
    if (!is_ascii(text_) && !is_utf8(text_)) {
        repaired_ = replace_invalid_utf8(text_);
        text_ = repaired_;
    }
    if (text_.substr(0, byte_order_mark.size()) == byte_order_mark) {
        text_.remove_prefix(byte_order_mark.size());
    }
}

std::size_t Source::offset_of(std::string_view part) const {
    return static_cast<std::size_t>(part.data() - text_.data());
}

const std::vector<std::size_t>& Source::line_starts() const {
    if (line_starts_.empty()) {
        line_starts_.push_back(0);
        for (std::size_t i = 0; i < text_.size(); ++i) {
            const bool crlf = text_[i] == '\r' && i + 1 < text_.size() && text_[i + 1] == '\n';
            if (text_[i] == '\n' || (text_[i] == '\r' && !crlf)) {
                line_starts_.push_back(i + 1);
            }
        }
    }
    return line_starts_;
}

std::size_t Source::line_of(std::size_t offset) const {
    const auto& starts = line_starts();
    return static_cast<std::size_t>(std::upper_bound(starts.begin(), starts.end(), offset) - starts.begin());
}

PslError Source::error(std::size_t offset, const std::string& message) const {
    const std::size_t number = line_of(offset);
    std::string_view line = text_.substr(line_starts()[number - 1]);
    const std::size_t column = characters(line.substr(0, offset - line_starts()[number - 1])) + 1;
    line = line.substr(0, line.find_first_of("\r\n"));
    return {path(), number, column, message, excerpt_of(line, column)};
}

}  // namespace migration_guard::psl
