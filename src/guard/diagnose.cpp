#include "guard/diagnose.hpp"

#include "base/failure.hpp"
#include "guard/guard.hpp"
#include "ledger/wording.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace migration_guard {
namespace {

const char* const apply_it = "migration-guard migrate (or prisma migrate deploy)";

/// What `resolve --applied` writes (prisma-engines: mark_migration_applied.rs): no step, empty logs, one instant.
bool was_only_marked(const LedgerRow& row) {
    return row.applied_steps_count == 0 && row.logs && row.logs->empty() && row.finished_at &&
           row.finished_at->micros == row.started_at.micros;
}

std::string run_script(const std::string& migration) {
    return "psql \"$DATABASE_URL\" -1 -f prisma/migrations/" + migration +
           "/migration.sql (libpq does not know ?schema=: " + "leave it out), then: migration-guard check";
}

Cause never_migrated(const Missing& missing, std::size_t bundled) {
    return {Cause::Kind::never_migrated, missing.object, "",
            fmt::format("{} {}: none of the {} bundled migrations creates it. Typically it was made with db push in "
                        "development, or its migration was left out of the repository or the image.",
                        missing.kind, missing.object, bundled),
            "prisma migrate dev --name add_" + missing.model + ", commit the directory, deploy"};
}

Cause of_applied(const Missing& missing, const MigrationRecord& record) {
    if (missing.need == Missing::Need::removed_by_newer) {
        return {Cause::Kind::newer_release, missing.object, record.name,
                missing.object + " was created by " + record.name +
                    " and removed by a newer release: this image is older "
                    "than the database.",
                "deploy the newer image again, or restore the object"};
    }
    if (was_only_marked(*record.row)) {
        return {Cause::Kind::marked_applied, missing.object, record.name,
                fmt::format("{} {}: migration {} creates it and was marked applied on {} without having run (resolve "
                            "--applied).",
                            missing.kind, missing.object, record.name, record.row->started_at.text),
                run_script(record.name)};
    }
    return {Cause::Kind::dropped, missing.object, record.name,
            fmt::format("{} {}: migration {} created it on {}; it was dropped since, by hand or by a restore.",
                        missing.kind, missing.object, record.name,
                        record.row->finished_at ? record.row->finished_at->text : "?"),
            "restore it from a backup, or create it again with the statements of prisma/migrations/" + record.name +
                "/migration.sql that make it"};
}

Cause of_missing(const Missing& missing, const History& history, std::size_t bundled) {
    if (!missing.found_in.empty()) {
        return {Cause::Kind::other_schema, missing.object, "",
                fmt::format("{} {} is not there, but one of that name is in schema {}: Prisma looks in another schema.",
                            missing.kind, missing.object, missing.found_in),
                "add ?schema=" + missing.found_in + " to the URL (and the adapter's schema option in Prisma 7)"};
    }
    const auto* record = missing.created_by ? history.find(*missing.created_by) : nullptr;
    if (record == nullptr) return never_migrated(missing, bundled);
    switch (record->state) {
        case MigrationState::pending: {
            const bool again = record->has(MigrationFinding::rolled_back);
            return {again ? Cause::Kind::rolled_back : Cause::Kind::pending, missing.object, record->name,
                    fmt::format("{} {}: migration {} creates it and {}.", missing.kind, missing.object, record->name,
                                again ? "was rolled back; nobody has applied it again" : "has not been applied"),
                    apply_it};
        }
        case MigrationState::failed: {
            const auto words = words_for_failed(*record);
            return {Cause::Kind::failed, missing.object, record->name, words.message + ".", words.remedy};
        }
        case MigrationState::running:
            return {Cause::Kind::pending, missing.object, record->name,
                    "migration " + record->name + " is being applied.", "wait, then: migration-guard check"};
        default:
            return of_applied(missing, *record);
    }
}

/// Nothing that the image bundles is in the ledger, but other things are.
bool is_another_apps(const History& history) {
    const bool others = history.any(MigrationState::ahead) || history.any(MigrationState::retired);
    return others && std::ranges::none_of(history.migrations, [](const MigrationRecord& record) {
               return record.bundled && record.row.has_value();
           });
}

void add_ledger_causes(std::vector<Cause>& causes, const Outcome& check) {
    const auto& history = check.history;
    if (is_another_apps(history)) {
        causes.push_back(
            {Cause::Kind::other_app, check.database.name, "",
             fmt::format("the ledger of database {} holds {} migrations, none of which this image bundles: it "
                         "is the ledger of another app.",
                         check.database.name, history.migrations.size()),
             "check host and database name of DATABASE_URL: migration-guard config, migration-guard check"});
        return;
    }
    const auto told = [&](const std::string& migration) {
        return std::ranges::find(causes, migration, &Cause::migration) != causes.end();
    };
    for (const auto* record : history.in_state(MigrationState::failed)) {
        if (told(record->name)) continue;
        const auto words = words_for_failed(*record);
        causes.push_back({Cause::Kind::failed, record->name, record->name, words.message + ".", words.remedy});
    }
    for (const auto* record : history.in_state(MigrationState::pending)) {
        if (told(record->name)) continue;
        const bool again = record->has(MigrationFinding::rolled_back);
        causes.push_back(
            {again ? Cause::Kind::rolled_back : Cause::Kind::pending, record->name, record->name,
             "migration " + record->name + (again ? " was rolled back and is pending again." : " is pending."),
             apply_it});
    }
    if (const auto ahead = history.in_state(MigrationState::ahead); !ahead.empty()) {
        const auto words = words_for_ahead(ahead);
        causes.push_back({Cause::Kind::newer_release, ahead.front()->name, "", words.message + ".", words.remedy});
    }
}

bool is_told(const std::vector<Cause>& causes, ExitCode code) {
    switch (code) {
        case ExitCode::migrations_pending:
        case ExitCode::migration_failed:
        case ExitCode::schema_mismatch:
            return !causes.empty();
        default:
            return false;
    }
}

std::vector<Cause> causes_of(const Outcome& check) {
    std::vector<Cause> causes;
    std::size_t bundled = 0;
    for (const auto& record : check.history.migrations) bundled += record.bundled ? 1U : 0U;
    for (const auto& missing : check.missing) {
        if (missing.need == Missing::Need::needed || missing.need == Missing::Need::removed_by_newer) {
            causes.push_back(of_missing(missing, check.history, bundled));
        }
    }
    if (check.ledger_read) add_ledger_causes(causes, check);
    for (const auto& problem : check.problems) {
        if (is_told(causes, problem.code)) continue;
        auto kind = Cause::Kind::other;
        if (problem.code == ExitCode::ledger_missing) kind = Cause::Kind::no_ledger;
        if (problem.code == ExitCode::database_unreachable || problem.code == ExitCode::database_refused) {
            kind = Cause::Kind::unreachable;
        }
        causes.push_back({kind, "", "", problem.message + ".", problem.remedy});
    }
    return causes;
}

/// "public.AnalyticsEvent" of a log names "public.AnalyticsEvent" of the check; "User.email" its column.
bool is_about(const LogGroup& group, const Missing& missing) {
    if (!group.object.empty() && (missing.object == group.object || missing.object.ends_with("." + group.object))) {
        return true;
    }
    const auto lower = [](char c) { return std::tolower(static_cast<unsigned char>(c)); };
    const auto same = [&](char a, char b) { return lower(a) == lower(b); };
    return !group.model.empty() && std::ranges::equal(group.model, missing.model, same);
}

/// The object is named by the log, or the log does not say (a localised server): then anything missing may be meant.
const Missing* missing_of(const LogGroup& group, const std::vector<Missing>& missing) {
    const auto found = std::ranges::find_if(missing, [&](const Missing& object) { return is_about(group, object); });
    if (found != missing.end()) return &*found;
    const bool unnamed = group.object.empty() && group.model.empty() && !missing.empty();
    return unnamed ? &missing.front() : nullptr;
}

LoggedError explain(const LogGroup& group, const Diagnosis& diagnosis) {
    LoggedError error;
    error.group = group;
    const auto cause = cause_of(group);
    if (cause == LogCause::missing_object) {
        if (!diagnosis.check.ledger_read) {
            error.cause = "the database could not be looked at";
            error.next = "migration-guard check, where the database can be reached";
            error.open = true;
        } else if (const auto* missing = missing_of(group, diagnosis.check.missing)) {
            const auto found = std::ranges::find(diagnosis.causes, missing->object, &Cause::object);
            error.cause = found != diagnosis.causes.end() ? found->text : missing->object + " does not exist";
            error.next = found != diagnosis.causes.end() ? found->next : apply_it;
            error.open = true;
        } else {
            error.cause = group.object.empty() ? "nothing that schema.prisma declares is missing now"
                                               : group.object + " is there now, or schema.prisma does not declare it";
            error.next = "see whether the errors stopped after " + (group.last ? group.last->text : "the last deploy") +
                         "; an app on another database or schema has another DATABASE_URL";
            error.open = true;
        }
    } else if (cause == LogCause::differs) {
        error.cause = "the table is there, but not as schema.prisma says";
        error.next = "migration-guard check: its warnings name the column and the SQL that would mend it";
    } else if (cause == LogCause::unreachable || cause == LogCause::refused) {
        const bool well = diagnosis.check.ledger_read;
        error.cause = well ? "the database answers this login now" : diagnosis.check.message;
        error.next = well ? "none, unless it comes back" : diagnosis.check.remedy;
    } else if (cause == LogCause::migration) {
        error.cause = "an error of Prisma Migrate itself";
        error.next = "migration-guard check";
    }
    return error;
}

std::vector<ObjectName> tables_of(const DeclaredSchema& declared, const std::string& schema) {
    std::vector<ObjectName> tables;
    for (const auto& table : declared.tables) {
        if (table.kind == TableKind::table)
            tables.push_back({table.schema.empty() ? schema : table.schema, table.name});
    }
    return tables;
}

void read_activity(Diagnosis& diagnosis, const Ports& ports, const std::vector<ObjectName>& tables) {
    if (!diagnosis.check.ledger_read) return;
    try {
        diagnosis.activity = ports.database.activity(tables);
    } catch (const Failure& failure) {
        diagnosis.check.warnings.push_back({"activity", "", failure.what()});
    }
}

}  // namespace

