#include "postgres/connect.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "postgres/classify.hpp"
#include "postgres/tls.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace migration_guard::postgres {
namespace {

/// A path that exists nowhere: libpq would otherwise look into ~/.pgpass and ~/.postgresql/.
constexpr auto nowhere = "/nonexistent/migration-guard";

using Parameters = std::vector<std::pair<const char*, std::string>>;

/// Docker Swarm's load balancer forgets a connection that is silent for 900 s; keepalives make it not silent, and tell
/// a dead server within two minutes.
void add_keepalives(Parameters& parameters) {
    parameters.emplace_back("keepalives", "1");
    parameters.emplace_back("keepalives_idle", "60");
    parameters.emplace_back("keepalives_interval", "15");
    parameters.emplace_back("keepalives_count", "4");
}

const char* sslmode(const DatabaseUrl& url, TlsMode mode) {
    if (mode == TlsMode::disable) return "disable";
    if (url.verify_certificate) return url.verify_host_name ? "verify-full" : "verify-ca";
    return mode == TlsMode::require ? "require" : "prefer";
}

void add_tls(Parameters& parameters, const DatabaseUrl& url, TlsMode mode, const TlsFiles& files) {
    const auto or_nowhere = [](const std::string& path) { return path.empty() ? std::string(nowhere) : path; };
    parameters.emplace_back("sslmode", sslmode(url, mode));
    parameters.emplace_back("sslrootcert", or_nowhere(files.root_certificates));
    parameters.emplace_back("sslcert", or_nowhere(files.certificate.path()));
    parameters.emplace_back("sslkey", or_nowhere(files.private_key.path()));
    parameters.emplace_back("sslcrl", nowhere);
    parameters.emplace_back("channel_binding", url.channel_binding);
    parameters.emplace_back("gssencmode", "disable");
}

Parameters parameters_for(const DatabaseUrl& url, const std::string& address, TlsMode mode, const TlsFiles& files) {
    Parameters parameters{
        {"host", url.host},
        {"port", std::to_string(url.port)},
        {"user", url.user},
        {"password", url.password},
        {"passfile", nowhere},
        {"dbname", url.database},
        {"options", url.options},
        {"application_name", url.application_name.empty() ? "migration-guard" : url.application_name},
        {"client_encoding", "UTF8"},
        {"target_session_attrs", "any"},
    };
    if (!address.empty()) parameters.emplace_back("hostaddr", address);
    add_keepalives(parameters);
    add_tls(parameters, url, mode, files);
    return parameters;
}

struct Finish {
    void operator()(PGconn* connection) const { PQfinish(connection); }
};
using Handle = std::unique_ptr<PGconn, Finish>;

Handle start(const Parameters& parameters) {
    std::vector<const char*> names;
    std::vector<const char*> values;
    for (const auto& [name, value] : parameters) {
        names.push_back(name);
        values.push_back(value.c_str());
    }
    names.push_back(nullptr);
    values.push_back(nullptr);
    Handle handle(PQconnectStartParams(names.data(), values.data(), 0));
    if (!handle) throw std::bad_alloc();
    PQsetErrorVerbosity(handle.get(), PQERRORS_VERBOSE);  // puts the SQLSTATE of a refusal into the message
    PQsetNoticeProcessor(
        handle.get(), [](void*, const char*) {}, nullptr);  // libpq prints notices to stderr otherwise
    return handle;
}

/// What one address said.
struct Answer {
    Handle handle;        ///< logged in, or null
    std::string message;  ///< libpq's
    bool timed_out = false;
};

Answer try_address(const Parameters& parameters, Patience patience) {
    Handle handle = start(parameters);
    auto next = PQstatus(handle.get()) == CONNECTION_BAD ? PGRES_POLLING_FAILED : PGRES_POLLING_WRITING;
    while (next == PGRES_POLLING_READING || next == PGRES_POLLING_WRITING) {
        const short events = next == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        if (!patience.wait(PQsocket(handle.get()), events)) {
            const bool reached = PQstatus(handle.get()) != CONNECTION_STARTED;
            return {nullptr, reached ? "the server was reached but says nothing" : "no answer in time", true};
        }
        next = PQconnectPoll(handle.get());
    }
    if (next != PGRES_POLLING_OK) return {nullptr, PQerrorMessage(handle.get()), false};
    return {std::move(handle), {}, false};
}

/// One attempt over all addresses of the host.
class Attempt {
public:
    Attempt(const DatabaseUrl& url, Patience& patience) : url_(url), patience_(patience) {}

