// The only place where the process as a whole is dealt with. What the program does stands in program.cpp.
#include "postgres/environment.hpp"
#include "process_start.hpp"
#include "program.hpp"
#include "system/exec_app.hpp"
#include "system/stop_signals.hpp"

#include <cstdio>
#include <cstring>
#include <exception>

namespace {

/// Without a descriptor, or without memory, there is no program that could say so, nor a log.
int end_without_program(int argc, char** argv, const std::exception& fault) {
    const bool descriptors = std::strstr(fault.what(), "oo many open files") != nullptr;
    std::fprintf(stderr, "migration-guard phase=exit level=error code=70 name=internal cause=\"%s\" remedy=\"%s\"\n",
                 fault.what(),
                 descriptors ? "raise the limit of open files, the guard needs a dozen and a CLI more: ulimit -n, or "
                               "docker run --ulimit nofile=1024:1024"
                             : "give it more memory, or report it with this line");
    const bool is_probe =
        argc > 1 && std::strcmp(argv[1], "probe") == 0;  // Docker reserves the codes other than 0 and 1
    return migration_guard::number(is_probe ? migration_guard::ExitCode::unhealthy
                                            : migration_guard::ExitCode::internal);
}

}  // namespace

int main(int argc, char** argv) {
    using namespace migration_guard;  // NOLINT(google-build-using-namespace): this file is the program
    system::fill_closed_streams();
    try {
        // From here on no signal is lost and none interrupts: they are looked at where something waits.
        system::StopSignals signals;
        const auto start = process_start(argc, argv);
        // From here on a connection depends on the URL and on the configuration alone; the app gets back what `start`
        // holds.
        postgres::ignore_libpq_environment();
        return Program(start, signals).main();
    } catch (const std::exception& fault) {
        return end_without_program(argc, argv, fault);
    }
}
