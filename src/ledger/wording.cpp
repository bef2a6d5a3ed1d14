#include "ledger/wording.hpp"

#include "base/text.hpp"

namespace migration_guard {
namespace {

std::string quoted(const std::string& name) {
    return "\"" + name + "\"";
}

std::string plural(std::size_t count, const std::string& one, const std::string& many) {
    return std::to_string(count) + " " + (count == 1 ? one : many);
}

/// Without a shell (a dashboard, a phone) a variable does it; the row keeps it from acting twice.
std::string resolve_lines(const MigrationRecord& record) {
    const auto& name = record.name;
    // Only where its script is to be had can it be applied, or marked so (its checksum is recorded).
    const std::string then = record.bundled
                                 ? " to have it applied again; --applied instead when its changes are all in "
                                   "the database"
                                 : "; --applied instead, from the image that bundles it, when its changes "
                                   "are all in the database";
    return "repair the cause, then: migration-guard resolve --rolled-back " + name +
           " (or prisma migrate resolve --rolled-back " + name + ")" + then +
           "; without a shell: MIGRATION_GUARD_RESOLVE_ONCE=rolled-back:" + name + "@" + record.row->id.substr(0, 8);
}

}  // namespace

std::string gist_of_logs(const std::string& logs) {
    for (const char* mark : {"ERROR: ", "FATAL: "}) {
        if (const auto at = logs.find(mark); at != std::string::npos) {
            return one_line(logs.substr(at, logs.find('\n', at) - at), 600);
        }
    }
    // Without a server's error (the connection was lost, the script cannot be run) no line begins with a severity.
    constexpr std::string_view heading = "Database error:";
    if (const auto at = logs.find(heading); at != std::string::npos) {
        const auto text = logs.find_first_not_of(" \r\n\t", at + heading.size());
        if (text != std::string::npos) return one_line(logs.substr(text), 600);
    }
    return one_line(logs, 600);
}

Words words_for_running(const MigrationRecord& record, const std::string& who) {
    return {"migration " + quoted(record.name) + " is being applied" + (who.empty() ? "" : " by " + who),
            "wait until it has finished; turnTimeout says for how long a start waits"};
}

Words words_for_prisma_contract() {
    return {"the database is managed by Prisma 8 (schema prisma_contract)",
            "use the migration command of Prisma 8; this guard reads the ledger of Prisma 4 to 7"};
}

namespace {

Words words_for_state(LedgerReading::State state, const std::string& detail, const std::string& schema) {
    using enum LedgerReading::State;
    const std::string ledger = schema + "._prisma_migrations";
    switch (state) {
        case misplaced:
            return {"the ledger is not where Prisma looks for it: " + detail,
                    "name the schema in the URL (?schema=NAME) for the app and for Prisma alike"};
        case not_a_table:
            return {ledger + " is not a table: " + detail, "rename that object; Prisma's ledger is an ordinary table"};
        case wrong_columns:
            return {ledger + " has not the columns of Prisma's ledger: " + detail,
                    "compare it with docs/ledger.md; another tool may have made it"};
        case null_values:
            return {ledger + " holds rows that Prisma cannot read: " + detail,
                    "fill the column in the rows named; Prisma fails on them too"};
        case no_permission:
            return {"this login may not read " + ledger + (detail.empty() ? "" : ": " + detail),
                    "grant select on " + ledger + " to the login of the URL, or use its owner's"};
        case present:
        case absent:
            break;
    }
    return {"the ledger is unusable", "see docs/ledger.md"};
}

}  // namespace

Words words_for_ledger(LedgerReading::State state, const std::string& detail, const std::string& schema,
                       const std::string& remedy) {
    auto words = words_for_state(state, detail, schema);
    if (!remedy.empty()) words.remedy = remedy;
    return words;
}

Words words_for_missing_ledger(const std::vector<std::string>& tables, std::size_t count) {
    return {"the database has " + plural(count, "table", "tables") + " (" + join(tables, 5) +
                ") but no ledger _prisma_migrations (Prisma's P3005)",
            "look with: migration-guard baseline, then mark what it proves with: migration-guard baseline --yes (or "
            "prisma migrate resolve --applied NAME for each migration that is already in it)"};
}

Words words_for_empty_database(const std::string& schema) {
    return {"the database is empty: no table and no ledger in schema " + quoted(schema) +
                "; if it should hold data, its volume is lost or the URL names another database",
            "check host, database and volume; set onEmptyDatabase: apply to have all migrations applied to it"};
}

Words words_for_failed(const MigrationRecord& record) {
    const auto& row = *record.row;
    std::string message = "migration " + quoted(record.name) + " started at " + row.started_at.text() + " and failed";
    if (!record.bundled) message += " (a newer release's: this image does not bundle it)";
    if (row.logs && !row.logs->empty()) {
        message += ": " + gist_of_logs(*row.logs);
    } else if (row.applied_steps_count > 0) {
        message += ": its script ran to the end, only the entry finished_at is missing (the process was killed)";
    } else {
        message += ": no error is recorded (the process or its connection was ended)";
    }
    if (row.applied_steps_count == 0) return {message, resolve_lines(record)};
    return {message, (record.bundled ? "migration-guard resolve --applied "
                                     : "from the image that bundles it: migration-guard resolve --applied ") +
                         record.name + " (or prisma migrate resolve --applied " + record.name + ")"};
}

Words words_for_edited(const MigrationRecord& record) {
    return {"migration " + quoted(record.name) + " was edited after it had been applied on " +
                record.row->started_at.text(),
            "restore the file and put the change into a new migration, or list the name in acceptEdited"};
}

Words words_for_ahead(const std::vector<const MigrationRecord*>& records) {
    std::vector<std::string> names;
    names.reserve(records.size());
    for (const auto* record : records) names.push_back(record->name);
    return {"the database is ahead of this image by " + plural(names.size(), "migration", "migrations") + ": " +
                join(names, 5),
            "deploy the image that bundles them; a rollback to this one is normal when onDatabaseAhead is warn"};
}

Words words_for_out_of_order(const std::vector<std::string>& names) {
    return {plural(names.size(), "pending migration sorts", "pending migrations sort") +
                " before one that is already applied: " + join(names, 5),
            "Prisma applies them all the same; if the order matters give them a later timestamp"};
}

Words words_for_collisions(const std::string& migration, const std::vector<std::string>& objects) {
    return {"pending migration " + quoted(migration) + " creates " + join(objects, 5) +
                (objects.size() == 1 ? ", which exists already" : ", which exist already"),
            "if its changes are all in the database: migration-guard resolve --applied " + migration +
                " (or prisma migrate resolve --applied " + migration +
                "); otherwise remove the objects or the statements; onCollision: warn lets it run"};
}

std::string words_for_disputed(const std::vector<std::string>& names) {
    return "the order of " + join(names, 5) +
           " differs between Prisma up to 6.5 (bytewise) and later (locale); set "
           "migrationOrder, or rename them";
}

Words words_for_missing_script(const MigrationRecord& record) {
    return {"pending migration " + quoted(record.name) + " has no migration.sql (Prisma's P3015)",
            "restore the file, or remove the directory from the image"};
}

Words words_for_incomplete(const std::vector<std::string>& names) {
    return {"after the apply " + plural(names.size(), "migration is", "migrations are") +
                " still not in the ledger: " + join(names, 5),
            "look with: migration-guard check (or prisma migrate status); was the same database migrated?"};
}

std::string command_to_migrate(ApplyMode apply) {
    const bool is_left_to_others = apply == ApplyMode::never || apply == ApplyMode::wait;
    return is_left_to_others ? "migration-guard migrate --apply prisma (or --apply native; or prisma migrate deploy)"
                             : "migration-guard migrate (or prisma migrate deploy)";
}

Words words_for_pending(const std::vector<std::string>& names, ApplyMode apply) {
    return {plural(names.size(), "migration is", "migrations are") + " pending: " + join(names, 5),
            "apply with: " + command_to_migrate(apply)};
}

namespace {

std::string removal_of(const Missing& missing) {
    return words_for_removal(missing.once_created_by.empty() ? "" : quoted(missing.once_created_by),
                             quoted(missing.removed_by));
}

}  // namespace

std::string why_external(const Missing& missing) {
    if (missing.declared_external) return "listed as external in the Prisma config: its owner has to make it";
    if (!missing.removed_by.empty()) return removal_of(missing);
    return missing.kind == "view" || missing.of_view ? "no bundled migration creates this view"
                                                     : "in a schema that the bundled migrations do not touch";
}

std::string also_found(const Missing& missing) {
    if (missing.found_in.empty()) return "";
    const auto looks_in = missing.object.substr(0, missing.object.find('.'));
    return " (found in " + missing.found_in + ", Prisma looks in " + looks_in + ")";
}

std::string words_for_removal(const std::string& created_by, const std::string& removed_by) {
    if (created_by.empty()) return "no bundled migration creates it, and " + removed_by + " drops or renames it";
    if (created_by == removed_by) return "migration " + created_by + " creates it and drops or renames it again";
    return "migration " + created_by + " creates it, and " + removed_by + " drops or renames it";
}

std::string words_for_folded(const Missing& missing, const std::string& folded_by) {
    return "migration " + folded_by + " creates " + missing.folded +
           " instead: PostgreSQL folds a name without quotes to lower case";
}

std::string remedy_for_removal() {
    return "remove it from schema.prisma (or name it as it is called now), or add a migration that makes it again "
           "(prisma migrate dev) and deploy it";
}

std::string words_for_missing(const Missing& missing) {
    if (missing.goes_with_pending) {
        return missing.kind + " " + missing.object + " will be gone after the apply: " + removal_of(missing) +
               " (pending)";
    }
    std::string text = missing.kind + " " + missing.object + " does not exist" + also_found(missing);
    switch (missing.need) {
        case Missing::Need::removed_by_newer:
            return text + ": removed by a newer release, after migration " + missing.created_by.value_or("?");
        case Missing::Need::external:
            return text + ": " + why_external(missing);
        case Missing::Need::needed:
        case Missing::Need::optional:
            break;
    }
    if (!missing.created_by && !missing.removed_by.empty()) {
        return text + ": " + removal_of(missing);
    }
    if (!missing.folded.empty()) return text + ": " + words_for_folded(missing, quoted(missing.folded_by));
    return text + (missing.created_by ? ": migration " + quoted(*missing.created_by) + " creates it"
                                      : ": none of the bundled migrations creates it");
}

Words words_for_mismatch(const std::vector<const Missing*>& missing, ApplyMode apply) {
    std::vector<std::string> texts;
    bool orphaned = false;
    bool all_pending = true;
    bool all_removed = true;
    bool all_going = true;
    const Missing* folded = nullptr;
    for (const auto* object : missing) {
        texts.push_back(words_for_missing(*object));
        const bool removed = !object->created_by && !object->removed_by.empty();
        all_removed = all_removed && removed;
        all_going = all_going && object->goes_with_pending;
        if (!object->folded.empty()) {
            folded = folded == nullptr ? object : folded;
        } else {
            orphaned = orphaned || (!object->created_by && !removed);
        }
        all_pending = all_pending && object->comes_with_pending;
    }
    Words words;
    words.message = plural(missing.size(), "object", "objects") + " of schema.prisma " +
                    (all_going ? "will be missing after the apply" : "missing in the database") + " (" +
                    join(texts, 3) + ")";
    if (all_pending) {
        words.remedy = "apply what is pending with: " + command_to_migrate(apply);
    } else if (all_going) {
        words.remedy = remedy_for_removal();
    } else if (all_removed) {
        words.remedy = "why: migration-guard diagnose; " + remedy_for_removal();
    } else if (folded != nullptr) {
        words.remedy = folded->folded_mend + (missing.size() == 1 ? "" : "; all of them: migration-guard diagnose");
    } else if (orphaned) {
        words.remedy =
            "why: migration-guard diagnose; create the migration that was never made (prisma migrate dev) and deploy "
            "it";
    } else {
        words.remedy =
            "why, and the next command for each: migration-guard diagnose; restore the object, or run the statements "
            "of "
            "its migration again";
    }
    return words;
}

}  // namespace migration_guard
