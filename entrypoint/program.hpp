// The program: one method for each subcommand, each a table of contents.
//
// Not the work (guard/ does it). Keeps true: Failure and Interrupted end here and nowhere else; the app is started in
// one place only, and only after an Outcome with code ok, mode off, or observe.
#pragma once

#include "base/failure.hpp"
#include "base/secrets.hpp"
#include "config/command_line.hpp"
#include "config/load.hpp"
#include "ending.hpp"
#include "guard/diagnosis.hpp"
#include "image.hpp"
#include "process_start.hpp"
#include "start_line.hpp"
#include "system/find_command.hpp"
#include "system/state_file.hpp"
#include "system/stop_signals.hpp"
#include "world.hpp"

#include <memory>
#include <optional>

namespace migration_guard {

class Program {
public:
    Program(const ProcessStart& start, system::StopSignals& signals) : start_(start), signals_(signals) {}

    /// The exit code; run does not return from a started app.
    int main();

private:
    int dispatch();
    int run();
    int check();
    int check_bundle();
    int migrate();
    int wait();
    int resolve();
    int baseline();
    int diagnose();
    Diagnosis look_into(const std::optional<Failure>& misconfigured, std::optional<LogFindings> logs);
    int config();
    int probe();

    int enforce();
    int observe(const system::Command& command);
    Outcome what_would_happen();
    void warn_about_probe();
    [[noreturn]] void exec(const system::Command& command);

    /// Settings, log and masks: from here on everything is said in the configured way (78).
    void configure();
    /// The same as far as the configuration is right, and what is wrong with it.
    std::optional<Failure> try_to_configure();
    void use(config::Loaded loaded);
    /// Project, URLs and start line (66, 78).
    void find_everything();
    void find_database();
    void tell_notices_of_image();
    void judge_url_alone() const;
    [[nodiscard]] system::Command find_app();
    World build_world();
    /// What no subcommand can cure.
    int fail(Outcome outcome);
    int end_interrupted(const Interrupted& interrupted);
    [[nodiscard]] bool reports() const;
    [[nodiscard]] std::string json_of(const Outcome& outcome) const;
    int conclude(Outcome outcome);
    /// Prints; returns the number of `code`, or 70 where that would be 0 and nothing could be printed.
    int answer(const std::string& text, ExitCode code);
    void tell_unwritten(const std::string& why);
    [[nodiscard]] Ending ending();

    const ProcessStart& start_;
    system::StopSignals& signals_;
    config::CommandLine line_;
    bool understood_ = false;  ///< the command line
    config::Loaded loaded_;
    Secrets secrets_;
    std::optional<system::StateFile> state_;  ///< outlives the journal, which tells it
    std::unique_ptr<Journal> journal_;
    std::unique_ptr<StartLine> log_;
    bool answered_ = false;  ///< or at it, when a stop signal came
    std::optional<Image> image_;
    std::optional<Databases> databases_;
};

}  // namespace migration_guard
