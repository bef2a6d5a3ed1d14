// The answers on standard output.
//
// Not the log (log/, standard error). Keeps true: all of a text is written, however slowly it is read, or the caller is
// told; nothing waits on a reader once a stop signal has come.
#pragma once

#include "base/interrupt.hpp"

#include <string>

namespace migration_guard {

/// With a newline at its end. Waits for whoever reads, after a stop signal for one second at most. Returns why it could
/// not be written (a full disk), else empty; a reader that has gone is no reason.
std::string print(std::string text, Interrupt& stop);

}  // namespace migration_guard
