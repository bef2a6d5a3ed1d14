#include "system/init.hpp"

#include "base/failure.hpp"
#include "base/scarce.hpp"
#include "system/descriptor.hpp"
#include "system/exec_app.hpp"
#include "system/exec_arguments.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>

#include <array>
#include <cerrno>
#include <system_error>

namespace migration_guard::system {
namespace {

/// Faults of our own must stay ours, and the terminal's two stop an init that writes from the background.
constexpr std::array kept_signals{SIGFPE, SIGILL, SIGSEGV, SIGBUS, SIGABRT, SIGTRAP, SIGSYS, SIGTTIN, SIGTTOU};

sigset_t forwardable() {
    sigset_t set{};
    ::sigfillset(&set);
    for (const int signal : kept_signals) ::sigdelset(&set, signal);
    return set;
}

/// The terminal that standard input is, when this process has it in the foreground.
bool has_terminal() {
    return ::isatty(STDIN_FILENO) == 1 && ::tcgetpgrp(STDIN_FILENO) == ::getpgrp();
}

/// In the child: everything as found at start, then the app. Only calls that are safe between fork and exec.
[[noreturn]] void become_app(const Command& command, char* const* argv, char* const* environment,
                             const StopSignals& signals, bool terminal, int report) {
    ::setpgid(0, 0);
    if (terminal) ::tcsetpgrp(STDIN_FILENO, ::getpgrp());
    ::signal(SIGTTIN, SIG_DFL);
    ::signal(SIGTTOU, SIG_DFL);
    signals.restore();
    ::execve(command.path.c_str(), argv, environment);
    const int error = errno;
    [[maybe_unused]] const auto told = ::write(report, &error, sizeof error);
    ::_exit(127);
}

pid_t start(const Command& command, const std::vector<std::string>& environment, StopSignals& signals) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
    const Descriptor read_end(ends[0]);
    Descriptor write_end(ends[1]);
    const auto argv = exec_arguments(command.argv);
    const auto variables = exec_arguments(environment);
    const bool terminal = has_terminal();
    ::signal(SIGTTIN, SIG_IGN);  // or tcsetpgrp from the background would stop us
    ::signal(SIGTTOU, SIG_IGN);
    const pid_t child = ::fork();
    if (child < 0) {
        throw Failure(ExitCode::app_not_executable,
                      fmt::format("cannot start {}: {}", command.path, std::generic_category().message(errno)),
                      std::string(remedy_for_refused_thread));
    }
    if (child == 0) become_app(command, argv.data(), variables.data(), signals, terminal, write_end.get());
    write_end.close();
    int error = 0;  // arrives only when the exec failed; a successful one closes the pipe
    if (::read(read_end.get(), &error, sizeof error) == static_cast<ssize_t>(sizeof error)) {
        ::waitpid(child, nullptr, 0);
        refuse_to_exec(command.path, error);
    }
    return child;
}

/// Reaps everything that ended; the app's status when it is among them, else -1.
int reap(pid_t app) {
    int result = -1;
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG);
        if (pid < 0 && errno == EINTR) continue;
        if (pid <= 0) return result;
        if (pid == app) result = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    }
}

}  // namespace

void run_as_init(const Command& command, const std::vector<std::string>& environment, StopSignals& signals) {
    if (const int signal = signals.signal(); signal != 0) throw Interrupted(signal);
    const auto taken = forwardable();
    // Blocked before the app exists: no signal may fall between its start and our first wait.
    ::pthread_sigmask(SIG_BLOCK, &taken, nullptr);
    if (::getpid() != 1) ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    const pid_t app = start(command, environment, signals);
    ::prctl(PR_SET_NAME, init_name, 0, 0, 0);
    for (;;) {
        siginfo_t info{};
        const int signal = ::sigwaitinfo(&taken, &info);
        if (signal == SIGCHLD) {
            if (const int status = reap(app); status >= 0) ::_exit(status);
        } else if (signal > 0) {
            ::kill(app, signal);
        }
    }
}

}  // namespace migration_guard::system
