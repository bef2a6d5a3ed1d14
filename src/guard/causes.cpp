#include "guard/causes.hpp"

#include "ledger/wording.hpp"
#include "schema/ddl.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace migration_guard {
namespace {

using Kind = Cause::Kind;

bool is_table(const Missing& missing) {
    return missing.kind == "table" || missing.kind == "joinTable" || missing.kind == "view";
}

bool has_problem(const Outcome& check, ExitCode code) {
    return std::ranges::find(check.problems, code, &Problem::code) != check.problems.end();
}

Cause about(Kind kind, const Missing& missing, const std::string& migration, const std::string& reason,
            const std::string& next) {
    const auto what = missing.kind + " " + missing.object;
    return {kind, missing.object, migration, what, what + ": " + reason + ".", next};
}

Cause about_migration(Kind kind, const std::string& migration, const std::string& reason, const std::string& next) {
    const auto what = "migration " + migration;
    return {kind, migration, migration, what, what + ": " + reason + ".", next};
}

Cause never_migrated(const Missing& missing, std::size_t bundled, const std::string& also) {
    if (!missing.folded.empty()) {
        return about(Kind::never_migrated, missing, missing.folded_by,
                     words_for_folded(missing, missing.folded_by) + also, missing.folded_mend);
    }
    return about(Kind::never_migrated, missing, "",
                 fmt::format("none of the {} bundled migrations creates it{}. Typically it was made with db push in "
                             "development, or its migration was left out of the repository or the image",
                             bundled, also),
                 "prisma migrate dev --name add_" + missing.model + ", commit the directory, deploy");
}

Cause removed_again(const Missing& missing, const std::string& also) {
    const std::string when = missing.goes_with_pending ? "there now, and gone after the apply: " : "";
    return about(Kind::removed_again, missing, missing.removed_by,
                 when + words_for_removal(missing.once_created_by, missing.removed_by) + also, remedy_for_removal());
}

Kind kind_of(ExitCode code) {
    switch (code) {
        case ExitCode::ledger_missing:
            return Kind::no_ledger;
        case ExitCode::database_unreachable:
        case ExitCode::database_refused:
            return Kind::unreachable;
        default:
            return Kind::other;
    }
}

Cause of_problem(const Problem& problem) {
    return {kind_of(problem.code), "", "", "", problem.message + ".", problem.remedy};
}

/// What stops a migrate comes first, what waits for one last; among equals the order in which they were found.
int rank(Kind kind, bool migrate_is_stopped) {
    switch (kind) {
        case Kind::other_app:
        case Kind::unreachable:
        case Kind::no_ledger:
        case Kind::failed:
        case Kind::running:
        case Kind::other:
            return 0;
        case Kind::pending:
        case Kind::rolled_back:
            return migrate_is_stopped ? 2 : 1;
        default:
            return 1;
    }
}

class Finder {
public:
    Finder(const Outcome& check, const Evidence& evidence)
        : check_(check),
          evidence_(evidence),
          migrate_is_stopped_(!check.doomed.empty() || std::ranges::any_of(check.problems, [&](auto& problem) {
              return stops_a_migrate(problem.code);
          })) {
        apply_ = (migrate_is_stopped_ ? "after that: " : "") + command_to_migrate(evidence.apply);
    }

    std::vector<Cause> find() {
        if (!check_.history_known) {
            problems();  // why the ledger was not read
            missing();
        } else if (is_another_apps()) {
            other_app();
            problems();
        } else {
            missing();
            failed_and_running();
            pending();
            ahead();
            problems();
        }
        std::ranges::stable_sort(causes_, {},
                                 [&](const Cause& cause) { return rank(cause.kind, migrate_is_stopped_); });
        return std::move(causes_);
    }

private:
    /// 87 does before the apply, when no pending script creates what is missing.
    [[nodiscard]] bool stops_a_migrate(ExitCode problem) const {
        if (problem != ExitCode::schema_mismatch) return problem != ExitCode::migrations_pending;
        return std::ranges::any_of(check_.missing, [](const Missing& missing) {
            return missing.need == Missing::Need::needed && !missing.comes_with_pending;
        });
    }

