#include "ending.hpp"

#include "base/text.hpp"
#include "report/report.hpp"
#include "system/failure_command.hpp"
#include "system/real_clock.hpp"
#include "system/state_file.hpp"
#include "words.hpp"

namespace migration_guard {
namespace {

constexpr Duration lives_long_enough_to_be_probed = std::chrono::seconds(30);

Duration linger(const Ending& ending) {
    if (ending.settings.failure_delay) return *ending.settings.failure_delay;
    return ending.lingers && !ending.start.terminal ? Duration(std::chrono::seconds(10)) : Duration(0);
}

void tell_that_no_probe_came(const Ending& ending) {
    if (!ending.lingers || std::chrono::steady_clock::now() - ending.start.time < lives_long_enough_to_be_probed ||
        system::probe_was_seen(ending.settings.state_file)) {
        return;
    }
    ending.journal.event(
        Level::warn, "probe",
        "no probe was seen in this container: without HEALTHCHECK CMD [\"migration-guard\", \"probe\"] the old "
        "version is stopped while the guard still works",
        {});
}

void tell_other_findings(const Ending& ending, const Outcome& outcome) {
    for (std::size_t i = 1; i < outcome.problems.size(); ++i) {
        const auto& also = outcome.problems[i];
        ending.journal.event(Level::error, "also", also.message,
                             {{"code", std::to_string(number(also.code))}, {"remedy", also.remedy}});
    }
}

}  // namespace

int end_badly(const Ending& ending, const Outcome& outcome) {
    if (!ending.report_shown) tell_other_findings(ending, outcome);
    tell_that_no_probe_came(ending);
    if (!ending.settings.failure_command.empty()) {
        const auto problem = system::run_failure_command(
            ending.settings.failure_command, ending.start.environment, report::to_json(outcome, ending.secrets),
            ending.signals, [&](Stream, std::string_view line) {
                ending.journal.event(Level::info, "failureCommand", one_line(line), {});
            });
        if (!problem.empty()) ending.journal.event(Level::warn, "failureCommand", problem, {});
    }
    const auto delay = linger(ending);
    std::vector<Field> fields{{"code", std::to_string(number(outcome.code))},
                              {"name", std::string(describe(outcome.code).name)},
                              {"cause", outcome.message},
                              {"remedy", outcome.remedy}};
    if (delay > Duration(0)) fields.push_back({"lingers", to_text(delay)});
    ending.journal.state("failed", std::string(describe(outcome.code).name) + ": " + outcome.message);
    ending.journal.event(Level::error, "exit", "", fields);
    try {
        system::RealClock(ending.signals).sleep(delay);
    } catch (const Interrupted&) {
        // A signal ends the linger; the code stays that of the failure.
    }
    return number(outcome.code);
}

int end_interrupted(const Ending& ending, const Interrupted& interrupted) {
    const int code = number_of_signal(interrupted.signal);
    ending.journal.event(Level::error, "exit", "",
                         {{"code", std::to_string(code)},
                          {"name", signal_word(interrupted.signal)},
                          {"cause", "stopped before the app was started: " + interrupted.left_behind},
                          {"remedy", interrupted.remedy}});
    return code;
}

}  // namespace migration_guard
