#include "base/text.hpp"
#include "base/version.hpp"
#include "report/report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace migration_guard::report {
namespace {

using nlohmann::ordered_json;

/// Microseconds are enough for a time in milliseconds.
double rounded(double milliseconds) {
    return std::round(milliseconds * 1000) / 1000;
}

class JsonWriter {
public:
    JsonWriter(const Outcome& outcome, const Secrets& secrets) : outcome_(outcome), secrets_(secrets) {}

    [[nodiscard]] std::string write() const {
        const ordered_json document{{"verdict", verdict()},
                                    {"exitCode", exit_code()},
                                    {"message", text(outcome_.message)},
                                    {"remedy", text(outcome_.remedy)},
                                    {"problems", problems()},
                                    {"guard", {{"version", version()}}},
                                    {"database", database()},
                                    {"migrations", migrations()},
                                    {"counts", counts()},
                                    {"schema", schema()},
                                    {"appliedNow", texts(outcome_.applied_now)},
                                    {"warnings", warnings()},
                                    {"smoke", smoke()},
                                    {"timings", timings()}};
        return document.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
    }

private:
    /// 128+n is no ExitCode: it depends on the signal.
    [[nodiscard]] std::string_view verdict() const {
        return outcome_.signal != 0 ? "interrupted" : describe(outcome_.code).name;
    }
    [[nodiscard]] int exit_code() const {
        return outcome_.signal != 0 ? number_of_signal(outcome_.signal) : number(outcome_.code);
    }

    [[nodiscard]] ordered_json text(const std::string& value) const { return secrets_.mask(clean(value)); }
    [[nodiscard]] ordered_json text_or_null(const std::string& value) const {
        return value.empty() ? ordered_json(nullptr) : text(value);
    }
    [[nodiscard]] ordered_json texts(const std::vector<std::string>& values) const {
        auto list = ordered_json::array();
        for (const auto& value : values) list.push_back(text(value));
        return list;
    }

    [[nodiscard]] ordered_json database() const {
        const auto& database = outcome_.database;
        return {{"host", text_or_null(database.host)},
                {"port", database.port == 0 ? ordered_json(nullptr) : ordered_json(database.port)},
                {"name", text_or_null(database.name)},
                {"schema", text_or_null(database.schema)},
                {"serverVersion", text_or_null(database.server_version)}};
    }

    [[nodiscard]] ordered_json migration(const MigrationRecord& record) const {
        auto findings = ordered_json::array();
        for (const auto finding : record.findings) findings.push_back(migration_guard::to_text(finding));
        ordered_json entry{{"name", text(record.name)}, {"state", migration_guard::to_text(record.state)},
                           {"findings", findings},      {"startedAt", nullptr},
                           {"finishedAt", nullptr},     {"logs", nullptr}};
        if (!record.row) return entry;
        entry["startedAt"] = text_or_null(record.row->started_at.text());
        if (record.row->finished_at) entry["finishedAt"] = text_or_null(record.row->finished_at->text());
        if (record.row->logs) entry["logs"] = text(*record.row->logs);
        return entry;
    }

    [[nodiscard]] ordered_json migrations() const {
        auto list = ordered_json::array();
        if (!outcome_.history_known) return list;  // they are not pending: nobody knows
        for (const auto& record : outcome_.history.migrations) list.push_back(migration(record));
        return list;
    }

    [[nodiscard]] ordered_json counts() const {
        const auto& history = outcome_.history_known ? outcome_.history : History{};
        using enum MigrationState;
        return {{"bundled", std::ranges::count_if(outcome_.history.migrations, &MigrationRecord::bundled)},
                {"applied", history.count(applied)},
                {"pending", history.count(pending)},
                {"running", history.count(running)},
                {"failed", history.count(failed)},
                {"rolledBack", history.count(MigrationFinding::rolled_back)},
                {"edited", history.count(MigrationFinding::edited)},
                {"ahead", history.count(ahead)},
                {"retired", history.count(retired)},
                {"outOfOrder", history.count(MigrationFinding::out_of_order)}};
    }

    /// Only what the app needs is missing; the rest stands in the warnings, if it deserves one.
    [[nodiscard]] ordered_json schema() const {
        auto missing = ordered_json::array();
        for (const auto& object : outcome_.missing) {
            if (object.need != Missing::Need::needed) continue;
            missing.push_back({{"kind", object.kind},
                               {"object", text(object.object)},
                               {"model", text_or_null(object.model)},
                               {"field", text_or_null(object.field.value_or(""))},
                               {"createdBy", text_or_null(object.created_by.value_or(object.once_created_by))}});
        }
        return {{"checked", outcome_.schema_checked}, {"models", outcome_.models}, {"missing", missing}};
    }

    /// All of them: verdict, message and remedy above are those of the first.
    [[nodiscard]] ordered_json problems() const {
        auto list = ordered_json::array();
        if (outcome_.signal != 0)
            list.push_back({{"verdict", verdict()},
                            {"exitCode", exit_code()},
                            {"message", text(outcome_.message)},
                            {"remedy", text(outcome_.remedy)}});
        for (const auto& problem : outcome_.problems)
            list.push_back({{"verdict", describe(problem.code).name},
                            {"exitCode", number(problem.code)},
                            {"message", text(problem.message)},
                            {"remedy", text(problem.remedy)}});
        return list;
    }

    [[nodiscard]] ordered_json warnings() const {
        auto list = ordered_json::array();
        for (const auto& warning : outcome_.warnings)
            list.push_back(
                {{"kind", warning.kind}, {"object", text_or_null(warning.object)}, {"text", text(warning.text)}});
        return list;
    }

    [[nodiscard]] ordered_json smoke() const {
        auto list = ordered_json::array();
        for (const auto& check : outcome_.smoke)
            list.push_back({{"name", text(check.name)},
                            {"ok", check.ok},
                            {"ms", rounded(check.ms)},
                            {"error", text_or_null(check.error)}});
        return list;
    }

    [[nodiscard]] ordered_json timings() const {
        const auto& timings = outcome_.timings;
        return {{"connectMs", rounded(timings.connect_ms)},
                {"ledgerMs", rounded(timings.ledger_ms)},
                {"schemaMs", rounded(timings.schema_ms)},
                {"totalMs", rounded(timings.total_ms)}};
    }

    const Outcome& outcome_;
    const Secrets& secrets_;
};

}  // namespace

std::string to_json(const Outcome& outcome, const Secrets& secrets) {
    return JsonWriter(outcome, secrets).write();
}

}  // namespace migration_guard::report
