// Which types serve which: the whole matrix, as Prisma's client was seen to do (7.10, @prisma/adapter-pg), with what
// differs up to 6.

#include "schema/column_types.hpp"

#include "declarations.hpp"

#include <gmock/gmock.h>
#include <set>

namespace migration_guard {
namespace {

using testing::enum_type;
using testing::type;

CatalogueColumn actual(const std::string& name) {
    CatalogueColumn column;
    column.type = name;
    column.type_schema = "pg_catalog";
    return column;
}

struct Serves {
    std::string declared;
    std::set<std::string> served_by;
};

const std::vector<std::string> every_type = {"text",
                                             "character varying",
                                             "character",
                                             "citext",
                                             "uuid",
                                             "inet",
                                             "xml",
                                             "bit",
                                             "bit varying",
                                             "smallint",
                                             "integer",
                                             "oid",
                                             "bigint",
                                             "real",
                                             "double precision",
                                             "numeric",
                                             "money",
                                             "boolean",
                                             "date",
                                             "timestamp without time zone",
                                             "timestamp with time zone",
                                             "time without time zone",
                                             "time with time zone",
                                             "json",
                                             "jsonb",
                                             "bytea"};

const std::set<std::string> any_text = {"text", "character varying", "character", "citext"};
const std::set<std::string> any_moment = {"timestamp without time zone", "timestamp with time zone"};
const std::set<std::string> any_fraction = {"real", "double precision", "numeric", "money"};
const std::set<std::string> any_time = {"time without time zone", "time with time zone"};

std::set<std::string> with(std::set<std::string> names, const std::string& name) {
    names.insert(name);
    return names;
}

TEST(ColumnTypes, serve_what_they_can_be_read_as_and_can_hold) {
    const std::vector<Serves> table = {
        {"text", any_text},
        {"character varying", any_text},
        {"citext", any_text},
        {"uuid", with(any_text, "uuid")},
        {"inet", with(any_text, "inet")},
        {"xml", with(any_text, "xml")},
        {"bit", with(any_text, "bit")},
        {"smallint", {"smallint", "integer", "oid"}},
        {"integer", {"integer", "oid"}},
        {"bigint", {"bigint"}},
        {"real", any_fraction},
        {"double precision", any_fraction},
        {"numeric", any_fraction},
        {"boolean", {"boolean"}},
        {"date", with(any_moment, "date")},
        {"timestamp without time zone", any_moment},
        {"timestamp with time zone", any_moment},
        {"time without time zone", any_time},
        {"json", {"json", "jsonb"}},
        {"jsonb", {"json", "jsonb"}},
        {"bytea", {"bytea"}},
    };
    for (const auto& [declared, served_by] : table) {
        for (const std::string& name : every_type) {
            EXPECT_EQ(type_serves(type(declared), actual(name), "public"), served_by.contains(name))
                << declared << " on " << name;
        }
    }
}

TEST(ColumnTypes, nothing_is_said_of_types_that_are_not_known) {
    for (const std::string name : {"geometry", "tsvector", "vector", "interval", "whatever"}) {
        EXPECT_TRUE(type_serves(type("text"), actual(name), "public")) << name;
        EXPECT_TRUE(type_serves(enum_type("Role"), actual(name), "public")) << name;
        EXPECT_TRUE(type_serves(type(name), actual("text"), "public")) << name;
    }
    EXPECT_TRUE(type_serves(type(""), actual("text"), "public"));
}

TEST(ColumnTypes, an_enum_is_known_by_schema_and_name) {
    CatalogueColumn role = actual("Role");
    role.is_enum = true;
    role.type_schema = "public";
    EXPECT_TRUE(type_serves(enum_type("Role"), role, "public"));
    EXPECT_FALSE(type_serves(enum_type("Role"), role, "app"));
    EXPECT_TRUE(type_serves(enum_type("Role", "public"), role, "app"));
    EXPECT_FALSE(type_serves(enum_type("role"), role, "public"));
    EXPECT_FALSE(type_serves(enum_type("Role"), actual("text"), "public"));
    EXPECT_FALSE(type_serves(type("text"), role, "public"));
    EXPECT_TRUE(type_serves(type(""), role, "public"));
}

}  // namespace
}  // namespace migration_guard
