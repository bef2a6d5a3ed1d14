// What to do where the kernel refuses a thread or a process: for whoever starts one.
//
// Not the refusal itself (EAGAIN, in system/ and postgres/). Keeps true: it is no fault of the guard, so never code 70.
#pragma once

#include <string_view>

namespace migration_guard {

/// Continues a sentence about what could not be started (pthread_create(3), fork(2): EAGAIN).
inline constexpr std::string_view remedy_for_refused_thread =
    "raise the limit of processes and threads (docker --pids-limit, deploy.resources.limits.pids, ulimit -u), or look "
    "what uses them up";

}  // namespace migration_guard
