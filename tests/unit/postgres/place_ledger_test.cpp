#include "postgres/ledger_query.hpp"

#include <gmock/gmock.h>

#include <limits>
#include <ostream>

namespace migration_guard::postgres {
namespace {

using State = LedgerReading::State;
using testing::HasSubstr;

/// Facts as in `\d`: where a relation of the ledger's name stands, and what kind it is.
struct Case {
    const char* name;
    LedgerEvidence evidence;
    State state;
    const char* detail = "";
};

std::ostream& operator<<(std::ostream& out, const Case& row) {
    return out << row.name;
}

/// ?schema=SCHEMA in the URL.
LedgerEvidence given(const std::string& schema, std::vector<LedgerPlace> places, std::vector<std::string> listed = {}) {
    LedgerEvidence evidence;
    evidence.schema_given = true;
    evidence.schema = schema;
    evidence.schema_exists = true;
    evidence.listed = std::move(listed);
    evidence.current_schema = "public";
    evidence.places = std::move(places);
    return evidence;
}

/// No schema in the URL; the search path puts new tables into `current`, and leads to `on_path`.
LedgerEvidence by_path(const std::string& current, std::optional<LedgerPlace> on_path, std::vector<LedgerPlace> places,
                       std::vector<std::string> listed = {}) {
    LedgerEvidence evidence;
    evidence.schema = "public";
    evidence.schema_exists = true;
    evidence.listed = std::move(listed);
    evidence.current_schema = current;
    evidence.on_search_path = std::move(on_path);
    evidence.places = std::move(places);
    return evidence;
}

LedgerEvidence without_schema(LedgerEvidence evidence) {
    evidence.schema_exists = false;
    return evidence;
}

LedgerEvidence without_usage(LedgerEvidence evidence) {
    evidence.schema_usable = false;
    return evidence;
}

const LedgerPlace in_public{"public", 'r'};
const LedgerPlace in_app{"app", 'r'};

class PlaceLedger : public testing::TestWithParam<Case> {};

TEST_P(PlaceLedger, FollowsBothLookUpsOfTheEngine) {
    const auto reading = place_ledger(GetParam().evidence);
    EXPECT_EQ(reading.state, GetParam().state) << reading.detail;
    EXPECT_THAT(reading.detail, HasSubstr(GetParam().detail));
    const bool needs_detail = reading.state != State::present && reading.state != State::absent;
    EXPECT_EQ(reading.detail.empty(), !needs_detail);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, PlaceLedger,
    testing::Values(
        // ?schema= decides alone.
        Case{"given, there", given("app", {in_app}), State::present},
        Case{"given, there and in public", given("app", {in_app, in_public}), State::present},
        Case{"given, only in public", given("app", {in_public}), State::absent},
        Case{"given, nowhere", given("app", {}), State::absent},
        Case{"given, schema missing", without_schema(given("app", {})), State::absent},
        Case{"given, schema closed", without_usage(given("app", {})), State::no_permission, "no USAGE on schema app"},
        Case{"given, schema closed, ledger in it", without_usage(given("app", {in_app})), State::no_permission,
             "no USAGE on schema app"},
        Case{"given, schema closed, ledger in another listed one",
             without_usage(given("app", {in_public}, {"app", "public"})), State::no_permission,
             "no USAGE on schema app"},
        Case{"given, in another listed schema", given("app", {in_public}, {"app", "public"}), State::misplaced,
             "stands in schema public, but Prisma reads it in app"},
        Case{"given, a view", given("app", {{"app", 'v'}}), State::not_a_table, "app._prisma_migrations is a view"},
        Case{"given, partitioned", given("app", {{"app", 'p'}}), State::not_a_table, "a partitioned table"},
        // Without it the search path reads, public is tested.
        Case{"path, public", by_path("public", in_public, {in_public}), State::present},
        Case{"path, nowhere", by_path("public", std::nullopt, {}), State::absent},
        Case{"path, made between the two questions", by_path("public", std::nullopt, {in_public}), State::present},
        Case{"path, public and it made between the two questions",
             without_schema(by_path("", std::nullopt, {in_public})), State::present},
        Case{"path, made between the two questions in the role's own schema", by_path("app", std::nullopt, {in_app}),
             State::misplaced, "add ?schema=app"},
        Case{"path, unlisted elsewhere", by_path("public", std::nullopt, {in_app}), State::absent},
        Case{"path, the role's own schema", by_path("app", in_app, {in_app}), State::misplaced, "add ?schema=app"},
        Case{"path, the role's own schema, listed", by_path("app", in_app, {in_app}, {"app"}), State::present},
        Case{"path, two ledgers", by_path("app", in_app, {in_app, in_public}), State::misplaced, "two ledgers"},
        Case{"path, two ledgers, listed", by_path("app", in_app, {in_app, in_public}, {"app"}), State::misplaced,
             "two ledgers"},
        Case{"path, role's schema still empty", by_path("app", std::nullopt, {}), State::misplaced,
             "puts new tables into schema app"},
        Case{"path, public not on it", by_path("app", std::nullopt, {in_public}), State::misplaced,
             "stands in schema public, but Prisma reads it through the search path"},
        Case{"path, listed but not on it", by_path("public", std::nullopt, {in_app}, {"app"}), State::misplaced,
             "stands in schema app"},
        Case{"path, empty", by_path("", std::nullopt, {}), State::misplaced, "leads to no schema"},
        Case{"path, public missing", without_schema(by_path("", std::nullopt, {})), State::absent},
        Case{"path, public missing, another first", without_schema(by_path("app", std::nullopt, {})), State::misplaced,
             "puts new tables into schema app"},
        Case{"path, public closed", without_usage(by_path("", std::nullopt, {})), State::no_permission,
             "no USAGE on schema public"},
        Case{"path, public closed, ledger in it", without_usage(by_path("", std::nullopt, {in_public})),
             State::no_permission, "no USAGE on schema public"},
        Case{"path, public closed, ledger in a listed schema of the path",
             without_usage(by_path("app", in_app, {in_app}, {"app"})), State::present},
        Case{"path, a foreign table", by_path("public", LedgerPlace{"public", 'f'}, {{"public", 'f'}}),
             State::not_a_table, "a foreign table"},
        Case{"path, an index", by_path("public", LedgerPlace{"public", 'i'}, {}), State::not_a_table, "no table"}));

TEST(PlaceRead, IsWhereTheRowsAreWrittenAlsoWhenTheLedgerWasMadeMeanwhile) {
    EXPECT_EQ(place_read(by_path("app", std::nullopt, {in_app, in_public}))->schema, "app");
    EXPECT_EQ(place_read(by_path("public", in_app, {in_app, in_public}))->schema, "app");
    EXPECT_EQ(place_read(given("app", {in_app, in_public}))->schema, "app");
    EXPECT_FALSE(place_read(given("app", {in_public})));
}

TEST(LedgerName, IsQualifiedOnlyBySchemaOfTheUrl) {
    EXPECT_EQ(ledger_name(parse_url("postgresql://a:b@db/x", "U", "/")), "\"_prisma_migrations\"");
    EXPECT_EQ(ledger_name(parse_url("postgresql://a:b@db/x?schema=a%22b", "U", "/")),
              "\"a\"\"b\".\"_prisma_migrations\"");
}

TEST(Quoting, EscapesWhatEndsAWord) {
    EXPECT_EQ(quote_identifier("a\"b"), "\"a\"\"b\"");
    EXPECT_EQ(quote_identifier(""), "\"\"");
    EXPECT_EQ(array_parameter({}), "{}");
    EXPECT_EQ(array_parameter({"a", "b,c", "d\"e\\f", "", "NULL", "{}"}), R"({"a","b,c","d\"e\\f","","NULL","{}"})");
}

}  // namespace
}  // namespace migration_guard::postgres