    /// Nothing that the image bundles is in the ledger but other things are, and hardly a table of the app is there. (A
    /// squash leaves such a ledger too, with all tables.)
    [[nodiscard]] bool is_another_apps() const {
        const auto& history = check_.history;
        const bool others = history.any(MigrationState::ahead) || history.any(MigrationState::retired);
        const bool ours = std::ranges::any_of(
            history.migrations, [](const MigrationRecord& record) { return record.bundled && record.row.has_value(); });
        const auto absent = static_cast<std::size_t>(std::ranges::count(check_.missing, "table", &Missing::kind));
        return others && !ours && 2 * absent >= evidence_.declared_tables;
    }

    void other_app() {
        const auto rows = std::ranges::count_if(check_.history.migrations,
                                                [](const MigrationRecord& record) { return !record.bundled; });
        causes_.push_back(
            {Kind::other_app, check_.database.name, "", "",
             fmt::format("the ledger of database {} holds {}, none of which this image bundles: "
                         "it is the ledger of another app.",
                         check_.database.name, rows == 1 ? "1 migration" : fmt::format("{} migrations", rows)),
             "check host and database name of DATABASE_URL: migration-guard config, then "
             "migration-guard check"});
    }

    void failed_and_running() {
        for (const auto& record : check_.history.migrations) {
            if (is_told(record.name)) continue;
            if (record.state == MigrationState::failed) causes_.push_back(of_failed(record));
            if (record.state == MigrationState::running) causes_.push_back(of_running(record));
        }
    }

    static Cause of_failed(const MigrationRecord& record) {
        const auto words = words_for_failed(record);
        return {Kind::failed, record.name, record.name, "", words.message + ". No session runs it any more.",
                words.remedy};
    }

    /// The verdict has said who it is, by process id.
    [[nodiscard]] Cause of_running(const MigrationRecord& record) const {
        const auto told = std::ranges::find_if(check_.problems, [&](const Problem& problem) {
            return problem.code == ExitCode::turn_timeout &&
                   problem.message.find("\"" + record.name + "\"") != std::string::npos;
        });
        const auto message = told != check_.problems.end() ? told->message : words_for_running(record, "").message;
        return {Kind::running, record.name,
                record.name,   "",
                message + ".", "wait until it has finished, then: migration-guard check"};
    }

    /// Its migration's cause, told of the object: one cause on the screen, however many objects hang on it.
    static Cause told_of(const Missing& object, Cause of_migration) {
        of_migration.object = object.object;
        of_migration.what = object.kind + " " + object.object;
        of_migration.text = of_migration.what + ": " + of_migration.text;
        return of_migration;
    }

    void missing() {
        for (const auto& object : check_.missing) {
            if (object.need != Missing::Need::optional) add_missing(object);
        }
        for (const auto& object : check_.doomed) causes_.push_back(removed_again(object, ""));
    }

    void add_missing(const Missing& object) {
        const auto* const record = object.created_by ? check_.history.find(*object.created_by) : nullptr;
        if (record == nullptr) {
            causes_.push_back(of_unmade(object));
        } else if (record->state == MigrationState::pending) {
            causes_.push_back(of_pending(object, *record));
        } else if (record->state == MigrationState::failed) {
            causes_.push_back(told_of(object, of_failed(*record)));
        } else if (record->state == MigrationState::running) {
            causes_.push_back(told_of(object, of_running(*record)));
        } else {
            causes_.push_back(of_applied(object, *record));
        }
    }

