#include "postgres/cli_url.hpp"

#include "postgres/percent.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace migration_guard::postgres {
namespace {

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

/// For a query string that is read with form-urlencoded rules: a blank is %20, never '+', which only those know.
std::string encode_value(std::string_view text) {
    std::string encoded;
    for (const char c : text) {
        if (is_unreserved(c)) {
            encoded += c;
        } else {
            encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
        }
    }
    return encoded;
}

/// The parameters of `query` without those called `name`, as they were written.
std::string without(std::string_view query, std::string_view name) {
    std::string kept;
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto parameter = query.substr(0, end);
        if (!parameter.empty() && form_decode(parameter.substr(0, parameter.find('='))) != name) {
            if (!kept.empty()) kept += '&';
            kept += parameter;
        }
        query = end == std::string_view::npos ? std::string_view{} : query.substr(end + 1);
    }
    return kept;
}

void add_limit(std::string& options, std::string_view setting, std::optional<Duration> limit) {
    if (!limit) return;
    if (!options.empty()) options += ' ';
    options += fmt::format("-c {}={}", setting, limit->count());  // milliseconds, as SET has it without a unit
}

}  // namespace

std::string with_parameter(std::string_view url, std::string_view name, std::string_view value) {
    const auto fragment_at = std::min(url.find('#'), url.size());
    const auto fragment = url.substr(fragment_at);
    url = url.substr(0, fragment_at);
    const auto query_at = std::min(url.find('?'), url.size());
    auto query = without(url.substr(std::min(query_at + 1, url.size())), name);
    if (!query.empty()) query += '&';
    return fmt::format("{}?{}{}={}{}", url.substr(0, query_at), query, name, encode_value(value), fragment);
}

std::string session_options(const std::string& present, std::optional<Duration> lock_timeout,
                            std::optional<Duration> statement_timeout) {
    auto options = present;
    add_limit(options, "lock_timeout", lock_timeout);
    add_limit(options, "statement_timeout", statement_timeout);
    return options;
}

bool same_place(const DatabaseUrl& left, const DatabaseUrl& right) {
    return left.host == right.host && left.port == right.port && left.database == right.database &&
           left.effective_schema() == right.effective_schema();
}

}  // namespace migration_guard::postgres
