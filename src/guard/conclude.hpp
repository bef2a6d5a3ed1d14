// From a look and its verdict to the Outcome that is reported, and the words of those ends that only the pipeline
// knows (no turn, a smoke check, a server that stays read-only).
//
// Not the rules (ledger/verdict.cpp). Keeps true: `code`, `message` and `remedy` are those of the first problem.
#pragma once

#include "base/failure.hpp"
#include "guard/examine.hpp"
#include "guard/plan.hpp"
#include "ledger/verdict.hpp"
#include "ledger/wording.hpp"

#include <optional>
#include <string>

namespace migration_guard {

/// Fills everything but appliedNow, smoke and the timings of the whole.
void conclude(Outcome& outcome, const Examination& seen, const Verdict& verdict);

/// `problem` decides from now on; problems that were there stay in the list behind it.
void conclude_with(Outcome& outcome, const Problem& problem);

Problem words_for_nobody_applied(const Examination& seen);
Problem words_for_no_turn(const Examination& seen, const Verdict& verdict);
Problem words_for_smoke(const SmokeResult& failed);
Failure read_only_for_too_long(const Plan& plan, const ServerFacts& server);
std::string who_migrates(const Examination& seen, ApplyMode apply);
std::string one_pending_and(const Examination& seen, const std::string& missing);
std::string remedy_for_missing_cli();
/// What to do when there was no connection left; empty when `reason` says nothing of that.
std::string remedy_for_scarce_connections(const std::string& reason);
/// When the ledger could not be read any more after a stop signal.
std::string words_for_unknown_end(const Examination& before, const std::string& why);

/// `rolled-back:NAME@ROW`; none when empty or not of that form (config/ has refused that before).
struct ResolveOrder {
    std::string name;
    std::string row;
};
std::optional<ResolveOrder> parse_resolve_once(const std::string& text);

}  // namespace migration_guard