    [[nodiscard]] Cause of_unmade(const Missing& object) const {
        if (const auto made = evidence_.elsewhere.made.find(object.object); made != evidence_.elsewhere.made.end()) {
            const auto& [schema, migration] = made->second;
            return about(
                Kind::other_schema, object, migration,
                fmt::format("migration {} creates it in schema {}, where Prisma does not look", migration, schema),
                fmt::format("add @@schema(\"{}\") to the model, or ?schema={} to the URL (and the adapter's "
                            "schema option in Prisma 7)",
                            schema, schema));
        }
        if (!object.removed_by.empty()) return removed_again(object, also_found(object));
        if (object.need != Missing::Need::external)
            return never_migrated(object, evidence_.bundled, also_found(object));
        const bool view = object.kind == "view" || object.of_view;
        return about(Kind::external, object, "",
                     fmt::format("{}{}; another tool or app makes it",
                                 view ? "no bundled migration creates this view"
                                      : "no bundled migration creates it, nor anything else in its schema",
                                 also_found(object)),
                     fmt::format("have it made by what owns it, or waive it: ignoreObjects: [\"{}\"]", object.object));
    }

    /// Without the ledger's rows every migration looks pending: nothing of that may be said, let alone be typed.
    [[nodiscard]] static Cause of_unknown(const Missing& object, const MigrationRecord& record) {
        return about(Kind::other, object, record.name,
                     fmt::format("migration {} creates it; whether it has been applied only the ledger tells{}",
                                 record.name, also_found(object)),
                     "after that: migration-guard diagnose once more");
    }

    [[nodiscard]] Cause of_pending(const Missing& object, const MigrationRecord& record) const {
        if (!check_.history_known) return of_unknown(object, record);
        const bool again = record.has(MigrationFinding::rolled_back);
        return about(again ? Kind::rolled_back : Kind::pending, object, record.name,
                     fmt::format("migration {} creates it and {}{}", record.name,
                                 again ? "was rolled back; nobody has applied it again" : "has not been applied",
                                 also_found(object)),
                     apply_);
    }

    [[nodiscard]] Cause of_applied(const Missing& object, const MigrationRecord& record) const {
        const auto script = evidence_.migrations_dir + "/" + record.name + "/migration.sql";
        if (object.need == Missing::Need::removed_by_newer) {
            return about(Kind::newer_release, object, record.name,
                         fmt::format("migration {} created it and a newer release removed it: this image is older than "
                                     "the database",
                                     record.name),
                         "deploy the newer image again, or restore the object");
        }
        if (record.row->is_only_marked() && evidence_.partly_there.contains(record.name)) {
            return about(Kind::marked_applied, object, record.name,
                         fmt::format("migration {} creates it and was marked applied on {} without having run "
                                     "(baseline, resolve --applied); others of its objects are there, so that this one "
                                     "was dropped since, or never made{}",
                                     record.name, record.row->started_at.text(), also_found(object)),
                         "create it with the statements of " + script +
                             " that make it, and no others (the whole script would fail on what is there), then: "
                             "migration-guard check");
        }
        if (record.row->is_only_marked()) {
            return about(Kind::marked_applied, object, record.name,
                         fmt::format("migration {} creates it and was marked applied on {} without having run (resolve "
                                     "--applied){}",
                                     record.name, record.row->started_at.text(), also_found(object)),
                         "run its script: prisma db execute --file " + script +
                             " (Prisma up to 6: --schema SCHEMA; or "
                             "psql -1 -f " +
                             script + "), then: migration-guard check");
        }
        if (is_table(object) && !evidence_.elsewhere.moved_to.empty()) return of_moved(object, record);
        return of_dropped(object, record, script);
    }

    /// Of migrations that are not in the image, the newest that began after it: their scripts cannot be read. Whatever
    /// became of it: one that failed half way, or was then marked rolled back, may have dropped something before.
    [[nodiscard]] std::string unbundled_since(const MigrationRecord& record) const {
        const MigrationRecord* newest = nullptr;
        auto since = record.row->started_at.micros;
        for (const auto& other : check_.history.migrations) {
            if (other.bundled || !other.row || other.row->started_at.micros <= since) continue;
            since = other.row->started_at.micros;
            newest = &other;
        }
        return newest == nullptr ? "" : newest->name;
    }

