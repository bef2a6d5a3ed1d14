#include "guard/aftermath.hpp"

#include "base/text.hpp"
#include "guard/conclude.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

constexpr int killed = 128 + 9;  // mostly by the kernel, for want of memory

bool is_bundled_failure(const MigrationRecord& record) {
    return record.bundled && record.state == MigrationState::failed;
}

/// Rows that this apply began: a migration that was pending before and has a newer row after.
bool began_any_row(const Examination& before, const Examination& after) {
    return after.snapshot.ledger.rows.size() > before.snapshot.ledger.rows.size();
}

std::vector<std::string> newly_applied(const Examination& before, const Examination& after) {
    std::vector<std::string> names;
    for (const auto& name : before.pending) {
        const auto* record = after.situation.history.find(name);
        if (record != nullptr && record->state == MigrationState::applied) names.push_back(name);
    }
    return names;
}

const MigrationRecord* first_failure(const Examination& after) {
    const auto& records = after.situation.history.migrations;
    const auto found = std::ranges::find_if(records, is_bundled_failure);
    return found == records.end() ? nullptr : &*found;
}

std::string words_for_end(Cancelled cancelled) {
    switch (cancelled) {
        case Cancelled::ended:
            return "was cancelled on the server";
        case Cancelled::still_there:
            return "did not answer the cancel and may still run on the server";
        case Cancelled::no_session:
            return "was ended (no session of it was left on the server)";
        case Cancelled::not_asked:
            break;
    }
    return "was ended here (whether it still runs on the server is not known)";
}

Problem apply_timed_out(const Examination& after, const Plan& plan, Cancelled cancelled) {
    const auto* failed = first_failure(after);
    const auto limit = plan.settings.apply_timeout ? "applyTimeout " + to_text(*plan.settings.apply_timeout)
                                                   : "what was left of deadline " + to_text(plan.settings.deadline);
    return {
        ExitCode::apply_timed_out,
        "the apply was ended after " + limit +
            (failed ? "; migration \"" + failed->name + "\" " + words_for_end(cancelled) + " and stands failed" : ""),
        (failed ? words_for_failed(*failed).remedy + "; " : std::string()) + "raise applyTimeout and deadline"};
}

/// The usual remedy only where something is missing: what ran and ended early says itself what is wrong, if anything.
std::string remedy_for_early_end(const ApplyOutcome& outcome) {
    if (auto remedy = remedy_for_scarce_connections(outcome.message); !remedy.empty()) return remedy;
    if (!outcome.hint.empty()) return outcome.hint;
    if (outcome.kind == ApplyOutcome::Kind::not_started) return remedy_for_missing_cli();
    if (outcome.status == 0)
        return "does the CLI connect to this very database and schema? It says so in its line \"Datasource\"; apply: "
               "native does without it";
    if (outcome.status == killed && outcome.message.empty())
        return "it was killed: give the container more memory, or set apply: native, which needs a few MB and no Node";
    return "repair what it says (all of it stands above), then: migration-guard migrate (or prisma migrate deploy); "
           "apply: native does without the CLI";
}

Problem not_started(const Supervised& supervised) {
    const auto& outcome = supervised.outcome;
    const auto status = outcome.status == 0 ? "" : fmt::format(" (exit status {})", outcome.status);
    return {ExitCode::apply_not_started,
            "the apply ended before it began any migration" + status + (outcome.message.empty() ? "" : ": ") +
                outcome.message,
            remedy_for_early_end(outcome)};
}

/// A script may drop the ledger or empty it; the applier then fails at its next entry, and nothing seems to have begun.
std::optional<Problem> ledger_lost(const Examination& before, const Examination& after, const ApplyOutcome& outcome) {
    using State = LedgerReading::State;
    const auto& was = before.snapshot.ledger;
    const auto& is = after.snapshot.ledger;
    const bool worked =
        !outcome.failed_migration.empty() || after.snapshot.server.table_count > before.snapshot.server.table_count;
    const bool dropped = is.state == State::absent && (was.state == State::present || worked);
    const bool emptied = is.state == State::present && is.rows.size() < was.rows.size();
    if (outcome.kind != ApplyOutcome::Kind::ended || (!dropped && !emptied)) return std::nullopt;
    return Problem{
        ExitCode::ledger_incomplete,
        std::string("the ledger _prisma_migrations ") + (dropped ? "was dropped" : "lost rows") +
            " while migrations were applied" + (outcome.message.empty() ? "" : ": ") + outcome.message,
        "does one of the scripts do that? take it out, and restore the ledger from a backup, or mark what is "
        "in the database: migration-guard baseline (or prisma migrate resolve --applied NAME)"};
}

}  // namespace

