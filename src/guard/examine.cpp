#include "guard/examine.hpp"

#include "guard/declared_part.hpp"
#include "guard/never_created.hpp"
#include "guard/schema_check.hpp"
#include "schema/compare.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace migration_guard {
namespace {

std::string describe(const LockHolder& holder) {
    return "pid " + std::to_string(holder.pid) + (holder.application.empty() ? "" : ", " + holder.application) + ", " +
           holder.client;
}

/// Pending names that CLIs of other releases would apply in another order.
std::vector<std::string> disputed(const std::vector<std::string>& pending, const NameOrder& other) {
    std::vector<std::string> names;
    for (std::size_t i = 1; i < pending.size(); ++i) {
        if (other(pending[i], pending[i - 1])) names.push_back(pending[i]);
    }
    return names;
}

/// Whoever holds a turn may be migrating with Prisma's lock switched off (PRISMA_SCHEMA_DISABLE_ADVISORY_LOCK).
const std::optional<LockHolder>& who_migrates_now(const Snapshot& snapshot, OwnTurn own_turn) {
    return snapshot.migrating || own_turn == OwnTurn::held ? snapshot.migrating : snapshot.turn;
}

std::set<std::string> unfinished(const Snapshot& snapshot) {
    std::set<std::string> ids;
    for (const auto& row : snapshot.ledger.rows) {
        if (row.is_unfinished()) ids.insert(row.id);
    }
    return ids;
}

/// Ledger and locks are read by two statements: between them a migration may end, and its row then looks abandoned. A
/// row is, when it is still unfinished in a second look after the lock was seen free: whoever began it held the lock
/// until it was finished. One that is unfinished only in the second look has just been begun.
struct Look {
    Snapshot snapshot;
    bool somebody_migrates = false;
};
Look look(SnapshotRequest request, Database& database, OwnTurn own_turn) {
    Look seen{database.look(request)};
    seen.somebody_migrates = who_migrates_now(seen.snapshot, own_turn).has_value();
    const auto suspects = unfinished(seen.snapshot);
    if (suspects.empty() || seen.somebody_migrates) return seen;
    request.sessions = true;
    seen.snapshot = database.look(request);
    const auto still = unfinished(seen.snapshot);
    seen.somebody_migrates =
        who_migrates_now(seen.snapshot, own_turn).has_value() || !std::ranges::includes(suspects, still);
    return seen;
}

/// Everything but the schema.
Situation situation_of(const Plan& plan, const Look& seen, OwnTurn own_turn) {
    const auto& snapshot = seen.snapshot;
    Situation situation;
    situation.ledger = snapshot.ledger.state;
    situation.ledger_detail = snapshot.ledger.detail;
    situation.ledger_remedy = snapshot.ledger.remedy;
    situation.prisma_contract = snapshot.server.prisma_contract;
    situation.schema = snapshot.server.schema;
    if (const auto& holder = who_migrates_now(snapshot, own_turn)) situation.migrating = describe(*holder);
    situation.table_count = snapshot.server.table_count;
    situation.tables = snapshot.server.tables;
    situation.history = lay_side_by_side(plan.bundle.get(), snapshot.ledger.rows, seen.somebody_migrates, plan.order);
    return situation;
}

/// A script may have been read twice, for what it collides with and for what it creates: that is told once.
void add_warnings(Situation& situation, std::vector<Warning> warnings) {
    for (auto& warning : warnings) {
        const bool told = std::ranges::any_of(situation.warnings, [&](const Warning& other) {
            return other.kind == warning.kind && other.object == warning.object && other.text == warning.text;
        });
        if (!told) situation.warnings.push_back(std::move(warning));
    }
}

bool has_row_since(const std::string& migration, const std::vector<LedgerRow>& before,
                   const std::vector<LedgerRow>& now) {
    return std::ranges::any_of(now, [&](const LedgerRow& row) {
        return row.migration_name == migration && std::ranges::find(before, row.id, &LedgerRow::id) == before.end();
    });
}

/// The ledger was read before the catalogue: what another replica has applied in between collides with nothing. Whoever
/// applied it has written a row first.
void drop_what_was_begun_since(std::vector<Collision>& collisions, const std::vector<LedgerRow>& before,
                               Database& database) {
    if (collisions.empty()) return;
    const auto now = database.look({}).ledger.rows;
    std::erase_if(collisions, [&](const Collision& one) { return has_row_since(one.migration, before, now); });
}

void add_collisions(Situation& situation, const Plan& plan, const std::vector<std::string>& pending,
                    const std::vector<LedgerRow>& rows, Database& database) {
    // Without a ledger every table is a collision: that case has a code of its own.
    if (pending.empty() || plan.settings.on_collision == Policy::ignore ||
        situation.ledger != LedgerReading::State::present) {
        return;
    }
    auto found = find_collisions(plan.bundle.get(), pending, situation.schema, database);
    drop_what_was_begun_since(found.collisions, rows, database);
    situation.collisions = std::move(found.collisions);
    add_warnings(situation, std::move(found.warnings));
    for (const auto& collision : situation.collisions) {
        for (auto& record : situation.history.migrations) {
            if (record.name == collision.migration && !record.has(MigrationFinding::collides)) {
                record.findings.push_back(MigrationFinding::collides);
            }
        }
    }
}

/// Told when it matters: the CLI takes its lock in a session, which a transaction pooler hands to others in between.
void warn_of_pooler(Situation& situation, const Plan& plan, const ServerFacts& server) {
    if (plan.settings.apply != ApplyMode::prisma || server.transaction_pooler.empty()) return;
    situation.warnings.push_back(
        {"transactionPooler", "",
         "the Prisma CLI is to migrate through a transaction pooler, where its lock does not hold: "
         "give a URL past it in DIRECT_URL (" +
             server.transaction_pooler + ")"});
}

void add_unchecked(Examination& seen, const DeclaredPart& declared) {
    seen.situation.warnings.push_back({"schemaUnchecked", "",
                                       "schema.prisma is not checked: " + declared.problem +
                                           "; see it with: migration-guard check --no-database (or prisma validate)"});
    seen.schema_excerpt = declared.excerpt;
}

/// In a database that is empty, what is missing before the apply is what no script creates.
void add_what_no_script_creates(Examination& seen, const Plan& plan) {
    const auto& declared = plan.declared.get();
    auto& situation = seen.situation;
    situation.schema_checked = declared.schema.has_value();
    if (!declared.schema) return add_unchecked(seen, declared);
    auto findings =
        never_created(plan.bundle.get(), *declared.schema, {plan.database.schema, plan.ignored, plan.external});
    situation.missing = std::move(findings.missing);
    add_warnings(situation, std::move(findings.warnings));
    seen.models = count_models(*declared.schema);
}

}  // namespace

