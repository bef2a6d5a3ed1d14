// Short ways to write bundles and ledger rows in tests.
#pragma once

#include "ledger/bundle.hpp"
#include "ledger/row.hpp"

#include <string>
#include <vector>

namespace migration_guard::test {

/// A checksum that follows from the name, so that a row of the same name is not edited.
inline std::string checksum_of(const std::string& name) {
    return name + std::string(64 - name.size(), 'f');
}

inline BundledMigration bundled(const std::string& name, bool has_script = true) {
    return {name, has_script, "select 1;", {checksum_of(name), checksum_of(name), checksum_of(name)}};
}

inline Bundle bundle_of(const std::vector<std::string>& names) {
    Bundle bundle;
    for (const auto& name : names) bundle.migrations.push_back(bundled(name));
    return bundle;
}

/// So many seconds after 2025-11-03T09:00:00Z.
inline LedgerTime at(std::int64_t second) {
    return {(1'762'160'400 + second) * 1'000'000};
}

/// What became of a row, as its two nullable times say it.
enum class As { applied, unfinished, rolled_back, both_times };

inline LedgerRow row(const std::string& name, As as, std::int64_t started = 1, const std::string& checksum = "") {
    LedgerRow made;
    made.id = "row-" + name + "-" + std::to_string(started);
    made.checksum = checksum_of(checksum.empty() ? name : checksum);
    made.migration_name = name;
    made.started_at = at(started);
    if (as == As::applied || as == As::both_times) made.finished_at = at(started);
    if (as == As::rolled_back || as == As::both_times) made.rolled_back_at = at(started);
    made.applied_steps_count = as == As::applied ? 1 : 0;
    return made;
}

}  // namespace migration_guard::test
