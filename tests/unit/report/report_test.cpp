#include "report/report.hpp"

#include "base/text.hpp"
#include "base/version.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::report {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using testing::HasSubstr;
using testing::Not;

MigrationRecord record(const std::string& name, MigrationState state, std::vector<MigrationFinding> findings = {}) {
    MigrationRecord out;
    out.name = name;
    out.state = state;
    out.findings = std::move(findings);
    return out;
}

constexpr std::int64_t october = 1'759'305'600'000'000;   // 2025-10-01T08:00:00Z
constexpr std::int64_t november = 1'762'160'400'000'000;  // 2025-11-03T09:00:00Z

LedgerRow row(std::int64_t started, const std::optional<std::int64_t>& finished,
              const std::optional<std::string>& logs) {
    LedgerRow out;
    out.started_at = {started};
    if (finished) out.finished_at = LedgerTime{*finished};
    out.logs = logs;
    return out;
}

/// The incident: the second migration is in the database, the third is not.
Outcome incident() {
    Outcome outcome;
    outcome.code = ExitCode::migrations_pending;
    outcome.message = "1 migration is pending: 20251103_add_analytics";
    outcome.remedy = "apply with: migration-guard migrate (or prisma migrate deploy)";
    outcome.database = {
        .host = "db", .port = 5432, .name = "app", .schema = "public", .user = "u", .server_version = "15.20"};
    outcome.ledger_read = true;
    auto init = record("20251001_init", MigrationState::applied, {MigrationFinding::edited});
    init.row = row(october, october + 1'000'000, std::nullopt);
    outcome.history.migrations = {init, record("20251015_role", MigrationState::applied),
                                  record("20251103_add_analytics", MigrationState::pending)};
    outcome.schema_checked = true;
    outcome.models = 2;
    Missing table;
    table.kind = "table";
    table.object = "public.AnalyticsEvent";
    table.model = "AnalyticsEvent";
    table.created_by = "20251103_add_analytics";
    table.comes_with_pending = true;
    outcome.missing = {table};
    outcome.problems = {{outcome.code, outcome.message, outcome.remedy},
                        {ExitCode::schema_mismatch, "1 object of schema.prisma missing in the database", "diagnose"}};
    outcome.warnings = {{"blocksInsert", "public.User.phone", "creates of User will fail"}};
    outcome.smoke = {{.name = "analytics.sql", .ok = true, .ms = 1.23456, .error = ""}};
    outcome.timings = {.connect_ms = 4.1, .ledger_ms = 0.6, .schema_ms = 0.9, .total_ms = 9.8};
    return outcome;
}

TEST(ToText, leaves_what_is_to_be_typed_whole) {
    auto outcome = incident();
    outcome.remedy = std::string(600, 'x') + " type this";
    outcome.problems[1].remedy = std::string(600, 'y') + " and this";
    const auto text = to_text(outcome, Secrets());
    EXPECT_NE(text.find("x type this\n"), std::string::npos);
    EXPECT_NE(text.find("y and this\n"), std::string::npos);
}

TEST(ToText, shows_of_prismas_long_text_the_servers_own_sentence) {
    auto outcome = incident();
    auto& failed = outcome.history.migrations.back();
    failed.state = MigrationState::failed;
    failed.row = row(november, std::nullopt,
                     "A migration failed to apply. New migrations cannot be applied before the error is recovered "
                     "from.\n\nDatabase error:\nERROR: type \"nosuch\" does not exist\nPosition: 1\n");
    EXPECT_THAT(to_text(outcome),
                HasSubstr("  failed   20251103_add_analytics, started 2025-11-03T09:00:00.000000Z: ERROR: "
                          "type \"nosuch\" does not exist\n"));
}

TEST(ToJson, lists_no_state_where_the_ledger_cannot_be_used) {
    auto outcome = incident();
    outcome.history_known = false;
    const auto document = json::parse(to_json(outcome, Secrets{}));
    EXPECT_EQ(document["migrations"], json::array());
    EXPECT_EQ(document["counts"]["bundled"], 3);
    EXPECT_EQ(document["counts"]["applied"], 0);
    EXPECT_EQ(document["counts"]["pending"], 0);
    EXPECT_EQ(document["counts"]["edited"], 0);
    EXPECT_THAT(to_text(outcome), HasSubstr("migrations: 3 bundled, ledger not read\n"));
}

