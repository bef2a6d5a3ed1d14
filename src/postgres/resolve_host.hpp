// Names into addresses, without being held up: getaddrinfo() has no time limit and cannot be interrupted, so it runs in
// a thread of its own.
//
// Not a cache: every resolve() asks anew, since a database that moves gets another address. Keeps true: at most one
// look-up is under way; one that was given up on is taken up again by the next resolve() of the same name.
#pragma once

#include "postgres/patience.hpp"

#include <memory>
#include <string>
#include <vector>

namespace migration_guard::postgres {

struct Resolution {
    std::vector<std::string> addresses;  ///< literal, in the order of RFC 6724, without doubles; empty: see `problem`
    std::string problem;                 ///< one line: "name not resolved: ..."
    std::string hint = {};               ///< where it is not the name server's
};

class HostResolver {
public:
    /// A literal address comes back at once, as it is. Throws Interrupted.
    Resolution resolve(const std::string& host, Patience& patience);

private:
    struct Lookup;
    std::shared_ptr<Lookup> pending_;
};

}  // namespace migration_guard::postgres
