// The product on one screen: wait, look, judge, apply, look again. What the subcommands do, over the ports.
//
// Not the exec (entrypoint/main.cpp, the only place that starts the app) and not the rules (ledger/verdict.cpp).
// Keeps true: an Outcome with code ok is the only way to a started app; nothing is written before the first verdict
// has passed; an apply happens only while this guard holds the turn and nobody else migrates.
#pragma once

#include "guard/examine.hpp"
#include "guard/limits.hpp"
#include "guard/plan.hpp"
#include "guard/supervise.hpp"
#include "guard/wait.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace migration_guard {

class Guard {
public:
    /// Both must outlive the guard. Limits count from `plan.started`.
    Guard(const Plan& plan, const Ports& ports);

    /// `run` and `migrate`: everything up to, but not including, the start of the app. A Failure becomes part of the
    /// Outcome; Interrupted is thrown through.
    Outcome bring_up_to_date();

    /// `check`, and `run` in observe mode: looks, never writes, takes no lock. Failures and signals as above.
    Outcome check(Purpose purpose);

    /// `wait`: returns with code ok when PostgreSQL accepts this login.
    Outcome wait();

private:
    enum class Next { look_again, done };

    Next step(Outcome& outcome);
    Next wait_for_others(Outcome& outcome, const Examination& seen, const Verdict& verdict);
    std::unique_ptr<Turn> try_turn();
    Next apply(Outcome& outcome, const Examination& before);
    Examination look_after(const Examination& before, const Supervised& supervised);
    Examination look_again_if_the_session_broke(const Limit& limit);
    void require_able_to_apply(const Examination& seen) const;
    void resolve_once(Examination& seen);
    void smoke(Outcome& outcome);

    void connect(MayWrite may_write);
    Examination look_only(Purpose purpose);
    Examination look();
    /// Does `work` again while it fails with 69 and waitTimeout lasts: a session that breaks, or a server that is full
    /// just now, is "not yet".
    template <class Work>
    auto patiently(Work work);
    void warn_if_not_ready(Outcome& outcome, const Examination& seen) const;
    void create_schema(const ServerFacts& server);
    void limit_round_trips(const Limit& limit);
    /// Each warning once, when it is first known: before anything is written, not after.
    void say_warnings(const Outcome& outcome);
    void pause(const std::string& why, const Limit& limit);
    Outcome report(const std::function<void(Outcome&)>& work);

    const Plan& plan_;
    const Ports& ports_;
    Limit deadline_;
    Limit waiting_limit_;  ///< for whatever others must do first
    Limit turn_limit_;
    Backoff turn_backoff_;
    std::unique_ptr<Turn> turn_;
    std::optional<Limit> writable_limit_;
    std::string paused_for_;
    std::set<std::string> said_;
    double connect_ms_ = 0;
};

}  // namespace migration_guard
