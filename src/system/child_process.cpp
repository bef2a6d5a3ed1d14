#include "system/child_process.hpp"

#include "base/scarce.hpp"
#include "system/client_ports.hpp"
#include "system/descriptor.hpp"
#include "system/exec_arguments.hpp"
#include "system/line_reader.hpp"
#include "system/process_table.hpp"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <csignal>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>
#include <utility>

namespace migration_guard::system {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr Duration kill_after = std::chrono::seconds(2);
constexpr Duration patience_when_dropped = std::chrono::seconds(1);
/// The group can end without us being told (an orphan that an outer subreaper took): look this often at least.
constexpr Duration look_every = milliseconds(100);

/// The children that this process had before it started the first one here: a fact of the process, not of an object.
std::optional<std::set<pid_t>> children_before;  // NOLINT(cppcoreguidelines-avoid-non-const-global-variables)

bool set_subreaper(bool on) {
    int before = 0;
    ::prctl(PR_GET_CHILD_SUBREAPER, &before, 0, 0, 0);
    ::prctl(PR_SET_CHILD_SUBREAPER, on ? 1 : 0, 0, 0, 0);
    return before != 0;
}

struct Pipe {
    Descriptor read;
    Descriptor write;
};

std::optional<Pipe> open_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return std::nullopt;
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

void make_nonblocking(const Descriptor& descriptor) {
    ::fcntl(descriptor.get(), F_SETFL, ::fcntl(descriptor.get(), F_GETFL) | O_NONBLOCK);
}

/// Readable when a child changes state. SIGCHLD is blocked first, or it would be gone before we looked.
Descriptor open_child_signal() {
    sigset_t child{};
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::pthread_sigmask(SIG_BLOCK, &child, nullptr);
    return Descriptor(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
}

/// posix_spawn's two bags of settings, freed together.
class SpawnSettings {
public:
    SpawnSettings() {
        ::posix_spawn_file_actions_init(&actions_);
        ::posix_spawnattr_init(&attributes_);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    SpawnSettings(SpawnSettings&&) = delete;
    SpawnSettings& operator=(SpawnSettings&&) = delete;
    ~SpawnSettings() {
        ::posix_spawn_file_actions_destroy(&actions_);
        ::posix_spawnattr_destroy(&attributes_);
    }

    void streams(const Pipe& out, const Pipe& err, const std::optional<Pipe>& in) {
        if (in)
            ::posix_spawn_file_actions_adddup2(&actions_, in->read.get(), STDIN_FILENO);
        else
            ::posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        ::posix_spawn_file_actions_adddup2(&actions_, out.write.get(), STDOUT_FILENO);
        ::posix_spawn_file_actions_adddup2(&actions_, err.write.get(), STDERR_FILENO);
    }

    void directory(const std::filesystem::path& path) {
        if (!path.empty()) ::posix_spawn_file_actions_addchdir_np(&actions_, path.c_str());
    }

    /// A group of its own, no signal blocked, none ignored.
    void group_and_signals() {
        sigset_t none{};
        ::sigemptyset(&none);
        sigset_t all{};
        ::sigfillset(&all);
        ::posix_spawnattr_setpgroup(&attributes_, 0);
        ::posix_spawnattr_setsigmask(&attributes_, &none);
        ::posix_spawnattr_setsigdefault(&attributes_, &all);
        ::posix_spawnattr_setflags(&attributes_,
                                   POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    }

    int spawn(pid_t& pid, const ChildSpec& spec) {
        const auto argv = exec_arguments(spec.argv);
        const auto environment = exec_arguments(spec.environment);
        return ::posix_spawn(&pid, spec.argv.front().c_str(), &actions_, &attributes_, argv.data(), environment.data());
    }

private:
    posix_spawn_file_actions_t actions_{};
    posix_spawnattr_t attributes_{};
};

int exit_status(int wait_status) {
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : WEXITSTATUS(wait_status);
}

/// One of the two output streams: where it comes from and how far its last line got.
struct Output {
    Descriptor descriptor;
    LineReader lines;
};

class SystemChild : public ChildProcess {
public:
    SystemChild(pid_t pid, bool was_subreaper, Interrupt& interrupt, Descriptor child_signal,
                std::array<Output, 2> outputs, Descriptor input, std::string text)
        : pid_(pid),
          was_subreaper_(was_subreaper),
          interrupt_(interrupt),
          child_signal_(std::move(child_signal)),
          outputs_(std::move(outputs)),
          input_(std::move(input)),
          text_(std::move(text)) {}
    SystemChild(const SystemChild&) = delete;
    SystemChild& operator=(const SystemChild&) = delete;
    SystemChild(SystemChild&&) = delete;
    SystemChild& operator=(SystemChild&&) = delete;

    ~SystemChild() override {
        if (!gone_) {
            ::kill(-pid_, SIGKILL);
            const auto limit = steady_clock::now() + patience_when_dropped;
            while (!reap() && steady_clock::now() < limit) ::poll(nullptr, 0, 5);
        }
        // It would survive exec, and the app would find itself the parent of strangers.
        set_subreaper(was_subreaper_);
    }

    [[nodiscard]] std::vector<int> client_ports() const override {
        return gone_ ? std::vector<int>() : client_ports_of_group(pid_);
    }

    bool wait(Duration slice) override {
        const auto end = steady_clock::now() + slice;
        const int known_signals = interrupt_.count();
        for (;;) {
            drain();
            kill_when_due();
            if (reap()) {
                drain();
                for (auto& output : outputs_) output.lines.finish();
                return true;
            }
            const auto rest = std::chrono::duration_cast<Duration>(end - steady_clock::now());
            if (rest <= Duration(0) || interrupt_.count() > known_signals) return false;
            poll_for(std::min(rest, look_every));
        }
    }

    void end_group() override {
        if (ended_at_ || gone_) return;
        ended_at_ = steady_clock::now();
        ::kill(-pid_, SIGTERM);
        ::kill(-pid_, SIGCONT);  // a stopped process would keep the TERM for later
    }

    [[nodiscard]] int status() const override { return status_; }

private:
    void poll_for(Duration duration) {
        std::array<pollfd, 5> descriptors{pollfd{outputs_[0].descriptor.get(), POLLIN, 0},
                                          pollfd{outputs_[1].descriptor.get(), POLLIN, 0},
                                          pollfd{child_signal_.get(), POLLIN, 0},
                                          pollfd{interrupt_.descriptor(), POLLIN, 0}, pollfd{input_.get(), POLLOUT, 0}};
        ::poll(descriptors.data(), descriptors.size(), static_cast<int>(duration.count()) + 1);
        signalfd_siginfo info{};
        while (::read(child_signal_.get(), &info, sizeof info) > 0) {
        }
    }

    /// What is there now; an endless writer is given back control after a megabyte.
    void drain() {
        write_input();
        for (auto& output : outputs_) {
            std::array<char, 16384> buffer{};
            for (int round = 0; round < 64 && output.descriptor.is_open(); ++round) {
                const auto got = ::read(output.descriptor.get(), buffer.data(), buffer.size());
                if (got < 0 && errno == EINTR) continue;
                if (got < 0 && errno == EAGAIN) break;
                if (got <= 0)
                    output.descriptor.close();
                else
                    output.lines.feed({buffer.data(), static_cast<std::size_t>(got)});
            }
        }
    }

    void write_input() {
        while (input_.is_open() && written_ < text_.size()) {
            const auto put = ::write(input_.get(), text_.data() + written_, text_.size() - written_);
            if (put < 0 && errno == EINTR) continue;
            if (put < 0 && errno == EAGAIN) return;
            if (put <= 0) break;  // it does not read: SIGPIPE is ignored
            written_ += static_cast<std::size_t>(put);
        }
        input_.close();
    }

    void kill_when_due() {
        if (ended_at_ && steady_clock::now() - *ended_at_ > kill_after) ::kill(-pid_, SIGKILL);
    }

    /// Everything that ended is reaped, also orphans that came to us; true when nothing of the group is left.
    bool reap() {
        if (gone_) return true;
        for (;;) {
            int wait_status = 0;
            const pid_t pid = ::waitpid(-1, &wait_status, WNOHANG);
            if (pid < 0 && errno == EINTR) continue;
            if (pid <= 0) break;
            if (pid == pid_) {
                status_ = exit_status(wait_status);
                leader_gone_ = true;
            }
        }
        gone_ = leader_gone_ && ::kill(-pid_, 0) != 0 && errno == ESRCH;
        return gone_;
    }

    pid_t pid_;
    bool was_subreaper_;
    Interrupt& interrupt_;
    Descriptor child_signal_;
    std::array<Output, 2> outputs_;
    Descriptor input_;
    std::string text_;
    std::size_t written_ = 0;
    std::optional<Instant> ended_at_;
    int status_ = 0;
    bool leader_gone_ = false;
    bool gone_ = false;
};

Started not_started(int error) {
    const auto hint = error == EAGAIN ? remedy_for_refused_thread : std::string_view();
    return {nullptr, std::generic_category().message(error), std::string(hint)};
}

}  // namespace

Started SystemProcessRunner::start(const ChildSpec& spec, OnLine on_line) {
    auto out = open_pipe();
    auto err = open_pipe();
    auto in = spec.input.empty() ? std::nullopt : open_pipe();
    if (!out || !err || (!in && !spec.input.empty())) return not_started(errno);
    auto child_signal = open_child_signal();
    if (!children_before) children_before = children_of_self();
    const bool was_subreaper = set_subreaper(true);

    SpawnSettings settings;
    settings.streams(*out, *err, in);
    settings.directory(spec.directory);
    settings.group_and_signals();
    pid_t pid = 0;
    if (const int error = settings.spawn(pid, spec); error != 0) {
        set_subreaper(was_subreaper);
        return not_started(error);
    }
    make_nonblocking(out->read);
    make_nonblocking(err->read);
    if (in) make_nonblocking(in->write);
    auto shared = std::make_shared<OnLine>(std::move(on_line));
    const auto lines_of = [&shared](Stream stream) {
        return LineReader([shared, stream](std::string_view line) { (*shared)(stream, line); });
    };
    return {std::make_unique<SystemChild>(pid, was_subreaper, interrupt_, std::move(child_signal),
                                          std::array<Output, 2>{Output{std::move(out->read), lines_of(Stream::out)},
                                                                Output{std::move(err->read), lines_of(Stream::err)}},
                                          in ? std::move(in->write) : Descriptor{}, spec.input),
            {},
            {}};
}

void end_all_children(Duration limit) {
    if (!children_before) return;
    const auto before = *std::exchange(children_before, std::nullopt);
    const auto end = steady_clock::now() + limit;
    while (steady_clock::now() < end) {
        bool left = false;
        for (const pid_t child : children_of_self()) {
            if (before.contains(child)) continue;
            left = true;
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, WNOHANG);
        }
        if (!left) return;
        ::poll(nullptr, 0, 5);
    }
}

}  // namespace migration_guard::system
