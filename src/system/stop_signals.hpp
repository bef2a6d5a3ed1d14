// The stop signals, taken from the kernel one by one instead of interrupting whatever runs.
//
// Not a decision what a signal means: that is the guard's. Blocked before anything else happens, as catatonit does it,
// so that none is lost between start and the first wait; as process 1 a blocked signal is also one that the kernel
// delivers. Keeps true: the mask and the dispositions found at start are the ones that the app gets.
#pragma once

#include "base/interrupt.hpp"
#include "system/descriptor.hpp"

#include <csignal>

namespace migration_guard::system {

class StopSignals : public Interrupt {
public:
    /// Blocks SIGTERM, SIGINT, SIGHUP, SIGQUIT (but one that was found ignored, as under nohup) and SIGCHLD, and
    /// ignores SIGPIPE, since a closed log must not end a migration. First of all in main, before any thread.
    StopSignals();
    ~StopSignals() override;
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;
    StopSignals(StopSignals&&) = delete;
    StopSignals& operator=(StopSignals&&) = delete;

    [[nodiscard]] int descriptor() const override { return pending_.get(); }
    int signal() override;
    int count() override;

    /// Mask and dispositions back as found: right before exec. A stop signal that is pending then acts as it would have
    /// without the guard.
    void restore() const;
    /// Taken again, when the exec failed.
    void take() const;

    /// The mask found at start.
    [[nodiscard]] const sigset_t& found_mask() const { return found_mask_; }

private:
    void drain();

    sigset_t taken_{};  ///< blocked signals: the stop signals and SIGCHLD
    sigset_t found_mask_{};
    struct sigaction found_child_ {};
    struct sigaction found_pipe_ {};
    Descriptor pending_;
    int first_ = 0;
    int count_ = 0;
};

}  // namespace migration_guard::system
