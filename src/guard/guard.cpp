#include "guard/guard.hpp"

#include "base/failure.hpp"
#include "guard/aftermath.hpp"
#include "guard/conclude.hpp"
#include "guard/supervise.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {

using std::chrono::seconds;

namespace {

/// So much of the deadline is kept back from every wait for others: the look that follows it has to be answered, or the
/// end would be told as an unreachable server (69) and not as what was waited for (75, 80).
Duration kept_for_the_last_look(Duration deadline) {
    return std::min<Duration>(seconds(5), deadline / 10);
}

}  // namespace

Guard::Guard(const Plan& plan, const Ports& ports)
    : plan_(plan),
      ports_(ports),
      deadline_(ports.clock, plan.started + plan.settings.deadline),
      waiting_limit_(ports.clock,
                     plan.started + plan.settings.deadline - kept_for_the_last_look(plan.settings.deadline)),
      turn_limit_(waiting_limit_.within(plan.settings.turn_timeout)),
      turn_backoff_(ports.clock, seconds(2)) {}

template <class Work>
auto Guard::patiently(Work work) {
    const auto& wait = plan_.settings.wait_timeout;
    const Limit limit = wait == Duration(0) ? deadline_ : deadline_.within(wait);
    Backoff backoff(ports_.clock);
    std::string reason;
    std::optional<Failure> broken;
    for (;;) {
        limit_round_trips(deadline_);
        try {
            return work();
        } catch (const Failure& failure) {
            if (failure.code != ExitCode::database_unreachable || limit.passed()) throw;
            broken = failure;
            if (reason != failure.what()) {
                reason = failure.what();
                ports_.journal.event(Level::warn, "wait", "no result from PostgreSQL, trying again",
                                     {{"reason", reason}});
            }
        }
        ports_.database.disconnect();
        backoff.pause(limit);
        if (limit.passed()) throw Failure(*broken);  // an attempt that is cut short would hide the reason
        wait_for_database(plan_, ports_, limit, MayWrite::no);
    }
}

Outcome Guard::bring_up_to_date() {
    return report([this](Outcome& outcome) {
        connect(MayWrite::yes);
        while (step(outcome) == Next::look_again) {
        }
        if (outcome.code == ExitCode::ok) smoke(outcome);
    });
}

Outcome Guard::check(Purpose purpose) {
    return report([this, purpose](Outcome& outcome) {
        const auto seen = look_only(purpose);
        conclude(outcome, seen, judge(seen.situation, plan_.settings, purpose));
        warn_if_not_ready(outcome, seen);
        const auto apply = plan_.settings.apply;
        const bool would_apply = !seen.pending.empty() && (apply == ApplyMode::prisma || apply == ApplyMode::native);
        if (purpose != Purpose::check && outcome.code == ExitCode::ok && would_apply) require_able_to_apply(seen);
    });
}

/// Whoever asks what a start would do is told of the database that it would create.
Examination Guard::look_only(Purpose purpose) {
    try {
        connect(MayWrite::no);
    } catch (const MissingDatabase&) {
        if (purpose == Purpose::check || !plan_.settings.create_database) throw;
        return examine_nothing(plan_);
    }
    return patiently([this] { return look(); });
}

Outcome Guard::wait() {
    return report([this](Outcome& outcome) {
        connect(MayWrite::no);
        outcome.message = "PostgreSQL accepts this login";
    });
}

/// One look and what follows from it. Bounded: each look_again is behind a limit or a change of the database.
Guard::Next Guard::step(Outcome& outcome) {
    auto seen = patiently([this] { return look(); });
    resolve_once(seen);
    const auto verdict = judge(seen.situation, plan_.settings, Purpose::before_apply);
    conclude(outcome, seen, verdict);

    if (verdict.code() == ExitCode::turn_timeout) return wait_for_others(outcome, seen, verdict);
    if (!verdict.problems.empty() || seen.pending.empty()) {
        warn_if_not_ready(outcome, seen);
        return Next::done;
    }
    if (plan_.settings.apply == ApplyMode::wait || seen.snapshot.migrating) {
        return wait_for_others(outcome, seen, verdict);
    }
    say_warnings(outcome);
    if (const auto& server = seen.snapshot.server; server.in_recovery || server.read_only) {
        const auto& wait = plan_.settings.wait_timeout;
        if (!writable_limit_) writable_limit_ = wait == Duration(0) ? waiting_limit_ : waiting_limit_.within(wait);
        if (writable_limit_->passed()) throw read_only_for_too_long(plan_, server);
        pause("a database that can be written: " + server.read_only_because, *writable_limit_);
        return Next::look_again;
    }
    if (!turn_) {
        turn_ = patiently([this] { return try_turn(); });
        // With the turn in hand everything is looked at again: another guard may just have finished.
        return turn_ ? Next::look_again : wait_for_others(outcome, seen, verdict);
    }
    if (!turn_->held()) {
        turn_.reset();
        return Next::look_again;
    }
    require_able_to_apply(seen);
    if (!seen.snapshot.server.schema_exists) create_schema(seen.snapshot.server);
    return apply(outcome, seen);
}

