#include "postgres/prisma_error_text.hpp"

#include "base/utf8.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <deque>

namespace migration_guard::postgres {
namespace {

/// Rust's {:?} of a string: quoted, with its escapes.
std::string debug(std::string_view text) {
    std::string quoted = "\"";
    for (std::size_t i = 0; i < text.size();) {
        const auto step = utf8_step(text, i);
        const auto part = text.substr(i, step.length);
        i += step.length;
        if (part == "\"" || part == "\\") {
            quoted += '\\';
            quoted += part;
        } else if (part == "\n") {
            quoted += "\\n";
        } else if (part == "\r") {
            quoted += "\\r";
        } else if (part == "\t") {
            quoted += "\\t";
        } else if (step.code_point < 0x20 || step.code_point == 0x7f) {
            quoted += fmt::format("\\u{{{:x}}}", static_cast<unsigned>(step.code_point));
        } else {
            quoted += part;
        }
    }
    return quoted + '"';
}

std::string debug(const std::optional<std::string>& text) {
    return text ? fmt::format("Some({})", debug(std::string_view(*text))) : "None";
}

/// A code of PostgreSQL's own is an enumerator, any other (RAISE ... USING ERRCODE) a text (tokio-postgres:
/// sqlstate.rs).
std::string debug_code(const std::string& code) {
    constexpr std::array<std::string_view, 42> classes{"00", "01", "02", "03", "08", "09", "0A", "0B", "0F", "0L", "0P",
                                                       "0Z", "20", "21", "22", "23", "24", "25", "26", "27", "28", "2B",
                                                       "2D", "2F", "34", "38", "39", "3B", "3D", "3F", "40", "42", "44",
                                                       "53", "54", "55", "57", "58", "F0", "HV", "P0", "XX"};
    const bool known = std::ranges::find(classes, std::string_view(code).substr(0, 2)) != classes.end();
    return known ? fmt::format("SqlState(E{})", code)
                 : fmt::format("SqlState(Other({}))", debug(std::string_view(code)));
}

std::string debug_severity(const std::optional<std::string>& severity) {
    if (!severity || severity->empty()) return "None";
    auto word = *severity;
    for (auto& c : word) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    word[0] = static_cast<char>(word[0] - 'a' + 'A');
    return fmt::format("Some({})", word);
}

std::string debug_position(const ServerError& error) {
    if (error.position) return fmt::format("Some(Original({}))", *error.position);
    if (!error.internal_position) return "None";
    return fmt::format("Some(Internal {{ position: {}, query: {} }})", *error.internal_position,
                       debug(std::string_view(error.internal_query.value_or(""))));
}

std::string debug(const ServerError& error) {
    return fmt::format(
        "DbError {{ severity: {}, parsed_severity: {}, code: {}, message: {}, detail: {}, hint: {}, position: {}, "
        "where_: {}, schema: {}, table: {}, column: {}, datatype: {}, constraint: {}, file: {}, line: {}, routine: {} "
        "}}",
        debug(std::string_view(error.severity)), debug_severity(error.parsed_severity), debug_code(error.code),
        debug(std::string_view(error.message)), debug(error.detail), debug(error.hint), debug_position(error),
        debug(error.where), debug(error.schema), debug(error.table), debug(error.column), debug(error.datatype),
        debug(error.constraint), debug(error.file), error.line ? fmt::format("Some({})", *error.line) : "None",
        debug(error.routine));
}

std::string display(const ServerError& error) {
    auto text = fmt::format("{}: {}", error.severity, error.message);
    if (error.detail) text += "\nDETAIL: " + *error.detail;
    if (error.hint) text += "\nHINT: " + *error.hint;
    return text;
}

struct NumberedLine {
    std::size_t number;
    std::string_view text;
};

std::string show_before(const NumberedLine& line) {
    return fmt::format("\x1b[1m{:>3}\x1b[0m{}{}", line.number, line.text.empty() ? "" : " ", line.text);
}

/// The line in error with up to five before it. The server counts characters and the engine bytes, as if every line
/// ended in one byte, so that the line is off after other than ASCII text or \r\n; a line 0 is shown as well. So it is
/// in Prisma's text, and so it is here.
std::string show_position(const std::optional<std::string>& position, std::string_view script) {
    std::size_t at = 0;
    if (!position) return {};
    std::from_chars(position->data(), position->data() + position->size(), at);

    std::deque<NumberedLine> before{{0, {}}};
    std::size_t bytes = 0;
    for (std::size_t number = 1; !script.empty(); ++number) {
        const auto end = script.find('\n');
        auto line = script.substr(0, end);
        script = end == std::string_view::npos ? std::string_view() : script.substr(end + 1);
        if (end != std::string_view::npos && line.ends_with('\r')) line.remove_suffix(1);
        bytes += line.size() + 1;
        if (at <= bytes) {
            std::string text = "\n\nPosition:\n";
            for (const auto& earlier : before) text += show_before(earlier) + "\n";
            return text + fmt::format("\x1b[1m{:>3}\x1b[1;31m {}\x1b[0m", number, line);
        }
        before.push_back({number, line});
        if (before.size() > 5) before.pop_front();
    }
    return {};
}

}  // namespace

std::string p3018_text(const std::string& migration_name, const ServerError& error, std::string_view script) {
    const bool of_server = !error.code.empty();
    const auto text =
        of_server ? display(error) + show_position(error.position, script) + "\n\n" + debug(error) : error.message;
    return fmt::format(
        "A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read more "
        "about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\n"
        "Migration name: {}\n\nDatabase error code: {}\n\nDatabase error:\n{}",
        migration_name, of_server ? error.code : "none", text);
}

}  // namespace migration_guard::postgres
