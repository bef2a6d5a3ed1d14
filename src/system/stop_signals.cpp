#include "system/stop_signals.hpp"

#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace migration_guard::system {
namespace {

constexpr std::array stop_signals{SIGTERM, SIGINT, SIGHUP, SIGQUIT};

bool was_ignored(int signal) {
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void set_disposition(int signal, void (*handler)(int)) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(signal, &action, nullptr);
}

}  // namespace

StopSignals::StopSignals() {
    sigset_t stop{};
    ::sigemptyset(&stop);
    for (const int signal : stop_signals) {
        if (!was_ignored(signal)) ::sigaddset(&stop, signal);
    }
    taken_ = stop;
    ::sigaddset(&taken_, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &taken_, &found_mask_);
    ::sigaction(SIGCHLD, nullptr, &found_child_);
    ::sigaction(SIGPIPE, nullptr, &found_pipe_);
    take();
    pending_ = Descriptor(::signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!pending_.is_open()) throw std::system_error(errno, std::generic_category(), "signalfd");
}

StopSignals::~StopSignals() {
    restore();
}

void StopSignals::take() const {
    ::pthread_sigmask(SIG_BLOCK, &taken_, nullptr);
    // With SIGCHLD found ignored the kernel would reap the CLI itself and its status would be lost.
    set_disposition(SIGCHLD, SIG_DFL);
    set_disposition(SIGPIPE, SIG_IGN);
}

void StopSignals::drain() {
    signalfd_siginfo info{};
    while (::read(pending_.get(), &info, sizeof info) == static_cast<ssize_t>(sizeof info)) {
        if (first_ == 0) first_ = static_cast<int>(info.ssi_signo);
        ++count_;
    }
}

int StopSignals::signal() {
    drain();
    return first_;
}

int StopSignals::count() {
    drain();
    return count_;
}

void StopSignals::restore() const {
    ::sigaction(SIGCHLD, &found_child_, nullptr);
    ::sigaction(SIGPIPE, &found_pipe_, nullptr);
    ::pthread_sigmask(SIG_SETMASK, &found_mask_, nullptr);
}

}  // namespace migration_guard::system
