#include "log/line.hpp"

#include "base/text.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>

namespace migration_guard::log {
namespace {

constexpr std::size_t longest_value = 6144;
constexpr std::size_t shortest_cut = 32;

std::string_view word(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::warn:
            return "warn";
        case Level::error:
            return "error";
        case Level::info:
            break;
    }
    return "info";
}

double seconds(Duration elapsed) {
    return std::chrono::duration<double>(elapsed).count();
}

bool needs_quotes(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == '"' || c == '=' || c == '\\';
}

std::string quoted(const std::string& value) {
    std::string out = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + '"';
}

std::string pair_text(const std::string& key, const std::string& value) {
    const bool quotes = value.empty() || std::ranges::any_of(value, needs_quotes);
    return fmt::format(" {}={}", key, quotes ? quoted(value) : value);
}

/// The line with every text and value cut to `most` bytes.
Line cut(const Line& line, std::size_t most) {
    Line out = line;
    out.text = one_line(line.text, most);
    for (auto& field : out.fields) field.value = one_line(field.value, most);
    return out;
}

/// Tries with ever shorter values, in the end with fewer fields: a line that says less is better than none.
std::string fitted(const Line& line, const std::function<std::string(const Line&)>& write) {
    std::string out;
    for (std::size_t most = longest_value; most >= shortest_cut; most /= 2) {
        out = write(cut(line, most));
        if (out.size() <= longest_line) return out;
    }
    Line shorter = cut(line, shortest_cut);
    while (out.size() > longest_line && !shorter.fields.empty()) {
        shorter.fields.resize(shorter.fields.size() / 2);
        out = write(shorter);
    }
    return out;
}

std::string write_text(const Line& line) {
    std::string out =
        fmt::format("migration-guard phase={} t={:.3f}s", one_line(line.phase, 64), seconds(line.elapsed));
    if (line.level != Level::info) out += fmt::format(" level={}", word(line.level));
    if (!line.text.empty()) out += pair_text("msg", line.text);
    for (const auto& [key, value] : line.fields)
        if (!value.empty()) out += pair_text(key, value);
    return out + '\n';
}

std::string write_json(const Line& line) {
    nlohmann::ordered_json object{{"program", "migration-guard"}};
    object["t"] = seconds(line.elapsed);
    object["level"] = word(line.level);
    object["phase"] = one_line(line.phase, 64);
    if (!line.text.empty()) object["msg"] = line.text;
    for (const auto& [key, value] : line.fields)
        if (!value.empty()) object[object.contains(key) ? key + "_" : key] = value;
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string text_line(const Line& line) {
    return fitted(line, write_text);
}

std::string json_line(const Line& line) {
    return fitted(line, write_json);
}

}  // namespace migration_guard::log