TEST(ToJson, is_the_document_of_the_contract) {
    const auto expected = json::parse(R"json({
        "verdict": "migrations_pending", "exitCode": 80,
        "message": "1 migration is pending: 20251103_add_analytics",
        "remedy": "apply with: migration-guard migrate (or prisma migrate deploy)",
        "problems": [
          {"verdict": "migrations_pending", "exitCode": 80, "message": "1 migration is pending: 20251103_add_analytics",
           "remedy": "apply with: migration-guard migrate (or prisma migrate deploy)"},
          {"verdict": "schema_mismatch", "exitCode": 87, "message": "1 object of schema.prisma missing in the database",
           "remedy": "diagnose"}],
        "guard": {"version": ""},
        "database": {"host": "db", "port": 5432, "name": "app", "schema": "public", "serverVersion": "15.20"},
        "migrations": [
          {"name": "20251001_init", "state": "applied", "findings": ["edited"],
           "startedAt": "2025-10-01T08:00:00.000000Z", "finishedAt": "2025-10-01T08:00:01.000000Z",
           "logs": null},
          {"name": "20251015_role", "state": "applied", "findings": [],
           "startedAt": null, "finishedAt": null, "logs": null},
          {"name": "20251103_add_analytics", "state": "pending", "findings": [],
           "startedAt": null, "finishedAt": null, "logs": null}],
        "counts": {"bundled": 3, "applied": 2, "pending": 1, "running": 0, "failed": 0, "rolledBack": 0, "edited": 1,
                   "ahead": 0, "retired": 0, "outOfOrder": 0},
        "schema": {"checked": true, "models": 2, "missing": [
          {"kind": "table", "object": "public.AnalyticsEvent", "model": "AnalyticsEvent", "field": null,
           "createdBy": "20251103_add_analytics"}]},
        "appliedNow": [],
        "warnings": [
          {"kind": "blocksInsert", "object": "public.User.phone", "text": "creates of User will fail"}],
        "smoke": [{"name": "analytics.sql", "ok": true, "ms": 1.235, "error": null}],
        "timings": {"connectMs": 4.1, "ledgerMs": 0.6, "schemaMs": 0.9, "totalMs": 9.8}
      })json");
    auto found = json::parse(to_json(incident()));
    EXPECT_EQ(found["guard"]["version"], version());
    found["guard"]["version"] = "";
    EXPECT_EQ(found, expected);
}

TEST(ToJson, keeps_the_order_of_the_keys) {
    std::vector<std::string> keys;
    const auto document = ordered_json::parse(to_json(incident()));
    for (const auto& item : document.items()) keys.push_back(item.key());
    EXPECT_THAT(keys,
                testing::ElementsAre("verdict", "exitCode", "message", "remedy", "problems", "guard", "database",
                                     "migrations", "counts", "schema", "appliedNow", "warnings", "smoke", "timings"));
}

TEST(ToJson, has_every_key_also_when_nothing_was_reached) {
    Outcome outcome;
    outcome.code = ExitCode::config_invalid;
    outcome.message = "mode \"x\"";
    outcome.problems = {{outcome.code, outcome.message, ""}};
    const auto found = json::parse(to_json(outcome));
    EXPECT_EQ(found["verdict"], "config_invalid");
    EXPECT_EQ(found["exitCode"], 78);
    EXPECT_EQ(found["database"],
              json::parse(R"({"host":null,"port":null,"name":null,"schema":null,"serverVersion":null})"));
    EXPECT_EQ(found["migrations"], json::array());
    EXPECT_EQ(found["counts"].size(), 10U);
    EXPECT_EQ(found["schema"], json::parse(R"({"checked":false,"models":0,"missing":[]})"));
    for (const auto* const list : {"appliedNow", "warnings", "smoke"}) EXPECT_EQ(found[list], json::array()) << list;
    EXPECT_EQ(found["timings"]["totalMs"], 0.0);
}

TEST(ToJson, spells_every_state_and_finding) {
    Outcome outcome;
    using enum MigrationState;
    for (const auto state : {applied, pending, running, failed, ahead, retired})
        outcome.history.migrations.push_back(record("m", state));
    outcome.history.migrations.back().bundled = false;
    outcome.history.migrations.front().findings = {MigrationFinding::edited, MigrationFinding::out_of_order,
                                                   MigrationFinding::rolled_back, MigrationFinding::collides};
    const auto found = json::parse(to_json(outcome));
    std::vector<std::string> states;
    for (const auto& migration : found["migrations"]) states.push_back(migration["state"]);
    EXPECT_THAT(states, testing::ElementsAre("applied", "pending", "running", "failed", "ahead", "retired"));
    EXPECT_EQ(found["migrations"][0]["findings"], (json{"edited", "outOfOrder", "rolledBack", "collides"}));
    EXPECT_EQ(found["counts"]["bundled"], 5);
    EXPECT_EQ(found["counts"]["rolledBack"], 1);
    EXPECT_EQ(found["counts"]["outOfOrder"], 1);
}

TEST(ToJson, lists_as_missing_only_what_the_app_needs) {
    auto outcome = incident();
    for (const auto need : {Missing::Need::external, Missing::Need::removed_by_newer, Missing::Need::optional}) {
        auto other = outcome.missing.front();
        other.need = need;
        outcome.missing.push_back(other);
    }
    EXPECT_EQ(json::parse(to_json(outcome))["schema"]["missing"].size(), 1U);
}

