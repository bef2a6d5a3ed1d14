#include "system/probe.hpp"

#include "base/text.hpp"
#include "system/descriptor.hpp"
#include "system/init.hpp"
#include "system/own_addresses.hpp"
#include "system/process_table.hpp"
#include "system/state_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <string_view>
#include <system_error>

namespace migration_guard::system {
namespace {

constexpr std::size_t longest_status_line = 4096;

/// What is left of the probe's time.
class Patience {
public:
    explicit Patience(Duration limit) : end_(std::chrono::steady_clock::now() + limit) {}
    [[nodiscard]] int milliseconds() const {
        const auto rest = std::chrono::duration_cast<Duration>(end_ - std::chrono::steady_clock::now()).count();
        return static_cast<int>(std::clamp<Duration::rep>(rest, 0, 3'600'000));
    }

private:
    Instant end_;
};

std::string errno_text(int error) {
    return one_line(std::generic_category().message(error));
}

enum class Ready { yes, timed_out };

Ready wait_for(int fd, short events, const Patience& patience) {
    pollfd entry{fd, events, 0};
    for (;;) {
        const int count = ::poll(&entry, 1, patience.milliseconds());
        if (count < 0 && errno == EINTR) continue;
        return count > 0 ? Ready::yes : Ready::timed_out;
    }
}

/// A connected socket, or the reason why there is none.
struct Connection {
    Descriptor socket;
    int error = 0;
};

Connection connect_to(const Address& address, const Patience& patience) {
    Connection connection;
    connection.socket =
        Descriptor(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP));
    const int fd = connection.socket.get();
    // connect() takes every family's address as the general one.
    const auto* raw = reinterpret_cast<const sockaddr*>(&address.storage);  // NOLINT
    if (fd < 0 || ::connect(fd, raw, address.length) != 0) connection.error = errno;
    if (connection.error == EINPROGRESS) {
        socklen_t size = sizeof connection.error;
        if (wait_for(fd, POLLOUT, patience) == Ready::timed_out)
            connection.error = ETIMEDOUT;
        else
            ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &connection.error, &size);
    }
    return connection;
}

bool send_all(int fd, std::string_view text, const Patience& patience) {
    while (!text.empty()) {
        const auto sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent > 0) {
            text.remove_prefix(static_cast<std::size_t>(sent));
            continue;
        }
        const bool not_yet = errno == EAGAIN || errno == EINTR;
        if (!not_yet || wait_for(fd, POLLOUT, patience) == Ready::timed_out) return false;
    }
    return true;
}

/// The first line of the answer, as much as came in time.
std::string first_line(int fd, const Patience& patience) {
    std::string line;
    std::array<char, 1024> buffer{};
    while (line.find('\n') == std::string::npos && line.size() < longest_status_line) {
        const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
        if (got > 0) {
            line.append(buffer.data(), static_cast<std::size_t>(got));
            continue;
        }
        const bool not_yet = got < 0 && (errno == EAGAIN || errno == EINTR);
        if (!not_yet || wait_for(fd, POLLIN, patience) == Ready::timed_out) break;
    }
    return line.substr(0, line.find('\n'));
}

ProbeReport ask(const Connection& connection, const Address& address, const ProbeOptions& options,
                const Patience& patience) {
    const auto request = fmt::format(
        "GET {} HTTP/1.1\r\nHost: localhost:{}\r\nUser-Agent: migration-guard-probe\r\nAccept: */*\r\nConnection: "
        "close\r\n\r\n",
        options.path, *options.port);
    const auto what = fmt::format("GET {} at {}", options.path, address.text);
    if (!send_all(connection.socket.get(), request, patience)) return {false, what + ": the request could not be sent"};
    const auto answer = first_line(connection.socket.get(), patience);
    const auto status = http_status(answer);
    if (!status && answer.empty())
        return {false, fmt::format("{}: no answer within {}", what, to_text(options.timeout))};
    if (!status) return {false, fmt::format("{}: no HTTP answer: {}", what, one_line(answer, 80))};
    return {*status >= 200 && *status < 400, fmt::format("{}: {}", what, *status)};
}

