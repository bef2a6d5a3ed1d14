// Why does the app fail: what `diagnose` found out, as values.
//
// Not its wording on a screen (report/diagnosis_text.cpp) and not the verdict (the Outcome of a check is part of it).
// Keeps true: every cause has the exact next command.
#pragma once

#include "applog/scan_log.hpp"
#include "guard/outcome.hpp"

#include <string>
#include <vector>

namespace migration_guard {

struct Cause {
    enum class Kind {
        pending,         ///< the migration that creates it waits to be applied
        failed,          ///< it failed
        running,         ///< it is being applied now
        rolled_back,     ///< it was rolled back and not applied again
        marked_applied,  ///< resolve --applied without having run
        dropped,         ///< applied, and gone since
        never_migrated,  ///< no bundled migration creates it
        removed_again,   ///< a bundled migration creates it, and one drops or renames it
        other_schema,    ///< it stands in a schema where Prisma does not look
        external,        ///< no bundled migration makes it or anything in its schema: another tool's
        newer_release,   ///< the image is older than the database
        other_app,       ///< the ledger is that of another app
        no_ledger,       ///< tables, but no ledger
        unreachable,     ///< the database could not be looked at
        other,           ///< whatever else the verdict says
    } kind = Kind::other;
    std::string object;     ///< what it is about: public.AnalyticsEvent, a migration; may be empty
    std::string migration;  ///< the migration concerned; may be empty
    std::string what;       ///< "table public.AnalyticsEvent", "migration 1": the text begins with it and a colon, so
                            ///< that causes which differ in nothing else are told together; empty: stands alone
    std::string text;       ///< one or two sentences
    std::string next;       ///< the exact next command
};

std::string_view to_text(Cause::Kind kind);

/// What `text` says after `what`: the part that causes may share.
std::string_view reason_of(const Cause& cause);

/// An error of the app's log and what the database says about it.
struct LoggedError {
    LogGroup group;
    std::string cause;  ///< one sentence; empty: the app's own business
    std::string next;
    bool open = false;  ///< the database still has what caused it
};

struct Diagnosis {
    Outcome check;
    std::size_t enums = 0;
    std::vector<std::string> bundled;   ///< names of the image's migrations, known also without a database
    std::vector<std::string> declared;  ///< tables that schema.prisma declares, "schema.table"
    std::vector<Cause> causes;
    std::vector<TableActivity> activity;
    bool logs_read = false;
    LogFindings logs;
    std::vector<LoggedError> logged;

    /// That of the check, or 87 when logs hold errors of a missing object and nothing else is wrong.
    [[nodiscard]] ExitCode code() const;
};

}  // namespace migration_guard
