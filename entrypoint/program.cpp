#include "program.hpp"

#include "base/version.hpp"
#include "config/help.hpp"
#include "guard/guard.hpp"
#include "log/journal.hpp"
#include "print.hpp"
#include "prisma/cli.hpp"
#include "report/report.hpp"
#include "system/child_process.hpp"
#include "system/exec_app.hpp"
#include "system/init.hpp"
#include "system/probe.hpp"
#include "words.hpp"

#include <fmt/format.h>

#include <utility>

namespace migration_guard {

using config::Subcommand;

int Program::main() {
    try {
        line_ = config::parse_command_line(start_.arguments);
        understood_ = true;
        if (line_.help) return answer(config::help_text(line_), ExitCode::ok);
        if (line_.version) return answer(config::version_text(), ExitCode::ok);
        return dispatch();
    } catch (const Failure& failure) {
        return fail(words_for_failure(failure));
    } catch (const Interrupted& interrupted) {
        return end_interrupted(interrupted);
    } catch (const std::exception& fault) {
        return fail(words_for_fault(fault));
    }
}

int Program::fail(Outcome outcome) {
    if (config::subcommand_of(start_.arguments) == Subcommand::probe) {  // 0 or 1, whatever is wrong
        print(outcome.message + "; " + outcome.remedy, signals_);
        return number(ExitCode::unhealthy);
    }
    if (databases_) outcome.database = identify(*databases_);
    return conclude(std::move(outcome));
}

/// Whoever reads the JSON gets an object in every case.
int Program::end_interrupted(const Interrupted& interrupted) {
    if (reports() && line_.json && !answered_) {
        auto outcome = words_for_interrupted(interrupted);
        if (databases_) outcome.database = identify(*databases_);
        tell_unwritten(print(json_of(outcome), signals_));
    }
    return migration_guard::end_interrupted(ending(), interrupted);
}

int Program::dispatch() {
    switch (line_.subcommand) {
        case Subcommand::run:
            return run();
        case Subcommand::check:
            return line_.no_database ? check_bundle() : check();
        case Subcommand::migrate:
            return migrate();
        case Subcommand::wait:
            return wait();
        case Subcommand::resolve:
            return resolve();
        case Subcommand::config:
            return config();
        case Subcommand::probe:
            return probe();
        case Subcommand::diagnose:
            return diagnose();
        case Subcommand::baseline:
            return baseline();
    }
    return number(ExitCode::internal);
}

// ---- run ------------------------------------------------------------------------------------------------------------

int Program::run() {
    if (const auto other = one_shot_of_this_binary(line_.command, start_)) exec(*other);
    configure();
    if (loaded_.settings.mode == Mode::off) {
        const auto command = system::find_command(line_.command, start_.variables);
        log_->event(Level::warn, "off", "mode is off: the app starts unguarded", {});
        exec(command);
    }
    if (loaded_.settings.mode == Mode::observe) return observe(system::find_command(line_.command, start_.variables));
    find_everything();
    return enforce();
}

/// 78 and 66 come before 126 and 127: the bundle is waited for only when there is something to compare with.
system::Command Program::find_app() {
    try {
        return system::find_command(line_.command, start_.variables);
    } catch (const Failure&) {
        static_cast<void>(image_->bundle.get());
        throw;
    }
}

int Program::enforce() {
    system::Command command;
    Outcome outcome;
    {
        auto world = build_world();
        command = find_app();
        if (command.is_shell) log_->event(Level::warn, "command", words_for_shell(), {});
        warn_about_probe();
        outcome = Guard(world.plan(), world.ports()).bring_up_to_date();
    }
    if (outcome.code != ExitCode::ok) return conclude(outcome);
    log_->ready(words_for_ready(outcome), fields_of_ready(outcome));
    exec(command);
}

/// Read-only: says what enforce would have done, and starts the app whatever it is.
int Program::observe(const system::Command& command) {
    if (command.is_shell) log_->event(Level::warn, "command", words_for_shell(), {});
    const auto outcome = what_would_happen();
    log_->event(outcome.code == ExitCode::ok ? Level::info : Level::warn, "observe",
                words_for_observe(outcome, loaded_.settings.apply), {{"remedy", outcome.remedy}});
    exec(command);
}

/// Whatever goes wrong here, the guard's own faults included, is no reason not to start an app that is only observed.
Outcome Program::what_would_happen() {
    try {
        find_everything();
        warn_about_probe();
        auto world = build_world();
        return Guard(world.plan(), world.ports()).check(Purpose::before_apply);
    } catch (const Failure& failure) {
        return words_for_failure(failure);
    } catch (const Interrupted&) {
        throw;
    } catch (const std::exception& fault) {
        return words_for_fault(fault);
    }
}

/// A probe that cannot ask the app calls it healthy before it listens: whoever configured one should know.
void Program::warn_about_probe() {
    const auto notice = system::probe_options(loaded_.settings, start_.variables).notice;
    if (!notice.empty()) log_->event(Level::warn, "probe", notice, {});
}

void Program::exec(const system::Command& command) {
    if (log_) log_->state(std::string(system::phase_passed), "the app was started");
    image_.reset();
    system::close_on_exec_all(start_.descriptors);
    if (loaded_.settings.init) system::run_as_init(command, start_.environment, signals_);
    system::exec_app(command, start_.environment, signals_);
}

// ---- what they share ------------------------------------------------------------------------------------------------

void Program::configure() {
    loaded_.settings = config::early_settings(line_, start_.variables);  // how to end, should load_settings fail
    journal_ = log::open_journal(loaded_.settings, secrets_, start_.time);
    log_ = std::make_unique<StartLine>(*journal_);
    use(config::load_settings(line_, start_.variables, start_.directory));
}

std::optional<Failure> Program::try_to_configure() {
    auto attempt = config::try_settings(line_, start_.variables, start_.directory);
    use(std::move(attempt.loaded));
    return std::move(attempt.failure);
}

void Program::use(config::Loaded loaded) {
    loaded_ = std::move(loaded);
    log::StateHook tell_probe;
    if (line_.subcommand == Subcommand::run) {
        state_.emplace(loaded_.settings.state_file, start_.time);
        tell_probe = [this](const std::string& phase, const std::string& detail) { state_->write(phase, detail); };
    }
    journal_ = log::open_journal(loaded_.settings, secrets_, start_.time, tell_probe);
    log_ = std::make_unique<StartLine>(*journal_);
    for (const auto& warning : loaded_.warnings) log_->event(Level::warn, "config", warning, {});
}

void Program::find_everything() {
    try {
        image_ = read_image(loaded_.settings, start_.variables, start_.directory);
    } catch (const Failure& failure) {
        if (failure.code == ExitCode::bundle_unreadable) judge_url_alone();
        throw;
    }
    find_database();
}

/// Without a schema nobody knows which variable is meant; a bad URL in the usual one is told all the same (78 before
/// 66).
void Program::judge_url_alone() const {
    Image alone;
    alone.project.directory = start_.directory;
    const auto& named = loaded_.settings.database_url_env;
    const auto name = named.empty() ? std::string("DATABASE_URL") : named;
    if (prisma::variable(start_.variables, name).empty() && prisma::variable(start_.variables, name + "_FILE").empty())
        return;
    static_cast<void>(find_databases(alone, loaded_.settings, start_.variables, start_.directory));
}

void Program::find_database() {
    databases_ = find_databases(*image_, loaded_.settings, start_.variables, start_.directory);
    add_secrets(secrets_, *databases_);
    log_->hold(start_fields(loaded_, *databases_));
    tell_notices_of_image();
    for (const auto& notice : databases_->notices) log_->event(Level::info, "url", notice, {});
}

/// What of the image is not known: it may be why something is called missing.
void Program::tell_notices_of_image() {
    for (const auto& notice : image_->notices) log_->event(Level::info, "image", notice, {});
}

World Program::build_world() {
    return {loaded_.settings, start_, *image_, *databases_, signals_, *log_};
}

Ending Program::ending() {
    if (!journal_) {  // a bad command line
        loaded_.settings = config::early_settings(line_, start_.variables);
        journal_ = log::open_journal(loaded_.settings, secrets_, start_.time);
    }
    // A bad ENTRYPOINT line has to be read in the container's log too; a mistyped command in a shell has not.
    const bool lingers = line_.subcommand == Subcommand::run && (understood_ || start_.is_first_process);
    return {start_, loaded_.settings, secrets_, signals_, log_ ? static_cast<Journal&>(*log_) : *journal_, lingers};
}

/// Their answer is a report, in one of two forms.
bool Program::reports() const {
    return line_.subcommand == Subcommand::check || line_.subcommand == Subcommand::migrate ||
           line_.subcommand == Subcommand::diagnose;
}

/// With every key of its subcommand, also where nothing was diagnosed.
std::string Program::json_of(const Outcome& outcome) const {
    if (line_.subcommand != Subcommand::diagnose) return report::to_json(outcome, secrets_);
    Diagnosis undone;
    undone.check = outcome;
    return report::to_json(undone, secrets_);
}

/// Reports an Outcome that does not lead to the app: the report is the answer of `check` and `migrate`, in both forms.
int Program::conclude(Outcome outcome) {
    explain_too_few_descriptors(outcome);
    const bool ok = outcome.code == ExitCode::ok;
    // Without a look at anything the last line of the log says all there is.
    const bool for_people = reports() && !line_.json && (ok || outcome.ledger_read || line_.no_database);
    std::string report;
    if (reports() && line_.json) report = json_of(outcome);
    if (for_people) report = report::to_text(outcome, secrets_);
    if (ok && reports()) return answer(report, ExitCode::ok);
    if (ok) {
        log_->ready(outcome.message, {});
        return number(ExitCode::ok);
    }
    const auto unwritten = report.empty() ? std::string() : print(report, signals_);
    tell_unwritten(unwritten);
    auto end = ending();
    end.report_shown = for_people && unwritten.empty();
    return end_badly(end, outcome);
}

/// Whoever asked must not take an empty answer for a good one.
int Program::answer(const std::string& text, ExitCode code) {
    answered_ = true;
    const auto unwritten = print(text, signals_);
    if (unwritten.empty()) return number(code);
    if (code != ExitCode::ok) {
        tell_unwritten(unwritten);
        return number(code);
    }
    if (const int signal = signals_.signal(); signal != 0)
        throw Interrupted(signal, "what was asked for was done, but its report is cut short");
    auto end = ending();
    end.lingers = false;
    return end_badly(end, words_for_unwritten(unwritten));
}

void Program::tell_unwritten(const std::string& why) {
    if (why.empty()) return;
    ending().journal.event(Level::warn, "report", "the report could not be written to standard output",
                           {{"reason", why}});
}

}  // namespace migration_guard
