#include "guard/diagnose.hpp"

#include "base/text.hpp"
#include "guard/causes.hpp"
#include "guard/conclude.hpp"
#include "guard/declared_part.hpp"
#include "guard/elsewhere.hpp"
#include "guard/guard.hpp"
#include "guard/logged_errors.hpp"
#include "guard/remains.hpp"
#include "guard/scripts.hpp"

#include <algorithm>

namespace migration_guard {
namespace {

/// Tables with their schema, join tables and views left out.
std::vector<ObjectName> tables_of(const DeclaredSchema& declared, const std::string& schema) {
    std::vector<ObjectName> tables;
    for (const auto& table : declared.tables) {
        if (table.kind != TableKind::table) continue;
        tables.push_back({table.schema.empty() ? schema : table.schema, table.name});
    }
    return tables;
}

/// One diagnosis under way.
class Examiner {
public:
    explicit Examiner(Outcome check) { diagnosis_.check = std::move(check); }

    /// What the image says of itself. A part that cannot be read has been reported by the check, or is the reason why
    /// there was none.
    void read_image(const ImageAlone& image) {
        try {
            for (const auto& migration : image.bundle.get().migrations) diagnosis_.bundled.push_back(migration.name);
            const auto& declared = image.declared.get();
            if (!declared.schema) return;
            declared_ = &*declared.schema;
            diagnosis_.enums = declared_->enums.size();
            diagnosis_.check.models = count_models(*declared_);
            tables_ = tables_of(*declared_, image.options.schema.value_or("public"));
            for (const auto& table : tables_) diagnosis_.declared.push_back(table.text());
            if (!diagnosis_.check.ledger_read) {
                never_created_ = never_created(image.bundle.get(), *declared_, image.options).missing;
                origins_.emplace(read_scripts(image.bundle.get()), image.options.schema.value_or("public"));
            }
        } catch (const Failure&) {
            return;
        }
    }

    void trace(const Plan& plan, Database& database) {
        auto& check = diagnosis_.check;
        if (!check.ledger_read) return trace_offline();
        Evidence evidence{.migrations_dir = plan.migrations_dir,
                          .declared_tables = tables_.size(),
                          .bundled = diagnosis_.bundled.size(),
                          .elsewhere = {},
                          .apply = plan.settings.apply};
        try {
            evidence.partly_there = partly_there(plan, check);
            evidence.elsewhere = find_elsewhere(plan, check, database);
            diagnosis_.activity = database.activity(tables_);
        } catch (const Failure& failure) {
            check.warnings.push_back({"activity", "", failure.what()});
        }
        diagnosis_.causes = find_causes(check, evidence);
        warn_off();
    }

    void trace_offline() {
        diagnosis_.causes = find_causes_offline(diagnosis_.check, never_created_, diagnosis_.bundled.size());
    }

    void read_logs(std::optional<LogFindings> logs, const std::string& app_role) {
        if (!logs) return;
        diagnosis_.logs_read = true;
        diagnosis_.logs = std::move(*logs);
        const auto& missing = diagnosis_.check.ledger_read ? diagnosis_.check.missing : never_created_;
        const LogContext context{diagnosis_, missing, declared_, app_role, origins_ ? &*origins_ : nullptr};
        for (const auto& group : diagnosis_.logs.groups) diagnosis_.logged.push_back(explain(group, context));
        conclude_from_logs();
    }

    Diagnosis done() { return std::move(diagnosis_); }

private:
    void conclude_from_logs() {
        auto& check = diagnosis_.check;
        if (diagnosis_.code() == check.code) return;
        std::vector<std::string> named;
        for (const auto& error : diagnosis_.logged) {
            const auto& name = error.group.object.empty() ? error.group.model : error.group.object;
            if (error.open && !name.empty() && std::ranges::find(named, name) == named.end()) named.push_back(name);
        }
        conclude_with(check,
                      {diagnosis_.code(),
                       "the log holds errors of a missing object" + (named.empty() ? "" : " (" + join(named, 5) + ")") +
                           ", and the database has all that this image needs",
                       "do they go on? migration-guard diagnose --logs of the log since then; the next step of "
                       "each stands beside it"});
    }

    /// Nothing leads to a migrate on the database of another app: not the remedies of the check either.
    void warn_off() {
        const auto found = std::ranges::find(diagnosis_.causes, Cause::Kind::other_app, &Cause::kind);
        if (found == diagnosis_.causes.end()) return;
        for (auto& problem : diagnosis_.check.problems) problem.remedy = found->next;
        if (!diagnosis_.check.remedy.empty()) diagnosis_.check.remedy = found->next;
    }

    Diagnosis diagnosis_;
    const DeclaredSchema* declared_ = nullptr;  ///< lives as long as the image's future
    std::vector<ObjectName> tables_;
    std::vector<Missing> never_created_;
    std::optional<Origins> origins_;  ///< only where there is no database
};

}  // namespace

Diagnosis diagnose(const Plan& plan, const Ports& ports, std::optional<LogFindings> logs) {
    Examiner examiner(Guard(plan, ports).check(Purpose::check));
    examiner.read_image({plan.bundle, plan.declared, {plan.database.schema, plan.ignored, plan.external}});
    examiner.trace(plan, ports.database);
    examiner.read_logs(std::move(logs), plan.app_role);
    return examiner.done();
}

Diagnosis diagnose_without_database(const std::optional<ImageAlone>& image, const Failure& why,
                                    std::optional<LogFindings> logs) {
    Outcome outcome;
    conclude_with(outcome, {why.code, why.what(), why.hint});
    Examiner examiner(std::move(outcome));
    if (image) examiner.read_image(*image);
    examiner.trace_offline();
    examiner.read_logs(std::move(logs), "");
    return examiner.done();
}

}  // namespace migration_guard