void note_applied(Outcome& outcome, const Examination& before, const Examination& after) {
    const auto names = newly_applied(before, after);
    outcome.applied_now.insert(outcome.applied_now.end(), names.begin(), names.end());
}

bool another_prisma_was_first(const Supervised& supervised, const Examination& before, const Examination& after) {
    if (after.pending.empty() || first_failure(after) != nullptr) return false;
    if (after.situation.history.any(MigrationState::running)) return true;
    const auto& outcome = supervised.outcome;
    const bool refused = outcome.kind == ApplyOutcome::Kind::refused && outcome.code == ExitCode::turn_timeout;
    return refused || (outcome.message.find("P1002") != std::string::npos && !began_any_row(before, after));
}

std::optional<Problem> why_not_applied(const Examination& before, const Examination& after,
                                       const Supervised& supervised, const Plan& plan) {
    const auto* failed = first_failure(after);
    if (after.pending.empty() && failed == nullptr) return std::nullopt;
    if (supervised.end == Supervised::End::timed_out) return apply_timed_out(after, plan, supervised.cancelled);
    if (failed != nullptr) {
        auto words = words_for_failed(*failed);
        // A lost connection leaves no error in the row: then the applier alone knows it.
        const bool recorded = failed->row->logs && !failed->row->logs->empty();
        if (!recorded && !supervised.outcome.message.empty()) words.message += "; " + supervised.outcome.message;
        // What the applier knows of this very error comes first: CONCURRENTLY beside another statement, 55P04.
        const auto& hint = supervised.outcome.hint;
        return Problem{ExitCode::apply_failed, std::move(words.message),
                       hint.empty() ? std::move(words.remedy) : hint + "; " + words.remedy};
    }
    const auto& outcome = supervised.outcome;
    if (auto lost = ledger_lost(before, after, outcome)) return lost;
    if (outcome.kind == ApplyOutcome::Kind::refused) {
        const auto scarce = remedy_for_scarce_connections(outcome.message);
        return Problem{outcome.code, outcome.message, scarce.empty() ? outcome.hint : scarce};
    }
    if (outcome.kind == ApplyOutcome::Kind::not_started || !began_any_row(before, after))
        return not_started(supervised);
    if (outcome.status != 0 && !outcome.message.empty()) {
        return Problem{ExitCode::ledger_incomplete,
                       fmt::format("the apply ended early, {} of {} pending migrations are still not in the ledger: {}",
                                   after.pending.size(), before.pending.size(), outcome.message),
                       remedy_for_early_end(outcome)};
    }
    return std::nullopt;  // the verdict's ledger_incomplete says it
}

Interrupted interrupted_apply(const Examination& before, const Examination& after, const Supervised& supervised) {
    std::string state =
        fmt::format("{} of {} pending migrations applied", newly_applied(before, after).size(), before.pending.size());
    if (const auto* failed = first_failure(after)) {
        state += "; migration \"" + failed->name + "\" " + words_for_end(supervised.cancelled) + " and stands failed";
        return Interrupted(supervised.signal, state, words_for_failed(*failed).remedy);
    }
    if (after.situation.history.any(MigrationState::running)) {
        state += "; a migration still runs on the server (" + after.situation.migrating + ")";
        return Interrupted(supervised.signal, state, "the next start waits for it; look with: migration-guard check");
    }
    if (supervised.outcome.cancelled_clean) {
        state +=
            "; migration \"" + supervised.outcome.failed_migration +
            "\" was cancelled on the server, left nothing behind and is marked rolled back: the next start applies "
            "it again";
    } else if (!after.pending.empty()) {
        state += "; the next start applies the rest";
    }
    return Interrupted(supervised.signal, state);
}

}  // namespace migration_guard
