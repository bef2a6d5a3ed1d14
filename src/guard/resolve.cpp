#include "guard/resolve.hpp"

#include "base/failure.hpp"
#include "base/text.hpp"
#include "guard/conclude.hpp"
#include "guard/wait.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

const BundledMigration& bundled(const Plan& plan, const std::string& name) {
    const auto& migrations = plan.bundle.get().migrations;
    const auto found = std::ranges::find(migrations, name, &BundledMigration::name);
    if (found != migrations.end() && found->has_script) return *found;
    if (found != migrations.end()) {
        throw Failure(ExitCode::usage, "migration \"" + name + "\" has no migration.sql in this image (Prisma's P3017)",
                      "its checksum is what the ledger records: restore the file");
    }
    std::vector<std::string> names;
    names.reserve(migrations.size());
    for (const auto& migration : migrations) names.push_back(migration.name);
    const auto near = nearest(name, names);
    throw Failure(ExitCode::usage, "migration \"" + name + "\" is not bundled in this image (Prisma's P3017)",
                  near.empty() ? "see the names with: migration-guard check" : "did you mean " + near + "?");
}

Problem refusal(const ResolveOutcome& outcome, const std::string& name) {
    using Kind = ResolveOutcome::Kind;
    const std::string look = "see its state with: migration-guard check (or prisma migrate status)";
    switch (outcome.kind) {
        case Kind::already_applied:
            return {ExitCode::usage, "migration \"" + name + "\" is already recorded as applied (Prisma's P3008)",
                    look};
        case Kind::never_applied:
            return {ExitCode::usage,
                    "migration \"" + name + "\" cannot be rolled back: the ledger has no row of it (Prisma's P3011)",
                    look};
        case Kind::not_failed:
            return {ExitCode::usage,
                    "migration \"" + name + "\" cannot be rolled back: it is not in a failed state (Prisma's P3012)",
                    look};
        case Kind::ledger_absent:
            return {ExitCode::ledger_missing, "there is no ledger _prisma_migrations in this database",
                    "is it the right database? migration-guard diagnose tells what is in it"};
        case Kind::lock_busy:
            return {ExitCode::turn_timeout,
                    fmt::format("somebody migrates (pid {}, {}): the ledger is not touched meanwhile",
                                outcome.holder.pid, outcome.holder.client),
                    "wait until it has finished, then try again"};
        case Kind::row_not_found:
        case Kind::done:
            break;
    }
    return {ExitCode::internal, "unexpected answer of the ledger", "report this"};
}

std::string words_for_done(const ResolveOutcome& done, const std::string& name, ResolveAs as) {
    std::vector<std::string> written;
    if (!done.touched.empty()) {
        written.push_back(fmt::format("{} {} rolled back", done.touched.size(),
                                      done.touched.size() == 1 ? "failed row" : "failed rows"));
    }
    if (!done.inserted.empty()) written.emplace_back("a new row written");
    if (written.empty())
        return fmt::format("nothing was written: migration \"{}\" has no failed row; its state: migration-guard check",
                           name);
    return fmt::format("migration \"{}\" is marked {} ({})", name, as == ResolveAs::applied ? "applied" : "rolled back",
                       join(written));
}

}  // namespace

Duration patience_for_prismas_lock(const Plan& plan, const Ports& ports) {
    const Limit deadline(ports.clock, plan.started + plan.settings.deadline);
    return deadline.within(plan.settings.turn_timeout.value_or(std::chrono::seconds(10))).remaining();
}

Outcome resolve(const Plan& plan, const Ports& ports, ResolveAs as, const std::string& name) {
    Outcome outcome;
    outcome.database = plan.database;
    try {
        const BundledMigration* migration = as == ResolveAs::applied ? &bundled(plan, name) : nullptr;
        wait_for_database(plan, ports, Limit(ports.clock, plan.started + plan.settings.deadline), MayWrite::no);
        // A ledger that is absent is made, and Prisma makes the schema for it as soon as it connects.
        if (as == ResolveAs::applied && (plan.settings.create_database || !plan.schema_in_url)) {
            ports.database.create_schema();
        }
        const auto patience = patience_for_prismas_lock(plan, ports);
        const auto done = as == ResolveAs::applied ? ports.writer->mark_applied(*migration, patience)
                                                   : ports.writer->mark_rolled_back(name, patience);
        if (done.kind != ResolveOutcome::Kind::done) {
            conclude_with(outcome, refusal(done, name));
        } else {
            outcome.message = words_for_done(done, name, as);
        }
    } catch (const Failure& failure) {
        conclude_with(outcome, {failure.code, failure.what(), failure.hint});
    }
    return outcome;
}

}  // namespace migration_guard
