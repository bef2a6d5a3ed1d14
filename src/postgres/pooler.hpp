// Is there a transaction pooler in the way? What needs a session of its own (a session-level lock, SET) must know.
//
// Not the suspicion that a look reports (server_query.cpp), which costs no round trip. Keeps true: only what is proven
// is said; a pooler in session mode, or a proxy, is none.
#pragma once

#include "postgres/connect.hpp"

#include <string>

namespace migration_guard::postgres {

/// The process of the server that serves this session just now; a pooler tells another number at login.
int server_process(Connection& connection);

/// True when two of our sessions were seen to share one process of the server. `process`: server_process(connection).
/// Asks nothing when the server answered the login itself, else opens a second session and asks both a few times.
bool is_behind_transaction_pooler(Connector& connector, Connection& connection, int process, const DatabaseUrl& url,
                                  Duration timeout);

}  // namespace migration_guard::postgres
