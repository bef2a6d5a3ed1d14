// What each finding is called in words: one line for what is wrong, one for what to type.
//
// Not a decision (verdict.cpp makes them all). Keeps true: the guard's own command stands first in every remedy (it
// works where no CLI is), Prisma's second.
#pragma once

#include "ledger/verdict.hpp"

#include <string>
#include <vector>

namespace migration_guard {

struct Words {
    std::string message;
    std::string remedy;
};

/// The sentence that matters inside Prisma's long P3018 text: the line that begins with a server's severity, else what
/// stands below "Database error:". One line of at most 600 bytes.
std::string gist_of_logs(const std::string& logs);

Words words_for_running(const MigrationRecord& record, const std::string& who);
Words words_for_prisma_contract();
/// `remedy`: empty: the state's own.
Words words_for_ledger(LedgerReading::State state, const std::string& detail, const std::string& schema,
                       const std::string& remedy);
Words words_for_missing_ledger(const std::vector<std::string>& tables, std::size_t count);
Words words_for_empty_database(const std::string& schema);
Words words_for_failed(const MigrationRecord& record);
Words words_for_edited(const MigrationRecord& record);
Words words_for_ahead(const std::vector<const MigrationRecord*>& records);
Words words_for_out_of_order(const std::vector<std::string>& names);
Words words_for_collisions(const std::string& migration, const std::vector<std::string>& objects);
std::string words_for_disputed(const std::vector<std::string>& names);
Words words_for_missing_script(const MigrationRecord& record);
Words words_for_incomplete(const std::vector<std::string>& names);
/// What applies the pending migrations, to be typed where these settings hold: `apply: never` and `wait` hold for
/// `migrate` as well, a flag overrides them.
std::string command_to_migrate(ApplyMode apply);
Words words_for_pending(const std::vector<std::string>& names, ApplyMode apply);
/// Of an object whose absence is a warning: why it is nobody's here.
std::string why_external(const Missing& missing);
/// " (found in app, Prisma looks in public)", or nothing.
std::string also_found(const Missing& missing);
/// What bundled scripts make of it that create it and take it away again; the names as they are to stand there.
/// `created_by` may be empty.
std::string words_for_removal(const std::string& created_by, const std::string& removed_by);
/// What is to be done about that: of the model, view or enum, or of the field or value.
std::string remedy_for_removal();

/// Of one whose `folded` is set: who forgot the quotes; that name as it is to stand there.
std::string words_for_folded(const Missing& missing, const std::string& folded_by);
std::string words_for_missing(const Missing& missing);
Words words_for_mismatch(const std::vector<const Missing*>& missing, ApplyMode apply);

}  // namespace migration_guard
