#include "support/scripted_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace migration_guard::test {
namespace {

/// False when the test ends first.
bool wait_for_input(int descriptor, int stop) {
    std::array<pollfd, 2> polled{pollfd{descriptor, POLLIN, 0}, pollfd{stop, POLLIN, 0}};
    return poll(polled.data(), polled.size(), 30'000) > 0 && polled[1].revents == 0;
}

std::uint32_t read_number(const std::string& bytes) {
    std::uint32_t value = 0;
    for (const char c : bytes) value = value << 8U | static_cast<unsigned char>(c);
    return value;
}

}  // namespace

std::string Peer::read_exactly(std::size_t size) {
    std::string bytes;
    while (bytes.size() < size) {
        std::array<char, 4096> buffer{};
        if (!wait_for_input(descriptor_, stop_)) return {};
        const auto got = recv(descriptor_, buffer.data(), std::min(buffer.size(), size - bytes.size()), 0);
        if (got <= 0) return {};
        bytes.append(buffer.data(), static_cast<std::size_t>(got));
    }
    return bytes;
}

std::string Peer::read_startup() {
    const auto length = read_exactly(4);
    return length.size() < 4 ? "" : read_exactly(read_number(length) - 4);
}

std::string Peer::read_message() {
    const auto head = read_exactly(5);
    return head.size() < 5 ? "" : read_exactly(read_number(head.substr(1)) - 4);
}

bool Peer::send(const std::string& bytes) {
    return ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0;
}

void Peer::send_bytewise(const std::string& bytes) {
    for (const char byte : bytes) {
        send(std::string(1, byte));
        usleep(1000);
    }
}

void Peer::accept_tls() {
    read_startup();
    send("S");
    const auto head = read_exactly(5);  // RFC 8446, 5.1: type, version, length
    if (head.size() == 5) read_exactly(read_number(head.substr(3)));
}

void Peer::hang() {
    while (wait_for_input(descriptor_, stop_)) {
        std::array<char, 4096> buffer{};
        if (recv(descriptor_, buffer.data(), buffer.size(), 0) <= 0) return;
    }
}

void Peer::refuse_tls() {
    read_startup();
    send("N");
    read_startup();
}

ScriptedServer::ScriptedServer(std::function<void(Peer&)> script)
    : script_(std::move(script)),
      listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)),
      stop_(eventfd(0, EFD_CLOEXEC)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 16) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("scripted server: no port");
    }
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
}

ScriptedServer::~ScriptedServer() {
    eventfd_write(stop_, 1);
    thread_.join();
    close(listener_);
    close(stop_);
}

void ScriptedServer::serve() {
    while (wait_for_input(listener_, stop_)) {
        const int accepted = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (accepted < 0) continue;
        ++connections_;
        Peer peer(accepted, stop_);
        script_(peer);
        close(accepted);
    }
}

std::string number(std::uint32_t value) {
    std::string bytes;
    for (const unsigned shift : {24U, 16U, 8U, 0U}) bytes += static_cast<char>(value >> shift & 0xffU);
    return bytes;
}

std::string message(char type, const std::string& body) {
    return std::string(1, type) + number(static_cast<std::uint32_t>(body.size() + 4)) + body;
}

std::string error_response(const std::string& sqlstate, const std::string& text) {
    const std::string end(1, '\0');
    return message('E', "SFATAL" + end + "VFATAL" + end + "C" + sqlstate + end + "M" + text + end + end);
}

std::string authentication(std::uint32_t code, const std::string& rest) {
    return message('R', number(code) + rest);
}

std::string logged_in() {
    return authentication(0) + message('K', number(4711) + number(42)) + message('Z', "I");
}

}  // namespace migration_guard::test
