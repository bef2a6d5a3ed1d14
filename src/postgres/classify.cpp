#include "postgres/classify.hpp"

#include "base/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <vector>

namespace migration_guard::postgres {
namespace {

/// What can be done about a hopeless connection.
enum class Remedy {
    login,
    permission,
    database,
    tls_missing,
    tls_untrusted,
    tls_name,
    tls_refused,
    identity,
    authentication,
    startup_parameter,
    parameter,
    socket,
};

std::string hint_for(Remedy remedy, const DatabaseUrl& url) {
    const auto& variable = url.variable;
    const auto tried_with = "; `migration-guard wait` tries the login";
    switch (remedy) {
        case Remedy::login:
            return fmt::format("correct user and password in {}{}", variable, tried_with);
        case Remedy::permission:
            return fmt::format("let user {} connect to database {} (GRANT CONNECT, pg_hba.conf), or correct {}{}",
                               url.user, url.database, variable, tried_with);
        case Remedy::database:
            return fmt::format(
                "correct the database's name in {}, or create it: `createdb {}`, or createDatabase: true", variable,
                url.database);
        case Remedy::tls_missing:
            return fmt::format("switch TLS on in the server, or remove sslmode=require from {}", variable);
        case Remedy::tls_untrusted:
            return fmt::format(
                "name the server's CA in {} (sslcert=/path/ca.pem), or do not verify "
                "(sslaccept=accept_invalid_certs)",
                variable);
        case Remedy::tls_name:
            return fmt::format(
                "the CA is trusted, the name is another: use a name of the certificate as host in {}, or have a "
                "certificate made for {} (subjectAltName), or do not verify (sslaccept=accept_invalid_certs)",
                variable, url.host);
        case Remedy::tls_refused:
            return fmt::format(
                "server and client agree on no TLS: look at the server's log, at ssl_min_protocol_version "
                "there and at sslidentity in {}",
                variable);
        case Remedy::identity:
            return fmt::format("correct sslcert, sslidentity and sslpassword in {}", variable);
        case Remedy::authentication:
            return fmt::format(
                "use a password (scram-sha-256) or a client certificate for user {} in the server's "
                "pg_hba.conf",
                url.user);
        case Remedy::startup_parameter:
            return fmt::format(
                "a pooler refuses it: remove options= and application_name= from {}, or give a URL past "
                "the pooler in DIRECT_URL",
                variable);
        case Remedy::parameter:
            return fmt::format("correct options= in {}", variable);
        case Remedy::socket:
            return fmt::format("let this user into the socket's directory, or correct host= in {}", variable);
    }
    return {};
}

/// One attempt of libpq, as told by its message.
struct Told {
    std::string sqlstate;  ///< empty: libpq's own words
    std::string text;
};

/// How a failure is judged. Of several attempts the one with the lowest `rank` decides: a login refused over TLS tells
/// more than the refusal of the unencrypted second attempt.
struct Judgement {
    bool hopeless = false;
    Remedy remedy = Remedy::login;
    int rank = 0;
    bool missing_database = false;
};

struct TextRule {
    std::string_view part;
    Judgement judgement;
};

constexpr Judgement wait_for_it{};

/// libpq 15's own words (fe-connect.c, fe-auth.c, fe-secure-openssl.c), which are not translated: no setlocale() here.
/// And PgBouncer's, which gives 08P01 for all. First match.
constexpr std::array text_rules{
    TextRule{"server does not support SSL", {true, Remedy::tls_missing, 2}},
    TextRule{"certificate verify failed", {true, Remedy::tls_untrusted, 2}},
    TextRule{"does not match host name", {true, Remedy::tls_name, 2}},
    TextRule{"host name from server certificate", {true, Remedy::tls_name, 2}},
    TextRule{"root certificate file", {true, Remedy::identity, 2}},
    TextRule{"certificate file", {true, Remedy::identity, 2}},
    TextRule{"private key file", {true, Remedy::identity, 2}},
    TextRule{"wrong version number", wait_for_it},
    TextRule{"unexpected eof", wait_for_it},
    TextRule{"alert", {true, Remedy::tls_refused, 2}},
    TextRule{"unsupported protocol", {true, Remedy::tls_refused, 2}},
    TextRule{"key too small", {true, Remedy::tls_refused, 2}},
    TextRule{"no password supplied", {true, Remedy::login, 2}},
    TextRule{"incorrect server signature", {true, Remedy::authentication, 2}},
    TextRule{"SASL authentication mechanisms are supported", {true, Remedy::authentication, 2}},
    TextRule{"channel binding", {true, Remedy::authentication, 2}},
    TextRule{"authentication not supported", {true, Remedy::authentication, 2}},
    TextRule{"authentication method", {true, Remedy::authentication, 2}},
    TextRule{"is too long (maximum", {true, Remedy::socket, 2}},
    TextRule{"Permission denied", {true, Remedy::socket, 2}},
};

constexpr std::array pooler_rules{
    TextRule{"no such database", {true, Remedy::database, 1, true}},
    TextRule{"\" does not exist", {true, Remedy::database, 1, true}},
    TextRule{"no such user", {true, Remedy::login, 2}},
    TextRule{"authentication failed", {true, Remedy::login, 2}},
    TextRule{"auth failed", {true, Remedy::login, 2}},
    TextRule{"login rejected", {true, Remedy::permission, 2}},
    TextRule{"unsupported startup parameter", {true, Remedy::startup_parameter, 1}},
    TextRule{"Tenant or user not found", {true, Remedy::login, 2}},
};

struct SqlstateRule {
    std::string_view prefix;
    Judgement judgement;
};

/// PostgreSQL manual, appendix A. Everything else, first of all 08, 53, 57 and 58, is a matter of time.
constexpr std::array sqlstate_rules{
    SqlstateRule{"3D000", {true, Remedy::database, 1, true}}, SqlstateRule{"28P01", {true, Remedy::login, 2}},
    SqlstateRule{"42501", {true, Remedy::permission, 1}},     SqlstateRule{"28", {true, Remedy::permission, 3}},
    SqlstateRule{"55000", {true, Remedy::permission, 1}},  // datallowconn is false
    SqlstateRule{"22", {true, Remedy::parameter, 1}},         SqlstateRule{"42", {true, Remedy::parameter, 1}},
    SqlstateRule{"0A000", {true, Remedy::authentication, 2}},
};

template <class Rules>
std::optional<Judgement> judge_text(const Rules& rules, std::string_view text) {
    const auto* const rule = std::ranges::find_if(
        rules, [&](const TextRule& entry) { return text.find(entry.part) != std::string_view::npos; });
    return rule == rules.end() ? std::nullopt : std::optional(rule->judgement);
}

Judgement judge(const Told& told) {
    if (told.sqlstate.empty()) return judge_text(text_rules, told.text).value_or(wait_for_it);
    if (told.sqlstate.starts_with("08") || told.sqlstate.starts_with("XX")) {
        return judge_text(pooler_rules, told.text).value_or(wait_for_it);
    }
    const auto* const rule = std::ranges::find_if(
        sqlstate_rules, [&](const SqlstateRule& entry) { return told.sqlstate.starts_with(entry.prefix); });
    return rule == sqlstate_rules.end() ? wait_for_it : rule->judgement;
}

bool is_sqlstate(std::string_view text) {
    return text.size() == 5 &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); });
}

