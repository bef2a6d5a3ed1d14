#include "guard/baseline.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "guard/conclude.hpp"
#include "guard/resolve.hpp"
#include "guard/scripts.hpp"
#include "guard/wait.hpp"
#include "ledger/wording.hpp"
#include "schema/compare.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

bool has(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

void require_readable(const Snapshot& snapshot) {
    const auto state = snapshot.ledger.state;
    if (state == LedgerReading::State::present || state == LedgerReading::State::absent) return;
    const bool denied = state == LedgerReading::State::no_permission;
    const auto words = words_for_ledger(state, snapshot.ledger.detail, snapshot.server.schema, snapshot.ledger.remedy);
    throw Failure(denied ? ExitCode::database_refused : ExitCode::ledger_unusable, words.message, words.remedy);
}

/// The names in a ledger that holds nothing but marks. Throws Failure 64 for any other.
std::vector<std::string> marks_in(const LedgerReading& ledger, const Bundle& bundle) {
    const std::string there = "there is a ledger _prisma_migrations already, ";
    std::vector<std::string> names;
    for (const auto& row : ledger.rows) {
        const auto name = "migration \"" + one_line(row.migration_name, 300) + "\"";
        if (std::ranges::find(bundle.migrations, row.migration_name, &BundledMigration::name) ==
            bundle.migrations.end()) {
            throw Failure(ExitCode::usage,
                          fmt::format("{}with {}, which this image does not bundle: nothing to baseline", there, name),
                          "is it the right database? migration-guard diagnose tells what is in it");
        }
        if (!row.is_only_marked()) {
            throw Failure(
                ExitCode::usage, fmt::format("{}by which {} has run: nothing to baseline", there, name),
                "see its state with: migration-guard check; a pending migration whose changes are all in the "
                "database: migration-guard resolve --applied NAME (or prisma migrate resolve --applied NAME)");
        }
        names.push_back(row.migration_name);
    }
    return names;
}

/// Tables are counted only where there is no ledger (P3005).
void require_tables(const Snapshot& snapshot, ApplyMode apply) {
    if (snapshot.ledger.state == LedgerReading::State::absent && snapshot.server.table_count == 0) {
        throw Failure(ExitCode::usage, "the database is empty: there is nothing to baseline",
                      "apply all migrations with: " + command_to_migrate(apply));
    }
}

/// All of them or none, so that whoever is interrupted can begin anew.
void mark_prefix(BaselineOutcome& result, const Plan& plan, const Ports& ports) {
    const auto& all = plan.bundle.get().migrations;
    std::vector<BundledMigration> open(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(result.proof.proven));
    std::erase_if(open, [&](const auto& migration) { return has(result.marked_before, migration.name); });
    if (open.empty()) return;
    const auto done = ports.writer->mark_all_applied(open, patience_for_prismas_lock(plan, ports));
    if (done.kind == ResolveOutcome::Kind::lock_busy) {
        throw Failure(ExitCode::turn_timeout,
                      fmt::format("somebody migrates (pid {}); nothing is marked", done.holder.pid),
                      "when it has finished: migration-guard check, then migration-guard baseline again");
    }
    if (done.kind != ResolveOutcome::Kind::done) {
        throw Failure(ExitCode::usage, "somebody else has written the ledger meanwhile; nothing is marked",
                      "see its state with: migration-guard check");
    }
    for (const auto& migration : open) result.marked.push_back(migration.name);
}

/// Those that leave nothing to look for (a function, a constraint, data) are marked on the strength of a later one.
std::string implied_among(const BaselineProof& proof) {
    const auto implied =
        std::ranges::count(proof.steps, BaselineProof::Step::Standing::implied, &BaselineProof::Step::standing);
    if (implied == 0) return "";
    return fmt::format(" ({} of them implied by a later one, not seen)", implied);
}

/// How far the marks go, where something is proven.
std::string words_for_proven(const BaselineOutcome& result, std::size_t bundled, ApplyMode apply) {
    const auto proven = result.proof.proven;
    const auto& steps = result.proof.steps;
    const auto beyond = steps.begin() + static_cast<std::ptrdiff_t>(proven);
    const auto is_marked = [&](const auto& step) { return has(result.marked_before, step.migration); };
    const auto before = static_cast<std::size_t>(std::count_if(steps.begin(), beyond, is_marked));
    const auto implied = implied_among(result.proof);
    const bool pending = std::any_of(beyond, steps.end(), [&](const auto& step) { return !is_marked(step); });
    const std::string rest = pending ? "; the rest is pending: " + command_to_migrate(apply) : "";
    const auto some = proven == 1 ? std::string("first") : fmt::format("first {}", proven);
    if (before == proven) {
        return fmt::format("all that the database proves is marked already: the {} of {} bundled migrations{}{}", some,
                           bundled, implied, rest);
    }
    if (!result.marked.empty()) {
        return fmt::format("{} of {} bundled migrations {} marked applied{}{}{}", proven, bundled,
                           proven == 1 ? "is" : "are", implied,
                           before == 0 ? "" : fmt::format(", {} of them before", before), rest);
    }
    const auto open = before == 0 ? fmt::format("; mark {}", proven == 1 ? "it" : "them")
                                  : fmt::format(", {} of which {} marked already; mark the others", before,
                                                before == 1 ? "is" : "are");
    return fmt::format("the database proves the {} of {} bundled migrations{}{} with: migration-guard baseline --yes",
                       some, bundled, implied, open);
}

void conclude_proof(BaselineOutcome& result, std::size_t bundled, ApplyMode apply) {
    if (result.proof.proven > 0) {
        result.outcome.message = words_for_proven(result, bundled, apply);
        return;
    }
    conclude_with(result.outcome, {ExitCode::ledger_missing, "the database proves none of the bundled migrations",
                                   "is it the right database, and the right schema? What DATABASE_URL names: "
                                   "migration-guard config. Beside tables of others: a schema of its own (?schema=), "
                                   "or tables.external in the Prisma config"});
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
        require_readable(snapshot);
        result.marked_before = marks_in(snapshot.ledger, plan.bundle.get());
        require_tables(snapshot, plan.settings.apply);
        result.proof = prove_baseline(scripts, snapshot.server.schema, snapshot.catalogue);
        if (mark == Mark::the_proven_prefix) mark_prefix(result, plan, ports);
        conclude_proof(result, scripts.size(), plan.settings.apply);
    } catch (const Failure& failure) {
        conclude_with(result.outcome, {failure.code, failure.what(), failure.hint});
    }
    return result;
}

std::string to_text(const BaselineOutcome& result) {
    std::string text;
    for (const auto& step : result.proof.steps) {
        text += fmt::format("{}: {}{}\n", one_line(step.migration, 300), word(step.standing),
                            has(result.marked, step.migration)          ? ", marked applied"
                            : has(result.marked_before, step.migration) ? ", marked already"
                                                                        : "");
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
