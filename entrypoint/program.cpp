#include "program.hpp"

#include "base/version.hpp"
#include "config/help.hpp"
#include "config/show.hpp"
#include "effective.hpp"
#include "guard/baseline.hpp"
#include "guard/check_bundle.hpp"
#include "guard/diagnose.hpp"
#include "guard/guard.hpp"
#include "guard/resolve.hpp"
#include "log/journal.hpp"
#include "log_source.hpp"
#include "prisma/cli.hpp"
#include "report/report.hpp"
#include "system/child_process.hpp"
#include "system/exec_app.hpp"
#include "system/init.hpp"
#include "system/probe.hpp"
#include "words.hpp"

#include <fmt/format.h>

#include <cstdio>

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
        if (config::subcommand_of(start_.arguments) == Subcommand::probe) {  // 0 or 1, whatever is wrong
            print(std::string(failure.what()) + "; " + failure.hint);
            return number(ExitCode::unhealthy);
        }
        auto outcome = words_for_failure(failure);
        if (databases_) outcome.database = identify(*databases_);
        return conclude(outcome);
    } catch (const Interrupted& interrupted) {
        return end_interrupted(ending(), interrupted);
    } catch (const std::exception& fault) {
        return conclude(words_for_fault(fault));
    }
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

// ---- one-shot subcommands -------------------------------------------------------------------------------------------

int Program::check() {
    configure();
    find_everything();
    auto world = build_world();
    const auto purpose = line_.before_deploy ? Purpose::before_deploy : Purpose::check;
    return conclude(Guard(world.plan(), world.ports()).check(purpose));
}

int Program::check_bundle() {
    configure();
    image_ = read_image(loaded_.settings, start_.variables, start_.directory);
    tell_notices_of_image();
    const auto cli = cli_problem(*image_, loaded_.settings);
    return conclude(migration_guard::check_bundle(
        {image_->bundle, image_->declared, loaded_.settings,
         never_created_options(*image_, loaded_.settings, start_.variables, start_.directory), cli.message, cli.remedy,
         cli.code}));
}

int Program::migrate() {
    configure();
    if (loaded_.settings.mode != Mode::enforce) {
        log_->event(Level::warn, "config",
                    "mode is for run alone: migrate applies what is pending (to look only: check --before-deploy)",
                    {{"mode", loaded_.settings.mode == Mode::off ? "off" : "observe"}});
    }
    find_everything();
    loaded_.settings.smoke_when = SmokeWhen::always;
    auto world = build_world();
    return conclude(Guard(world.plan(), world.ports()).bring_up_to_date());
}

/// Waiting needs a URL and nothing else: an image without migrations, or with bad ones, may wait as well.
int Program::wait() {
    configure();
    loaded_.settings.smoke_dir.clear();
    Image alone;
    alone.project.directory = start_.directory;
    try {
        find_everything();
    } catch (const Failure& failure) {
        if (failure.code != ExitCode::bundle_unreadable) throw;
        image_ = alone;
        find_database();
    }
    image_ = alone;
    auto world = build_world();
    return conclude(Guard(world.plan(), world.ports()).wait());
}

int Program::resolve() {
    configure();
    find_everything();
    auto world = build_world();
    const bool applied = line_.applied.has_value();
    return conclude(migration_guard::resolve(world.plan(), world.ports(),
                                             applied ? ResolveAs::applied : ResolveAs::rolled_back,
                                             applied ? *line_.applied : *line_.rolled_back));
}

int Program::baseline() {
    configure();
    find_everything();
    auto world = build_world();
    const auto result =
        migration_guard::baseline(world.plan(), world.ports(), line_.yes ? Mark::the_proven_prefix : Mark::nothing);
    const auto proof = result.proof.steps.empty() ? std::string() : secrets_.mask(to_text(result));
    if (result.outcome.code == ExitCode::ok && !proof.empty()) return answer(proof, ExitCode::ok);
    if (!proof.empty()) tell_unwritten(print(proof));
    return result.outcome.code == ExitCode::ok ? number(ExitCode::ok) : conclude(result.outcome);
}

int Program::diagnose() {
    const auto misconfigured = try_to_configure();
    std::optional<LogFindings> logs;
    if (line_.logs) logs = scan_log_file(*line_.logs, signals_);
    const auto diagnosis = look_into(misconfigured, std::move(logs));
    return answer(line_.json ? report::to_json(diagnosis, secrets_) : secrets_.mask(report::to_text(diagnosis)),
                  diagnosis.code());
}

/// Without a project, without a URL, or with a configuration that nobody should connect with, there are still the app's
/// log and the bundle to read.
Diagnosis Program::look_into(const std::optional<Failure>& misconfigured, std::optional<LogFindings> logs) {
    auto why_not = misconfigured;
    try {
        find_everything();
    } catch (const Failure& failure) {
        if (!why_not) why_not = failure;  // 78 before 66
    }
    if (!why_not) {
        auto world = build_world();
        return migration_guard::diagnose(world.plan(), world.ports(), std::move(logs));
    }
    std::optional<ImageAlone> image;
    if (image_) {
        if (!databases_) tell_notices_of_image();
        image = {image_->bundle, image_->declared,
                 never_created_options(*image_, loaded_.settings, start_.variables, start_.directory)};
    }
    if (!image && !logs) throw Failure(*why_not);
    return diagnose_without_database(image, *why_not, std::move(logs));
}

int Program::config() {
    configure();
    const auto findings = effective_values(loaded_.settings, start_.variables, start_.directory);
    return answer(line_.json ? config::show_json(loaded_, findings) : config::show_text(loaded_, findings),
                  ExitCode::ok);
}

/// Exits 0 or 1 in every case: Docker reserves the other codes.
int Program::probe() {
    try {
        const auto loaded = config::load_settings(line_, start_.variables, start_.directory);
        const auto report = system::probe(system::probe_options(loaded.settings, start_.variables));
        print(report.line);
        return number(report.healthy ? ExitCode::ok : ExitCode::unhealthy);
    } catch (const Failure& failure) {
        print(std::string(failure.what()) + "; " + failure.hint);
        return number(ExitCode::unhealthy);
    }
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

/// Reports an Outcome that does not lead to the app: the report is the answer of `check` and `migrate`, in both forms.
int Program::conclude(Outcome outcome) {
    explain_too_few_descriptors(outcome);
    const bool reports = line_.subcommand == Subcommand::check || line_.subcommand == Subcommand::migrate ||
                         line_.subcommand == Subcommand::diagnose;
    const bool ok = outcome.code == ExitCode::ok;
    // Without a look at anything the last line of the log says all there is.
    const bool for_people = reports && !line_.json && (ok || outcome.ledger_read || line_.no_database);
    std::string report;
    if (reports && line_.json) report = report::to_json(outcome, secrets_);
    if (for_people) report = report::to_text(outcome, secrets_);
    if (ok && reports) return answer(report, ExitCode::ok);
    if (ok) {
        log_->ready(outcome.message, {});
        return number(ExitCode::ok);
    }
    const auto unwritten = report.empty() ? std::string() : print(report);
    tell_unwritten(unwritten);
    auto end = ending();
    end.report_shown = for_people && unwritten.empty();
    return end_badly(end, outcome);
}

/// Whoever asked must not take an empty answer for a good one.
int Program::answer(const std::string& text, ExitCode code) {
    const auto unwritten = print(text);
    if (unwritten.empty()) return number(code);
    if (code != ExitCode::ok) {
        tell_unwritten(unwritten);
        return number(code);
    }
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
