#include "support/pgbouncer.hpp"

#include <fmt/format.h>

#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace migration_guard::test {
namespace {

sockaddr_in loopback(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    return address;
}

int free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = loopback(0);
    socklen_t size = sizeof(address);
    bind(probe, reinterpret_cast<sockaddr*>(&address), size);
    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size);
    close(probe);
    return ntohs(address.sin_port);
}

bool answers(int port) {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(port);
    const bool good = connect(probe, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
    close(probe);
    return good;
}

std::string make_folder() {
    auto pattern = (std::filesystem::temp_directory_path() / "guard-bouncer.XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no folder for pgbouncer");
    chmod(pattern.c_str(), 0755);
    return pattern;
}

}  // namespace

std::string find_pgbouncer() {
    for (const char* const path : {"/usr/sbin/pgbouncer", "/usr/bin/pgbouncer"}) {
        if (access(path, X_OK) == 0) return path;
    }
    return {};
}

PgBouncer::PgBouncer(const std::string& host, int port, const std::string& user, const std::string& password)
    : folder_(make_folder()), port_(free_port()) {
    std::ofstream(folder_ + "/users") << fmt::format("\"{}\" \"{}\"\n", user, password);
    std::ofstream(folder_ + "/ini") << fmt::format(
        "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {}\nunix_socket_dir =\n"
        "auth_type = plain\nauth_file = {}/users\npool_mode = transaction\ndefault_pool_size = 5\nserver_tls_sslmode = "
        "prefer\n",
        host, port, port_, folder_);
    const auto program = find_pgbouncer();
    const auto ini = folder_ + "/ini";
    std::vector<std::string> words{program, "-q", ini};
    if (getuid() == 0) words.insert(words.end() - 1, {"-u", "nobody"});  // it refuses to run as root
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    if (posix_spawn(&pid_, program.c_str(), nullptr, nullptr, argv.data(), environ) != 0) {
        throw std::runtime_error("pgbouncer cannot be started");
    }
    for (int i = 0; i < 250 && !answers(port_); ++i) usleep(20'000);
}

PgBouncer::~PgBouncer() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    std::filesystem::remove_all(folder_);
}

}  // namespace migration_guard::test
