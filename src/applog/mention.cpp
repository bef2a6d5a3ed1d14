#include "applog/mention.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::applog {
namespace {

using Kind = LogGroup::Kind;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_word(char c) {
    return is_digit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
}

struct NamedCode {
    std::string_view name;
    std::string_view code;
    Kind kind;
};

// adapter-pg's MappedError kinds, and the codes that client-engine-runtime gives them.
constexpr std::array adapter_errors{
    NamedCode{"TableDoesNotExist", "P2021", Kind::table},
    NamedCode{"ColumnNotFound", "P2022", Kind::column},
    NamedCode{"DatabaseNotReachable", "P1001", Kind::host},
    NamedCode{"AuthenticationFailed", "P1000", Kind::user},
    NamedCode{"DatabaseDoesNotExist", "P1003", Kind::database},
    NamedCode{"DatabaseAccessDenied", "P1010", Kind::database},
    NamedCode{"ConnectionClosed", "P1017", Kind::none},
    NamedCode{"SocketTimeout", "P1008", Kind::none},
    NamedCode{"TlsConnectionError", "P1011", Kind::none},
    NamedCode{"TooManyConnections", "P2037", Kind::none},
    NamedCode{"InvalidInputValue", "P2007", Kind::none},
    NamedCode{"NullConstraintViolation", "P2011", Kind::column},
    NamedCode{"UniqueConstraintViolation", "P2002", Kind::constraint},
    NamedCode{"ForeignKeyConstraintViolation", "P2003", Kind::constraint},
};

/// Words that make a P2021 an error's code; a product's number has none of them beside it.
bool speaks_of_errors(std::string_view text) {
    constexpr std::array<std::string_view, 8> words{"rror",   "RROR",     "ode",    "risma",
                                                    "failed", "rejected", "nvalid", "xception"};
    return std::ranges::any_of(words, [&](auto word) { return text.find(word) != std::string_view::npos; });
}

bool is_code_at(std::string_view text, std::size_t at) {
    if (at + 5 > text.size() || text[at + 1] < '1' || text[at + 1] > '3' || text[at + 2] != '0') return false;
    if (!is_digit(text[at + 3]) || !is_digit(text[at + 4]) || text[at + 3] > '4') return false;
    const bool before = at > 0 && (is_word(text[at - 1]) || text[at - 1] == '-' || text[at - 1] == '/');
    const bool after = at + 5 < text.size() && (is_word(text[at + 5]) || text[at + 5] == '-');
    return !before && !after;
}

}  // namespace

/// What stands between `open` and `close` at the front of `text`; "" when it does not begin so or goes on over a line.
std::string between(std::string_view text, char open, char close) {
    constexpr std::size_t longest = 300;
    if (!text.starts_with(open)) return "";
    const std::string_view inner = text.substr(1, longest);
    const std::size_t end = inner.find(close);
    const std::string_view found = inner.substr(0, end == std::string_view::npos ? 0 : end);
    return found == "(not available)" || found.find('\n') != std::string_view::npos ? "" : std::string(found);
}

std::string_view find_code(std::string_view text) {
    for (std::size_t at = text.find('P'); at != std::string_view::npos; at = text.find('P', at + 1))
        if (is_code_at(text, at)) return speaks_of_errors(text) ? text.substr(at, 5) : "";
    return "";
}

std::string find_accessor(std::string_view text) {
    const std::size_t invocation = text.find("` invocation");
    if (invocation == std::string_view::npos) return "";
    const std::size_t open = text.substr(0, invocation).rfind('`');
    if (open == std::string_view::npos) return "";
    const std::string_view call = text.substr(open + 1, invocation - open - 1);
    const std::size_t method = call.rfind('.');
    if (method == std::string_view::npos) return "";
    const std::string_view path = call.substr(0, method);
    const std::size_t dot = path.rfind('.');
    // `prisma.$queryRaw()` has no model.
    return dot == std::string_view::npos ? "" : std::string(path.substr(dot + 1, 200));
}

std::string find_property(std::string_view text, std::string_view name) {
    for (std::size_t at = text.find(name); at != std::string_view::npos; at = text.find(name, at + 1)) {
        if (at > 0 && is_word(text[at - 1])) continue;
        std::string_view rest = text.substr(at + name.size());
        if (rest.starts_with('"')) rest.remove_prefix(1);
        if (!rest.starts_with(':')) continue;
        rest.remove_prefix(1);
        if (rest.starts_with(' ')) rest.remove_prefix(1);
        if (rest.starts_with('\'') || rest.starts_with('"')) return between(rest, rest.front(), rest.front());
    }
    return "";
}

std::optional<Sentence> find_adapter_error(std::string_view text) {
    const std::size_t at = text.find("DriverAdapterError: ");
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view before = text.substr(0, at);
    if (before.ends_with("driverAdapterError: ") || before.ends_with("cause: ") || before.ends_with("[cause]: "))
        return std::nullopt;
    const auto named = std::ranges::find_if(
        adapter_errors, [&](const NamedCode& error) { return text.find(error.name, at) != std::string_view::npos; });
    Sentence out;
    out.at = at;
    if (named != adapter_errors.end()) {
        out.code = named->code;
        out.kind = named->kind;
    } else {
        read_server_message(text.substr(at), out);
        if (out.kind == Kind::none) return std::nullopt;
    }
    return out;
}

}  // namespace migration_guard::applog
