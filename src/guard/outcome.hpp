// What a run, check or migrate found out: the value that the log's last line, the text report and the JSON are made of.
//
// Not their wording (report/). Keeps true: it is complete also when the run ended early (69, 77, 78): what was not
// reached is empty, never invented.
#pragma once

#include "base/exit_code.hpp"
#include "guard/ports.hpp"
#include "ledger/history.hpp"
#include "ledger/verdict.hpp"

#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

/// Where the guard connects to; known before the first connection, but for the version.
struct DatabaseIdentity {
    std::string host;
    int port = 0;
    std::string name;
    std::string schema;
    std::string user;
    std::string server_version;  ///< empty until connected
};

struct Timings {
    double connect_ms = 0;
    double ledger_ms = 0;
    double schema_ms = 0;
    double total_ms = 0;
};

struct Outcome {
    ExitCode code = ExitCode::ok;
    int signal = 0;       ///< not 0: ended by that stop signal, and `code` says nothing
    std::string message;  ///< of the first problem, or what is well
    std::string remedy;   ///< empty when all is well
    DatabaseIdentity database;
    History history;
    bool ledger_read = false;  ///< false: ended before, `history` says nothing
    /// False: the database was looked at, but its ledger cannot be used (89): of `history` only the bundle's names
    /// hold.
    bool history_known = true;
    bool schema_checked = false;
    std::string schema_excerpt;  ///< when schema.prisma cannot be parsed: the line in error, a caret line under it
    std::size_t models = 0;      ///< of schema.prisma; join tables and views are not among them
    std::vector<Missing> missing;
    std::vector<Missing>
        doomed;  ///< there as long as nothing is applied; where that is to be, they are among `missing`
    std::vector<std::string> applied_now;
    std::vector<Problem> problems;  ///< all of them, the first decides
    std::vector<Warning> warnings;
    std::vector<SmokeResult> smoke;
    Timings timings;
};

}  // namespace migration_guard
