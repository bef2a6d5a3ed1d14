// Bundle and ledger laid side by side: for each migration, what became of it.
//
// Not a judgement (verdict.hpp): a history has no good or bad. Pure.
// Keeps true: what Prisma's `migrate deploy` would apply is exactly what is `pending` here, and what would stop it
// (P3009) is exactly what is `failed` or `running` (prisma-engines: commands/apply_migrations.rs).
#pragma once

#include "ledger/bundle.hpp"
#include "ledger/reading.hpp"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

enum class MigrationState {
    applied,
    pending,  ///< no row, or rolled back: Prisma applies it (again)
    running,  ///< unfinished, and somebody is at it
    failed,   ///< unfinished, and nobody is
    ahead,    ///< applied, not in the image, newer than all that the image has applied
    retired,  ///< applied, not in the image, older: squashed away
};

enum class MigrationFinding { edited, out_of_order, rolled_back, collides };

std::string_view to_text(MigrationState state);
std::string_view to_text(MigrationFinding finding);

struct MigrationRecord {
    std::string name;
    MigrationState state = MigrationState::pending;
    std::vector<MigrationFinding> findings;
    bool bundled = true;
    bool has_script = true;
    std::optional<LedgerRow> row;  ///< the row that decided the state; of a rolled-back one the newest

    [[nodiscard]] bool has(MigrationFinding finding) const;
};

struct History {
    std::vector<MigrationRecord> migrations;  ///< the bundle's in its order, then the ledger's others by started_at

    [[nodiscard]] std::vector<const MigrationRecord*> in_state(MigrationState state) const;
    [[nodiscard]] std::vector<std::string> names(MigrationState state) const;
    [[nodiscard]] std::vector<std::string> names(MigrationFinding finding) const;
    [[nodiscard]] std::size_t count(MigrationState state) const { return in_state(state).size(); }
    [[nodiscard]] std::size_t count(MigrationFinding finding) const { return names(finding).size(); }
    [[nodiscard]] bool any(MigrationState state) const { return count(state) != 0; }
    [[nodiscard]] const MigrationRecord* find(std::string_view name) const;
};

/// True when `left` is applied before `right` by the CLI of the image.
using NameOrder = std::function<bool(const std::string& left, const std::string& right)>;

/// `somebody_migrates`: Prisma's lock is held, or the session that wrote an unfinished row is alive.
History lay_side_by_side(const Bundle& bundle, const std::vector<LedgerRow>& rows, bool somebody_migrates,
                         const NameOrder& before);

}  // namespace migration_guard
