// The files that TLS needs: which CA bundle verifies the server, and the client's identity out of a PKCS#12 bundle.
//
// Not the handshake (libpq does that). Keeps true: a private key never touches a disk; verification that was asked for
// is never left out because something is missing.
#pragma once

#include "guard/ports.hpp"
#include "postgres/url.hpp"

#include <optional>
#include <string>

namespace migration_guard::postgres {

/// A file in memory, known to libpq as /proc/self/fd/N. Gone when destroyed, and at exec.
class MemoryFile {
public:
    MemoryFile() = default;
    /// Throws std::system_error.
    MemoryFile(const char* name, const std::string& content);
    ~MemoryFile();
    MemoryFile(MemoryFile&& other) noexcept;
    MemoryFile& operator=(MemoryFile&& other) noexcept;
    MemoryFile(const MemoryFile&) = delete;
    MemoryFile& operator=(const MemoryFile&) = delete;

    /// Empty when there is none.
    [[nodiscard]] std::string path() const;

private:
    int descriptor_ = -1;
};

struct TlsFiles {
    std::string root_certificates;  ///< path; empty when nothing is verified
    MemoryFile certificate;         ///< with its chain
    MemoryFile private_key;
};

/// Fills `files`, or tells why the connection can never be made (77, or 78 for a file that is not there).
/// Without verification and identity it touches nothing.
std::optional<Never> prepare_tls(const DatabaseUrl& url, TlsFiles& files);

}  // namespace migration_guard::postgres
