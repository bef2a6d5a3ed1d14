#include "postgres/url.hpp"

#include "base/text.hpp"
#include "postgres/percent.hpp"
#include "postgres/url_parameters.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace migration_guard::postgres {
namespace {

constexpr std::string_view example = "postgresql://USER:PASSWORD@HOST:5432/DATABASE?schema=public";
constexpr std::string_view encode_hint =
    "percent-encode special characters in user and password: # is %23, ? is %3F, / is %2F, @ is %40, % is %25";

struct Parts {
    std::string_view user_info;
    bool has_user_info = false;
    std::string_view host_and_port;
    std::string_view path;  ///< with its slash; empty when there is none
    std::string_view query;
    std::string_view fragment;
};

/// What no URL may hold, whatever parses it. Nothing of `url` is repeated: it holds a password.
void refuse_unfit_text(std::string_view url, const std::string& variable) {
    if (url.empty()) refuse_url(variable, "the URL is empty", fmt::format("write {}", example));
    if (url.front() == '"' || url.front() == '\'') {
        refuse_url(variable, "the URL stands in quotes, which are part of the value",
                   "remove the quotes: docker --env-file, compose lists and CapRover's panel take them literally");
    }
    if (url.back() == '\n' || url.back() == '\r') {
        refuse_url(variable, "the URL ends in a newline",
                   fmt::format("remove it; only of a file named by {}_FILE the last newline is cut", variable));
    }
    if (url.front() == ' ' || std::ranges::any_of(url, [](char c) { return (c >= 0 && c < ' ') || c == 0x7f; })) {
        refuse_url(variable, "the URL begins with a blank or has a control character in it",
                   "remove it; a blank inside a password is written %20");
    }
}

std::string_view without_scheme(std::string_view url, const std::string& variable) {
    for (const std::string_view scheme : {"postgresql://", "postgres://"}) {
        if (url.starts_with(scheme)) return url.substr(scheme.size());
    }
    for (const std::string_view scheme : {"prisma+postgres://", "prisma://"}) {
        if (!url.starts_with(scheme)) continue;
        refuse_url(
            variable,
            fmt::format("a {} URL leads to Prisma's own proxy, through which a database cannot be checked", scheme),
            fmt::format("give the database's own URL ({}) in DIRECT_URL, or name its variable in directUrlEnv",
                        example));
    }
    refuse_url(variable, "the URL must start with postgresql:// or postgres://", fmt::format("write {}", example));
}

/// Cuts as the WHATWG standard cuts a URL with an authority: at the first of / ? #, then user info at the *last* @.
Parts cut(std::string_view rest) {
    Parts parts;
    if (const auto hash = rest.find('#'); hash != std::string_view::npos) {
        parts.fragment = rest.substr(hash + 1);
        rest = rest.substr(0, hash);
    }
    if (const auto question = rest.find('?'); question != std::string_view::npos) {
        parts.query = rest.substr(question + 1);
        rest = rest.substr(0, question);
    }
    if (const auto slash = rest.find('/'); slash != std::string_view::npos) {
        parts.path = rest.substr(slash);
        rest = rest.substr(0, slash);
    }
    if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
        parts.has_user_info = true;
        parts.user_info = rest.substr(0, at);
        rest = rest.substr(at + 1);
    }
    parts.host_and_port = rest;
    return parts;
}

/// "user:pa#ss@host" ends the authority at '#': the user becomes the host, and the '@' stands where none belongs.
void refuse_shifted_parts(const Parts& parts, const std::string& variable) {
    if (parts.has_user_info) return;
    const auto first_parameter = parts.query.substr(0, parts.query.find_first_of("=&"));
    for (const auto part : {parts.path, first_parameter, parts.fragment}) {
        if (part.find('@') == std::string_view::npos) continue;
        refuse_url(variable, "an unencoded #, ? or / stands before the @ and ends the host part too early",
                   std::string(encode_hint));
    }
}

/// Percent-decoded; when that is not UTF-8, as written (quaint: username(), password()).
std::string decode_credential(std::string_view text, const std::string& variable) {
    auto decoded = percent_decode(text);
    if (decoded.find('\0') != std::string::npos) {
        refuse_url(variable, "user or password holds %00", "PostgreSQL has no zero byte in names and passwords");
    }
    return is_utf8(decoded) ? decoded : std::string(text);
}

void read_user_info(const Parts& parts, DatabaseUrl& url) {
    const auto colon = parts.user_info.find(':');
    url.user = decode_credential(parts.user_info.substr(0, colon), url.variable);
    if (colon != std::string_view::npos) {
        url.password = decode_credential(parts.user_info.substr(colon + 1), url.variable);
    }
    if (url.user.empty()) {
        refuse_url(url.variable, "the URL names no user", fmt::format("write {}", example));
    }
}

