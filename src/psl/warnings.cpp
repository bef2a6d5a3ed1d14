#include "psl/warnings.hpp"

namespace migration_guard::psl {

void Warnings::add(const Source& source, std::string_view part, const std::string& text) {
    if (!told_.insert(text).second) {
        return;
    }
    if (lines_.size() >= most) {
        ++left_out_;
        return;
    }
    const std::size_t line = source.line_of(source.offset_of(part));
    lines_.push_back(source.path() + ":" + std::to_string(line) + ": " + text);
}

std::vector<std::string> Warnings::take() {
    if (left_out_ > 0) {
        lines_.push_back("and " + std::to_string(left_out_) + " more of this kind");
    }
    return std::move(lines_);
}

}  // namespace migration_guard::psl