/// The first address that accepts decides; the others are for apps that listen on fewer.
std::optional<ProbeReport> try_addresses(const std::vector<Address>& addresses, const ProbeOptions& options,
                                         const Patience& patience, std::string& refusals) {
    for (const auto& address : addresses) {
        const auto connection = connect_to(address, patience);
        if (connection.error == 0) {
            if (!options.path.empty()) return ask(connection, address, options, patience);
            return ProbeReport{true, fmt::format("{} accepts connections", address.text)};
        }
        refusals += fmt::format("{}{}: {}", refusals.empty() ? "" : "; ", address.text, errno_text(connection.error));
        if (patience.milliseconds() == 0) break;
    }
    return std::nullopt;
}

std::string not_asked(const ProbeOptions& options) {
    return options.notice.empty() ? "without probePort or PORT the app is not asked" : options.notice;
}

ProbeReport probe_app(const ProbeOptions& options) {
    if (!options.port) return {true, "the guard has passed; " + not_asked(options)};
    const Patience patience(options.timeout);
    std::string refusals;
    if (auto report = try_addresses(loopback_addresses(*options.port), options, patience, refusals)) return *report;
    if (auto report = try_addresses(interface_addresses(*options.port), options, patience, refusals)) return *report;
    return {false, fmt::format("the app does not answer: {}", one_line(refusals, 600))};
}

std::optional<int> port_number(const std::string& text) {
    int port = 0;
    const auto* const end = text.data() + text.size();
    const auto parsed = std::from_chars(text.data(), end, port);
    if (parsed.ec != std::errc{} || parsed.ptr != end || port < 1 || port > 65535) return std::nullopt;
    return port;
}

bool is_same_file(const std::string& one, const std::string& other) {
    struct stat left {};
    struct stat right {};
    return ::stat(one.c_str(), &left) == 0 && ::stat(other.c_str(), &right) == 0 && left.st_dev == right.st_dev &&
           left.st_ino == right.st_ino;
}

/// Without a state file: is process 1 still the guard? One that stays as init has given itself another name.
bool guard_is_process_one() {
    if (::getpid() == 1 || !is_same_file("/proc/1/exe", "/proc/self/exe")) return false;
    std::ifstream file("/proc/1/comm");
    std::string name;
    std::getline(file, name);
    return name != init_name;
}

}  // namespace

std::optional<int> http_status(const std::string& answer) {
    const std::string_view text(answer);
    if (!text.starts_with("HTTP/")) return std::nullopt;
    const auto blank = text.find(' ');
    if (blank == std::string_view::npos || text.size() < blank + 4) return std::nullopt;
    int status = 0;
    const auto* const begin = text.data() + blank + 1;
    const auto parsed = std::from_chars(begin, begin + 3, status);
    const bool ends = text.size() == blank + 4 || text[blank + 4] == ' ' || text[blank + 4] == '\r';
    if (parsed.ec != std::errc{} || parsed.ptr != begin + 3 || !ends || status < 100) return std::nullopt;
    return status;
}

ProbeOptions probe_options(const Settings& settings, const std::map<std::string, std::string>& environment) {
    ProbeOptions options{settings.probe_port, settings.probe_path, settings.probe_timeout, settings.state_file, {}};
    if (options.port) return options;
    const auto given = environment.find("PORT");
    const auto text = given == environment.end() ? std::string() : given->second;
    options.port = port_number(text);
    if (options.port) return options;
    if (!text.empty())
        options.notice = fmt::format(
            "PORT \"{}\" is no port (1 to 65535), so the app is not asked: correct it, or set "
            "probePort",
            one_line(text, 40));
    else if (!options.path.empty())
        options.notice = fmt::format("probePath {} is not asked, since no port is known: set PORT or probePort",
                                     one_line(options.path, 80));
    return options;
}

ProbeReport probe(const ProbeOptions& options) {
    if (const auto state = read_state(options.state_file)) {
        if (state->phase == phase_passed) return probe_app(options);
        return {false, fmt::format("{}: {} ({} since the start)", state->phase, state->detail,
                                   to_text(std::chrono::duration_cast<std::chrono::seconds>(state->elapsed())))};
    }
    if (guard_is_process_one()) return {false, "the guard is at work (it found no place for its state file)"};
    return probe_app(options);
}

}  // namespace migration_guard::system
