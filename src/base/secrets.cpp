#include "base/secrets.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace migration_guard {
namespace {

constexpr std::string_view mask_text = "***";
constexpr std::size_t shortest_masked = 3;
constexpr std::size_t shortest_masked_inside_words = 8;

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// What ends a URL in running text.
bool ends_url(char c) {
    constexpr std::string_view enders = "\"'`<>";
    return static_cast<unsigned char>(c) <= 0x20 || c == '\x7F' || enders.find(c) != std::string_view::npos;
}

enum class HexCase { upper, lower };

/// RFC 3986: everything but the unreserved characters, as encodeURIComponent and most generators of URLs do.
std::string percent_encoded(std::string_view text, HexCase hex) {
    const std::string_view digits = hex == HexCase::upper ? "0123456789ABCDEF" : "0123456789abcdef";
    std::string out;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (is_word(c) || c == '-' || c == '.' || c == '~') {
            out += c;
        } else {
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0xFU];
        }
    }
    return out;
}

std::string json_escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

/// Where the '@' after the userinfo of the URL at `at` stands, npos when it has none: the last one, since passwords
/// hold unescaped ones. A PostgreSQL URL is followed over blanks and quotes to the end of its line for the same reason.
std::size_t end_of_userinfo(std::string_view text, std::size_t at, bool postgres) {
    const auto* const begin = text.begin() + static_cast<std::ptrdiff_t>(at);
    const auto length = static_cast<std::size_t>(std::find_if(begin, text.end(), ends_url) - begin);
    const std::size_t in_token = text.substr(at, length).rfind('@');
    if (in_token != std::string_view::npos) return at + in_token;
    if (!postgres) return std::string_view::npos;
    const std::size_t in_line = text.substr(at, text.find('\n', at) - at).find('@');
    return in_line == std::string_view::npos ? in_line : at + in_line;
}

/// Masks the userinfo of the URL whose authority begins at `at` and appends it up to the '@'. Returns where the rest
/// begins; `at` when there is none. A user without a password (a token, for all we know) is masked but for PostgreSQL.
std::size_t append_userinfo(std::string& out, std::string_view text, std::size_t at, bool postgres) {
    const std::size_t end = end_of_userinfo(text, at, postgres);
    if (end == std::string_view::npos) return at;
    const std::string_view userinfo = text.substr(at, end - at);
    const std::size_t colon = userinfo.find(':');
    if (colon != std::string_view::npos) {
        out.append(userinfo.substr(0, colon + 1)).append(mask_text);
    } else {
        out.append(postgres ? userinfo : mask_text);
    }
    return end;
}

std::string mask_userinfo(std::string_view text) {
    constexpr std::string_view mark = "://";
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (true) {
        const std::size_t found = text.find(mark, at);
        if (found == std::string_view::npos) return out.append(text.substr(at));
        const std::size_t authority = found + mark.size();
        out.append(text.substr(at, authority - at));
        const std::string_view scheme = text.substr(0, found);
        const bool postgres = scheme.ends_with("postgres") || scheme.ends_with("postgresql");
        at = append_userinfo(out, text, authority, postgres);
    }
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b,
                              [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

/// Where the value that begins at `at` ends; a quoted one as libpq quotes it.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    if (at < text.size() && text[at] == '\'') {
        const std::size_t closing = text.find('\'', at + 1);
        return closing == std::string_view::npos ? text.size() : closing + 1;
    }
    while (at < text.size() && !ends_url(text[at]) && text[at] != '&') ++at;
    return at;
}

bool names_secret(std::string_view before_equals) {
    constexpr std::array<std::string_view, 5> names{"password", "sslpassword", "api_key", "pgpassword", "passwd"};
    std::size_t begin = before_equals.size();
    while (begin > 0 && is_word(before_equals[begin - 1])) --begin;
    const std::string_view word = before_equals.substr(begin);
    return std::ranges::any_of(names, [&](std::string_view name) { return equal_ignoring_case(word, name); });
}

std::string mask_parameters(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    std::size_t at = 0;
    while (true) {
        const std::size_t equals = text.find('=', at);
        if (equals == std::string_view::npos) return out.append(text.substr(at));
        out.append(text.substr(at, equals + 1 - at));
        const std::size_t end = end_of_value(text, equals + 1);
        const bool masked = end > equals + 1 && names_secret(text.substr(0, equals));
        if (masked) out += mask_text;
        at = masked ? end : equals + 1;
    }
}

/// False when the `length` bytes at `at` are part of a longer word.
bool stands_alone(std::string_view text, std::size_t at, std::size_t length) {
    const std::size_t end = at + length;
    const bool goes_on_before = at > 0 && is_word(text[at - 1]) && is_word(text[at]);
    const bool goes_on_after = end < text.size() && is_word(text[end - 1]) && is_word(text[end]);
    return !goes_on_before && !goes_on_after;
}

void mask_one(std::string& text, const std::string& secret) {
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at)) {
        if (secret.size() >= shortest_masked_inside_words || stands_alone(text, at, secret.size())) {
            text.replace(at, secret.size(), mask_text);
            at += mask_text.size();
        } else {
            ++at;
        }
    }
}

}  // namespace

std::string mask_credentials(std::string_view text) {
    return mask_parameters(mask_userinfo(text));
}

void Secrets::add(std::string_view secret) {
    if (secret.size() < shortest_masked) return;
    for (auto& spelling : {std::string(secret), percent_encoded(secret, HexCase::upper),
                           percent_encoded(secret, HexCase::lower), json_escaped(secret)})
        if (std::ranges::find(spellings_, spelling) == spellings_.end()) spellings_.push_back(spelling);
    std::ranges::stable_sort(spellings_, std::ranges::greater{}, &std::string::size);
}

void Secrets::allow(std::string_view word) {
    allowed_.emplace_back(word);
}

std::string Secrets::mask(std::string_view text) const {
    std::string out = mask_credentials(text);
    for (const auto& spelling : spellings_)
        if (std::ranges::find(allowed_, spelling) == allowed_.end()) mask_one(out, spelling);
    return out;
}

}  // namespace migration_guard
