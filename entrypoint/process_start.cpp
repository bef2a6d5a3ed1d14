#include "process_start.hpp"

#include "system/exec_app.hpp"

#include <unistd.h>

#include <system_error>

namespace migration_guard {

ProcessStart process_start(int argc, char** argv) {
    ProcessStart start;
    start.time = std::chrono::steady_clock::now();
    for (int i = 1; i < argc; ++i) start.arguments.emplace_back(argv[i]);
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string text = *entry;
        start.environment.push_back(text);
        if (const auto equals = text.find('='); equals != std::string::npos) {
            start.variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    std::error_code gone;
    start.directory = std::filesystem::current_path(gone);
    if (gone) start.directory = "/";
    start.is_first_process = getpid() == 1;
    start.terminal = isatty(STDERR_FILENO) == 1;
    start.descriptors = system::open_descriptors();
    return start;
}

}  // namespace migration_guard
