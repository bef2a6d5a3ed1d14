// One row of the ledger. Ledger = Prisma's table `_prisma_migrations`; the fields carry Prisma's names verbatim.
//
// Not the reading of it (postgres/snapshot.hpp). Keeps true: a row's meaning is decided by the two nullable times
// alone, as Prisma decides it (docs/ledger.md).
#pragma once

#include "base/time.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace migration_guard {

/// A point of the database server's time.
struct LedgerTime {
    std::int64_t micros = 0;  ///< since 1970-01-01 UTC; infinity as the greatest and least numbers
    [[nodiscard]] std::string text() const { return utc_text(micros); }
};

struct LedgerRow {
    std::string id;
    std::string checksum;
    std::optional<LedgerTime> finished_at;
    std::string migration_name;
    std::optional<std::string> logs;
    std::optional<LedgerTime> rolled_back_at;
    LedgerTime started_at;
    int applied_steps_count = 0;

    [[nodiscard]] bool is_rolled_back() const { return rolled_back_at.has_value(); }
    [[nodiscard]] bool is_applied() const { return finished_at.has_value() && !rolled_back_at.has_value(); }
    /// As `resolve --applied` writes it (prisma-engines: mark_migration_applied.rs): no step, empty logs, one instant.
    [[nodiscard]] bool is_only_marked() const {
        return is_applied() && applied_steps_count == 0 && logs && logs->empty() &&
               finished_at->micros == started_at.micros;
    }
    /// `start` is the first eight characters of the id, or all of an id that is shorter (one written by hand).
    [[nodiscard]] bool is_named_by(std::string_view start) const {
        return start.size() < 8 ? id == start && !start.empty() : id.starts_with(start);
    }
    [[nodiscard]] bool is_unfinished() const { return !finished_at.has_value() && !rolled_back_at.has_value(); }
};

}  // namespace migration_guard
