#include "base/text.hpp"
#include "base/version.hpp"
#include "report/report.hpp"

#include <nlohmann/json.hpp>

namespace migration_guard::report {
namespace {

// Ordered: a person reads it too, and the verdict belongs on top.
using Json = nlohmann::ordered_json;

Json text_or_null(const std::string& text) { return text.empty() ? Json(nullptr) : Json(clean(text)); }

double rounded(double ms) { return static_cast<double>(static_cast<long long>(ms * 10 + 0.5)) / 10; }

Json migration(const MigrationRecord& record) {
    Json findings = Json::array();
    for (const auto finding : record.findings) findings.push_back(to_text(finding));
    Json json{{"name", clean(record.name)}, {"state", to_text(record.state)}, {"findings", findings}};
    json["startedAt"] = record.row ? Json(record.row->started_at.text) : Json(nullptr);
    json["finishedAt"] = record.row && record.row->finished_at ? Json(record.row->finished_at->text) : Json(nullptr);
    json["logs"] = record.row && record.row->logs ? Json(clean(*record.row->logs)) : Json(nullptr);
    return json;
}

Json counts(const History& history) {
    std::size_t bundled = 0;
    for (const auto& record : history.migrations) bundled += record.bundled ? 1U : 0U;
    using enum MigrationState;
    return {{"bundled", bundled},
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

Json missing(const Missing& object) {
    return {{"kind", object.kind},
            {"object", clean(object.object)},
            {"model", clean(object.model)},
            {"field", object.field ? Json(clean(*object.field)) : Json(nullptr)},
            {"createdBy", object.created_by ? Json(clean(*object.created_by)) : Json(nullptr)},
            {"needed", object.need == Missing::Need::needed},
            {"foundIn", text_or_null(object.found_in)}};
}

Json schema(const Outcome& outcome) {
    Json list = Json::array();
    for (const auto& object : outcome.missing) list.push_back(missing(object));
    return {{"checked", outcome.schema_checked}, {"models", outcome.models}, {"missing", list}};
}

Json database(const DatabaseIdentity& identity) {
    return {{"host", text_or_null(identity.host)},
            {"port", identity.port == 0 ? Json(nullptr) : Json(identity.port)},
            {"name", text_or_null(identity.name)},
            {"schema", text_or_null(identity.schema)},
            {"serverVersion", text_or_null(identity.server_version)}};
}

}  // namespace

std::string to_json(const Outcome& outcome) {
    Json json{{"verdict", describe(outcome.code).name},
              {"exitCode", number(outcome.code)},
              {"message", clean(outcome.message)},
              {"remedy", clean(outcome.remedy)},
              {"guard", {{"version", version()}}},
              {"database", database(outcome.database)}};
    json["problems"] = Json::array();
    for (const auto& problem : outcome.problems) {
        json["problems"].push_back({{"verdict", describe(problem.code).name},
                                    {"exitCode", number(problem.code)},
                                    {"message", clean(problem.message)},
                                    {"remedy", clean(problem.remedy)}});
    }
    json["migrations"] = Json::array();
    for (const auto& record : outcome.history.migrations) json["migrations"].push_back(migration(record));
    json["counts"] = counts(outcome.history);
    json["schema"] = schema(outcome);
    json["appliedNow"] = Json::array();
    for (const auto& name : outcome.applied_now) json["appliedNow"].push_back(clean(name));
    json["warnings"] = Json::array();
    for (const auto& warning : outcome.warnings) {
        json["warnings"].push_back(
            {{"kind", warning.kind}, {"object", text_or_null(warning.object)}, {"text", clean(warning.text)}});
    }
    json["smoke"] = Json::array();
    for (const auto& result : outcome.smoke) {
        json["smoke"].push_back({{"name", clean(result.name)},
                                 {"ok", result.ok},
                                 {"ms", rounded(result.ms)},
                                 {"error", text_or_null(result.error)}});
    }
    json["timings"] = {{"connectMs", rounded(outcome.timings.connect_ms)},
                       {"ledgerMs", rounded(outcome.timings.ledger_ms)},
                       {"schemaMs", rounded(outcome.timings.schema_ms)},
                       {"totalMs", rounded(outcome.timings.total_ms)}};
    return json.dump(2) + "\n";
}

}  // namespace migration_guard::report