Outcome hostile() {
    auto outcome = incident();
    outcome.message = "bad \xFF\x1B[31m postgresql://u:hush@db/app and hush-hush-hush";
    auto& failed = outcome.history.migrations.back();
    failed.state = MigrationState::failed;
    failed.row = row(november, std::nullopt, "line one\nERROR: \"x\", password='hush-hush-hush\", \"a\n");
    return outcome;
}

TEST(ToJson, stays_json_and_shows_no_secret_whatever_a_server_says) {
    Secrets secrets;
    secrets.add("hush-hush-hush");
    const auto text = to_json(hostile(), secrets);
    EXPECT_TRUE(is_utf8(text));
    EXPECT_THAT(text, Not(HasSubstr("hush")));
    const auto found = json::parse(text);
    EXPECT_EQ(found["message"], "bad \xEF\xBF\xBD postgresql://u:***@db/app and ***");
    EXPECT_THAT(found["migrations"][2]["logs"].get<std::string>(), HasSubstr("line one\nERROR"));
    EXPECT_EQ(found["counts"]["failed"], 1);
}

TEST(ToText, is_one_screen_that_begins_with_the_verdict_and_the_remedy) {
    EXPECT_EQ(to_text(incident()),
              "migrations_pending: 1 migration is pending: 20251103_add_analytics (exit 80)\n"
              "  what to do: apply with: migration-guard migrate (or prisma migrate deploy)\n"
              "also schema_mismatch: 1 object of schema.prisma missing in the database\n"
              "  what to do: diagnose\n"
              "\n"
              "database: u@db:5432/app, schema public, PostgreSQL 15.20\n"
              "migrations: 3 bundled, 2 applied, 1 pending\n"
              "  applied  20251001_init, edited\n"
              "  pending  20251103_add_analytics\n"
              "schema: 2 models, 1 object missing\n"
              "  table public.AnalyticsEvent does not exist: migration \"20251103_add_analytics\" creates it, which is "
              "pending\n"
              "smoke checks:\n"
              "  ok     analytics.sql (1.2 ms)\n"
              "warnings:\n"
              "  public.User.phone: creates of User will fail\n"
              "time: connect 4.1 ms, ledger 0.6 ms, schema 0.9 ms, total 9.8 ms\n");
}

TEST(ToText, says_what_was_not_reached) {
    Outcome outcome;
    outcome.code = ExitCode::database_unreachable;
    outcome.message = "connection refused";
    outcome.remedy = "is the database up?";
    outcome.database = {
        .host = "db", .port = 5432, .name = "app", .schema = "public", .user = "u", .server_version = ""};
    EXPECT_EQ(to_text(outcome),
              "database_unreachable: connection refused (exit 69)\n  what to do: is the database up?\n\n"
              "database: u@db:5432/app, schema public\nschema: not checked\n");
}

TEST(ToText, tells_a_failed_migration_with_start_and_log) {
    const auto text = to_text(hostile());
    EXPECT_THAT(text, HasSubstr("failed   20251103_add_analytics, started 2025-11-03T09:00:00.000000Z: ERROR"));
}

TEST(ToText, stays_short_with_hundreds_of_everything) {
    auto outcome = incident();
    for (int i = 0; i < 500; ++i) {
        outcome.history.migrations.push_back(record("20260101_" + std::string(300, 'x'), MigrationState::pending));
        outcome.missing.push_back(outcome.missing.front());
        outcome.warnings.push_back({"edited", "x", std::string(10'000, 'w')});
    }
    const auto text = to_text(outcome);
    EXPECT_LT(std::ranges::count(text, '\n'), 70);
    EXPECT_THAT(text, HasSubstr("  and 487 more (--json lists all)"));
    EXPECT_LT(text.size(), 30'000U);
}

TEST(ToText, tells_failed_smoke_checks_before_those_that_passed) {
    auto outcome = incident();
    for (int i = 10; i < 40; ++i)
        outcome.smoke.push_back({.name = std::to_string(i) + ".sql", .ok = true, .ms = 1, .error = ""});
    outcome.smoke.push_back({.name = "z1.sql", .ok = false, .ms = 1, .error = "z1.sql:1: its first column is false"});
    outcome.smoke.push_back({.name = "z2.sql", .ok = false, .ms = 1, .error = "z2.sql:1: its first column is null"});
    EXPECT_THAT(to_text(outcome), HasSubstr("smoke checks:\n"
                                            "  failed z1.sql: z1.sql:1: its first column is false\n"
                                            "  failed z2.sql: z2.sql:1: its first column is null\n"
                                            "  ok     analytics.sql (1.2 ms)\n"
                                            "  ok     10.sql (1.0 ms)\n"));
}

TEST(ToText, shows_no_secret) {
    Secrets secrets;
    secrets.add("hush-hush-hush");
    EXPECT_THAT(to_text(hostile(), secrets), Not(HasSubstr("hush")));
}

}  // namespace
}  // namespace migration_guard::report
