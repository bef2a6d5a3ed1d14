#include "applog/log_line.hpp"

#include "applog/log_time.hpp"
#include "base/text.hpp"
#include "base/utf8.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace migration_guard::applog {
namespace {

constexpr std::size_t longest_line = 65'536;
constexpr std::size_t longest_source = 160;

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

void skip_blanks(std::string_view& text) {
    while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
}

/// The stream header of Docker's own format (8 bytes: stream, three zeros, length), where nobody has removed it.
void skip_stream_header(std::string_view& text) {
    constexpr std::size_t header = 8;
    if (text.size() >= header && static_cast<unsigned char>(text[0]) <= 2 &&
        text.substr(1, 3) == std::string_view("\0\0\0", 3))
        text.remove_prefix(header);
}

/// `app.1.x7k2@node    | text`, `web-1  | text`: one word, blanks, a bar and a blank.
bool take_source(std::string_view& text, std::string_view& source) {
    if (text.substr(0, 4 * longest_source).find('|') == std::string_view::npos) return false;  // so are most
    std::size_t word = 0;
    while (word < text.size() && text[word] != ' ' && text[word] != '|' && word <= longest_source) ++word;
    if (word == 0 || word > longest_source) return false;
    const std::size_t bar = text.find_first_not_of(' ', word);
    if (bar == std::string_view::npos || text[bar] != '|') return false;
    const bool ends = bar + 1 == text.size();
    if (!ends && text[bar + 1] != ' ') return false;
    source = text.substr(0, word);
    text.remove_prefix(std::min(bar + 2, text.size()));
    return true;
}

/// kubectl logs --prefix: `[pod/shop-abc/app] text`.
bool take_pod(std::string_view& text, std::string_view& source) {
    if (!text.starts_with("[pod/")) return false;
    const std::size_t end = text.substr(0, longest_source).find_first_of("] ");
    if (end == std::string_view::npos || text[end] != ']') return false;
    source = text.substr(1, end - 1);
    text.remove_prefix(end + 1);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return true;
}

/// `Nov 03 09:14:05 ` of syslog: no year, so that it is no time here, and only gone when a process follows it.
std::size_t length_of_syslog_time(std::string_view text) {
    constexpr std::string_view shape = "Aaa 00 00:00:00 ";
    if (text.size() < shape.size() || text.front() < 'A' || text.front() > 'Z') return 0;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const char c = text[i];
        const bool digit = (c >= '0' && c <= '9') || (i == 4 && c == ' ');
        const bool letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        const bool fits = shape[i] == '0' ? digit : shape[i] == ' ' || shape[i] == ':' ? c == shape[i] : letter;
        if (!fits) return 0;
    }
    return shape.size();
}

/// `host app[123]: text` of journalctl and syslog, behind their time.
bool take_process(std::string_view& text, std::string_view& source) {
    const auto is_name = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' ||
               c == '.' || c == '/' || c == '@';
    };
    std::size_t at = 0;
    const auto skip = [&](auto belongs) {
        const std::size_t from = at;
        while (at < text.size() && at < longest_source && belongs(text[at])) ++at;
        return at > from;
    };
    const auto accept = [&](char c) {
        const bool there = at < text.size() && text[at] == c;
        if (there) ++at;
        return there;
    };
    const bool process = skip(is_name) && accept(' ') && skip(is_name) && accept('[') &&
                         skip([](char c) { return c >= '0' && c <= '9'; }) && accept(']') && accept(':');
    if (!process) return false;
    source = text.substr(0, at - 1);
    text.remove_prefix(at);
    if (text.starts_with(' ')) text.remove_prefix(1);
    return true;
}

void take_syslog_prefix(std::string_view& text, std::string_view& source, bool has_time) {
    if (text.empty() || is_blank(text.front())) return;
    // Nearly every line is spared the rest: a process ends with a bracket, and soon.
    if (text.substr(0, 2 * longest_source).find(']') == std::string_view::npos) return;
    const std::size_t time = has_time ? 0 : length_of_syslog_time(text);
    if (time == 0 && !has_time) return;
    std::string_view rest = text.substr(time);
    if (take_process(rest, source)) text = rest;
}

