#include "base/text.hpp"

#include "base/utf8.hpp"

#include <algorithm>
#include <cctype>
#include <numeric>

namespace migration_guard {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";
constexpr char escape = '\x1B';

bool in_range(char c, char low, char high) {
    return c >= low && c <= high;
}

std::size_t skip_range(std::string_view text, std::size_t at, char low, char high) {
    while (at < text.size() && in_range(text[at], low, high)) ++at;
    return at;
}

/// ECMA-48 5.4: parameter bytes 0x30-0x3F, intermediate bytes 0x20-0x2F, one final byte 0x40-0x7E.
std::size_t after_control_sequence(std::string_view text, std::size_t at) {
    at = skip_range(text, at, '\x30', '\x3F');
    at = skip_range(text, at, '\x20', '\x2F');
    return at < text.size() && in_range(text[at], '\x40', '\x7E') ? at + 1 : at;
}

/// OSC and its kin run to BEL or ESC \. One that is not closed on its line swallows no more than its opening.
std::size_t after_control_string(std::string_view text, std::size_t at) {
    for (std::size_t i = at; i < text.size() && text[i] != '\n'; ++i) {
        if (text[i] == '\a') return i + 1;
        if (text[i] == escape) return i + 1 < text.size() && text[i + 1] == '\\' ? i + 2 : at;
    }
    return at;
}

/// Where the escape sequence that begins at `at` (an ESC) ends.
std::size_t after_escape(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size()) return at + 1;
    switch (text[at + 1]) {
        case '[':
            return after_control_sequence(text, at + 2);
        case ']':
        case 'P':
        case 'X':
        case '^':
        case '_':
            return after_control_string(text, at + 2);
        default:
            break;
    }
    const auto last = skip_range(text, at + 1, '\x20', '\x2F');
    return last < text.size() && in_range(text[last], '\x30', '\x7E') ? last + 1 : last;
}

bool is_control(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

/// LINE SEPARATOR and PARAGRAPH SEPARATOR: some viewers break a line at them.
bool breaks_line(char32_t c) {
    return c == '\n' || c == 0x2028 || c == 0x2029;
}

enum class Lines { kept, joined };

void append_sanitized(std::string& out, std::string_view sequence, const Utf8Step& step, Lines lines) {
    const bool kept = lines == Lines::kept && (step.code_point == '\n' || step.code_point == '\t');
    if (!step.well_formed) {
        out += replacement;
    } else if (kept || (!is_control(step.code_point) && (lines == Lines::kept || !breaks_line(step.code_point)))) {
        out += sequence;
    } else {
        out += ' ';
    }
}

std::string sanitized(std::string_view text, Lines lines) {
    constexpr char32_t c1_control_sequence = 0x9B;
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t others = skip_range(text, at, ' ', '~');
        out += text.substr(at, others - at);
        at = others;
        if (at == text.size()) break;
        const Utf8Step step = utf8_step(text, at);
        const std::size_t next = at + step.length;
        if (step.code_point == static_cast<char32_t>(escape)) {
            at = after_escape(text, at);
        } else if (step.code_point == c1_control_sequence) {
            at = after_control_sequence(text, next);
        } else {
            const bool vanishes = step.code_point == 0 || (step.code_point == '\r' && text.substr(next, 1) == "\n");
            if (!vanishes) append_sanitized(out, text.substr(at, step.length), step, lines);
            at = next;
        }
    }
    return out;
}

void cut(std::string& text, std::size_t limit) {
    if (text.size() <= limit) return;
    std::size_t end = limit < ellipsis.size() ? 0 : limit - ellipsis.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
    if (limit >= ellipsis.size()) text += ellipsis;
}

std::string lower(std::string_view text) {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return out;
}

/// Optimal string alignment: Levenshtein's distance with a swap of neighbours as one edit.
std::size_t distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::iota(last.begin(), last.end(), 0U);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
        before_last.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_step(text, at);
        if (!step.well_formed) return false;
        at += step.length;
    }
    return true;
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const Utf8Step step = utf8_step(text, at);
        out += step.well_formed ? text.substr(at, step.length) : replacement;
        at += step.length;
    }
    return out;
}

std::string clean(std::string_view text) {
    return sanitized(text, Lines::kept);
}

std::string one_line(std::string_view text, std::size_t limit) {
    std::string out = sanitized(text, Lines::joined);
    out.erase(out.find_last_not_of(' ') + 1);
    cut(out, limit);
    return out;
}

char escape_stands_for(char c) {
    switch (c) {
        case 'n':
            return '\n';
        case 't':
            return '\t';
        case 'r':
            return '\r';
        default:
            return c;
    }
}

std::string join(const std::vector<std::string>& items, std::size_t most) {
    std::string out;
    const std::size_t shown = std::min(most, items.size());
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) out += ", ";
        out += items[i];
    }
    if (shown == items.size()) return out;
    if (shown > 0) out += " and ";
    return out + std::to_string(items.size() - shown) + " more";
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t longest = 128;
    if (word.empty() || word.size() > longest) return "";
    const std::string wanted = lower(word);
    std::string best;
    std::size_t least = word.size() / 3 + 1;
    for (const auto& candidate : candidates) {
        if (candidate.size() > longest) continue;
        const std::size_t edits = distance(wanted, lower(candidate));
        if (edits < least) {
            least = edits;
            best = candidate;
        }
    }
    return best;
}

}  // namespace migration_guard
