// Why a connection failed: a matter of time, or never to succeed?
//
// Not the connection (connection.hpp) and not the waiting (guard/wait.hpp). Keeps true: what is not known to be
// hopeless is worth another attempt, since the wait has an end of its own; a reason is one line without a secret.
#pragma once

#include "guard/ports.hpp"
#include "postgres/url.hpp"

#include <string>
#include <string_view>

namespace migration_guard::postgres {

/// `message`: what libpq says of a failed connection with PQERRORS_VERBOSE, which puts the SQLSTATE before the server's
/// text. It may tell of several attempts (TLS first, then plain): the most telling one decides.
ConnectResult classify_failure(std::string_view message, const DatabaseUrl& url);

/// The same for a server's error whose parts are known.
ConnectResult classify_sqlstate(const std::string& sqlstate, const std::string& text, const DatabaseUrl& url);

/// True when the server answered that it has no TLS: with sslmode=prefer the connection is then made without.
bool says_no_tls(std::string_view message);

ConnectResult not_yet(std::string reason);
ConnectResult never(ExitCode code, std::string reason, std::string hint);

/// "db:5432", or the socket's path.
std::string place(const DatabaseUrl& url);

}  // namespace migration_guard::postgres