    /// The session, or null with `result` set.
    Handle over(const std::vector<std::string>& addresses, const TlsFiles& files) {
        std::vector<std::string> reasons;
        for (std::size_t i = 0; i < addresses.size(); ++i) {
            const auto share = patience_.remaining() / static_cast<Duration::rep>(addresses.size() - i);
            auto answer = one(addresses[i], files, patience_.within(share));
            if (answer.handle) return std::move(answer.handle);
            result = judge(answer);
            if (result.kind == ConnectResult::Kind::never) return nullptr;
            if (std::ranges::find(reasons, result.not_yet.reason) == reasons.end()) {
                reasons.push_back(result.not_yet.reason);
            }
        }
        result = not_yet(fmt::format("{}", fmt::join(reasons, "; ")));
        return nullptr;
    }

    ConnectResult result;

private:
    /// libpq falls back from TLS by itself only where nothing is verified.
    Answer one(const std::string& address, const TlsFiles& files, const Patience& patience) {
        auto answer = try_address(parameters_for(url_, address, url_.tls, files), patience);
        const bool may_go_without = url_.tls == TlsMode::prefer && url_.verify_certificate;
        if (answer.handle || !may_go_without || !says_no_tls(answer.message)) return answer;
        return try_address(parameters_for(url_, address, TlsMode::disable, files), patience);
    }

    /// No figures in the text: a reason is logged when it is new, and the time left differs at each attempt.
    ConnectResult judge(const Answer& answer) {
        return answer.timed_out ? not_yet(fmt::format("{} ({})", answer.message, place(url_)))
                                : classify_failure(answer.message, url_);
    }

    const DatabaseUrl& url_;
    Patience& patience_;
};

}  // namespace

ConnectAttempt Connector::attempt(const DatabaseUrl& url, Duration timeout, EarlierSignal earlier) {
    Patience patience(*interrupt, timeout, earlier);
    TlsFiles files;
    if (auto never_because = prepare_tls(url, files)) {
        ConnectResult result;
        result.kind = ConnectResult::Kind::never;
        result.never = std::move(*never_because);
        return {result, nullptr};
    }
    Resolution resolution;
    if (url.is_socket()) {
        resolution.addresses = {""};
    } else {
        resolution = resolver.resolve(url.host, patience);
    }
    if (resolution.addresses.empty()) {
        auto result = not_yet(fmt::format("{} ({})", resolution.problem, place(url)));
        result.not_yet.hint = resolution.hint;
        return {result, nullptr};
    }
    Attempt attempt(url, patience);
    Handle handle = attempt.over(resolution.addresses, files);
    if (!handle) return {attempt.result, nullptr};
    auto connection = std::make_unique<Connection>(handle.release(), *interrupt, place(url), query_limit);
    return {ConnectResult{}, std::move(connection)};
}

std::unique_ptr<Connection> Connector::require(const DatabaseUrl& url, Duration timeout) {
    auto made = attempt(url, timeout);
    switch (made.result.kind) {
        case ConnectResult::Kind::connected:
            return std::move(made.connection);
        case ConnectResult::Kind::not_yet:
            throw Failure(ExitCode::database_unreachable, made.result.not_yet.reason,
                          made.result.not_yet.hint.empty() ? "is the server up? A restart may cure it"
                                                           : made.result.not_yet.hint);
        case ConnectResult::Kind::never:
            break;
    }
    throw Failure(made.result.never.code, made.result.never.reason, made.result.never.hint);
}

}  // namespace migration_guard::postgres
