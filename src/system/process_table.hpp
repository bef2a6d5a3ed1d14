// What /proc tells about processes.
//
// Keeps true: a process is told apart from a later one of the same number by the time it began.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace migration_guard::system {

struct ProcessFacts {
    pid_t pid = 0;
    pid_t parent = 0;
    pid_t group = 0;
    char state = '?';         ///< R, S, D, Z, …
    std::uint64_t began = 0;  ///< clock ticks since boot: with the pid, one life of one process
};

/// Nothing when there is no such process, or no /proc.
std::optional<ProcessFacts> process_facts(pid_t pid);

/// The direct children of this process, adopted ones included. Empty without /proc.
std::set<pid_t> children_of_self();

/// Empty without /proc.
std::set<pid_t> processes_of_group(pid_t group);

/// The program that a process runs, as /proc/PID/exe tells; empty when it may not be known (another user's process).
std::string program_of(pid_t pid);

}  // namespace migration_guard::system
