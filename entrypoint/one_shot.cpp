// The subcommands of Program that answer a question or do one thing, and end.
#include "config/show.hpp"
#include "effective.hpp"
#include "guard/baseline.hpp"
#include "guard/check_bundle.hpp"
#include "guard/diagnose.hpp"
#include "guard/guard.hpp"
#include "guard/resolve.hpp"
#include "log_source.hpp"
#include "print.hpp"
#include "program.hpp"
#include "report/report.hpp"
#include "system/probe.hpp"
#include "words.hpp"

#include <utility>

namespace migration_guard {

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
    if (!proof.empty()) tell_unwritten(print(proof, signals_));
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

/// Docker reserves the codes other than 0 and 1: fail() keeps to them too.
int Program::probe() {
    const auto loaded = config::load_settings(line_, start_.variables, start_.directory);
    const auto report = system::probe(system::probe_options(loaded.settings, start_.variables));
    print(report.line, signals_);
    return number(report.healthy ? ExitCode::ok : ExitCode::unhealthy);
}

}  // namespace migration_guard
