#include "guard/examine.hpp"

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

}  // namespace

Examination examine(const Plan& plan, const Ports& ports) {
    const auto& declared = plan.declared.get();
    Examination seen;
    SnapshotRequest request;
    request.listed_schemas = declared.listed_schemas;
    seen.snapshot = ports.database.look(request);

    const auto& snapshot = seen.snapshot;
    auto& situation = seen.situation;
    situation.ledger = snapshot.ledger.state;
    situation.ledger_detail = snapshot.ledger.detail;
    situation.prisma_contract = snapshot.server.prisma_contract;
    situation.schema = snapshot.server.schema;
    if (snapshot.migrating) situation.migrating = describe(*snapshot.migrating);
    situation.table_count = snapshot.server.table_count;
    situation.tables = snapshot.server.tables;
    situation.history =
        lay_side_by_side(plan.bundle.get(), snapshot.ledger.rows, snapshot.migrating.has_value(), plan.order);
    seen.pending = situation.history.names(MigrationState::pending);
    situation.order_disputed = disputed(seen.pending, plan.other_order);
    return seen;
}

}  // namespace migration_guard