/// On a second connection: where only one is to be had, that is the news.
std::unique_ptr<Turn> Guard::try_turn() {
    try {
        return ports_.database.try_turn();
    } catch (const Failure& failure) {
        const auto remedy = remedy_for_scarce_connections(failure.what());
        if (remedy.empty()) throw;
        throw Failure(failure.code, std::string("no second connection, which applying needs: ") + failure.what(),
                      remedy);
    }
}

/// Somebody else migrates, or is about to. The loser holds no connection while it waits.
Guard::Next Guard::wait_for_others(Outcome& outcome, const Examination& seen, const Verdict& verdict) {
    if (turn_limit_.passed()) {
        const bool left_to_others = plan_.settings.apply == ApplyMode::wait;
        conclude_with(outcome, left_to_others ? words_for_nobody_applied(seen) : words_for_no_turn(seen, verdict));
        return Next::done;
    }
    turn_.reset();
    pause(who_migrates(seen, plan_.settings.apply), turn_limit_);
    return Next::look_again;
}

Guard::Next Guard::apply(Outcome& outcome, const Examination& before) {
    const ApplyRequest request{&plan_.bundle.get(), before.pending,
                               before.snapshot.ledger.state == LedgerReading::State::absent,
                               before.snapshot.server.transaction_pooler};
    ports_.journal.event(Level::info, "apply", "applying pending migrations",
                         {{"count", std::to_string(before.pending.size())},
                          {"with", ports_.migrator->name()},
                          {"first", before.pending.front()},
                          {"last", before.pending.back()}});
    const auto limit = deadline_.within(plan_.settings.apply_timeout);
    ports_.database.disconnect();  // where connections are scarce the CLI must find one free
    const auto applying = ports_.migrator->start(request);
    const auto supervised = supervise(*applying, request, plan_, ports_, limit);

    if (!turn_->held()) {
        ports_.journal.event(Level::warn, "turn", "the server ended the session that held this guard's turn", {});
    }

    const auto after = look_after(before, supervised);
    if (supervised.end == Supervised::End::interrupted) throw interrupted_apply(before, after, supervised);
    note_applied(outcome, before, after);
    if (another_prisma_was_first(supervised, before, after)) {
        turn_.reset();
        return wait_for_others(outcome, after, judge(after.situation, plan_.settings, Purpose::before_apply));
    }
    const auto verdict = judge(after.situation, plan_.settings, Purpose::after_apply);
    conclude(outcome, after, verdict);
    if (const auto problem = why_not_applied(before, after, supervised, plan_)) conclude_with(outcome, *problem);
    turn_.reset();
    return Next::done;
}

/// The look that decides. After a stop signal it must not hold up the exit, nor change its code.
Examination Guard::look_after(const Examination& before, const Supervised& supervised) {
    const bool stopped = supervised.end == Supervised::End::interrupted;
    const Limit at_least(ports_.clock, ports_.clock.now() + seconds(stopped ? 1 : 5));
    const Limit& limit = stopped || deadline_.remaining() < at_least.remaining() ? at_least : deadline_;
    try {
        return look_again_if_the_session_broke(limit);
    } catch (const Failure& failure) {
        if (!stopped) throw;
        throw Interrupted(supervised.signal, words_for_unknown_end(before, failure.what()));
    } catch (const Interrupted& again) {
        throw Interrupted(again.signal, words_for_unknown_end(before, "another signal"));
    }
}

/// The session was idle while others worked, and whether it still lives is known only by using it: once more is enough.
Examination Guard::look_again_if_the_session_broke(const Limit& limit) {
    wait_for_database(plan_, ports_, limit, MayWrite::no);
    limit_round_trips(limit);
    try {
        return examine(plan_, ports_, OwnTurn::held);
    } catch (const Failure& failure) {
        if (failure.code != ExitCode::database_unreachable || limit.passed()) throw;
        ports_.journal.event(Level::warn, "check", "no result from PostgreSQL, trying again",
                             {{"reason", failure.what()}});
    }
    ports_.database.disconnect();
    wait_for_database(plan_, ports_, limit, MayWrite::no);
    limit_round_trips(limit);
    return examine(plan_, ports_, OwnTurn::held);
}

void Guard::require_able_to_apply(const Examination& seen) const {
    if (const auto missing = ports_.migrator->not_ready(); !missing.empty()) {
        const auto remedy = ports_.migrator->remedy();
        throw Failure(ports_.migrator->not_ready_code(), one_pending_and(seen, missing),
                      remedy.empty() ? remedy_for_missing_cli() : remedy);
    }
    const auto& server = seen.snapshot.server;
    if (server.schema_exists && !server.can_create_in_schema) {
        throw Failure(ExitCode::database_refused,
                      fmt::format("login {} may not create tables in schema {}", server.user, server.schema),
                      fmt::format(R"(grant create on schema "{}" to "{}", or set DIRECT_URL to the owner's login)",
                                  server.schema, server.user));
    }
}

void Guard::create_schema(const ServerFacts& server) {
    ports_.journal.event(Level::warn, "apply", "the schema does not exist and is created (createDatabase: true)",
                         {{"schema", server.schema}});
    ports_.database.create_schema();
}

