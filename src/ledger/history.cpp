#include "ledger/history.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace migration_guard {
namespace {

using Rows = std::vector<const LedgerRow*>;

bool older(const LedgerRow* left, const LedgerRow* right) {
    return left->started_at.micros < right->started_at.micros;
}

const LedgerRow* newest_where(const Rows& rows, bool (LedgerRow::*holds)() const) {
    const LedgerRow* newest = nullptr;
    for (const auto* row : rows) {
        if ((row->*holds)() && (newest == nullptr || !older(row, newest))) newest = row;
    }
    return newest;
}

/// Prisma's own order of tests: an unfinished row blocks whatever else there is of that name; else one row that is
/// not rolled back makes it applied; else it is as if it had never been there.
MigrationRecord record_of(std::string name, const Rows& rows, bool somebody_migrates) {
    MigrationRecord record;
    record.name = std::move(name);
    if (const auto* row = newest_where(rows, &LedgerRow::is_unfinished)) {
        record.state = somebody_migrates ? MigrationState::running : MigrationState::failed;
        record.row = *row;
    } else if (const auto* applied = newest_where(rows, &LedgerRow::is_applied)) {
        record.state = MigrationState::applied;
        record.row = *applied;
    } else if (const auto* rolled_back = newest_where(rows, &LedgerRow::is_rolled_back)) {
        record.findings.push_back(MigrationFinding::rolled_back);
        record.row = *rolled_back;
    }
    return record;
}

/// Against the applied rows only: a rolled-back row of an earlier text says nothing of the one that is applied.
bool is_edited(const BundledMigration& migration, const Rows& rows) {
    return std::ranges::none_of(
        rows, [&](const LedgerRow* row) { return row->is_applied() && matches(migration.checksums, row->checksum); });
}

/// Ahead means applied after everything that this image has applied; by time, not by name, since a squashed migration
/// is recorded after the ones that it replaces, and often sorts before them.
void tell_ahead_from_retired(std::vector<MigrationRecord>& records) {
    std::optional<std::int64_t> newest_bundled;
    for (const auto& record : records) {
        if (record.bundled && record.state == MigrationState::applied) {
            newest_bundled = std::max(newest_bundled.value_or(INT64_MIN), record.row->started_at.micros);
        }
    }
    for (auto& record : records) {
        if (record.bundled || record.state != MigrationState::applied) continue;
        const bool newer = !newest_bundled || record.row->started_at.micros > *newest_bundled;
        record.state = newer ? MigrationState::ahead : MigrationState::retired;
    }
}

void mark_out_of_order(std::vector<MigrationRecord>& records, const NameOrder& before) {
    if (std::ranges::find(records, MigrationState::pending, &MigrationRecord::state) == records.end()) return;
    const std::string* last = nullptr;
    for (const auto& record : records) {
        if (record.state != MigrationState::applied && record.state != MigrationState::ahead) continue;
        if (last == nullptr || before(*last, record.name)) last = &record.name;
    }
    if (last == nullptr) return;
    for (auto& record : records) {
        if (record.state == MigrationState::pending && before(record.name, *last)) {
            record.findings.push_back(MigrationFinding::out_of_order);
        }
    }
}

std::vector<MigrationRecord> unbundled_records(const std::map<std::string, Rows>& rows_of, const Bundle& bundle,
                                               bool somebody_migrates) {
    std::set<std::string_view> bundled;
    for (const auto& migration : bundle.migrations) bundled.insert(migration.name);
    std::vector<MigrationRecord> records;
    for (const auto& [name, rows] : rows_of) {
        if (bundled.contains(name)) continue;
        auto record = record_of(name, rows, somebody_migrates);
        record.bundled = false;
        record.has_script = false;
        // Rolled back and not in the image: nobody will ever apply it again.
        if (record.state == MigrationState::pending) record.state = MigrationState::retired;
        records.push_back(std::move(record));
    }
    std::ranges::stable_sort(records,
                             [](const auto& left, const auto& right) { return older(&*left.row, &*right.row); });
    return records;
}

}  // namespace

std::string_view to_text(MigrationState state) {
    switch (state) {
        case MigrationState::applied:
            return "applied";
        case MigrationState::pending:
            return "pending";
        case MigrationState::running:
            return "running";
        case MigrationState::failed:
            return "failed";
        case MigrationState::ahead:
            return "ahead";
        case MigrationState::retired:
            return "retired";
    }
    return "";
}

std::string_view to_text(MigrationFinding finding) {
    switch (finding) {
        case MigrationFinding::edited:
            return "edited";
        case MigrationFinding::out_of_order:
            return "outOfOrder";
        case MigrationFinding::rolled_back:
            return "rolledBack";
        case MigrationFinding::collides:
            return "collides";
    }
    return "";
}

bool MigrationRecord::has(MigrationFinding finding) const {
    return std::ranges::find(findings, finding) != findings.end();
}

std::vector<const MigrationRecord*> History::in_state(MigrationState state) const {
    std::vector<const MigrationRecord*> found;
    for (const auto& record : migrations) {
        if (record.state == state) found.push_back(&record);
    }
    return found;
}

std::vector<std::string> History::names(MigrationState state) const {
    std::vector<std::string> found;
    for (const auto* record : in_state(state)) found.push_back(record->name);
    return found;
}

std::vector<std::string> History::names(MigrationFinding finding) const {
    std::vector<std::string> found;
    for (const auto& record : migrations) {
        if (record.has(finding)) found.push_back(record.name);
    }
    return found;
}

const MigrationRecord* History::find(std::string_view name) const {
    const auto found = std::ranges::find(migrations, name, &MigrationRecord::name);
    return found == migrations.end() ? nullptr : &*found;
}

History lay_side_by_side(const Bundle& bundle, const std::vector<LedgerRow>& rows, bool somebody_migrates,
                         const NameOrder& before) {
    std::map<std::string, Rows> rows_of;
    for (const auto& row : rows) rows_of[row.migration_name].push_back(&row);
    const Rows none;

    History history;
    for (const auto& migration : bundle.migrations) {
        const auto found = rows_of.find(migration.name);
        const Rows& own = found == rows_of.end() ? none : found->second;
        auto record = record_of(migration.name, own, somebody_migrates);
        record.has_script = migration.has_script;
        if (record.state == MigrationState::applied && migration.has_script && is_edited(migration, own)) {
            record.findings.push_back(MigrationFinding::edited);
        }
        history.migrations.push_back(std::move(record));
    }
    auto others = unbundled_records(rows_of, bundle, somebody_migrates);
    std::ranges::move(others, std::back_inserter(history.migrations));
    tell_ahead_from_retired(history.migrations);
    mark_out_of_order(history.migrations, before);
    return history;
}

}  // namespace migration_guard
