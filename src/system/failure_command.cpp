#include "system/failure_command.hpp"

#include "base/failure.hpp"
#include "system/child_process.hpp"
#include "system/find_command.hpp"

#include <chrono>
#include <utility>

namespace migration_guard::system {
namespace {

constexpr int most_lines = 200;

Environment as_map(const std::vector<std::string>& environment) {
    Environment map;
    for (const auto& entry : environment) {
        const auto equals = entry.find('=');
        if (equals != std::string::npos) map.emplace(entry.substr(0, equals), entry.substr(equals + 1));
    }
    return map;
}

/// The first lines of a command that says too much.
OnLine shortened(OnLine on_line) {
    return [on_line = std::move(on_line), told = 0](Stream stream, std::string_view line) mutable {
        if (told > most_lines) return;
        on_line(stream, ++told > most_lines ? "(the rest is left out)" : line);
    };
}

std::string watch(ChildProcess& child, Interrupt& interrupt) {
    const auto end = std::chrono::steady_clock::now() + failure_command_limit;
    const int known_signals = interrupt.count();
    while (!child.wait(std::chrono::milliseconds(200))) {
        if (interrupt.count() > known_signals) return "failureCommand was ended by a stop signal";
        if (std::chrono::steady_clock::now() > end)
            return "failureCommand did not end within " + to_text(failure_command_limit) + " and was ended";
    }
    return {};
}

}  // namespace

std::string run_failure_command(const std::vector<std::string>& argv, const std::vector<std::string>& environment,
                                const std::string& json, Interrupt& interrupt, OnLine on_line) {
    if (argv.empty()) return {};
    if (!on_line) on_line = [](Stream, std::string_view) {};
    try {
        ChildSpec spec;
        spec.argv = argv;
        spec.argv.front() = find_command(argv, as_map(environment)).path;
        spec.environment = environment;
        spec.input = json;
        SystemProcessRunner runner(interrupt);
        auto started = runner.start(spec, shortened(std::move(on_line)));
        if (!started.child) return "failureCommand could not be started: " + started.problem;
        return watch(*started.child, interrupt);  // what still lives is killed when the child goes
    } catch (const Failure& failure) {
        return std::string("failureCommand could not be started: ") + failure.what();
    } catch (const std::exception& fault) {
        return std::string("failureCommand: ") + fault.what();
    }
}

}  // namespace migration_guard::system
