// Absence: what is missing, under which name, and whether the client needs it.

#include "declarations.hpp"

#include <gmock/gmock.h>

namespace migration_guard {
namespace {

using testing::column;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::matching;
using testing::table;
using testing::varied;

/// "kind object" or "kind object (info)".
std::string line(const MissingObject& missing) {
    const std::string level = missing.level == MissingLevel::info ? " (info)" : "";
    return std::string(word(missing.object.kind)) + " " + missing.text() + level;
}

std::vector<std::string> lines(const SchemaDifference& difference) {
    std::vector<std::string> all;
    for (const MissingObject& missing : difference.missing) {
        all.push_back(line(missing));
    }
    for (const SchemaWarning& warning : difference.warnings) {
        all.push_back(std::string(word(warning.kind)) + " " + warning.object);
    }
    return all;
}

std::vector<std::string> compared(const Catalogue& catalogue, const std::vector<std::string>& ignored = {}) {
    ComparisonOptions options;
    for (const std::string& pattern : ignored) {
        options.ignored.push_back(ObjectPattern::read(pattern, "public").value());
    }
    return lines(compare(varied(), catalogue, options));
}

TEST(Missing, nothing_is_said_of_a_database_that_matches) {
    EXPECT_THAT(compared(matching(varied())), IsEmpty());
}

struct Dropped {
    ObjectName relation;
    std::string line;
};

TEST(Missing, a_table_is_one_entry_under_its_kind) {
    const std::vector<Dropped> dropped = {
        {{"public", "User"}, "table public.User"},     {{"public", "_PostToUser"}, "joinTable public._PostToUser"},
        {{"public", "Report"}, "view public.Report"},  {{"public", "Legacy"}, "table public.Legacy (info)"},
        {{"app", "Elsewhere"}, "table app.Elsewhere"},
    };
    for (const auto& [relation, expected] : dropped) {
        Catalogue catalogue = matching(varied());
        catalogue.relations.erase(relation);
        EXPECT_THAT(compared(catalogue), ElementsAre(expected));
    }
}

TEST(Missing, each_column_is_an_entry_of_its_level) {
    const std::vector<std::pair<std::string, std::string>> dropped = {
        {"id", "column public.User.id"},
        {"e-mail", "column public.User.e-mail"},
        {"tags", "column public.User.tags"},
        {"old", "column public.User.old (info)"},
        {"shape", "column public.User.shape (info)"},
    };
    for (const auto& [name, expected] : dropped) {
        Catalogue catalogue = matching(varied());
        catalogue.relations[{"public", "User"}].columns.erase(name);
        EXPECT_THAT(compared(catalogue), ElementsAre(expected));
    }
}

TEST(Missing, columns_of_join_tables_views_and_ignored_models) {
    Catalogue catalogue = matching(varied());
    catalogue.relations[{"public", "_PostToUser"}].columns.erase("B");
    catalogue.relations[{"public", "Report"}].columns.clear();
    catalogue.relations[{"public", "Legacy"}].columns.clear();
    EXPECT_THAT(compared(catalogue), ElementsAre("column public._PostToUser.B", "column public.Report.total",
                                                 "column public.Legacy.x (info)"));
}

TEST(Missing, enums_and_their_values) {
    Catalogue catalogue = matching(varied());
    catalogue.enums.erase({"app", "State"});
    catalogue.enums.erase({"public", "Unused"});
    catalogue.enums[{"public", "Role"}] = {"ADMIN"};
    EXPECT_THAT(compared(catalogue),
                ElementsAre("enumValue public.Role.MEMBER", "enum app.State", "enum public.Unused (info)"));
}

TEST(Missing, a_label_that_no_client_uses_is_info) {
    Catalogue catalogue = matching(varied());
    catalogue.enums[{"public", "Unused"}] = {"other"};
    EXPECT_THAT(compared(catalogue), ElementsAre("enumValue public.Unused.x (info)"));
}

TEST(Missing, names_carry_the_model_and_the_field) {
    Catalogue catalogue = matching(varied());
    catalogue.relations[{"public", "User"}].columns.erase("e-mail");
    catalogue.enums.erase({"public", "Role"});
    const auto missing = compare(varied(), catalogue, {}).missing;
    ASSERT_EQ(missing.size(), 2);
    EXPECT_EQ(missing[0].model, "MUser");
    EXPECT_EQ(missing[0].field, "fe-mail");
    EXPECT_EQ(missing[0].object.member, "e-mail");
    EXPECT_EQ(missing[1].model, "ERole");
    EXPECT_EQ(missing[1].field, "");
}

TEST(Missing, the_empty_schema_is_the_connections) {
    DeclaredSchema declared;
    declared.tables = {table("T", {column("c")})};
    Catalogue catalogue = matching(declared);
    EXPECT_THAT(lines(compare(declared, catalogue, {"other", {}, ""})), ElementsAre("table other.T"));
    catalogue.relations[{"other", "T"}] = catalogue.relations[{"public", "T"}];
    EXPECT_THAT(lines(compare(declared, catalogue, {"other", {}, ""})), IsEmpty());
}

TEST(Missing, any_kind_of_relation_stands_for_a_model) {
    for (const char kind : {'r', 'p', 'v', 'm', 'f'}) {
        Catalogue catalogue = matching(varied());
        catalogue.relations[{"public", "Post"}].kind = kind;
        catalogue.relations[{"public", "Report"}].kind = kind;
        for (auto& [name, column] : catalogue.relations[{"public", "Post"}].columns) {
            column.not_null = kind == 'r' || kind == 'p' || kind == 'f';
        }
        catalogue.relations[{"public", "Report"}].columns["total"].not_null = true;
        EXPECT_THAT(compared(catalogue), IsEmpty()) << kind;
    }
}

TEST(Missing, ignored_objects_are_passed_over) {
    EXPECT_THAT(compared({}, {"*.*"}), IsEmpty());
    EXPECT_THAT(compared({}, {"public.*"}), ElementsAre("table app.Elsewhere", "enum app.State"));
    EXPECT_THAT(compared({}, {"app.*", "User", "public._Post*", "public.R*"}),
                ElementsAre("table public.Post", "table public.Legacy (info)", "enum public.Unused (info)"));
    Catalogue catalogue = matching(varied());
    catalogue.relations[{"public", "User"}].columns.clear();
    catalogue.enums[{"public", "Role"}] = {"GUEST"};
    EXPECT_THAT(compared(catalogue, {"public.User.*", "public.Role.ADMIN", "public.Role.GUEST"}),
                ElementsAre("enumValue public.Role.MEMBER"));
}

TEST(Missing, the_request_names_everything_once) {
    const CatalogueRequest request = request_for(varied());
    EXPECT_THAT(request.schemas, ElementsAre("", "app"));
    EXPECT_THAT(request.relations, ElementsAre("Elsewhere", "Legacy", "Post", "Report", "User", "_PostToUser"));
    EXPECT_THAT(request.enums, ElementsAre("Role", "State", "Unused"));
    EXPECT_TRUE(request_for({}).empty());
}

TEST(Missing, a_name_that_no_database_can_hold_is_not_asked_for) {
    DeclaredSchema declared;
    declared.tables = {table(std::string("a\0b", 3), {})};
    EXPECT_TRUE(request_for(declared).empty());
    EXPECT_EQ(compare(declared, {}, {}).missing.size(), 1);
}

}  // namespace
}  // namespace migration_guard