Examination examine_nothing(const Plan& plan) {
    Look nothing;
    nothing.snapshot.server.schema = plan.database.schema;
    nothing.snapshot.ledger.state = LedgerReading::State::absent;
    Examination seen;
    seen.situation = situation_of(plan, nothing, OwnTurn::not_held);
    seen.snapshot = std::move(nothing.snapshot);
    seen.pending = seen.situation.history.names(MigrationState::pending);
    seen.situation.order_disputed = disputed(seen.pending, plan.other_order);
    seen.situation.warnings.push_back(
        {"databaseMissing", plan.database.name,
         "database \"" + plan.database.name + "\" does not exist and would be created (createDatabase: true)"});
    add_what_no_script_creates(seen, plan);
    return seen;
}

Examination examine(const Plan& plan, const Ports& ports, OwnTurn own_turn) {
    const auto& declared = plan.declared.get();
    Examination seen;
    SnapshotRequest request;
    request.listed_schemas = declared.listed_schemas;
    request.external_tables = plan.external.tables;
    if (declared.schema) request.catalogue = request_for(*declared.schema);
    auto looked = look(request, ports.database, own_turn);

    auto& situation = seen.situation;
    situation = situation_of(plan, looked, own_turn);
    seen.snapshot = std::move(looked.snapshot);
    seen.pending = situation.history.names(MigrationState::pending);
    situation.order_disputed = disputed(seen.pending, plan.other_order);
    add_collisions(situation, plan, seen.pending, seen.snapshot.ledger.rows, ports.database);
    if (!seen.pending.empty()) warn_of_pooler(situation, plan, seen.snapshot.server);

    const auto begun = ports.clock.now();
    situation.schema_checked = declared.schema.has_value();
    if (!declared.schema) {
        add_unchecked(seen, declared);
    } else {
        auto findings =
            check_schema(plan, situation.history, seen.snapshot.catalogue, situation.schema, ports.database);
        situation.missing = std::move(findings.missing);
        situation.doomed = std::move(findings.doomed);
        add_warnings(situation, std::move(findings.warnings));
        seen.models = count_models(*declared.schema);
    }
    add_warnings(situation, warnings_of(declared, plan.bundle.get()));
    const std::chrono::duration<double, std::milli> compared = ports.clock.now() - begun;
    seen.schema_ms = seen.snapshot.catalogue_ms + compared.count();
    return seen;
}

}  // namespace migration_guard
