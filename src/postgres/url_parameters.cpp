#include "postgres/url_parameters.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "postgres/percent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace migration_guard::postgres {
namespace {

/// A value as read, with all that its setter needs to judge it.
struct Parameter {
    std::string name;
    std::string value;
    const std::filesystem::path& base;
};

void require_no_nul(const DatabaseUrl& url, const Parameter& parameter) {
    if (parameter.value.find('\0') == std::string::npos) return;
    refuse_url(url.variable, fmt::format("parameter {} holds %00", parameter.name), "remove the %00 from the URL");
}

/// As Rust's u64::from_str: an optional '+', then digits.
std::uint64_t read_integer(const DatabaseUrl& url, const Parameter& parameter) {
    std::string_view digits = parameter.value;
    if (digits.starts_with('+')) digits.remove_prefix(1);
    std::uint64_t number = 0;
    const auto* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, number);
    if (error == std::errc() && stop == end && !digits.empty()) return number;
    refuse_url(url.variable, fmt::format("{}={} is not a whole number", parameter.name, one_line(parameter.value, 40)),
               fmt::format("write {}=5, for instance, or leave it out", parameter.name));
}

bool read_boolean(const DatabaseUrl& url, const Parameter& parameter) {
    if (parameter.value == "true") return true;
    if (parameter.value == "false") return false;
    refuse_url(url.variable,
               fmt::format("{}={} is neither true nor false", parameter.name, one_line(parameter.value, 40)),
               fmt::format("write {0}=true or {0}=false", parameter.name));
}

std::string absolute_path(const Parameter& parameter) {
    if (parameter.value.empty()) return {};
    return (parameter.base / parameter.value).lexically_normal().string();
}

void read_schema(DatabaseUrl& url, const Parameter& parameter) {
    if (parameter.value.empty()) {
        refuse_url(url.variable, "schema= is empty", "write schema=public, or leave the parameter out");
    }
    url.schema = parameter.value;
}

void read_host(DatabaseUrl& url, const Parameter& parameter) {
    // An empty value overrides the host of the URL as well (quaint takes any value that is there).
    url.host = parameter.value.empty() ? "localhost" : parameter.value;
}

/// verify-ca and verify-full are libpq's words. Prisma reads any word that it does not know as if it were not there.
void read_sslmode(DatabaseUrl& url, const Parameter& parameter) {
    const auto& mode = parameter.value;
    if (mode == "verify-ca" || mode == "verify-full") {
        url.tls = TlsMode::require;
        url.verify_certificate = true;
        url.verify_host_name = mode == "verify-full";
        url.notices.push_back(fmt::format(
            "{}: sslmode={} is honoured here, but Prisma reads it as prefer and verifies nothing: for Prisma write "
            "sslmode=require&sslaccept=strict",
            url.variable, mode));
        return;
    }
    if (mode == "disable" || mode == "prefer" || mode == "require") {
        url.tls = mode == "disable" ? TlsMode::disable : mode == "prefer" ? TlsMode::prefer : TlsMode::require;
        url.verify_certificate = url.verify_host_name = false;
        return;
    }
    url.notices.push_back(
        fmt::format("{}: sslmode={} is not one that Prisma knows (disable, prefer, require) and is "
                    "ignored, as Prisma ignores it",
                    url.variable, one_line(mode, 40)));
}

void read_channel_binding(DatabaseUrl& url, const Parameter& parameter) {
    constexpr std::array known{"disable", "prefer", "require"};
    if (std::ranges::find(known, parameter.value) != known.end()) url.channel_binding = parameter.value;
}

void read_connect_timeout(DatabaseUrl& url, const Parameter& parameter) {
    constexpr std::uint64_t a_century = 3'155'760'000;
    const auto seconds = std::min(read_integer(url, parameter), a_century);
    url.connect_timeout = std::chrono::seconds(seconds);
}

void check_integer(DatabaseUrl& url, const Parameter& parameter) {
    read_integer(url, parameter);
}
void check_boolean(DatabaseUrl& url, const Parameter& parameter) {
    read_boolean(url, parameter);
}

struct Reader {
    std::string_view name;
    void (*read)(DatabaseUrl&, const Parameter&);
};

constexpr std::array readers{
    Reader{"schema", read_schema},
    Reader{"host", read_host},
    Reader{"sslmode", read_sslmode},
    Reader{"sslcert", [](DatabaseUrl& url, const Parameter& p) { url.root_certificate = absolute_path(p); }},
    Reader{"sslidentity", [](DatabaseUrl& url, const Parameter& p) { url.identity = absolute_path(p); }},
    Reader{"sslpassword", [](DatabaseUrl& url, const Parameter& p) { url.identity_password = p.value; }},
    Reader{"connect_timeout", read_connect_timeout},
    Reader{"pgbouncer", [](DatabaseUrl& url, const Parameter& p) { url.pgbouncer = read_boolean(url, p); }},
    Reader{"application_name", [](DatabaseUrl& url, const Parameter& p) { url.application_name = p.value; }},
    Reader{"options", [](DatabaseUrl& url, const Parameter& p) { url.options = p.value; }},
    Reader{"channel_binding", read_channel_binding},
    Reader{"connection_limit", check_integer},
    Reader{"pool_timeout", check_integer},
    Reader{"socket_timeout", check_integer},
    Reader{"statement_cache_size", check_integer},
    Reader{"max_connection_lifetime", check_integer},
    Reader{"max_idle_connection_lifetime", check_integer},
    Reader{"single_use_connections", check_boolean},
};

/// sslaccept is taken last: what it means depends on sslmode, which may stand behind it.
void take_sslaccept(DatabaseUrl& url, const std::optional<std::string>& accept) {
    if (accept && *accept != "accept_invalid_certs") url.verify_certificate = url.verify_host_name = true;
    if (url.tls == TlsMode::disable) url.verify_certificate = url.verify_host_name = false;
}

}  // namespace

void read_parameters(std::string_view query, const std::filesystem::path& base, DatabaseUrl& url) {
    std::optional<std::string> accept;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto pair = query.substr(0, end);
        query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
        const auto equals = pair.find('=');
        const auto value = equals == std::string_view::npos ? std::string_view() : pair.substr(equals + 1);
        const Parameter parameter{form_decode(pair.substr(0, equals)), form_decode(value), base};

        if (parameter.name == "sslaccept") accept = parameter.value;
        const auto* const reader = std::ranges::find(readers, parameter.name, &Reader::name);
        if (reader == readers.end()) continue;
        require_no_nul(url, parameter);
        reader->read(url, parameter);
    }
    take_sslaccept(url, accept);
}

void refuse_url(const std::string& variable, const std::string& reason, const std::string& hint) {
    throw Failure(ExitCode::config_invalid, fmt::format("{}: {}", variable, reason), hint);
}

}  // namespace migration_guard::postgres
