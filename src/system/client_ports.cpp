#include "system/client_ports.hpp"

#include "system/process_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <system_error>

namespace migration_guard::system {
namespace {

namespace fs = std::filesystem;

/// The links of /proc/PID/fd read "socket:[INODE]" (proc(5)).
void add_sockets(pid_t pid, std::set<std::string>& inodes) {
    constexpr std::string_view prefix = "socket:[";
    std::error_code error;
    const fs::path folder = "/proc/" + std::to_string(pid) + "/fd";
    for (fs::directory_iterator at(folder, error); !error && at != fs::directory_iterator(); at.increment(error)) {
        std::error_code gone;
        const auto target = fs::read_symlink(at->path(), gone).string();
        if (gone || !target.starts_with(prefix)) continue;
        inodes.insert(target.substr(prefix.size(), target.size() - prefix.size() - 1));
    }
}

/// "0100007F:D431" is an address and a port in hexadecimal.
int port_of(std::string_view local_address) {
    const auto colon = local_address.rfind(':');
    if (colon == std::string_view::npos) return 0;
    const auto digits = local_address.substr(colon + 1);
    int port = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), port, 16);
    return port;
}

/// `table`: /proc/net/tcp or tcp6, one heading and then a connection a line.
void add_ports(const char* table, const std::set<std::string>& inodes, std::vector<int>& ports) {
    constexpr auto established = "01";
    std::ifstream file(table);
    std::string line;
    for (std::getline(file, line); std::getline(file, line);) {
        std::istringstream words(line);
        std::array<std::string, 10> columns;
        for (auto& column : columns) words >> column;
        const auto& [number, local, remote, state, queues, timer, retransmitted, owner, timeout, inode] = columns;
        if (state == established && inodes.contains(inode)) ports.push_back(port_of(local));
    }
}

}  // namespace

std::vector<int> client_ports_of_group(pid_t group) {
    std::set<std::string> inodes;
    for (const pid_t pid : processes_of_group(group)) add_sockets(pid, inodes);
    std::vector<int> ports;
    if (inodes.empty()) return ports;
    add_ports("/proc/net/tcp", inodes, ports);
    add_ports("/proc/net/tcp6", inodes, ports);
    std::ranges::sort(ports);
    return ports;
}

}  // namespace migration_guard::system
