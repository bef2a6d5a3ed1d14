// An Interrupt with a real descriptor, for tests of code that polls: raise() makes it readable, from any thread.
//
// Not a signal handler (system/stop_signals.hpp). Keeps true: like the real one it stays readable once raised.
#pragma once

#include "base/interrupt.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>

namespace migration_guard::test {

class StopSwitch : public Interrupt {
public:
    StopSwitch() = default;
    ~StopSwitch() override { close(descriptor_); }
    StopSwitch(const StopSwitch&) = delete;
    StopSwitch& operator=(const StopSwitch&) = delete;

    [[nodiscard]] int descriptor() const override { return descriptor_; }
    int signal() override { return signal_; }
    int count() override { return count_; }

    void raise(int signal) {
        int none = 0;
        signal_.compare_exchange_strong(none, signal);
        ++count_;
        eventfd_write(descriptor_, 1);
    }

private:
    int descriptor_ = eventfd(0, EFD_CLOEXEC);
    std::atomic<int> signal_{0};
    std::atomic<int> count_{0};
};

}  // namespace migration_guard::test
