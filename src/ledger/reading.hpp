// How the ledger was found, and its rows.
//
// Not the query (postgres/snapshot.hpp). Keeps true: `rows` is only filled when the state is `present`.
#pragma once

#include "ledger/row.hpp"

#include <string>
#include <vector>

namespace migration_guard {

struct LedgerReading {
    enum class State {
        present,
        absent,
        misplaced,  ///< where Prisma will not look, or where its two look-ups disagree
        not_a_table,
        wrong_columns,
        null_values,    ///< in a column that Prisma reads as NOT NULL; or text that is not UTF-8
        no_permission,  ///< SELECT denied, or all rows hidden: not the same as absent
    } state = State::absent;
    std::string detail;           ///< one line for the last five
    std::vector<LedgerRow> rows;  ///< by started_at, then id
    std::string remedy = {};      ///< where the state alone does not tell it
    /// The server filters the rows for this login (row_security_active()).
    bool row_security = false;
};

}  // namespace migration_guard
