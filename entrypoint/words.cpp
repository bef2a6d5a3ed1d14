#include "words.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "base/version.hpp"
#include "config/command_line.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstring>

namespace migration_guard {
namespace {

std::string word(Mode mode) {
    return mode == Mode::observe ? "observe" : mode == Mode::off ? "off" : "enforce";
}

std::string word(ApplyMode apply) {
    switch (apply) {
        case ApplyMode::prisma:
            return "prisma";
        case ApplyMode::native:
            return "native";
        case ApplyMode::wait:
            return "wait";
        case ApplyMode::never:
            return "never";
    }
    return "";
}

}  // namespace

std::optional<system::Command> one_shot_of_this_binary(const std::vector<std::string>& command,
                                                       const ProcessStart& start) {
    if (command.empty() || !config::asks_for_one_shot(command)) return std::nullopt;
    try {
        auto found = system::find_command(command, start.variables);
        return found.is_this_binary ? std::optional(std::move(found)) : std::nullopt;
    } catch (const Failure&) {  // 126 and 127 come behind what run looks at first
        return std::nullopt;
    }
}

std::vector<Field> start_fields(const config::Loaded& loaded, const Databases& databases) {
    const auto& url = databases.migrate;
    return {{"version", std::string(version())},
            {"mode", word(loaded.settings.mode)},
            {"apply", word(loaded.settings.apply)},
            {"config", loaded.source},
            {"user", url.user},
            {"host", url.host},
            {"port", std::to_string(url.port)},
            {"database", url.database},
            {"schema", url.schema.value_or("public")}};
}

std::string words_for_shell() {
    return "COMMAND is a shell: SIGTERM will not reach the app, which is then killed after the grace period; use the "
           "exec "
           "form, CMD [\"node\", \"server.js\"]";
}

std::string words_for_ready(const Outcome& outcome) {
    if (outcome.applied_now.empty()) return "nothing pending, the app starts";
    return fmt::format(
        "{} applied and verified, the app starts",
        outcome.applied_now.size() == 1 ? "1 migration" : std::to_string(outcome.applied_now.size()) + " migrations");
}

std::vector<Field> fields_of_ready(const Outcome& outcome) {
    std::vector<Field> fields;
    if (!outcome.applied_now.empty()) fields.push_back({"appliedNow", join(outcome.applied_now)});
    fields.push_back({"migrations", std::to_string(outcome.history.count(MigrationState::applied))});
    fields.push_back({"models", outcome.schema_checked ? std::to_string(outcome.models) : "unchecked"});
    fields.push_back({"ms", fmt::format("{:.1f}", outcome.timings.total_ms)});
    return fields;
}

Outcome words_for_unwritten(const std::string& why) {
    Outcome outcome;
    outcome.code = ExitCode::internal;
    outcome.message = "what was asked for could not be written to standard output (" + why + ")";
    outcome.remedy = "send it where there is room; what it tells was done, and is well";
    return outcome;
}

void explain_too_few_descriptors(Outcome& outcome) {
    if (outcome.message.find("oo many open files") == std::string::npos) return;
    outcome.remedy =
        "raise the limit of open files, the guard needs a dozen and a CLI more: ulimit -n, or docker run "
        "--ulimit nofile=1024:1024";
    if (!outcome.problems.empty()) outcome.problems.front().remedy = outcome.remedy;
}

std::string words_for_observe(const Outcome& outcome, ApplyMode apply) {
    if (const auto pending = outcome.history.names(MigrationState::pending);
        outcome.code == ExitCode::ok && !pending.empty()) {
        if (apply == ApplyMode::wait) {
            return "observe: would wait for somebody else to apply what is pending (apply: wait): " + join(pending, 5);
        }
        return "observe: would apply what is pending, then start the app: " + join(pending, 5);
    }
    if (outcome.code == ExitCode::ok) return "observe: would start the app (" + outcome.message + ")";
    return fmt::format("observe: would exit {} {}: {}", number(outcome.code), describe(outcome.code).name,
                       outcome.message);
}

Outcome words_for_failure(const Failure& failure) {
    Outcome outcome;
    outcome.code = failure.code;
    outcome.message = failure.what();
    outcome.remedy = failure.hint;
    outcome.problems = {{outcome.code, outcome.message, outcome.remedy}};
    return outcome;
}

std::string signal_word(int signal) {
    const char* const word = sigabbrev_np(signal);
    return word == nullptr ? "signal " + std::to_string(signal) : std::string("SIG") + word;
}

Outcome words_for_interrupted(const Interrupted& interrupted) {
    Outcome outcome;
    outcome.signal = interrupted.signal;
    outcome.message = fmt::format("stopped by {}: {}", signal_word(interrupted.signal), interrupted.left_behind);
    outcome.remedy = interrupted.remedy;
    return outcome;
}

Outcome words_for_fault(const std::exception& fault) {
    return words_for_failure({ExitCode::internal, std::string("a fault of the guard itself: ") + fault.what(),
                              "please report it, with this line and the output of migration-guard config"});
}

}  // namespace migration_guard
