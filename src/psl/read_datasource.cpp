// The tolerant reader: it looks for the datasource block alone and never minds what stands around it.

#include "psl/config_blocks.hpp"
#include "psl/grammar.hpp"
#include "psl/parse_file.hpp"

#include <algorithm>

namespace migration_guard::psl {

namespace {

namespace g = grammar;
namespace pegtl = tao::pegtl;

/// Walks over a text: a comment, a string or a single character is one step. Where a comment does not end, its mark is
/// a character like any other; the search for an end is not made twice.
struct Cursor {
    std::string_view text;
    std::size_t at = 0;
    bool at_start = true;  ///< a block may begin here: nothing but blanks since the line began or a block was closed
    bool comments_end = true;

    void step() {
        if (text.compare(at, 2, "//") == 0) {
            at = std::min(text.find_first_of("\r\n", at), text.size());
        } else if (comments_end && text.compare(at, 2, "/*") == 0) {
            const std::size_t end = text.find("*/", at + 2);
            comments_end = end != std::string_view::npos;
            at = comments_end ? end + 2 : at + 2;
        } else if (text[at] == '"') {
            at = end_of_string();
            at_start = false;
        } else {
            step_over_character();
        }
    }

private:
    void step_over_character() {
        pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf_crlf, const char*> in(
            text.data() + at, text.data() + text.size(), "");
        if (pegtl::parse<g::blank>(in)) {
            at += in.byte();
        } else {
            at_start = text[at] == '\n' || text[at] == '\r' || text[at] == '}';
            ++at;
        }
    }

    [[nodiscard]] std::size_t end_of_string() const {
        std::size_t end = at + 1;
        while (end < text.size() && text[end] != '"' && text[end] != '\n' && text[end] != '\r') {
            end += text[end] == '\\' ? std::size_t{2} : std::size_t{1};
        }
        return std::min(end + 1, text.size());
    }
};

struct Found {
    std::string_view name;
    std::size_t brace = 0;
};

struct header : pegtl::seq<g::datasource_header> {};
template <typename Rule>
struct take : pegtl::nothing<Rule> {};
template <>
struct take<g::block_name> {
    template <typename In>
    static void apply(const In& in, Found& found) {
        found.name = {in.begin(), in.size()};
    }
};

/// `datasource NAME {` at `at`.
std::optional<Found> header_at(std::string_view text, std::size_t at) {
    pegtl::memory_input<pegtl::tracking_mode::lazy, pegtl::eol::lf_crlf, const char*> in(text.data() + at,
                                                                                         text.data() + text.size(), "");
    Found found;
    if (!pegtl::parse<header, take>(in, found)) {
        return std::nullopt;
    }
    found.brace = static_cast<std::size_t>(in.current() - text.data());
    return found;
}

std::optional<Datasource> find_datasource(const Source& source) {
    constexpr std::string_view keyword = "datasource";
    for (Cursor cursor{source.text()}; cursor.at < cursor.text.size(); cursor.step()) {
        if (cursor.at_start && cursor.text.compare(cursor.at, keyword.size(), keyword) == 0) {
            if (const auto found = header_at(cursor.text, cursor.at)) {
                return make_datasource(source, found->name, parse_settings(source, found->brace));
            }
        }
    }
    return std::nullopt;
}

}  // namespace

}  // namespace migration_guard::psl

namespace migration_guard {

std::optional<Datasource> read_datasource(const std::vector<PslFile>& files) {
    for (const PslFile& file : files) {
        if (auto found = psl::find_datasource(psl::Source(file))) {
            return found;
        }
    }
    return std::nullopt;
}

}  // namespace migration_guard
