// The few sentences that only the program itself says, and the fields of its start line.
//
// Not the wording of findings (ledger/wording.hpp) and not reports (report/).
#pragma once

#include "base/failure.hpp"
#include "base/interrupt.hpp"
#include "config/load.hpp"
#include "guard/outcome.hpp"
#include "guard/ports.hpp"
#include "image.hpp"
#include "process_start.hpp"
#include "system/find_command.hpp"

#include <exception>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

/// COMMAND is this binary with a subcommand other than run: `docker run IMAGE migration-guard check`.
std::optional<system::Command> one_shot_of_this_binary(const std::vector<std::string>& command,
                                                       const ProcessStart& start);

std::vector<Field> start_fields(const config::Loaded& loaded, const Databases& databases);
std::string words_for_shell();
std::string words_for_ready(const Outcome& outcome);
std::vector<Field> fields_of_ready(const Outcome& outcome);
/// All is well, but nobody could be told.
Outcome words_for_unwritten(const std::string& why);
/// Whatever could not be opened: without a descriptor to spare the usual remedy leads astray.
void explain_too_few_descriptors(Outcome& outcome);
std::string words_for_observe(const Outcome& outcome, ApplyMode apply);
Outcome words_for_failure(const Failure& failure);
/// "SIGTERM"
std::string signal_word(int signal);
/// For the JSON alone: the log's last line has its own fields.
Outcome words_for_interrupted(const Interrupted& interrupted);
/// What nobody expected: a fault of the guard's own.
Outcome words_for_fault(const std::exception& fault);

}  // namespace migration_guard
