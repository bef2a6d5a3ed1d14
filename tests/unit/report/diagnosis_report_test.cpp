// A diagnosis on one screen, and for machines.
#include "report/report.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace migration_guard::report {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

Cause pending(const std::string& table) {
    Cause cause;
    cause.kind = Cause::Kind::pending;
    cause.object = "public." + table;
    cause.migration = "1";
    cause.what = "table public." + table;
    cause.text = cause.what + ": migration 1 creates it and has not been applied.";
    cause.next = "migration-guard migrate";
    return cause;
}

Diagnosis diagnosis_of(std::size_t tables) {
    Diagnosis diagnosis;
    diagnosis.check.code = ExitCode::migrations_pending;
    diagnosis.check.ledger_read = true;
    diagnosis.bundled = {"1"};
    for (std::size_t i = 0; i < tables; ++i) {
        const auto name = fmt::format("T{}", i);
        diagnosis.declared.push_back("public." + name);
        Missing missing;
        missing.kind = "table";
        missing.object = "public." + name;
        diagnosis.check.missing.push_back(missing);
        diagnosis.causes.push_back(pending(name));
        diagnosis.check.warnings.push_back({"w", "public." + name, "odd"});
        LoggedError error;
        error.group.object = name;
        diagnosis.logged.push_back(error);
        MigrationRecord record;
        record.name = name;
        diagnosis.check.history.migrations.push_back(record);
    }
    diagnosis.logs_read = true;
    return diagnosis;
}

TEST(DiagnosisText, CausesThatDifferOnlyInTheObjectAreToldTogether) {
    const auto text = to_text(diagnosis_of(2));
    EXPECT_THAT(
        text, HasSubstr("4. what next\n"
                        "   table public.T0, table public.T1, each: migration 1 creates it and has not been applied.\n"
                        "     next: migration-guard migrate\n"));
}

TEST(DiagnosisText, OneIsToldAsItIs) {
    EXPECT_THAT(to_text(diagnosis_of(1)), HasSubstr("   table public.T0: migration 1 creates it"));
}

TEST(DiagnosisText, StaysOnAScreenHoweverMuchThereIs) {
    auto diagnosis = diagnosis_of(500);
    for (auto& cause : diagnosis.causes) cause.text += cause.object;  // none like another
    const auto text = to_text(diagnosis);
    EXPECT_LT(std::ranges::count(text, '\n'), 90);
    for (const auto* more : {"and 492 more missing", "and 495 more warnings", "and 492 more causes",
                             "and 488 more that are not applied", "and 492 more kinds of errors"}) {
        EXPECT_THAT(text, HasSubstr(more));
    }
}

Missing absent(const std::string& kind, const std::string& object, Missing::Need need) {
    Missing missing;
    missing.kind = kind;
    missing.object = object;
    missing.need = need;
    return missing;
}

// The server counts rows of ordinary tables only: a model may stand on a view, a foreign or a partitioned table.
TEST(DiagnosisText, TablesAreThereUnlessTheyAreMissing) {
    Diagnosis diagnosis;
    diagnosis.check.ledger_read = true;
    diagnosis.check.models = 4;
    diagnosis.activity = {{{"public", "User"}, 3, 3}};
    EXPECT_THAT(to_text(diagnosis), HasSubstr("3. there: 4 of 4 declared tables, nothing is missing\n"));

    diagnosis.check.missing = {absent("table", "public.Old", Missing::Need::optional),
                               absent("column", "public.User.old", Missing::Need::optional)};
    EXPECT_THAT(to_text(diagnosis), HasSubstr("3. there: 3 of 3 declared tables, nothing is missing\n"));

    diagnosis.check.missing.push_back(absent("table", "public.Post", Missing::Need::needed));
    diagnosis.check.missing.push_back(absent("column", "public.User.name", Missing::Need::needed));
    diagnosis.check.missing.push_back(absent("joinTable", "public._A", Missing::Need::needed));
    EXPECT_THAT(to_text(diagnosis), HasSubstr("3. there: 2 of 3 declared tables, 3 objects are missing\n"));

    diagnosis.check.models = 0;  // and yet more missing than there are models: never a number below nought
    EXPECT_THAT(to_text(diagnosis), HasSubstr("3. there: 0 of 0 declared tables"));
}

TEST(DiagnosisText, WithoutALookAtTheLedgerNothingIsSaidOfIt) {
    Diagnosis diagnosis;
    diagnosis.bundled = {"1", "2"};
    EXPECT_THAT(to_text(diagnosis), AllOf(HasSubstr("the image bundles 2 migrations\n   1, 2\n3. there: unknown"),
                                          Not(HasSubstr("pending"))));
}

TEST(DiagnosisText, SaysWhereToLookWhenOnlyTheLogIsBad) {
    Diagnosis diagnosis;
    diagnosis.check.ledger_read = true;
    EXPECT_THAT(to_text(diagnosis), HasSubstr("4. what next: nothing; the database fits this image\n"));
    diagnosis.check.code = ExitCode::schema_mismatch;
    EXPECT_THAT(to_text(diagnosis),
                HasSubstr("4. what next: the database fits this image; the log's errors stand below\n"));
}

TEST(DiagnosisText, ARolledBackMigrationIsSaidToBeSo) {
    auto diagnosis = diagnosis_of(1);
    diagnosis.check.history.migrations[0].findings = {MigrationFinding::rolled_back};
    EXPECT_THAT(to_text(diagnosis), HasSubstr("   pending  T0, rolled back\n"));
}

TEST(DiagnosisJson, HasEachCauseAndWhatTheImageBundles) {
    const auto found = json::parse(to_json(diagnosis_of(3)));
    EXPECT_EQ(found["causes"].size(), 3U);
    EXPECT_EQ(found["causes"][2], json::parse(R"({"kind": "pending", "object": "public.T2", "migration": "1",
        "text": "table public.T2: migration 1 creates it and has not been applied.", "next": "migration-guard migrate"})"));
    EXPECT_EQ(found["bundled"], json::parse(R"(["1"])"));
    EXPECT_TRUE(found.contains("logs"));
}

TEST(DiagnosisJson, ClaimsNoStateThatNobodyKnows) {
    Diagnosis diagnosis;
    diagnosis.bundled = {"1", "2"};
    const auto found = json::parse(to_json(diagnosis));
    EXPECT_EQ(found["migrations"], json::array());
    EXPECT_EQ(found["counts"]["bundled"], 2);
    EXPECT_EQ(found["counts"]["pending"], 0);
    EXPECT_FALSE(found.contains("logs"));
}

}  // namespace
}  // namespace migration_guard::report
