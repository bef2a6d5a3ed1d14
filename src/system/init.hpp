// `init: true`: to stay as a minimal init in place of becoming the app.
//
// What catatonit and tini do, no more: signals go on to the app, orphans are reaped, the app's status is passed on.
// Keeps true: the app gets what it would have got by exec, but for its process id.
#pragma once

#include "system/find_command.hpp"
#include "system/stop_signals.hpp"

#include <string>
#include <vector>

namespace migration_guard::system {

/// Starts the app in a process group of its own (in the terminal's foreground when there is one) and ends this process
/// with its status, 128+n for a signal. Throws Failure 126 or 127 when it cannot be started, and Interrupted when a
/// stop signal came before; does not return otherwise.
[[noreturn]] void run_as_init(const Command& command, const std::vector<std::string>& environment,
                              StopSignals& signals);

/// The name of this process from then on (/proc/PID/comm), by which `probe` tells an init from a guard at work.
inline constexpr const char* init_name = "guard-init";

}  // namespace migration_guard::system
