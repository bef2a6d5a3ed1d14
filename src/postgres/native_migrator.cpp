#include "base/failure.hpp"
#include "base/scarce.hpp"
#include "postgres/native_run.hpp"
#include "postgres/patience.hpp"
#include "postgres/postgres.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace migration_guard::postgres {
namespace {

class Event {
public:
    Event() {
        if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
    }
    ~Event() { close(descriptor_); }
    Event(const Event&) = delete;
    Event& operator=(const Event&) = delete;

    void set() const { eventfd_write(descriptor_, 1); }
    void clear() const {
        eventfd_t count = 0;
        eventfd_read(descriptor_, &count);
    }
    [[nodiscard]] int descriptor() const { return descriptor_; }

private:
    int descriptor_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
};

/// end() as the run's Interrupt: raised once, for good.
class EndSwitch : public Interrupt {
public:
    [[nodiscard]] int descriptor() const override { return event_.descriptor(); }
    int signal() override { return raised_ ? 1 : 0; }  // nobody asks which
    int count() override { return raised_ ? 1 : 0; }
    void raise() {
        if (!raised_.exchange(true)) event_.set();
    }

private:
    Event event_;
    std::atomic<bool> raised_{false};
};

/// The run in its thread. What it tells is handed to the journal by wait(), in the guard's own thread.
class NativeApplying : public Applying {
public:
    NativeApplying(const PostgresOptions& options, ApplyRequest request, Interrupt& interrupt, Journal& journal)
        : options_(options), request_(std::move(request)), interrupt_(interrupt), journal_(journal) {
        thread_ = std::thread([this] { run(); });
    }

    ~NativeApplying() override {
        end_switch_.raise();
        if (thread_.joinable()) thread_.join();
    }

    NativeApplying(const NativeApplying&) = delete;
    NativeApplying& operator=(const NativeApplying&) = delete;

    bool wait(Duration slice) override {
        try {
            Patience(interrupt_, slice).wait(news_.descriptor(), POLLIN);
        } catch (const Interrupted&) {  // the guard decides what a signal means here
        }
        pass_on();
        if (!finished_) return false;
        if (thread_.joinable()) thread_.join();
        pass_on();
        return true;
    }

    void begin_nothing_further() override { nothing_further_ = true; }
    [[nodiscard]] bool heeds_begin_nothing_further() const override { return true; }
    void end() override { end_switch_.raise(); }
    [[nodiscard]] OwnSessions own_sessions() const override {
        if (finished_ || backend_pid_ == 0) return {};
        return {{}, {backend_pid_}};
    }
    ApplyOutcome outcome() override { return outcome_; }

private:
    void run() {
        outcome_ =
            run_native(options_, request_, {end_switch_, nothing_further_, backend_pid_}, [this](NativeEvent event) {
                const std::lock_guard lock(mutex_);
                events_.push_back(std::move(event));
                news_.set();
            });
        finished_ = true;
        news_.set();
    }

    void pass_on() {
        news_.clear();
        std::deque<NativeEvent> events;
        {
            const std::lock_guard lock(mutex_);
            events.swap(events_);
        }
        for (const auto& event : events) {
            journal_.event(Level::info, "apply", event.text, event.fields);
            if (!event.state.empty()) journal_.state("migrating", event.state);
        }
    }

    const PostgresOptions& options_;
    ApplyRequest request_;
    Interrupt& interrupt_;
    Journal& journal_;
    Event news_;
    EndSwitch end_switch_;
    std::atomic<bool> nothing_further_{false};
    std::atomic<int> backend_pid_{0};
    std::atomic<bool> finished_{false};
    std::mutex mutex_;
    std::deque<NativeEvent> events_;
    ApplyOutcome outcome_;
    std::thread thread_;
};

class NativeMigrator : public Migrator {
public:
    NativeMigrator(PostgresOptions options, Interrupt& interrupt, Journal& journal)
        : options_(std::move(options)), interrupt_(interrupt), journal_(journal) {}

    std::unique_ptr<Applying> start(const ApplyRequest& request) override {
        try {
            return std::make_unique<NativeApplying>(options_, request, interrupt_, journal_);
        } catch (const std::system_error& refused) {
            throw Failure(
                ExitCode::apply_not_started,
                fmt::format("the apply needs a thread of its own, which the kernel refuses ({})", refused.what()),
                std::string(remedy_for_refused_thread));
        }
    }
    std::string not_ready() override { return {}; }
    std::string name() override { return "native"; }

private:
    PostgresOptions options_;
    Interrupt& interrupt_;
    Journal& journal_;
};

}  // namespace

std::unique_ptr<Migrator> native_migrator(PostgresOptions options, Interrupt& interrupt, Journal& journal) {
    return std::make_unique<NativeMigrator>(std::move(options), interrupt, journal);
}

}  // namespace migration_guard::postgres
