// Prisma's dialect of a PostgreSQL URL, taken apart.
//
// Not a connection (connection.hpp) and not libpq's own URL parser, which reads other parameters, other escapes and
// the environment (prisma-engines: quaint/src/connector/postgres/url.rs).
// Keeps true: what is accepted here means to libpq what it means to Prisma; a password is never part of a message.
#pragma once

#include "base/time.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace migration_guard::postgres {

enum class TlsMode { disable, prefer, require };

struct DatabaseUrl {
    std::string variable;  ///< the variable that it came from, for messages
    std::string user;
    std::string password;
    std::string host;  ///< name, literal address, or an absolute directory for a Unix socket
    int port = 5432;
    std::string database;               ///< never empty: Prisma's rule for a missing path is applied
    std::optional<std::string> schema;  ///< ?schema=, when given
    TlsMode tls = TlsMode::prefer;
    bool verify_certificate = false;  ///< the chain: sslaccept=strict, or sslmode verify-ca, verify-full
    bool verify_host_name = false;    ///< also the name: not for sslmode=verify-ca
    std::string root_certificate;     ///< sslcert: a PEM file, absolute
    std::string identity;             ///< sslidentity: a PKCS#12 file, absolute
    std::string identity_password;
    std::optional<Duration> connect_timeout;  ///< 0: none
    bool pgbouncer = false;
    std::string application_name;
    std::string options;
    std::string channel_binding = "prefer";
    std::vector<std::string> notices;  ///< one line each: what was translated against what one may expect

    /// "user@host:5432/app (schema public)": no password, one line.
    [[nodiscard]] std::string describe() const;

    [[nodiscard]] bool is_socket() const { return host.starts_with('/'); }
    /// Where Prisma looks for tables: ?schema=, or public.
    [[nodiscard]] std::string effective_schema() const { return schema.value_or("public"); }
};

/// Throws Failure 78, with the reason and what to write instead, naming `variable` and never the URL itself.
/// Relative certificate paths resolve against `base`.
DatabaseUrl parse_url(std::string_view text, const std::string& variable, const std::filesystem::path& base);

}  // namespace migration_guard::postgres