bool is_ipv6(const std::string& text) {
    in6_addr address{};
    return inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

void read_port(std::string_view text, DatabaseUrl& url) {
    if (text.empty()) return;
    unsigned port = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, port);
    if (error == std::errc() && stop == end && port > 0 && port <= 65535) {
        url.port = static_cast<int>(port);
        return;
    }
    // The text is not repeated: with an unencoded character in the password it is part of the password.
    const bool several = text.find(',') != std::string_view::npos;
    refuse_url(url.variable, "invalid port number in the URL",
               several ? "name one host only: Prisma does not read a list of hosts" : std::string(encode_hint));
}

/// The end of the host in `text`, behind the bracket of an IPv6 address.
std::size_t host_length(std::string_view text, const std::string& variable) {
    if (!text.starts_with('[')) return std::min(text.find(':'), text.size());
    const auto bracket = text.find(']');
    const bool good = bracket != std::string_view::npos && is_ipv6(std::string(text.substr(1, bracket - 1))) &&
                      (bracket + 1 == text.size() || text[bracket + 1] == ':');
    if (!good) refuse_url(variable, "the address in [ ] is not an IPv6 address", "write it as in [2001:db8::1]:5432");
    return bracket + 1;
}

void read_host_and_port(const Parts& parts, DatabaseUrl& url) {
    const auto length = host_length(parts.host_and_port, url.variable);
    const auto host = parts.host_and_port.substr(0, length);
    if (length < parts.host_and_port.size()) read_port(parts.host_and_port.substr(length + 1), url);
    if (host.empty() && (parts.has_user_info || length < parts.host_and_port.size())) {
        refuse_url(url.variable, "the URL has no host", "write localhost where a ?host= parameter names a socket");
    }
    url.host = host.empty() ? "localhost" : host;
    if (host.starts_with('[')) url.host = host.substr(1, host.size() - 2);
}

/// After the parameters, of which `host` may have taken the place of the URL's own.
void check_host(const DatabaseUrl& url) {
    if (url.is_socket() || is_ipv6(url.host)) return;
    if (url.host.find('%') != std::string::npos) {
        refuse_url(url.variable, "the host holds a percent sign, which Prisma does not decode there",
                   "a socket directory is given as a parameter: ...@localhost/DATABASE?host=/var/run/postgresql");
    }
    if (url.host.find(',') != std::string::npos) {
        refuse_url(url.variable, "the URL names several hosts", "name one: Prisma does not read a list of hosts");
    }
    const auto unfit = [](char c) { return std::string_view(" #/:<>?@[\\]^|\"'").find(c) != std::string_view::npos; };
    if (std::ranges::any_of(url.host, unfit) || !std::ranges::all_of(url.host, [](char c) { return c > 0; })) {
        refuse_url(url.variable, "the host of the URL is not a host name", std::string(encode_hint));
    }
}

/// The first segment, not decoded; none: postgres; an empty one: the server takes the user's name (quaint: dbname()).
void read_database(const Parts& parts, DatabaseUrl& url) {
    if (parts.path.empty()) {
        url.database = "postgres";
        return;
    }
    const auto segment = parts.path.substr(1, parts.path.substr(1).find('/'));
    url.database = segment.empty() ? url.user : encode_path(segment);
    if (url.database.find('%') != std::string::npos && !segment.empty()) {
        url.notices.push_back(
            fmt::format("{}: Prisma does not percent-decode the database's name, so it is \"{}\" here", url.variable,
                        one_line(url.database, 80)));
    }
    if (segment.size() + 2 < parts.path.size()) {
        url.notices.push_back(
            fmt::format("{}: what follows the database's name in the path is not read", url.variable));
    }
}

}  // namespace

std::string DatabaseUrl::describe() const {
    const bool brackets = host.find(':') != std::string::npos && !is_socket();
    const auto where = brackets ? "[" + host + "]" : host;
    return one_line(fmt::format("{}@{}:{}/{} (schema {})", user, where, port, database, effective_schema()), 512);
}

DatabaseUrl parse_url(std::string_view text, const std::string& variable, const std::filesystem::path& base) {
    DatabaseUrl url;
    url.variable = variable;
    refuse_unfit_text(text, variable);
    text = text.substr(0, text.find_last_not_of(' ') + 1);
    const Parts parts = cut(without_scheme(text, variable));
    refuse_shifted_parts(parts, variable);
    read_host_and_port(parts, url);
    read_user_info(parts, url);
    read_database(parts, url);
    read_parameters(parts.query, base, url);
    check_host(url);
    if (!parts.fragment.empty()) {
        url.notices.push_back(fmt::format("{}: what follows the # is not read; in a value write %23", variable));
    }
    return url;
}

}  // namespace migration_guard::postgres