/// logfmt: `time=2025-11-10T03:51:27Z level=error msg="..."`, also `ts=` and in quotes. The text stays as it is.
std::optional<Moment> time_in_logfmt(std::string_view text) {
    for (const std::string_view name : {"time=", "ts="}) {
        if (!text.starts_with(name)) continue;
        text.remove_prefix(name.size());
        if (text.starts_with('"')) text.remove_prefix(1);
        if (const auto read = read_time(text)) return read->time;
    }
    return std::nullopt;
}

/// A timestamp at the front, in brackets or not. After it only one blank goes: what is indented stays so.
bool take_time(std::string_view& text, std::optional<Moment>& time) {
    const bool bracket = text.starts_with('[');
    const auto read = read_time(text.substr(bracket ? 1 : 0));
    if (!read) return false;
    text.remove_prefix(read->length + (bracket ? 1 : 0));
    if (bracket && text.starts_with(']')) text.remove_prefix(1);
    if (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
    time = read->time;
    return true;
}

/// `[Nest] 18  - 11/10/2025, 3:51:27 AM     ERROR [ExceptionsHandler] `
void take_nest_prefix(std::string_view& text, std::optional<Moment>& time) {
    constexpr std::string_view mark = "[Nest] ";
    if (!text.starts_with(mark)) return;
    const std::size_t dash = text.find(" - ");
    if (dash > 40) return;
    std::string_view rest = text.substr(dash + 3);
    skip_blanks(rest);
    if (take_time(rest, time)) text = rest;
}

struct Prefixes {
    std::string_view source;
    std::optional<Moment> time;
};

Prefixes take_prefixes(std::string_view& text) {
    Prefixes out;
    skip_stream_header(text);
    for (int round = 0; round < 3; ++round) {
        const bool source = out.source.empty() && (take_pod(text, out.source) || take_source(text, out.source));
        if (!source && !take_time(text, out.time)) break;
    }
    if (out.source.empty()) take_syslog_prefix(text, out.source, out.time.has_value());
    if (!out.time) out.time = time_in_logfmt(text);
    take_nest_prefix(text, out.time);
    return out;
}

/// JSON's escapes undone in the whole text; of \uXXXX only those of ASCII, which is what errors are written in.
std::string unescape(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::size_t escape = std::min(text.find('\\', i), text.size());
        out += text.substr(i, escape - i);
        i = escape;
        if (i + 1 >= text.size()) {
            out += text.substr(i);
            return out;
        }
        if (text[i + 1] == 'u' && i + 5 < text.size()) {
            unsigned code = 0;
            std::from_chars(&text[i + 2], &text[i + 2] + 4, code, 16);
            if (code < 0x80) out += static_cast<char>(code);
            i += 5;
        } else {
            out += escape_stands_for(text[++i]);
        }
    }
    return out;
}

bool looks_like_json(std::string_view text) {
    skip_blanks(text);
    return text.starts_with("{\"");
}

/// What follows `"name":` in JSON, blanks skipped.
std::optional<std::string_view> value_of(std::string_view json, std::string_view name) {
    std::string wanted;
    wanted.append(1, '"').append(name).append(1, '"');
    for (std::size_t at = json.find(wanted); at != std::string_view::npos; at = json.find(wanted, at + 1)) {
        std::string_view rest = json.substr(at + wanted.size());
        skip_blanks(rest);
        if (!rest.starts_with(':')) continue;
        rest.remove_prefix(1);
        skip_blanks(rest);
        return rest;
    }
    return std::nullopt;
}

