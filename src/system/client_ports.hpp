// The connections of a process group, as /proc tells them.
//
// Not an answer to where they lead: that is for whoever looks from the other end. Keeps true: only sockets that a
// process of the group itself holds open, never a neighbour's of the same container.
#pragma once

#include <sys/types.h>

#include <vector>

namespace migration_guard::system {

/// The local ports of the established TCP connections of the group, ascending. Empty without /proc, and as far as the
/// processes are another user's.
std::vector<int> client_ports_of_group(pid_t group);

}  // namespace migration_guard::system
