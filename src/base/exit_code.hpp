// The exit codes: one number for each cause, with its name and what a person is told about it.
//
// This is not where a code is chosen (that is ledger/verdict.hpp and the Failure thrown by an adapter);
// it is the one table that --help, the documentation and the JSON verdict are generated from.
// Keeps true: numbers and names never change, since images, dashboards and scripts are written against them.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace migration_guard {

enum class ExitCode : int {
    ok = 0,
    unhealthy = 1,
    usage = 64,
    bundle_unreadable = 66,
    database_unreachable = 69,
    internal = 70,
    apply_not_started = 71,
    turn_timeout = 75,
    database_refused = 77,
    config_invalid = 78,
    migrations_pending = 80,
    migration_failed = 81,
    history_refused = 82,
    ledger_missing = 83,
    apply_failed = 84,
    apply_timed_out = 85,
    ledger_incomplete = 86,
    schema_mismatch = 87,
    smoke_check_failed = 88,
    ledger_unusable = 89,
    app_not_executable = 126,
    app_not_found = 127,
};

struct ExitCodeEntry {
    ExitCode code;
    std::string_view name;   ///< the `verdict` of the JSON
    std::string_view cause;  ///< one sentence
    bool again;              ///< a restart alone may cure it
};

/// Every code of the contract, ascending.
std::span<const ExitCodeEntry> exit_codes();

/// The entry of `code`. Every enumerator has one.
const ExitCodeEntry& describe(ExitCode code);

/// The number that the process exits with.
constexpr int number(ExitCode code) {
    return static_cast<int>(code);
}

/// 128+n, as a shell reports a process that signal n ended.
constexpr int number_of_signal(int signal) {
    return 128 + signal;
}

}  // namespace migration_guard
