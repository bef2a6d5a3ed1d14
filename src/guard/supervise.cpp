#include "guard/supervise.hpp"

#include "base/failure.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Duration slice = milliseconds(200);
constexpr Duration look_every = seconds(1);
constexpr Duration report_every = seconds(10);
/// A CLI that lives on although the ledger is complete (prisma#29169) gets this long.
constexpr Duration grace_when_complete = seconds(10);
/// Until the CLI has logged in: where connections are scarce the guard's own session must not take its place.
constexpr Duration first_look_after = seconds(2);
/// For a cancel to be answered, and for a killed process group to be gone.
constexpr Duration force_time = seconds(5);

class Supervision {
public:
    Supervision(Applying& applying, const ApplyRequest& request, const Plan& plan, const Ports& ports,
                const Limit& limit)
        : applying_(applying), request_(request), plan_(plan), ports_(ports), limit_(limit), begun_(ports.clock.now()) {
        ports_.database.limit_round_trips(force_time);
    }

    Supervised watch() {
        while (!applying_.wait(slice)) {
            if (stop_asked()) return ended_by_force(Supervised::End::interrupted);
            if (limit_.passed()) return ended_by_force(Supervised::End::timed_out);
            observe();
            if (complete_since_ && ports_.clock.now() - *complete_since_ > grace_when_complete) {
                ports_.journal.event(Level::warn, "apply", "the ledger is complete but the CLI lives on; it is ended",
                                     {});
                applying_.end();
                return finish(Supervised::End::ledger_complete);
            }
        }
        const bool stopped = ports_.interrupt.signal() != 0;
        return finish(stopped ? Supervised::End::interrupted : Supervised::End::by_itself);
    }

private:
    /// After a stop signal nothing further is begun; a migration that runs may finish for stopTimeout.
    bool stop_asked() {
        if (ports_.interrupt.signal() == 0) return false;
        if (!stop_limit_) {
            stop_limit_ = Limit(ports_.clock, ports_.clock.now() + plan_.settings.stop_timeout);
            applying_.begin_nothing_further();
            ports_.journal.event(Level::warn, "apply",
                                 "stop signal: a running migration may finish, nothing new begins",
                                 {{"stopTimeout", to_text(plan_.settings.stop_timeout)}});
            next_look_ = Instant{};
        }
        if (ports_.interrupt.count() > 1 || stop_limit_->passed()) return true;
        return !applying_.heeds_begin_nothing_further() && between_migrations();
    }

    /// The CLI cannot be asked to stop after a migration, but between two of them it can be ended without harm.
    bool between_migrations() {
        const auto progress = read_progress();
        return progress && std::ranges::none_of(progress->rows, &LedgerRow::is_unfinished);
    }

    Supervised ended_by_force(Supervised::End end) {
        try {
            reconnect();
            ports_.database.also_ours(applying_.own_sessions());
            cancelled_ = ports_.database.cancel_migration(plan_.session, force_time);
        } catch (const Failure& failure) {
            ports_.journal.event(Level::warn, "apply", "the cancel on the server could not be confirmed",
                                 {{"reason", failure.what()}});
        } catch (const Interrupted&) {
            // Another signal while force is already being used: there is nothing to hurry further.
        }
        applying_.end();
        return finish(end);
    }

    Supervised finish(Supervised::End end) {
        Supervised result;
        result.end = end;
        result.signal = ports_.interrupt.signal();
        result.cancelled = cancelled_;
        const Limit patience(ports_.clock, ports_.clock.now() + 2 * force_time);
        while (!applying_.wait(slice)) {
            if (patience.passed())
                throw Failure(ExitCode::internal, "the apply did not end when it was ended", "report this");
        }
        result.outcome = applying_.outcome();
        return result;
    }

    void reconnect() {
        const auto result = ports_.database.connect(force_time);
        if (result.kind == ConnectResult::Kind::not_yet) {
            throw Failure(ExitCode::database_unreachable, result.not_yet.reason, "");
        }
        if (result.kind == ConnectResult::Kind::never) {
            throw Failure(result.never.code, result.never.reason, result.never.hint);
        }
    }

    /// None when the database does not answer just now: the apply itself will notice, if it matters.
    std::optional<Progress> read_progress() {
        try {
            reconnect();
            return ports_.database.progress();
        } catch (const Failure&) {
            ports_.database.disconnect();
            return std::nullopt;
        } catch (const Interrupted&) {
            return std::nullopt;
        }
    }

    void observe() {
        const auto now = ports_.clock.now();
        if (now < next_look_) return;
        next_look_ = now + look_every;
        const auto progress = read_progress();
        if (!progress) return;

        const auto done = static_cast<std::size_t>(std::ranges::count_if(
            request_.pending, [&](const std::string& name) { return is_finished(*progress, name); }));
        if (done == request_.pending.size()) {
            if (!complete_since_) complete_since_ = now;
            return;
        }
        const auto& current = request_.pending[std::min(done, request_.pending.size() - 1)];
        const auto n_of_m = fmt::format("{} of {}", done + 1, request_.pending.size());
        ports_.journal.state("migrating", fmt::format("{} ({})", current, n_of_m));
        if (now < next_report_) return;
        next_report_ = now + report_every;
        report(*progress, current, n_of_m);
    }

    static bool is_finished(const Progress& progress, const std::string& name) {
        return std::ranges::any_of(
            progress.rows, [&](const LedgerRow& row) { return row.migration_name == name && row.is_applied(); });
    }

    void report(const Progress& progress, const std::string& current, const std::string& n_of_m) {
        const auto elapsed = std::chrono::duration_cast<milliseconds>(ports_.clock.now() - begun_);
        std::vector<Field> fields{{"migration", current},
                                  {"progress", n_of_m},
                                  {"elapsed", to_text(std::chrono::duration_cast<seconds>(elapsed))}};
        for (const auto& blocker : progress.blockers) {
            fields.push_back(
                {"blockedBy", fmt::format("pid {} ({}, {}, {}, {:.0f} s)", blocker.pid, blocker.application,
                                          blocker.client, blocker.state, blocker.seconds)});
        }
        const bool blocked = !progress.blockers.empty();
        ports_.journal.event(blocked ? Level::warn : Level::info, "apply",
                             blocked ? "the migration waits for a lock" : "migrating", fields);
    }

    Applying& applying_;
    const ApplyRequest& request_;
    const Plan& plan_;
    const Ports& ports_;
    Limit limit_;
    Instant begun_;
    Instant next_look_ = begun_ + first_look_after;
    Instant next_report_ = begun_ + report_every;
    std::optional<Limit> stop_limit_;
    std::optional<Instant> complete_since_;
    Cancelled cancelled_ = Cancelled::not_asked;
};

}  // namespace

Supervised supervise(Applying& applying, const ApplyRequest& request, const Plan& plan, const Ports& ports,
                     const Limit& limit) {
    return Supervision(applying, request, plan, ports, limit).watch();
}

}  // namespace migration_guard
