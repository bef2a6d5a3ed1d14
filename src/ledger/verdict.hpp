// The verdict: may the app start on this database, and if not, why, and what is to be done.
//
// Not the gathering of facts (guard/examine.hpp) and not their wording for a terminal (report/). Pure: the same
// situation always gives the same verdict. This is the table that the whole product exists for; its test is
// tests/unit/ledger/verdict_test.cpp.
// Keeps true: every finding is reported; the exit code is that of the first problem in the contract's order
// (75, 89, 83, 81, 82, 80, 87), and problems are only ever added here.
#pragma once

#include "base/exit_code.hpp"
#include "base/settings.hpp"
#include "ledger/history.hpp"
#include "ledger/reading.hpp"

#include <optional>
#include <string>
#include <vector>

namespace migration_guard {

/// An object of schema.prisma that the database does not have.
struct Missing {
    enum class Need {
        needed,            ///< the app's queries fail without it
        external,          ///< others make it: a schema that the bundled migrations do not touch, or listed: a warning
        removed_by_newer,  ///< created by an applied migration, gone under a newer release's rows: a warning
        optional,          ///< @ignore, @@ignore, Unsupported, a view that no script creates: info
    } need = Need::needed;
    std::string kind;    ///< table, view, column, enum, enumValue, joinTable
    std::string object;  ///< schema.table, schema.table.column, schema.enum, schema.enum.value
    std::string model;
    std::optional<std::string> field;
    std::optional<std::string> created_by;  ///< the bundled migration that creates it
    bool comes_with_pending = false;        ///< that migration is pending
    std::string found_in;                   ///< another schema that has an object of that name, else empty
    bool declared_external = false;         ///< prisma.config lists it (tables.external, enums.external)
    bool goes_with_pending = false;         ///< it is there, and that one is pending
    bool of_view = false;                   ///< a view, or a column of one
    std::string removed_by{};  ///< the bundled migration that drops or renames it, so that none creates it; or empty
    std::string once_created_by{};  ///< the one that creates it before that; empty: none does
    std::string folded{};           ///< what a script creates instead, its name being written without quotes; or empty
    std::string folded_by{};        ///< that script's migration
    std::string folded_mend{};      ///< what gives it the declared name
};

/// A pending script creates what is there already (a squash, or a table made by `db push`).
struct Collision {
    std::string migration;
    std::string object;
};

struct Warning {
    std::string kind;    ///< one word: blocksInsert, noPrivilege, edited, ahead, ...
    std::string object;  ///< what it is about; may be empty
    std::string text;
};

/// Everything that a verdict follows from.
struct Situation {
    LedgerReading::State ledger = LedgerReading::State::present;
    std::string ledger_detail;
    std::string ledger_remedy;
    bool prisma_contract = false;
    std::string schema = "public";    ///< where Prisma looks for the ledger
    std::string migrating;            ///< who holds Prisma's lock ("pid 42, prisma, 10.0.0.3, 12 s"), empty: nobody
    std::size_t table_count = 0;      ///< tables that make a database without ledger "not empty" (P3005)
    std::vector<std::string> tables;  ///< some of them, for the message
    History history;
    bool schema_checked = true;
    std::vector<Missing> missing;
    std::vector<Missing> doomed;  ///< there now, and certainly gone when what is pending has been applied
    std::vector<Collision> collisions;
    std::vector<std::string> order_disputed;  ///< pending names that bytewise and locale order would apply differently
    std::vector<Warning> warnings;            ///< of the schema check, passed through
};

/// What the verdict is wanted for: it decides whether pending migrations are a problem.
enum class Purpose {
    check,          ///< does the database match the image as it is now
    before_deploy,  ///< is the image deployable: pending is fine
    before_apply,   ///< may this run go on (and apply what is pending)
    after_apply,    ///< is everything there now
};

struct Problem {
    ExitCode code;
    std::string message;
    std::string remedy;
};

struct Verdict {
    std::vector<Problem> problems;  ///< in the contract's order; empty: all is well
    std::vector<Warning> warnings;

    [[nodiscard]] ExitCode code() const { return problems.empty() ? ExitCode::ok : problems.front().code; }
};

Verdict judge(const Situation& situation, const Settings& settings, Purpose purpose);

}  // namespace migration_guard