std::string_view to_text(Cause::Kind kind) {
    switch (kind) {
        case Cause::Kind::pending:
            return "pending";
        case Cause::Kind::failed:
            return "failed";
        case Cause::Kind::rolled_back:
            return "rolledBack";
        case Cause::Kind::marked_applied:
            return "markedApplied";
        case Cause::Kind::dropped:
            return "dropped";
        case Cause::Kind::never_migrated:
            return "neverMigrated";
        case Cause::Kind::other_schema:
            return "otherSchema";
        case Cause::Kind::newer_release:
            return "newerRelease";
        case Cause::Kind::other_app:
            return "otherApp";
        case Cause::Kind::no_ledger:
            return "noLedger";
        case Cause::Kind::unreachable:
            return "unreachable";
        case Cause::Kind::other:
            return "other";
    }
    return "";
}

ExitCode Diagnosis::code() const {
    if (check.code != ExitCode::ok) return check.code;
    const bool open = std::ranges::any_of(logged, &LoggedError::open);
    return open ? ExitCode::schema_mismatch : ExitCode::ok;
}

Diagnosis diagnose(const Plan& plan, const Ports& ports, std::optional<LogFindings> logs) {
    Diagnosis diagnosis;
    diagnosis.check = Guard(plan, ports).check(Purpose::check);
    std::vector<ObjectName> tables;
    try {
        const auto& declared = plan.declared.get();
        if (declared.schema) {
            diagnosis.enums = declared.schema->enums.size();
            tables = tables_of(*declared.schema, diagnosis.check.database.schema);
        }
        if (diagnosis.check.history.migrations.empty()) {
            for (const auto& migration : plan.bundle.get().migrations) {
                MigrationRecord record;
                record.name = migration.name;
                diagnosis.check.history.migrations.push_back(std::move(record));
            }
        }
    } catch (const Failure&) {
        // The check has reported it already.
    }
    for (const auto& table : tables) diagnosis.declared.push_back(table.text());
    diagnosis.check.models = tables.size();
    diagnosis.causes = causes_of(diagnosis.check);
    read_activity(diagnosis, ports, tables);
    if (logs) {
        diagnosis.logs_read = true;
        diagnosis.logs = std::move(*logs);
        for (const auto& group : diagnosis.logs.groups) diagnosis.logged.push_back(explain(group, diagnosis));
    }
    return diagnosis;
}

}  // namespace migration_guard
