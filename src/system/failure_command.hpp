// failureCommand: tell somebody, before a failing exit.
//
// Keeps true: it can neither hold up the exit for longer than its bound nor change its code.
#pragma once

#include "base/interrupt.hpp"
#include "guard/process_port.hpp"

#include <string>
#include <vector>

namespace migration_guard::system {

inline constexpr Duration failure_command_limit = std::chrono::seconds(10);

/// Runs `argv` (looked up in the PATH of `environment`) with `json` on its standard input, for ten seconds at most; a
/// new stop signal ends it. Its output goes to `on_line`. The status is not looked at. Returns why it could not be run
/// or had to be ended, one line; empty when it ran. Never throws.
std::string run_failure_command(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                                const std::string& json, Interrupt& interrupt, OnLine on_line = {});

}  // namespace migration_guard::system
