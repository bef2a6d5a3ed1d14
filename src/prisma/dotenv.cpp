#include "prisma/dotenv.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard::prisma {
namespace {

constexpr int deepest_expansion = 16;
constexpr int most_steps = 1000;
constexpr std::size_t longest_value = 1UL * 1024UL * 1024UL;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\v' || c == '\f';
}
bool is_letter_or_digit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}
bool continues_key(char c) {
    return is_letter_or_digit(c) || c == '.' || c == '-';
}

/// \r\n and \r as \n, as dotenv does first of all.
std::string with_line_feeds(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\r')
            result += text[i];
        else if (i + 1 >= text.size() || text[i + 1] != '\n')
            result += '\n';
    }
    return result;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
    return text;
}

/// dotenv's one regular expression, by hand: its alternatives in its order, without its backtracking costs.
class DotenvReader {
public:
    explicit DotenvReader(std::string_view text) : text_(text) {}

    Environment run() {
        while (at_ < text_.size()) {
            const auto line = at_;
            if (!assignment()) at_ = line;
            at_ = text_.find('\n', at_);
            at_ = at_ == std::string_view::npos ? text_.size() : at_ + 1;
        }
        return std::move(values_);
    }

private:
    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void skip_blanks() {
        while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    }

    std::string_view key() {
        const auto begin = at_;
        while (at_ < text_.size() && continues_key(text_[at_])) ++at_;
        return text_.substr(begin, at_ - begin);
    }

    /// `=` with blanks (line ends too) around it, or `:` and a blank.
    bool separator() {
        if (peek() == ':' && at_ + 1 < text_.size() && is_blank(text_[at_ + 1])) {
            at_ += 2;
            return true;
        }
        skip_blanks();
        if (peek() != '=') return false;
        ++at_;
        return true;
    }

    bool assignment() {
        skip_blanks();
        auto name = key();
        if (name == "export" && at_ < text_.size() && is_blank(text_[at_])) {
            const auto behind = at_;
            skip_blanks();
            const auto exported = key();
            if (!exported.empty() && separator()) return value_of(exported);
            at_ = behind;
        }
        return !name.empty() && separator() && value_of(name);
    }

    bool value_of(std::string_view name) {
        if (!quoted_value(name)) plain_value(name);
        return true;
    }

    void plain_value(std::string_view name) {
        const auto end = std::min(text_.find_first_of("#\n", at_), text_.size());
        set(name, text_.substr(at_, end - at_));
        at_ = end;
    }

    /// True when a closing quote is followed by nothing but a comment. A quote behind a backslash closes only when no
    /// later one does, which is what the expression's backtracking comes to.
    bool quoted_value(std::string_view name) {
        auto open = at_;
        while (open < text_.size() && is_blank(text_[open])) ++open;
        if (open == text_.size() || std::string_view("'\"`").find(text_[open]) == std::string_view::npos) return false;
        std::vector<std::size_t> closings;
        for (auto i = open + 1; i < text_.size(); ++i) {
            if (text_[i] != text_[open]) continue;
            closings.push_back(i);
            if (text_[i - 1] != '\\' || i == open + 1) break;
        }
        std::ranges::reverse(closings);
        const auto closing =
            std::ranges::find_if(closings, [this](std::size_t at) { return end_of_line_behind(at + 1).has_value(); });
        if (closing == closings.end()) return false;
        set(name, text_.substr(open, *closing + 1 - open));
        at_ = *end_of_line_behind(*closing + 1);
        return true;
    }

    /// Where the line ends when only blanks and a comment stand from `from` on.
    [[nodiscard]] std::optional<std::size_t> end_of_line_behind(std::size_t from) const {
        while (from < text_.size() && is_blank(text_[from]) && text_[from] != '\n') ++from;
        if (from == text_.size() || text_[from] == '\n') return from;
        if (text_[from] != '#') return std::nullopt;
        return std::min(text_.find('\n', from), text_.size());
    }

    void set(std::string_view name, std::string_view raw) {
        raw = trimmed(raw);
        const char first = raw.empty() ? '\0' : raw.front();
        const bool quote = first == '\'' || first == '"' || first == '`';
        if (quote && raw.size() > 1 && raw.back() == first) raw = raw.substr(1, raw.size() - 2);
        values_[std::string(name)] = first == '"' ? with_escapes(raw) : std::string(raw);
    }

    static std::string with_escapes(std::string_view raw) {
        std::string value;
        for (std::size_t i = 0; i < raw.size(); ++i) {
            const bool escape = raw[i] == '\\' && i + 1 < raw.size() && (raw[i + 1] == 'n' || raw[i + 1] == 'r');
            value += !escape ? raw[i] : raw[++i] == 'n' ? '\n' : '\r';
        }
        return value;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    Environment values_;
};

/// One `${NAME}` in a value, with the character before it when that is a backslash.
struct Reference {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string name;
    bool escaped = false;
};

std::optional<Reference> next_reference(const std::string& value, std::size_t from) {
    for (auto at = value.find("${", from); at != std::string::npos; at = value.find("${", at + 1)) {
        auto end = at + 2;
        while (end < value.size() && is_letter_or_digit(value[end])) ++end;
        if (end == value.size() || value[end] != '}') continue;
        const bool escaped = at > from && value[at - 1] == '\\';
        return Reference{escaped ? at - 1 : at, end + 1, value.substr(at + 2, end - at - 2), escaped};
    }
    return std::nullopt;
}

class Expansion {
public:
    Expansion(const Environment& parsed, const Environment& environment) : parsed_(parsed), environment_(environment) {}

    std::string of(const std::string& value, int depth = 0) {
        if (depth > deepest_expansion) return value;
        std::string result;
        std::size_t done = 0;
        while (const auto reference = next_reference(value, done)) {
            if (++steps_ > most_steps || result.size() > longest_value) return value;
            result.append(value, done, reference->begin - done);
            done = reference->end;
            if (reference->escaped)
                result.append(value, reference->begin + 1, done - reference->begin - 1);
            else
                result += of(value_of(reference->name), depth + 1);
        }
        return result.append(value, done);
    }

private:
    [[nodiscard]] std::string value_of(const std::string& name) const {
        const auto& source = environment_.contains(name) ? environment_ : parsed_;
        const auto found = source.find(name);
        return found == source.end() ? std::string{} : found->second;
    }

    const Environment& parsed_;
    const Environment& environment_;
    int steps_ = 0;  ///< a file of nothing but references to references would never end
};

}  // namespace

Environment parse_dotenv(std::string_view text) {
    if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
    const auto lines = with_line_feeds(text);
    return DotenvReader(lines).run();
}

Environment expand_dotenv(const Environment& parsed, const Environment& environment) {
    Environment result;
    for (const auto& [name, value] : parsed) {
        const auto given = environment.find(name);
        result[name] = Expansion(parsed, environment).of(given == environment.end() ? value : given->second);
    }
    return result;
}

}  // namespace migration_guard::prisma
