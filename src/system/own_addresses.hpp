// The addresses at which the app of this container can be reached from inside it.
#pragma once

#include <sys/socket.h>

#include <string>
#include <vector>

namespace migration_guard::system {

struct Address {
    sockaddr_storage storage{};
    socklen_t length = 0;
    std::string text;  ///< "127.0.0.1:3000", "[::1]:3000"
};

/// 127.0.0.1 and ::1, in that order.
std::vector<Address> loopback_addresses(int port);
/// Those of the container's interfaces that are up: an app may listen on its own address only (HOSTNAME of Next.js).
std::vector<Address> interface_addresses(int port);

}  // namespace migration_guard::system
