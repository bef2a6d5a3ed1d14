// One attempt to get a session: name, addresses, TLS, login.
//
// Not the repetition of it (guard/wait.hpp). Keeps true: the attempt as a whole is bounded; each address of the name
// gets its share of the time, so that a dead one does not hide a living one; nothing but the URL decides how.
#pragma once

#include "guard/ports.hpp"
#include "postgres/connection.hpp"
#include "postgres/resolve_host.hpp"
#include "postgres/url.hpp"

#include <memory>

namespace migration_guard::postgres {

struct ConnectAttempt {
    ConnectResult result;
    std::unique_ptr<Connection> connection;  ///< only when connected
};

/// How sessions are made; one for the whole of a Database.
struct Connector {
    HostResolver resolver;
    Interrupt* interrupt = nullptr;
    Duration query_limit = std::chrono::seconds(30);  ///< for one round trip on the session

    /// Throws Interrupted, nothing else for whatever the server or the network does.
    ConnectAttempt attempt(const DatabaseUrl& url, Duration timeout, EarlierSignal earlier = EarlierSignal::is_known);

    /// The same where a failure is the caller's: throws Failure with the code of the result.
    std::unique_ptr<Connection> require(const DatabaseUrl& url, Duration timeout);
};

}  // namespace migration_guard::postgres
