// A fake PostgreSQL that says, byte by byte, what a real one cannot be brought to say.
//
// Not a server: each connection is handed to a script. Keeps true: it ends with the test, whatever the script waits
// for; it listens on 127.0.0.1 on a free port.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>

namespace migration_guard::test {

/// The server's end of one connection; closed when the script returns.
class Peer {
public:
    Peer(int descriptor, int stop) : descriptor_(descriptor), stop_(stop) {}

    /// One packet as sent before login: a length, then as much (SSLRequest, StartupMessage). Empty at the end.
    std::string read_startup();
    /// One packet after it: a type, a length, then as much.
    std::string read_message();
    /// False when the client has gone.
    bool send(const std::string& bytes);
    /// One byte a packet.
    void send_bytewise(const std::string& bytes);
    /// Says S to SSLRequest and takes the client's first TLS record: nothing is left unread, for which a close would
    /// reset the connection.
    void accept_tls();
    /// Says nothing until the client goes or the test ends.
    void hang();
    /// Says N to SSLRequest, then reads the StartupMessage.
    void refuse_tls();

private:
    std::string read_exactly(std::size_t size);

    int descriptor_;
    int stop_;
};

class ScriptedServer {
public:
    explicit ScriptedServer(std::function<void(Peer&)> script);
    ~ScriptedServer();
    ScriptedServer(const ScriptedServer&) = delete;
    ScriptedServer& operator=(const ScriptedServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] int connections() const { return connections_; }

private:
    void serve();

    std::function<void(Peer&)> script_;
    int listener_ = -1;
    int stop_ = -1;
    int port_ = 0;
    std::atomic<int> connections_{0};
    std::thread thread_;
};

// Messages of the server (PostgreSQL manual, "Message Formats").

/// A type, the length of all but the type, then `body`.
std::string message(char type, const std::string& body);
std::string number(std::uint32_t value);
std::string error_response(const std::string& sqlstate, const std::string& text);
/// AuthenticationRequest with `code`: 0 ok, 3 cleartext, 5 md5, 10 SASL.
std::string authentication(std::uint32_t code, const std::string& rest = "");
/// AuthenticationOk, a key, ReadyForQuery: the client is in.
std::string logged_in();

}  // namespace migration_guard::test