std::optional<Moment> time_in_json(std::string_view json) {
    constexpr std::array<std::string_view, 5> names{"time", "timestamp", "@timestamp", "ts", "datetime"};
    for (const auto name : names) {
        const auto value = value_of(json, name);
        if (!value || value->empty()) continue;
        if (value->front() == '"') {
            if (auto read = read_time(value->substr(1))) return read->time;
        } else if (auto time = time_of_epoch(std::strtod(std::string(value->substr(0, 32)).c_str(), nullptr))) {
            return time;
        }
    }
    return std::nullopt;
}

/// Docker's json-file driver: {"log":"text\n","stream":"stderr","time":"..."}. The text is a line like any other.
std::optional<std::string> unwrapped(std::string_view json, std::optional<Moment>& time) {
    constexpr std::string_view mark = R"({"log":")";
    constexpr std::string_view end = R"(","stream":")";
    if (!json.starts_with(mark)) return std::nullopt;
    const std::size_t closing = json.rfind(end);
    if (closing == std::string_view::npos) return std::nullopt;
    if (auto written = time_in_json(json.substr(closing))) time = written;
    std::string text = unescape(json.substr(mark.size(), closing - mark.size()));
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

/// Past the printable ASCII at `at`: eight bytes at a time, then one by one.
std::size_t skip_printable(std::string_view text, std::size_t at) {
    constexpr std::uint64_t each = 0x0101'0101'0101'0101U;
    constexpr std::uint64_t tops = each << 7U;
    // Exact for bytes without their top bit, and those with it stop the skipping anyway.
    const auto any_below = [](std::uint64_t bytes, char limit) {
        return (bytes - each * static_cast<std::uint64_t>(limit)) & ~bytes & tops;
    };
    for (std::uint64_t bytes = 0; at + sizeof bytes <= text.size(); at += sizeof bytes) {
        std::memcpy(&bytes, text.data() + at, sizeof bytes);
        if (((bytes & tops) | any_below(bytes, ' ') | any_below(bytes ^ (each * 0x7F), 1)) != 0) break;
    }
    while (at < text.size() && text[at] >= ' ' && text[at] <= '~') ++at;
    return at;
}

/// Well-formed and nothing to be removed, as nearly all lines are: clean() would leave it as it is.
bool is_clean(std::string_view text) {
    constexpr char32_t after_c1_controls = 0xA0;
    for (std::size_t at = skip_printable(text, 0); at < text.size(); at = skip_printable(text, at)) {
        const Utf8Step step = utf8_step(text, at);
        const bool kept = step.code_point == '\t' || step.code_point == '\n' || step.code_point >= after_c1_controls;
        if (!step.well_formed || !kept) return false;
        at += step.length;
    }
    return true;
}

std::string_view bounded(std::string_view line) {
    line = line.substr(0, longest_line);
    while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
    return line;
}

}  // namespace

LogLine LineReader::take_apart(std::string_view line) {
    std::string_view text = bounded(line);
    Prefixes prefixes = take_prefixes(text);
    if (auto wrapped = unwrapped(text, prefixes.time)) {
        unwrapped_ = std::move(*wrapped);
        text = unwrapped_;
        const Prefixes within = take_prefixes(text);
        if (!prefixes.time) prefixes.time = within.time;
    }
    LogLine out{.source = prefixes.source, .time = prefixes.time, .text = text, .json = looks_like_json(text)};
    if (out.json) {
        if (const auto time = time_in_json(text)) out.time = time;
        text_ = unescape(text);
        if (!is_clean(text_)) text_ = clean(text_);
        out.text = text_;
    } else if (!is_clean(text)) {
        text_ = clean(text);
        out.text = text_;
        // Colours may come before the prefix of a logger.
        if (text.find('\x1B') == std::string_view::npos) return out;
        const Prefixes within = take_prefixes(out.text);
        if (!out.time) out.time = within.time;
    }
    return out;
}

std::optional<Moment> time_of_line(std::string_view line) {
    std::string_view text = line.substr(0, 512);
    return take_prefixes(text).time;
}

}  // namespace migration_guard::applog
