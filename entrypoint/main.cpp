// The only place where the process as a whole is dealt with. What the program does stands in program.cpp.
#include "postgres/environment.hpp"
#include "process_start.hpp"
#include "program.hpp"
#include "system/exec_app.hpp"
#include "system/stop_signals.hpp"

int main(int argc, char** argv) {
    using namespace migration_guard;  // NOLINT(google-build-using-namespace): this file is the program
    system::fill_closed_streams();
    // From here on no signal is lost and none interrupts: they are looked at where something waits.
    system::StopSignals signals;
    const auto start = process_start(argc, argv);
    // From here on a connection depends on the URL and on the configuration alone; the app gets back what `start`
    // holds.
    postgres::ignore_libpq_environment();
    return Program(start, signals).main();
}
