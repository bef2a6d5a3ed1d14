#include "ledger/verdict.hpp"

#include "ledger/wording.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace migration_guard {
namespace {

/// One judgement under way: each rule below looks at the situation and adds what it finds.
class Judgement {
public:
    Judgement(const Situation& situation, const Settings& settings, Purpose purpose)
        : situation_(situation), settings_(settings), purpose_(purpose) {}

    Verdict pass() {
        // The contract's order. Nothing after an unusable ledger can be trusted, so that one ends the list.
        running();
        if (unusable()) return std::move(verdict_);
        ledger_missing();
        failed();
        history_policies();
        pending();
        schema();
        std::ranges::copy(situation_.warnings, std::back_inserter(verdict_.warnings));
        return std::move(verdict_);
    }

private:
    void problem(ExitCode code, Words words) {
        verdict_.problems.push_back({code, std::move(words.message), std::move(words.remedy)});
    }
    void warn(std::string kind, std::string object, std::string text) {
        verdict_.warnings.push_back({std::move(kind), std::move(object), std::move(text)});
    }
    /// One finding under a policy: fail, warn, or nothing.
    void under(Policy policy, const char* key, const std::string& kind, const std::string& object, Words words) {
        if (policy == Policy::fail) {
            words.message += std::string(" (") + key + ": fail)";
            problem(ExitCode::history_refused, std::move(words));
        } else if (policy == Policy::warn) {
            warn(kind, object, words.message);
        }
    }
    [[nodiscard]] bool something_pending() const { return situation_.history.any(MigrationState::pending); }
    [[nodiscard]] bool pending_is_allowed() const {
        return purpose_ == Purpose::before_deploy ||
               (purpose_ == Purpose::before_apply && settings_.apply != ApplyMode::never);
    }

    void running() {
        for (const auto* record : situation_.history.in_state(MigrationState::running)) {
            problem(ExitCode::turn_timeout, words_for_running(*record, situation_.migrating));
        }
    }

    bool unusable() {
        using enum LedgerReading::State;
        if (situation_.prisma_contract) {
            problem(ExitCode::ledger_unusable, words_for_prisma_contract());
            return true;
        }
        if (situation_.ledger == present || situation_.ledger == absent) return false;
        const bool denied = situation_.ledger == no_permission;
        problem(
            denied ? ExitCode::database_refused : ExitCode::ledger_unusable,
            words_for_ledger(situation_.ledger, situation_.ledger_detail, situation_.schema, situation_.ledger_remedy));
        return true;
    }

    void ledger_missing() {
        if (situation_.ledger != LedgerReading::State::absent) return;
        if (situation_.table_count != 0) {
            problem(ExitCode::ledger_missing, words_for_missing_ledger(situation_.tables, situation_.table_count));
        } else if (settings_.on_empty_database == OnEmptyDatabase::fail) {
            problem(ExitCode::history_refused, words_for_empty_database(situation_.schema));
        } else {
            warn("emptyDatabase", situation_.schema, words_for_empty_database(situation_.schema).message);
        }
    }

    /// A failed row of a migration that the image does not know belongs to a newer release. Prisma refuses to deploy
    /// on it (P3009), but an older image with nothing to deploy must still start, or no rollback would.
    void failed() {
        for (const auto* record : situation_.history.in_state(MigrationState::failed)) {
            if (record->bundled || something_pending()) {
                problem(ExitCode::migration_failed, words_for_failed(*record));
            } else {
                warn("failedElsewhere", record->name, words_for_failed(*record).message);
            }
        }
    }