/// "FATAL:  28P01: password authentication failed": the severity may be translated, what follows it is not.
Told read_line(std::string_view line) {
    constexpr std::string_view prefix_end = " failed: ";
    if (line.starts_with("connection to server")) {
        if (const auto at = line.find(prefix_end); at != std::string_view::npos)
            line.remove_prefix(at + prefix_end.size());
    }
    const auto gap = line.find(":  ");
    if (gap != std::string_view::npos && is_sqlstate(line.substr(gap + 3, 5)) && line.substr(gap + 8, 2) == ": ") {
        return {std::string(line.substr(gap + 3, 5)), one_line(line.substr(gap + 10), 300)};
    }
    return {{}, one_line(line, 300)};
}

/// A line for each attempt; libpq's explanations, indented or headed LOCATION, DETAIL and HINT, are left out.
std::vector<Told> read_message(std::string_view message) {
    std::vector<Told> attempts;
    while (!message.empty()) {
        const auto line = message.substr(0, message.find('\n'));
        message.remove_prefix(std::min(line.size() + 1, message.size()));
        if (attempts.empty() ? !line.empty() : line.starts_with("connection to server")) {
            attempts.push_back(read_line(line));
        }
    }
    if (attempts.empty()) attempts.push_back({{}, "no connection"});
    return attempts;
}

ConnectResult result_of(const Told& told, const Judgement& judgement, const DatabaseUrl& url) {
    const auto text = [&] {
        if (!told.sqlstate.empty()) return told.sqlstate + " " + told.text;
        auto own_words = told.text;
        const bool word = own_words.size() > 1 && std::isupper(static_cast<unsigned char>(own_words[1])) == 0;
        if (word) own_words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(own_words[0])));
        return fmt::format("{} ({})", own_words, place(url));
    }();
    if (!judgement.hopeless) return not_yet(text);
    auto result = never(ExitCode::database_refused, text, hint_for(judgement.remedy, url));
    result.never.missing_database = judgement.missing_database;
    return result;
}

}  // namespace

ConnectResult classify_failure(std::string_view message, const DatabaseUrl& url) {
    const auto attempts = read_message(message);
    const auto telling = std::ranges::min_element(attempts, {}, [](const Told& told) { return judge(told).rank; });
    return result_of(*telling, judge(*telling), url);
}

ConnectResult classify_sqlstate(const std::string& sqlstate, const std::string& text, const DatabaseUrl& url) {
    const Told told{sqlstate, one_line(text, 300)};
    return result_of(told, judge(told), url);
}

bool says_no_tls(std::string_view message) {
    return message.find("server does not support SSL") != std::string_view::npos;
}

ConnectResult not_yet(std::string reason) {
    ConnectResult result;
    result.kind = ConnectResult::Kind::not_yet;
    result.not_yet.reason = std::move(reason);
    return result;
}

ConnectResult never(ExitCode code, std::string reason, std::string hint) {
    ConnectResult result;
    result.kind = ConnectResult::Kind::never;
    result.never.code = code;
    result.never.reason = std::move(reason);
    result.never.hint = std::move(hint);
    return result;
}

std::string place(const DatabaseUrl& url) {
    if (url.is_socket()) return fmt::format("{}/.s.PGSQL.{}", url.host, url.port);
    if (url.host.find(':') != std::string::npos) return fmt::format("[{}]:{}", url.host, url.port);
    return fmt::format("{}:{}", url.host, url.port);
}

}  // namespace migration_guard::postgres
