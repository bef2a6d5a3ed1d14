// The sentence that a reader needs out of what stands in the ledger's column `logs`.
#include "ledger/wording.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace migration_guard {
namespace {

using testing::HasSubstr;

struct Gist {
    const char* of;
    std::string logs;
    const char* is;
};

std::string p3018(const std::string& code, const std::string& text) {
    return "A migration failed to apply. New migrations cannot be applied before the error is recovered from. Read "
           "more about how to resolve migration issues in a production database: https://pris.ly/d/migrate-resolve\n\n"
           "Migration name: 3_c\n\nDatabase error code: " +
           code + "\n\nDatabase error:\n" + text;
}

TEST(GistOfLogs, IsTheSentenceThatSaysWhatWentWrong) {
    for (const Gist& gist : {
             Gist{"a server's error", p3018("42P07", "ERROR: relation \"a\" already exists\n\nPosition:\n  1 CREATE"),
                  "ERROR: relation \"a\" already exists"},
             Gist{"no code", p3018("none", "the script leaves a transaction open (BEGIN without COMMIT)"),
                  "the script leaves a transaction open (BEGIN without COMMIT)"},
             Gist{"an empty code", p3018("", "Error in the underlying connector\nServer has closed the connection."),
                  "Error in the underlying connector Server has closed the connection."},
             Gist{"a code, but no severity", p3018("P0001", "db error: events are closed"),
                  "db error: events are closed"},
             Gist{"a script that quotes the heading", p3018("none", "cannot read\nDatabase error: x"),
                  "cannot read Database error: x"},
             Gist{"nothing behind the heading", "Migration name: 3_c\n\nDatabase error:\n ",
                  "Migration name: 3_c  Database error:"},
             Gist{"no such text", "db error: x\ny", "db error: x y"},
         }) {
        EXPECT_EQ(gist_of_logs(gist.logs), gist.is) << gist.of;
    }
}

TEST(WordsForFailed, OfferApplyingOnlyWhereTheScriptIs) {
    MigrationRecord record;
    record.name = "3_c";
    record.row = LedgerRow{};
    record.row->id = "1a2b3c4d-0000";
    record.bundled = true;
    EXPECT_THAT(words_for_failed(record).remedy,
                HasSubstr("3_c) to have it applied again; --applied instead when its changes"));
    record.bundled = false;
    const auto newer = words_for_failed(record).remedy;
    EXPECT_THAT(newer, HasSubstr("3_c); --applied instead, from the image that bundles it, when its changes"));
    EXPECT_THAT(newer, HasSubstr("RESOLVE_ONCE=rolled-back:3_c@1a2b3c4d"));
    record.row->applied_steps_count = 1;
    EXPECT_THAT(words_for_failed(record).remedy,
                testing::StartsWith("from the image that bundles it: migration-guard resolve --applied 3_c"));
}

// What words_for_failed() prints for a dashboard must be taken back by resolveOnce, of a row written by hand too.
TEST(LedgerRow, IsNamedByTheStartOfItsIdOrByAllOfAShortOne) {
    LedgerRow row;
    row.id = "1a2b3c4d-0000";
    EXPECT_TRUE(row.is_named_by("1a2b3c4d"));
    EXPECT_FALSE(row.is_named_by("1a2b3c4e"));
    EXPECT_FALSE(row.is_named_by("1a2b"));
    row.id = "r1";
    EXPECT_TRUE(row.is_named_by("r1"));
    EXPECT_FALSE(row.is_named_by("r")) << "r2 would be meant as well";
    EXPECT_FALSE(row.is_named_by(""));
}

TEST(WordsForMissing, SayWhereItIsAndWherePrismaLooks) {
    Missing missing;
    missing.kind = "table";
    missing.object = "public.Event";
    missing.created_by = "1_init";
    EXPECT_EQ(words_for_missing(missing), "table public.Event does not exist: migration \"1_init\" creates it");
    missing.found_in = "app";
    EXPECT_EQ(
        words_for_missing(missing),
        "table public.Event does not exist (found in app, Prisma looks in public): migration \"1_init\" creates it");
    missing.need = Missing::Need::external;
    EXPECT_EQ(words_for_missing(missing),
              "table public.Event does not exist (found in app, Prisma looks in public): in a schema that the bundled "
              "migrations do not touch");
}

Missing removed(const std::string& created_by, const std::string& removed_by) {
    Missing missing;
    missing.kind = "table";
    missing.object = "public.User";
    missing.once_created_by = created_by;
    missing.removed_by = removed_by;
    return missing;
}

TEST(WordsForMissing, SayWhichMigrationTookItAwayAgain) {
    EXPECT_EQ(words_for_missing(removed("1_init", "2_drop")),
              "table public.User does not exist: migration \"1_init\" creates it, and \"2_drop\" drops or renames it");
    EXPECT_EQ(words_for_missing(removed("1_init", "1_init")),
              "table public.User does not exist: migration \"1_init\" creates it and drops or renames it again");
    EXPECT_EQ(words_for_missing(removed("", "2_drop")),
              "table public.User does not exist: no bundled migration creates it, and \"2_drop\" drops or renames it");
    auto view = removed("1_init", "2_drop");
    view.kind = "view";
    view.need = Missing::Need::external;
    EXPECT_EQ(words_for_missing(view),
              "view public.User does not exist: migration \"1_init\" creates it, and \"2_drop\" drops or renames it");
}

TEST(WordsForMismatch, AdviseAMigrationOnlyWhereOneIsWanting) {
    const auto gone = removed("1_init", "2_drop");
    auto pushed = removed("", "");
    auto made = pushed;
    made.created_by = "1_init";
    const auto remedy = [](const std::vector<const Missing*>& missing) {
        return words_for_mismatch(missing, ApplyMode::prisma).remedy;
    };
    EXPECT_THAT(remedy({&gone}), HasSubstr("diagnose; remove it from schema.prisma"));
    EXPECT_THAT(remedy({&gone, &pushed}), HasSubstr("create the migration that was never made"));
    EXPECT_THAT(remedy({&gone, &made}), HasSubstr("the next command for each: migration-guard diagnose"));
}

}  // namespace
}  // namespace migration_guard