    void history_policies() {
        const auto& history = situation_.history;
        for (const auto& record : history.migrations) {
            const bool known = std::ranges::find(settings_.accept_edited, record.name) != settings_.accept_edited.end();
            if (record.has(MigrationFinding::edited) && !known) {
                under(settings_.on_edited, "onEdited", "edited", record.name, words_for_edited(record));
            }
            if (record.state == MigrationState::applied && record.bundled && !record.has_script) {
                warn("scriptMissing", record.name, "applied, but its directory has no migration.sql any more");
            }
        }
        if (const auto ahead = history.in_state(MigrationState::ahead); !ahead.empty()) {
            under(settings_.on_database_ahead, "onDatabaseAhead", "ahead", ahead.front()->name, words_for_ahead(ahead));
        }
        if (const auto names = history.names(MigrationFinding::out_of_order); !names.empty()) {
            under(settings_.on_out_of_order, "onOutOfOrder", "outOfOrder", names.front(),
                  words_for_out_of_order(names));
        }
        std::map<std::string, std::vector<std::string>> colliding;
        for (const auto& collision : situation_.collisions) {
            colliding[collision.migration].push_back(collision.object);
        }
        for (const auto& [migration, objects] : colliding) {
            under(settings_.on_collision, "onCollision", "collides", migration,
                  words_for_collisions(migration, objects));
        }
        if (!situation_.order_disputed.empty()) {
            warn("orderDisputed", situation_.order_disputed.front(), words_for_disputed(situation_.order_disputed));
        }
    }

    void pending() {
        for (const auto* record : situation_.history.in_state(MigrationState::pending)) {
            // Prisma would stop at it with P3015 after having applied those before it.
            if (!record->has_script) problem(ExitCode::bundle_unreadable, words_for_missing_script(*record));
        }
        if (!something_pending() || pending_is_allowed()) return;
        const auto names = situation_.history.names(MigrationState::pending);
        if (purpose_ == Purpose::after_apply) {
            problem(ExitCode::ledger_incomplete, words_for_incomplete(names));
        } else {
            problem(ExitCode::migrations_pending, words_for_pending(names, settings_.apply));
        }
    }

    /// Its migration is about to come, or has failed and is a problem of its own, whose remedy is the right one.
    [[nodiscard]] bool is_explained(const Missing& missing) const {
        if (missing.comes_with_pending) return pending_is_allowed();
        const auto* const record = missing.created_by ? situation_.history.find(*missing.created_by) : nullptr;
        return record != nullptr && record->bundled && record->state == MigrationState::failed;
    }

    void schema() {
        std::vector<const Missing*> needed;
        for (const auto& missing : situation_.missing) {
            if (missing.need == Missing::Need::needed) {
                if (!is_explained(missing)) needed.push_back(&missing);
            } else if (missing.need != Missing::Need::optional) {
                warn(missing.need == Missing::Need::external ? "external" : "removedByNewer", missing.object,
                     words_for_missing(missing));
            }
        }
        if (settings_.on_schema_mismatch == Policy::ignore) return;
        for (const auto& missing : situation_.doomed) {
            if (!something_pending()) break;
            if (pending_is_allowed()) {
                needed.push_back(&missing);
            } else {
                warn("missing", missing.object, words_for_missing(missing));
            }
        }
        if (needed.empty()) return;
        if (settings_.on_schema_mismatch == Policy::warn) {
            for (const auto* missing : needed) warn("missing", missing->object, words_for_missing(*missing));
            return;
        }
        problem(ExitCode::schema_mismatch, words_for_mismatch(needed, settings_.apply));
    }

    const Situation& situation_;
    const Settings& settings_;
    Purpose purpose_;
    Verdict verdict_;
};

/// 66 for a pending directory without script stands before the ledger's own codes, as every 66 does.
int rank(ExitCode code) {
    using enum ExitCode;
    constexpr std::array order{bundle_unreadable, database_refused, turn_timeout,      ledger_unusable,
                               ledger_missing,    migration_failed, history_refused,   migrations_pending,
                               ledger_incomplete, schema_mismatch,  smoke_check_failed};
    return static_cast<int>(std::ranges::find(order, code) - order.begin());
}

}  // namespace

Verdict judge(const Situation& situation, const Settings& settings, Purpose purpose) {
    auto verdict = Judgement(situation, settings, purpose).pass();
    std::ranges::stable_sort(verdict.problems, {}, [](const Problem& problem) { return rank(problem.code); });
    return verdict;
}

}  // namespace migration_guard
