// How a run ends that does not end in the app: the last line, the failure command, the linger.
//
// Not a decision (the Outcome holds it). Keeps true: the last line before a failing exit has code, name, cause and
// remedy, whatever was said before it, since older lines may be gone.
#pragma once

#include "base/secrets.hpp"
#include "guard/outcome.hpp"
#include "guard/ports.hpp"
#include "process_start.hpp"
#include "system/stop_signals.hpp"

namespace migration_guard {

/// What an ending needs to know; made as soon as the settings are known.
struct Ending {
    const ProcessStart& start;
    const Settings& settings;
    const Secrets& secrets;
    system::StopSignals& signals;
    Journal& journal;
    bool lingers = false;       ///< `run`: failureDelay's default applies
    bool report_shown = false;  ///< people have read the other findings on standard output
};

/// Logs, tells failureCommand, lingers; returns the exit code. `outcome.code` must not be ok.
int end_badly(const Ending& ending, const Outcome& outcome);

/// A stop signal before the exec: prompt, no linger.
int end_interrupted(const Ending& ending, const Interrupted& interrupted);

}  // namespace migration_guard
