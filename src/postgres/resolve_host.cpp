#include "postgres/resolve_host.hpp"

#include "base/scarce.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace migration_guard::postgres {
namespace {

/// A name with more addresses than this is no database's.
constexpr std::size_t most_addresses = 16;

bool is_literal(const std::string& host) {
    in6_addr address{};
    return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

std::vector<std::string> texts(const addrinfo* entries) {
    std::vector<std::string> addresses;
    for (const auto* entry = entries; entry != nullptr && addresses.size() < most_addresses; entry = entry->ai_next) {
        std::array<char, NI_MAXHOST> text{};
        const int error =
            getnameinfo(entry->ai_addr, entry->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
        if (error != 0 || std::ranges::find(addresses, text.data()) != addresses.end()) continue;
        addresses.emplace_back(text.data());
    }
    return addresses;
}

Resolution look_up(const std::string& host, int family) {
    addrinfo wanted{};
    wanted.ai_family = family;
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const int error = getaddrinfo(host.c_str(), nullptr, &wanted, &found);
    if (error != 0) return {{}, fmt::format("name not resolved: {}", gai_strerror(error))};
    Resolution resolution{texts(found), {}};
    freeaddrinfo(found);
    if (resolution.addresses.empty()) resolution.problem = "name not resolved: no address";
    return resolution;
}

/// A name server that fails on AAAA makes the whole look-up fail: then IPv4 alone is asked for.
Resolution look_up(const std::string& host) {
    auto resolution = look_up(host, AF_UNSPEC);
    if (!resolution.addresses.empty()) return resolution;
    auto second_chance = look_up(host, AF_INET);
    return second_chance.addresses.empty() ? resolution : second_chance;
}

}  // namespace

/// Shared by the thread and whoever waits for it: it lives as long as the longer of the two.
struct HostResolver::Lookup {
    std::string host;
    int done = eventfd(0, EFD_CLOEXEC);  ///< readable once `resolution` is there
    std::mutex mutex;
    Resolution resolution;

    explicit Lookup(std::string name) : host(std::move(name)) {
        if (done < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~Lookup() { close(done); }
    Lookup(const Lookup&) = delete;
    Lookup& operator=(const Lookup&) = delete;

    void run() {
        auto found = look_up(host);
        const std::lock_guard lock(mutex);
        resolution = std::move(found);
        eventfd_write(done, 1);
    }
};

Resolution HostResolver::resolve(const std::string& host, Patience& patience) {
    if (is_literal(host)) return {{host}, {}};
    try {
        if (!pending_ || pending_->host != host) {
            pending_ = std::make_shared<Lookup>(host);
            std::thread([lookup = pending_] { lookup->run(); }).detach();
        }
    } catch (const std::system_error& error) {
        pending_.reset();
        return {{},
                fmt::format("name not resolved: the kernel refuses a thread for it ({})", error.what()),
                std::string(remedy_for_refused_thread)};
    }
    if (!patience.wait(pending_->done, POLLIN)) return {{}, "name not resolved: the name server does not answer"};
    const auto lookup = std::exchange(pending_, nullptr);
    const std::lock_guard lock(lookup->mutex);
    return lookup->resolution;
}

}  // namespace migration_guard::postgres
