// The log: the guard's Journal on standard error.
//
// Not the choice of words (whoever has something to say) and not the state file of `probe` (system/), which is told
// through a hook. Keeps true: every text passes the mask of secrets before it is cut or written, and nothing that
// happens to standard error stops the guard.
#pragma once

#include "base/secrets.hpp"
#include "base/settings.hpp"
#include "base/time.hpp"
#include "guard/ports.hpp"
#include "log/output.hpp"

#include <functional>
#include <memory>
#include <string>

namespace migration_guard::log {

/// Told of each Journal::state, unmasked texts masked.
using StateHook = std::function<void(const std::string& phase, const std::string& detail)>;

/// Format and level as in `settings`; `secrets` must outlive the journal and may grow; `started` is the start of the
/// process. Lines are coloured on a terminal, unless NO_COLOR is set (https://no-color.org).
std::unique_ptr<Journal> open_journal(const Settings& settings, const Secrets& secrets, Instant started,
                                      StateHook on_state = {});

/// The same to another output, never coloured.
std::unique_ptr<Journal> open_journal_at(Output output, const Settings& settings, const Secrets& secrets,
                                         Instant started, StateHook on_state = {});

}  // namespace migration_guard::log
