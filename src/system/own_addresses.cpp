#include "system/own_addresses.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>

namespace migration_guard::system {
namespace {

Address of_v4(in_addr address, int port) {
    sockaddr_in raw{};
    raw.sin_family = AF_INET;
    raw.sin_port = htons(static_cast<std::uint16_t>(port));
    raw.sin_addr = address;
    std::array<char, INET_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET, &address, text.data(), text.size());
    Address result{{}, sizeof raw, fmt::format("{}:{}", text.data(), port)};
    std::memcpy(&result.storage, &raw, sizeof raw);
    return result;
}

Address of_v6(const in6_addr& address, std::uint32_t scope, int port) {
    sockaddr_in6 raw{};
    raw.sin6_family = AF_INET6;
    raw.sin6_port = htons(static_cast<std::uint16_t>(port));
    raw.sin6_addr = address;
    raw.sin6_scope_id = scope;
    std::array<char, INET6_ADDRSTRLEN> text{};
    ::inet_ntop(AF_INET6, &address, text.data(), text.size());
    Address result{{}, sizeof raw, fmt::format("[{}]:{}", text.data(), port)};
    std::memcpy(&result.storage, &raw, sizeof raw);
    return result;
}

template <typename Raw>
Raw copied(const sockaddr* address) {
    Raw raw{};
    std::memcpy(&raw, address, sizeof raw);
    return raw;
}

}  // namespace

std::vector<Address> loopback_addresses(int port) {
    return {of_v4({htonl(INADDR_LOOPBACK)}, port), of_v6(in6addr_loopback, 0, port)};
}

std::vector<Address> interface_addresses(int port) {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, void (*)(ifaddrs*)> owner(list, &::freeifaddrs);
    std::vector<Address> addresses;
    for (const auto* entry = list; entry != nullptr; entry = entry->ifa_next) {
        const bool usable = (entry->ifa_flags & IFF_UP) != 0 && (entry->ifa_flags & IFF_LOOPBACK) == 0;
        if (!usable || entry->ifa_addr == nullptr) continue;
        if (entry->ifa_addr->sa_family == AF_INET) {
            addresses.push_back(of_v4(copied<sockaddr_in>(entry->ifa_addr).sin_addr, port));
        } else if (entry->ifa_addr->sa_family == AF_INET6) {
            const auto raw = copied<sockaddr_in6>(entry->ifa_addr);
            addresses.push_back(of_v6(raw.sin6_addr, raw.sin6_scope_id, port));
        }
    }
    return addresses;
}

}  // namespace migration_guard::system
