#include "postgres/run_script.hpp"

#include "postgres/ledger_statements.hpp"

#include <gmock/gmock.h>

#include <set>

namespace migration_guard::postgres {
namespace {

TEST(LeavesNothingWhenCancelled, IsTrueForOneTransactionOnly) {
    EXPECT_TRUE(leaves_nothing_when_cancelled("CREATE TABLE a (); SELECT pg_sleep(60);"));
    EXPECT_TRUE(leaves_nothing_when_cancelled(""));
    EXPECT_TRUE(leaves_nothing_when_cancelled("ALTER TABLE a ADD COLUMN commitment int, ADD recall int;"));
    EXPECT_TRUE(leaves_nothing_when_cancelled("DO $$ BEGIN UPDATE a SET b = 1; END $$"));
    for (const char* const script : {
             "BEGIN; CREATE TABLE a (); COMMIT;",
             "CREATE TABLE a (); commit; CREATE TABLE b ()",
             "DO $$ BEGIN CREATE TABLE a (); COMMIT; END $$",
             "CALL fill()",
             "call fill()",
             "CREATE INDEX CONCURRENTLY i ON a (b)",
             "VACUUM a",
         }) {
        EXPECT_FALSE(leaves_nothing_when_cancelled(script)) << script;
    }
}

TEST(RowId, IsARandomUuidOfVersion4) {
    std::set<std::string> seen;
    for (int i = 0; i < 100; ++i) {
        const auto id = new_row_id();
        EXPECT_THAT(id, testing::MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
        seen.insert(id);
    }
    EXPECT_EQ(seen.size(), 100U);
}

}  // namespace
}  // namespace migration_guard::postgres
