#include "guard/conclude.hpp"

#include "base/text.hpp"
#include "ledger/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace migration_guard {

void conclude(Outcome& outcome, const Examination& seen, const Verdict& verdict) {
    outcome.database.server_version = seen.snapshot.server.version;
    outcome.database.schema = seen.snapshot.server.schema;
    outcome.history = seen.situation.history;
    outcome.ledger_read = true;
    const auto ledger = seen.situation.ledger;
    outcome.history_known = !seen.situation.prisma_contract &&
                            (ledger == LedgerReading::State::present || ledger == LedgerReading::State::absent);
    outcome.schema_checked = seen.situation.schema_checked;
    outcome.models = seen.models;
    outcome.schema_excerpt = seen.schema_excerpt;
    outcome.missing = seen.situation.missing;
    outcome.doomed.clear();
    const auto says = [&](ExitCode code) {
        return std::ranges::find(verdict.problems, code, &Problem::code) != verdict.problems.end();
    };
    const bool counts = says(ExitCode::schema_mismatch) && !says(ExitCode::migrations_pending);
    std::ranges::copy(seen.situation.doomed, std::back_inserter(counts ? outcome.missing : outcome.doomed));
    outcome.problems = verdict.problems;
    outcome.warnings = verdict.warnings;
    outcome.timings.ledger_ms = seen.snapshot.ledger_ms;
    outcome.timings.schema_ms = seen.schema_ms;
    outcome.code = verdict.code();
    if (!verdict.problems.empty()) {
        outcome.message = verdict.problems.front().message;
        outcome.remedy = verdict.problems.front().remedy;
        return;
    }
    outcome.remedy.clear();
    const auto count = [](std::size_t n) { return n == 1 ? "1 migration" : std::to_string(n) + " migrations"; };
    outcome.message =
        seen.pending.empty()
            ? "the database matches the image: " + count(seen.situation.history.count(MigrationState::applied)) +
                  " applied"
            : count(seen.pending.size()) + " pending, and can be applied";
}

void conclude_with(Outcome& outcome, const Problem& problem) {
    // A migration that failed now (84) stands failed in the ledger too (81): that is one finding, not two, also where
    // the applier knows more than the row.
    std::erase_if(outcome.problems, [&](const Problem& other) { return problem.message.starts_with(other.message); });
    outcome.code = problem.code;
    outcome.message = problem.message;
    outcome.remedy = problem.remedy;
    outcome.problems.insert(outcome.problems.begin(), problem);
}

Problem words_for_nobody_applied(const Examination& seen) {
    return {ExitCode::migrations_pending,
            "nobody applied the pending migrations (apply: wait): " + join(seen.pending, 5),
            "apply them with: " + command_to_migrate(ApplyMode::wait) + "; turnTimeout says how long a start waits"};
}

Problem words_for_no_turn(const Examination& seen, const Verdict& verdict) {
    const auto who = who_migrates(seen, ApplyMode::prisma);
    const auto remedy = verdict.code() == ExitCode::turn_timeout ? verdict.problems.front().remedy : std::string();
    return {ExitCode::turn_timeout, "gave up waiting for " + who,
            remedy.empty() ? "see who it is with: migration-guard diagnose; turnTimeout says how long a start waits"
                           : remedy};
}

Problem words_for_smoke(const SmokeResult& failed) {
    return {ExitCode::smoke_check_failed, "smoke check " + failed.name + " failed: " + failed.error,
            "the schema is complete, but what this check stands for does not work: repair it, or the check. A restart "
            "has nothing pending and starts the app untested; smokeWhen: always holds every start"};
}

Failure read_only_for_too_long(const Plan& plan, const ServerFacts& server) {
    const auto& wait = plan.settings.wait_timeout;
    return {ExitCode::database_unreachable,
            fmt::format("migrations are pending, but nothing can be written: {}, for {} now", server.read_only_because,
                        to_text(wait == Duration(0) ? plan.settings.deadline : wait)),
            server.read_only_remedy};
}

std::string who_migrates(const Examination& seen, ApplyMode apply) {
    const auto& holder = seen.snapshot.migrating ? seen.snapshot.migrating : seen.snapshot.turn;
    if (!holder) {
        return apply == ApplyMode::wait ? "somebody else to apply pending migrations (apply: wait)"
                                        : "another guard that migrates";
    }
    return fmt::format("{} that migrates (pid {}, {}, {})",
                       seen.snapshot.migrating ? "a Prisma Migrate" : "another guard", holder->pid,
                       holder->application.empty() ? "unnamed" : holder->application, holder->client);
}

std::string one_pending_and(const Examination& seen, const std::string& missing) {
    return fmt::format("{} pending ({}), and {}", seen.pending.size() == 1 ? "a migration is" : "migrations are",
                       join(seen.pending, 3), missing);
}

std::string remedy_for_missing_cli() {
    return "set apply: native, which needs neither Node nor the CLI, or put prisma with its engine into the image "
           "(dependencies, not devDependencies; pnpm: allow its build scripts)";
}

/// PostgreSQL manual, appendix A, class 53, and its words where a CLI leaves out the code; Prisma's P2037; what
/// PgBouncer and Supavisor say when all slots are taken.
std::string remedy_for_scarce_connections(const std::string& reason) {
    for (const char* text : {"53300", "P2037", "too many connections", "too many clients", "connection slots",
                             "no more connections allowed", "query_wait_timeout", "max clients"}) {
        if (reason.find(text) == std::string::npos) continue;
        return "applying takes three connections at once: this guard's turn, the one that migrates, and one to report "
               "and to cancel; raise the login's CONNECTION LIMIT, the pooler's pool or max_connections, or end what "
               "holds them";
    }
    return {};
}

std::string words_for_unknown_end(const Examination& before, const std::string& why) {
    return fmt::format(
        "the apply of {} was ended and cancelled on the server; what it left could not be read ({}): "
        "migration-guard check tells",
        join(before.pending, 3), why);
}

std::optional<ResolveOrder> parse_resolve_once(const std::string& text) {
    constexpr std::string_view prefix = "rolled-back:";
    const auto at = text.rfind('@');
    if (!text.starts_with(prefix) || at == std::string::npos || at <= prefix.size() || at + 1 == text.size()) {
        return std::nullopt;
    }
    return ResolveOrder{text.substr(prefix.size(), at - prefix.size()), text.substr(at + 1)};
}

}  // namespace migration_guard
