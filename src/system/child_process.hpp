// The one place that starts programs: a process group of its own, bounded output, orphans adopted and reaped.
//
// Not a decision when to end one: guard/supervise.hpp makes it. Keeps true: killing the CLI alone would orphan its
// engine, which goes on migrating with the lock in its hands; so the group is ended, its orphans come to us
// (subreaper), and nothing of it is left when the object is gone.
#pragma once

#include "base/interrupt.hpp"
#include "guard/process_port.hpp"

namespace migration_guard::system {

class SystemProcessRunner : public ProcessRunner {
public:
    /// `interrupt` must outlive the runner and its children.
    explicit SystemProcessRunner(Interrupt& interrupt) : interrupt_(interrupt) {}
    Started start(const ChildSpec& spec, OnLine on_line) override;

private:
    Interrupt& interrupt_;
};

/// For the moment before exec: SIGKILL to what left the group of a child started here (a daemon of its own session) and
/// came to us as an orphan, and reaps it, within `limit`. Children that this process had before it started any (a
/// script that put something into the background and then exec'd the guard) are not touched. Costs nothing when nothing
/// was started.
void end_all_children(Duration limit);

}  // namespace migration_guard::system