/// Said at every start, not only on the day when a migration comes and cannot be applied.
void Guard::warn_if_not_ready(Outcome& outcome, const Examination& seen) const {
    if (ports_.migrator == nullptr || plan_.settings.apply != ApplyMode::prisma) return;
    if (const auto missing = ports_.migrator->not_ready(); !missing.empty()) {
        outcome.warnings.push_back(
            {"applierMissing", "",
             missing + (seen.pending.empty() ? "; the next migration could not be applied" : "")});
    }
}

/// Recovery from a dashboard: acts once, only while that very row is failed. Replicas share the variable and all try:
/// what came of it is looked at again, whoever it was.
void Guard::resolve_once(Examination& seen) {
    const auto order = parse_resolve_once(plan_.settings.resolve_once);
    if (!order || ports_.writer == nullptr) return;
    const auto is_failed = [&] {
        const auto* record = seen.situation.history.find(order->name);
        return record != nullptr && record->state == MigrationState::failed && record->row->is_named_by(order->row);
    };
    if (!is_failed()) return;
    const auto done =
        ports_.writer->mark_row_rolled_back(order->name, order->row, turn_limit_.within(seconds(10)).remaining());
    seen = look();
    const std::vector<Field> fields{{"migration", order->name}, {"row", order->row}};
    if (done.kind == ResolveOutcome::Kind::done) {
        ports_.journal.event(Level::warn, "resolve",
                             "resolveOnce: the failed row is marked rolled back and will be applied again", fields);
    } else if (is_failed()) {
        ports_.journal.event(Level::error, "resolve", "resolveOnce: the row could not be marked", fields);
    } else {
        ports_.journal.event(Level::info, "resolve", "resolveOnce: somebody else marks the row, or migrates", fields);
    }
}

void Guard::smoke(Outcome& outcome) {
    const bool wanted = !outcome.applied_now.empty() || plan_.settings.smoke_when == SmokeWhen::always;
    if (ports_.smoke == nullptr || !wanted) return;
    for (const auto& script : plan_.smoke) {
        ports_.journal.state("smoke", script.name);
        const auto limit = deadline_.within(plan_.settings.smoke_timeout);
        if (deadline_.passed()) {
            outcome.smoke.push_back({script.name, false, 0, script.path + ":1: not run, the deadline has passed"});
            break;
        }
        outcome.smoke.push_back(ports_.smoke->run(script, limit.remaining(), deadline_.remaining()));
    }
    const auto failed = std::ranges::find(outcome.smoke, false, &SmokeResult::ok);
    if (failed != outcome.smoke.end()) conclude_with(outcome, words_for_smoke(*failed));
}

void Guard::connect(MayWrite may_write) {
    const auto begun = ports_.clock.now();
    ports_.journal.state("waiting", "for PostgreSQL");
    wait_for_database(plan_, ports_, deadline_, may_write);
    connect_ms_ += std::chrono::duration<double, std::milli>(ports_.clock.now() - begun).count();
}

void Guard::limit_round_trips(const Limit& limit) {
    ports_.database.limit_round_trips(std::max(limit.remaining(), Duration(1)));
}

Examination Guard::look() {
    ports_.journal.state("checking", "ledger and schema");
    auto seen = examine(plan_, ports_, turn_ ? OwnTurn::held : OwnTurn::not_held);
    const auto& server = seen.snapshot.server;
    if (plan_.schema_in_url && !server.schema_exists && !plan_.settings.create_database) {
        throw Failure(ExitCode::database_refused,
                      fmt::format(R"(schema "{}" does not exist in database "{}")", server.schema, server.database),
                      "is ?schema= right? createDatabase: true creates it, as prisma migrate deploy would");
    }
    return seen;
}

void Guard::say_warnings(const Outcome& outcome) {
    for (const auto& warning : outcome.warnings) {
        if (!said_.insert(warning.kind + warning.object + warning.text).second) continue;
        ports_.journal.event(Level::warn, "check", warning.text, {{"kind", warning.kind}, {"object", warning.object}});
    }
}

/// One line for each new reason; no connection is held.
void Guard::pause(const std::string& why, const Limit& limit) {
    if (why != paused_for_) {
        paused_for_ = why;
        ports_.journal.event(Level::info, "turn", "waiting for " + why, {});
    }
    ports_.journal.state("waiting", "for " + why);
    ports_.database.disconnect();
    turn_backoff_.pause(limit);
    wait_for_database(plan_, ports_, deadline_, MayWrite::no);
}

Outcome Guard::report(const std::function<void(Outcome&)>& work) {
    Outcome outcome;
    outcome.database = plan_.database;
    try {
        work(outcome);
    } catch (const Failure& failure) {
        conclude_with(outcome, {failure.code, failure.what(), failure.hint});
    }
    say_warnings(outcome);
    outcome.timings.connect_ms = connect_ms_;
    outcome.timings.total_ms = std::chrono::duration<double, std::milli>(ports_.clock.now() - plan_.started).count();
    return outcome;
}

}  // namespace migration_guard