    [[nodiscard]] Cause of_dropped(const Missing& object, const MigrationRecord& record,
                                   const std::string& script) const {
        const auto other = unbundled_since(record);
        const auto by = other.empty() ? "by hand or by a restore"
                                      : "by hand, by a restore, or by " + other + ", which this image does not bundle";
        return about(
            Kind::dropped, object, record.name,
            fmt::format("migration {} created it on {}; it was dropped since, {}{}", record.name,
                        record.row->finished_at ? record.row->finished_at->text() : "?", by, also_found(object)),
            (other.empty() ? "" : "deploy an image that bundles " + other + ", or ") +
                "restore it from a backup, or create it again with the statements of " + script + " that make it");
    }

    [[nodiscard]] Cause of_moved(const Missing& object, const MigrationRecord& record) const {
        const auto& to = evidence_.elsewhere.moved_to;
        const auto dot = object.object.find('.');
        const auto schema = object.object.substr(0, dot);
        const auto back = fmt::format("ALTER TABLE {} SET SCHEMA {}", quote_name({to, object.object.substr(dot + 1)}),
                                      quote_identifier(schema));
        const bool all =
            std::ranges::count_if(check_.missing, is_table) >= static_cast<std::ptrdiff_t>(evidence_.declared_tables);
        return about(Kind::other_schema, object, record.name,
                     fmt::format("migration {} created it; it stands in schema {} now, where Prisma does not look",
                                 record.name, to),
                     all ? fmt::format("if the app belongs into {}: ?schema={} in the URL (and the adapter's schema "
                                       "option in Prisma 7), with the ledger moved there; if not, for each table: {}",
                                       to, to, back)
                         : "move it back: " + back + "; where that one is only a copy, restore it instead");
    }

    void pending() {
        // Without a ledger all are: those that lack nothing are baseline's to mark.
        if (has_problem(check_, ExitCode::ledger_missing)) return;
        const bool refused = has_problem(check_, ExitCode::history_refused);
        for (const auto* record : check_.history.in_state(MigrationState::pending)) {
            if (is_told(record->name)) continue;
            if (refused && record->has(MigrationFinding::collides)) continue;
            const bool again = record->has(MigrationFinding::rolled_back);
            causes_.push_back(about_migration(again ? Kind::rolled_back : Kind::pending, record->name,
                                              again ? "rolled back, and pending again" : "pending", apply_));
        }
    }

    void ahead() {
        const auto ahead = check_.history.in_state(MigrationState::ahead);
        if (ahead.empty()) return;
        const auto words = words_for_ahead(ahead);
        causes_.push_back({Kind::newer_release, ahead.front()->name, "", "", words.message + ".", words.remedy});
    }

    [[nodiscard]] bool is_told(const std::string& migration) const {
        return std::ranges::find(causes_, migration, &Cause::migration) != causes_.end();
    }

    [[nodiscard]] bool is_told(ExitCode code) const {
        switch (code) {
            case ExitCode::migrations_pending:
            case ExitCode::migration_failed:
            case ExitCode::schema_mismatch:
            case ExitCode::turn_timeout:
                return !causes_.empty();
            default:
                return false;
        }
    }

    void problems() {
        for (const auto& problem : check_.problems) {
            if (!is_told(problem.code)) causes_.push_back(of_problem(problem));
        }
    }

    const Outcome& check_;
    const Evidence& evidence_;
    bool migrate_is_stopped_;
    std::string apply_;
    std::vector<Cause> causes_;
};

}  // namespace

std::vector<Cause> find_causes(const Outcome& check, const Evidence& evidence) {
    return Finder(check, evidence).find();
}

std::vector<Cause> find_causes_offline(const Outcome& check, const std::vector<Missing>& never_created,
                                       std::size_t bundled) {
    std::vector<Cause> causes;
    for (const auto& problem : check.problems) causes.push_back(of_problem(problem));
    for (const auto& missing : never_created) {
        causes.push_back(missing.removed_by.empty() ? never_migrated(missing, bundled, "")
                                                    : removed_again(missing, ""));
    }
    return causes;
}

}  // namespace migration_guard
