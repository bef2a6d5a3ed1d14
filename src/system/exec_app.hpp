// The last thing that the guard does: to become the app.
//
// Keeps true: the app gets the guard's process with argv as given, the environment, the signal mask and dispositions
// found at start, and the standard streams; every other descriptor is closed.
#pragma once

#include "system/find_command.hpp"
#include "system/stop_signals.hpp"

#include <string>
#include <vector>

namespace migration_guard::system {

/// `environment`: NAME=value as the process found it. Throws Failure 126 or 127 when the kernel refuses after all, and
/// Interrupted when a stop signal arrived before the last moment; does not return otherwise.
[[noreturn]] void exec_app(const Command& command, const std::vector<std::string>& environment, StopSignals& signals);

/// What execve's refusal of COMMAND means: throws Failure 126 or 127.
[[noreturn]] void refuse_to_exec(const std::string& path, int error);

/// Puts /dev/null, close-on-exec, in the place of each standard stream that is closed: else the next thing opened would
/// be one, the connection for instance, and what is logged would be written into it. The app still finds it closed.
void fill_closed_streams();

/// Marks every descriptor beyond standard error that is open now as close-on-exec, whoever opened it (a library), but
/// for those that the process was given at start.
void close_on_exec_all(const std::vector<int>& inherited);

/// The descriptors beyond standard error that are open now: at start, those that the caller gave us (systemd's
/// sockets).
std::vector<int> open_descriptors();

}  // namespace migration_guard::system
