// The app's log for `diagnose --logs`: a file, or standard input.
//
// Not the reading of it (applog/). Keeps true: memory stays constant, however long it is.
#pragma once

#include "applog/scan_log.hpp"
#include "base/interrupt.hpp"

#include <string>

namespace migration_guard {

/// `name`: a path, or - for standard input. Throws Failure 64 when it cannot be read or is no text, and
/// Interrupted.
LogFindings scan_log_file(const std::string& name, Interrupt& stop);

}  // namespace migration_guard
