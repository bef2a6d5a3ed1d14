// Is there a transaction pooler in the way? What needs a session of its own (a session-level lock, SET) must know.
//
// Not the suspicion that a look reports (server_query.cpp), which costs no round trip. Keeps true: only what is proven
// is said; a pooler in session mode, or a proxy, is none.
#pragma once

#include "postgres/connect.hpp"

#include <string>

namespace migration_guard::postgres {

/// True when two of our sessions were seen to share one process of the server. Asks the server once when it answered
/// the login itself, else opens a second session and asks both a few times.
bool is_behind_transaction_pooler(Connector& connector, Connection& connection, const DatabaseUrl& url,
                                  Duration timeout);

}  // namespace migration_guard::postgres
