#include "guard/baseline.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "guard/conclude.hpp"
#include "guard/scripts.hpp"
#include "guard/wait.hpp"
#include "schema/compare.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

constexpr Duration lock_patience = std::chrono::seconds(10);

void require_a_case_for_baseline(const Snapshot& snapshot) {
    if (snapshot.ledger.state != LedgerReading::State::absent) {
        throw Failure(
            ExitCode::usage, "there is a ledger _prisma_migrations already: nothing to baseline",
            "see its state with: migration-guard check; single migrations: migration-guard resolve --applied NAME");
    }
    if (snapshot.server.table_count == 0) {
        throw Failure(ExitCode::usage, "the database is empty: there is nothing to baseline",
                      "apply all migrations with: migration-guard migrate (or prisma migrate deploy)");
    }
}

/// All of them or none, so that whoever is interrupted can begin anew.
void mark_prefix(BaselineOutcome& result, const Plan& plan, LedgerWriter& writer) {
    const auto& all = plan.bundle.get().migrations;
    const std::vector<BundledMigration> prefix(all.begin(),
                                               all.begin() + static_cast<std::ptrdiff_t>(result.proof.proven));
    if (prefix.empty()) return;
    const auto done = writer.mark_all_applied(prefix, lock_patience);
    if (done.kind == ResolveOutcome::Kind::lock_busy) {
        throw Failure(ExitCode::turn_timeout,
                      fmt::format("somebody migrates (pid {}); nothing is marked", done.holder.pid),
                      "when it has finished: migration-guard check, then migration-guard baseline again");
    }
    if (done.kind != ResolveOutcome::Kind::done) {
        throw Failure(ExitCode::usage, "somebody else has written the ledger meanwhile; nothing is marked",
                      "see its state with: migration-guard check");
    }
    for (const auto& migration : prefix) result.marked.push_back(migration.name);
}

/// Those that leave nothing to look for (an index, a function, data) are marked on the strength of a later one.
std::string implied_among(const BaselineProof& proof) {
    const auto implied =
        std::ranges::count(proof.steps, BaselineProof::Step::Standing::implied, &BaselineProof::Step::standing);
    if (implied == 0) return "";
    return fmt::format(" ({} of them implied by a later one, not seen)", implied);
}

void conclude_proof(BaselineOutcome& result, std::size_t bundled) {
    auto& outcome = result.outcome;
    const auto proven = result.proof.proven;
    if (proven == 0) {
        conclude_with(outcome, {ExitCode::ledger_missing, "the database proves none of the bundled migrations",
                                "is it the right database? migration-guard diagnose tells what is in it"});
    } else if (result.marked.empty()) {
        outcome.message = fmt::format(
            "the database proves the first {} of {} bundled migrations{}; mark them with: "
            "migration-guard baseline --yes",
            proven, bundled, implied_among(result.proof));
    } else {
        outcome.message = fmt::format("{} of {} bundled migrations are marked applied{}{}", result.marked.size(),
                                      bundled, implied_among(result.proof),
                                      proven < bundled ? "; the rest is pending: migration-guard migrate" : "");
    }
}

std::string_view word(BaselineProof::Step::Standing standing) {
    using enum BaselineProof::Step::Standing;
    switch (standing) {
        case proven:
            return "proven";
        case implied:
            return "implied by a later one: it leaves nothing that could be looked for";
        case absent:
            return "absent";
        case beyond:
            return "there, but an earlier one is absent";
        case nothing:
            return "nothing to look at";
    }
    return "";
}

}  // namespace

BaselineOutcome baseline(const Plan& plan, const Ports& ports, Mark mark) {
    BaselineOutcome result;
    result.outcome.database = plan.database;
    try {
        wait_for_database(plan, ports, Limit(ports.clock, plan.started + plan.settings.deadline), MayWrite::no);
        const auto scripts = read_scripts(plan.bundle.get());
        result.outcome.warnings = warnings_of(scripts);
        const auto snapshot =
            ports.database.look({baseline_request(scripts), plan.declared.get().listed_schemas, plan.external.tables});
        require_a_case_for_baseline(snapshot);
        result.proof = prove_baseline(scripts, snapshot.server.schema, snapshot.catalogue);
        if (mark == Mark::the_proven_prefix) mark_prefix(result, plan, *ports.writer);
        conclude_proof(result, scripts.size());
    } catch (const Failure& failure) {
        conclude_with(result.outcome, {failure.code, failure.what(), failure.hint});
    }
    return result;
}

std::string to_text(const BaselineOutcome& result) {
    std::string text;
    for (const auto& step : result.proof.steps) {
        const bool marked = std::ranges::find(result.marked, step.migration) != result.marked.end();
        text += fmt::format("{}: {}{}\n", one_line(step.migration, 300), word(step.standing),
                            marked ? ", marked applied" : "");
        for (const auto& item : step.items) {
            const auto& object = item.object;
            const auto name = (object.schema.empty() ? "" : object.schema + ".") + object.object +
                              (object.member.empty() ? "" : "." + object.member);
            const bool there = item.must_exist == item.holds;
            text += fmt::format("  {} {} {} is {}\n", item.holds ? "yes:" : "no: ", word(object.kind), name,
                                there ? "there" : "not there");
        }
    }
    for (const auto& warning : result.outcome.warnings) text += "warning: " + one_line(warning.text, 400) + "\n";
    return text + result.outcome.message + "\n";
}

}  // namespace migration_guard
