#include "system/line_reader.hpp"

namespace migration_guard::system {
namespace {

bool continues_character(char c) {
    return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
}

/// Where to cut a line that is too long: before the character that crosses the limit.
std::size_t cut_of(std::string_view line) {
    auto at = LineReader::longest_line;
    for (int back = 0; back < 4 && at > 0 && continues_character(line[at]); ++back) --at;
    return continues_character(line[at]) ? LineReader::longest_line : at;
}

}  // namespace

void LineReader::feed(std::string_view bytes) {
    rest_.append(bytes);
    std::string_view rest = rest_;
    for (;;) {
        const auto end = rest.find_first_of("\r\n");
        if (end == std::string_view::npos) break;
        hand_on(rest.substr(0, end));
        rest.remove_prefix(end + 1);
    }
    while (rest.size() > longest_line) {
        const auto cut = cut_of(rest);
        on_line_(rest.substr(0, cut));
        rest.remove_prefix(cut);
    }
    rest_.erase(0, rest_.size() - rest.size());
}

void LineReader::finish() {
    hand_on(rest_);
    rest_.clear();
}

void LineReader::hand_on(std::string_view line) {
    while (line.size() > longest_line) {
        const auto cut = cut_of(line);
        on_line_(line.substr(0, cut));
        line.remove_prefix(cut);
    }
    if (!line.empty()) on_line_(line);
}

}  // namespace migration_guard::system
