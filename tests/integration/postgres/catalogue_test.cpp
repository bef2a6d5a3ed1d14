#include "database_test.hpp"
#include "postgres/column_types.hpp"

#include <gmock/gmock.h>

#include <sstream>
#include <string>
#include <vector>

namespace migration_guard::postgres {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::UnorderedElementsAre;

class CatalogueTest : public DatabaseTest {
protected:
    Catalogue read(const CatalogueRequest& request, const std::string& query = "", const std::string& app_role = "") {
        auto made = options(url(query));
        made.app_role = app_role;
        SnapshotRequest asked;
        asked.catalogue = request;
        return open(made)->look(asked).catalogue;
    }
};

TEST_F(CatalogueTest, KnowsEveryKindOfRelationAndOnlyThoseAskedFor) {
    db().run(
        "CREATE TABLE t (i int); CREATE VIEW v AS SELECT 1 AS i; CREATE MATERIALIZED VIEW m AS SELECT 1 AS i; CREATE "
        "TABLE p (i int) PARTITION BY RANGE (i); CREATE TABLE hidden (); CREATE FOREIGN DATA WRAPPER w; CREATE SERVER "
        "s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE f (i int) SERVER s; CREATE SEQUENCE s; CREATE TABLE empty ()");
    const auto seen = read({{""}, {"t", "v", "m", "p", "f", "s", "empty", "gone"}, {}});
    EXPECT_THAT(seen.relations,
                UnorderedElementsAre(Key(ObjectName{"public", "t"}), Key(ObjectName{"public", "v"}),
                                     Key(ObjectName{"public", "m"}), Key(ObjectName{"public", "p"}),
                                     Key(ObjectName{"public", "f"}), Key(ObjectName{"public", "empty"})));
    EXPECT_EQ(seen.relations.at({"public", "f"}).kind, 'f');
    EXPECT_EQ(seen.relations.at({"public", "v"}).kind, 'v');
    EXPECT_EQ(seen.relations.at({"public", "m"}).kind, 'm');
    EXPECT_EQ(seen.relations.at({"public", "p"}).kind, 'p');
    EXPECT_THAT(seen.relations.at({"public", "empty"}).columns, IsEmpty());
}

TEST_F(CatalogueTest, NamesTypesWithoutModifiersAndDomainsByTheirBase) {
    db().run(R"(
        CREATE TYPE "Role" AS ENUM ('b', 'a'); CREATE SCHEMA other; CREATE TYPE other.kind AS ENUM ('x');
        CREATE DOMAIN mail AS varchar(64); CREATE DOMAIN better_mail AS mail; CREATE DOMAIN tags AS text[];
        CREATE DOMAIN roles AS "Role"[];
        CREATE TABLE t (i int, v varchar(64), c char(3), ts timestamp(3), tz timestamptz, n numeric(65,30), b bytea,
            j jsonb, r "Role", rs "Role"[], k other.kind, m mail, bm better_mail, bms better_mail[], tg tags, rl roles,
            x text[], xx int[][], u uuid, f real, bt bit(3), dropped int))");
    db().run("ALTER TABLE t DROP COLUMN dropped");
    const auto columns = read({{""}, {"t"}, {}}).relations.at({"public", "t"}).columns;
    EXPECT_FALSE(columns.contains("........pg.dropped.22........"));
    EXPECT_EQ(columns.size(), 21U);
    const auto type = [&](const char* name) {
        const auto& column = columns.at(name);
        return column.type + (column.list ? "[]" : "") + (column.is_enum ? " enum of " + column.type_schema : "");
    };
    EXPECT_EQ(type("i"), "integer");
    EXPECT_EQ(type("v"), "character varying");
    EXPECT_EQ(type("c"), "character");
    EXPECT_EQ(type("ts"), "timestamp without time zone");
    EXPECT_EQ(type("tz"), "timestamp with time zone");
    EXPECT_EQ(type("n"), "numeric");
    EXPECT_EQ(type("b"), "bytea");
    EXPECT_EQ(type("j"), "jsonb");
    EXPECT_EQ(type("r"), "Role enum of public");
    EXPECT_EQ(type("rs"), "Role[] enum of public");
    EXPECT_EQ(type("k"), "kind enum of other");
    EXPECT_EQ(type("m"), "character varying");
    EXPECT_EQ(type("bm"), "character varying");
    EXPECT_EQ(type("bms"), "character varying[]");
    EXPECT_EQ(type("tg"), "text[]");
    EXPECT_EQ(type("rl"), "Role[] enum of public");
    EXPECT_EQ(type("x"), "text[]");
    EXPECT_EQ(type("xx"), "integer[]");
    EXPECT_EQ(type("u"), "uuid");
    EXPECT_EQ(type("f"), "real");
    EXPECT_EQ(type("bt"), "bit");
    EXPECT_EQ(columns.at("i").type_schema, "pg_catalog");
}

// Declared enums come with their own answer, the others and domains by a second question: the same is told of both.
TEST_F(CatalogueTest, ADeclaredEnumReadsLikeAnyOther) {
    db().run(R"(
        CREATE TYPE "Role" AS ENUM ('b', 'a'); CREATE TYPE bare AS ENUM (); CREATE SCHEMA other;
        CREATE TYPE other."Role" AS ENUM ('x'); CREATE DOMAIN roles AS "Role"[];
        CREATE TABLE t (r "Role", rs "Role"[], b bare, o other."Role", os other."Role"[], d roles, i int))");
    for (const auto& declared : {std::vector<std::string>{}, {"Role"}, {"Role", "bare"}}) {
        const auto columns = read({{"", "other"}, {"t"}, declared}).relations.at({"public", "t"}).columns;
        const auto type = [&](const char* name) {
            const auto& column = columns.at(name);
            return fmt::format("{}{} {} {}", column.type, column.list ? "[]" : "", column.type_schema, column.is_enum);
        };
        EXPECT_EQ(type("r"), "Role public true") << declared.size();
        EXPECT_EQ(type("rs"), "Role[] public true") << declared.size();
        EXPECT_EQ(type("b"), "bare public true") << declared.size();
        EXPECT_EQ(type("o"), "Role other true") << declared.size();
        EXPECT_EQ(type("os"), "Role[] other true") << declared.size();
        EXPECT_EQ(type("d"), "Role[] public true") << declared.size();
        EXPECT_EQ(type("i"), "integer pg_catalog false") << declared.size();
    }
}

TEST_F(CatalogueTest, ATypeOfAnExtensionIsKnownByItsName) {
    db().run("CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE TABLE t (c ext.citext, cs ext.citext[])");
    const auto columns = read({{""}, {"t"}, {}}).relations.at({"public", "t"}).columns;
    EXPECT_EQ(columns.at("c").type, "citext");
    EXPECT_EQ(columns.at("c").type_schema, "ext");
    EXPECT_FALSE(columns.at("c").list);
    EXPECT_EQ(columns.at("cs").type, "citext");
    EXPECT_TRUE(columns.at("cs").list);
}

TEST_F(CatalogueTest, WhatIsKnownByHeartIsWhatTheServerSays) {
    const auto types = db().value(
        "SELECT string_agg(format('%s %s %s', oid, typarray, format_type(oid, NULL)), E'\n' ORDER BY oid) FROM pg_type "
        "WHERE oid < 10000 AND typtype = 'b' AND typarray <> 0");
    std::istringstream lines(types);
    long long id = 0;
    long long array = 0;
    std::string name;
    int known = 0;
    const ColumnTypes by_heart;
    while (lines >> id >> array && std::getline(lines >> std::ws, name)) {
        EXPECT_EQ(by_heart.knows(id), by_heart.knows(array)) << name;
        if (!by_heart.knows(id)) continue;
        ++known;
        CatalogueColumn column;
        by_heart.describe(column, id);
        EXPECT_EQ(column.type, name);
        EXPECT_FALSE(column.list) << name;
        by_heart.describe(column, array);
        EXPECT_EQ(column.type, name);
        EXPECT_TRUE(column.list) << name;
    }
    EXPECT_EQ(known, 31);
}

TEST_F(CatalogueTest, KnowsNullabilityAndWhatFillsAColumn) {
    db().run(
        "CREATE TABLE t (plain int, needed int NOT NULL, def int DEFAULT 1, ser serial, ident int GENERATED ALWAYS AS "
        "IDENTITY, gen int GENERATED ALWAYS AS (plain + 1) STORED)");
    const auto columns = read({{"public"}, {"t"}, {}}).relations.at({"public", "t"}).columns;
    EXPECT_FALSE(columns.at("plain").not_null);
    EXPECT_FALSE(columns.at("plain").has_default);
    EXPECT_TRUE(columns.at("needed").not_null);
    EXPECT_FALSE(columns.at("needed").has_default);
    for (const char* const filled : {"def", "ser", "ident", "gen"})
        EXPECT_TRUE(columns.at(filled).has_default) << filled;
}

TEST_F(CatalogueTest, TakesEnumLabelsInTheirOrder) {
    db().run(
        "CREATE TYPE \"Role\" AS ENUM ('z', 'a'); ALTER TYPE \"Role\" ADD VALUE 'm' BEFORE 'a'; CREATE TYPE bare AS "
        "ENUM ()");
    const auto seen = read({{"public", "gone"}, {}, {"Role", "bare", "missing"}});
    EXPECT_THAT(seen.enums.at({"public", "Role"}), ElementsAre("z", "m", "a"));
    EXPECT_THAT(seen.enums.at({"public", "bare"}), IsEmpty());
    EXPECT_EQ(seen.enums.size(), 2U);
}

TEST_F(CatalogueTest, TellsPartitionsFromTheirParentsAndFromOthers) {
    db().run(R"(
        CREATE TABLE t (i int); CREATE TABLE p (i int) PARTITION BY RANGE (i);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9))");
    std::vector<std::string> partitions;
    for (const auto& [name, relation] : read({{""}, {"t", "p", "p1"}, {}}).relations)
        if (relation.partition) partitions.push_back(name.text());
    EXPECT_THAT(partitions, ElementsAre("public.p1"));
}

TEST_F(CatalogueTest, TellsIndexesByNameAndSchemaWithTheirTable) {
    db().run(R"(
        CREATE SCHEMA app; CREATE TABLE t (i int PRIMARY KEY, u int UNIQUE); CREATE INDEX plain ON t (u);
        CREATE INDEX hidden ON t (u); CREATE TABLE app.t (i int); CREATE INDEX plain ON app.t (i);
        CREATE MATERIALIZED VIEW m AS SELECT 1 AS i; CREATE INDEX of_view ON m (i); CREATE SEQUENCE seq;
        CREATE TABLE p (i int) PARTITION BY RANGE (i); CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);
        CREATE INDEX of_p ON p (i); CREATE INDEX own_of_p1 ON p1 (i); CREATE TABLE c () INHERITS (t);
        CREATE INDEX of_child ON c (i); CREATE TYPE "Role" AS ENUM ('a'))");
    const std::vector<std::string> names{"plain", "of_view", "seq",     "of_p",     "own_of_p1", "of_child",
                                         "t",     "t_pkey",  "t_u_key", "p1_i_idx", "gone"};
    const auto seen = read({{""}, {"t"}, {"Role"}, names});
    EXPECT_EQ(seen.relations.size(), 1U);
    EXPECT_EQ(seen.enums.size(), 1U);
    std::vector<std::string> told;
    for (const auto& [name, index] : seen.indexes)
        told.push_back(name.text() + " on " + index.table + (index.attached ? " attached" : ""));
    EXPECT_THAT(told,
                UnorderedElementsAre("public.plain on t", "public.of_view on m", "public.of_p on p",
                                     "public.own_of_p1 on p1 attached", "public.of_child on c attached",
                                     "public.t_pkey on t", "public.t_u_key on t", "public.p1_i_idx on p1 attached"));
    EXPECT_THAT(read({{"app"}, {}, {}, {"plain"}}).indexes, ElementsAre(Key(ObjectName{"app", "plain"})));
    EXPECT_THAT(read({{"app"}, {"t"}, {}}).indexes, IsEmpty());
}

TEST_F(CatalogueTest, AnEmptySchemaStandsForTheUrls) {
    db().run("CREATE SCHEMA app; CREATE TABLE app.t (i int); CREATE TABLE t (j int); CREATE TABLE \"q\"\"\\,{}\" ()");
    EXPECT_TRUE(read({{""}, {"t"}, {}}, "schema=app").relations.contains({"app", "t"}));
    EXPECT_EQ(read({{"", "app", "public"}, {"t"}, {}}, "schema=app").relations.size(), 2U);
    EXPECT_TRUE(read({{""}, {"q\"\\,{}"}, {}}).relations.contains({"public", "q\"\\,{}"})) << "names are quoted";
}

TEST_F(CatalogueTest, TellsWhatTheAppsRoleMayDo) {
    const auto role = make_role("app");
    db().run(
        fmt::format("CREATE SCHEMA closed; CREATE TABLE closed.t (i int); CREATE TABLE t (a int, b int, c int); CREATE "
                    "TABLE all_of_it (a int); GRANT SELECT (a), INSERT (b) ON t TO {0}; GRANT ALL ON all_of_it TO {0}",
                    role));
    const auto seen = read({{"public", "closed"}, {"t", "all_of_it"}, {}}, "", role);
    const auto& columns = seen.relations.at({"public", "t"}).columns;
    EXPECT_TRUE(columns.at("a").can_read);
    EXPECT_FALSE(columns.at("a").can_write);
    EXPECT_FALSE(columns.at("b").can_read);
    EXPECT_TRUE(columns.at("b").can_write);
    EXPECT_FALSE(columns.at("c").can_read);
    EXPECT_TRUE(seen.relations.at({"public", "t"}).can_use_schema);
    EXPECT_FALSE(seen.relations.at({"closed", "t"}).can_use_schema);
    EXPECT_TRUE(seen.relations.at({"public", "all_of_it"}).columns.at("a").can_write);
}

TEST_F(CatalogueTest, TellsWhatTheAppsRoleMayChangeAndDelete) {
    const auto role = make_role("app");
    db().run(fmt::format(
        "CREATE TABLE none (a int); CREATE TABLE one_column (a int, b int); CREATE TABLE all_of_it (a int); "
        "GRANT UPDATE (b) ON one_column TO {0}; GRANT UPDATE, DELETE ON all_of_it TO {0}",
        role));
    const auto seen = read({{"public"}, {"none", "one_column", "all_of_it"}, {}}, "", role).relations;
    EXPECT_FALSE(seen.at({"public", "none"}).can_update);
    EXPECT_FALSE(seen.at({"public", "none"}).can_delete);
    EXPECT_TRUE(seen.at({"public", "one_column"}).can_update);
    EXPECT_FALSE(seen.at({"public", "one_column"}).can_delete);
    EXPECT_TRUE(seen.at({"public", "all_of_it"}).can_update);
    EXPECT_TRUE(seen.at({"public", "all_of_it"}).can_delete);
}

TEST_F(CatalogueTest, TellsWhichSequencesTheAppsRoleMayNotUse) {
    const auto role = make_role("app");
    db().run(fmt::format(
        "CREATE SCHEMA seqs; CREATE SEQUENCE seqs.\"Own One\"; CREATE SEQUENCE seqs.u; CREATE TABLE t (ser serial, "
        "ident "
        "int GENERATED BY DEFAULT AS IDENTITY, own int DEFAULT nextval('seqs.\"Own One\"'), u int DEFAULT "
        "nextval('seqs.u'), open serial, plain int DEFAULT 1, fn text DEFAULT lower('A')); GRANT USAGE ON SEQUENCE "
        "t_open_seq TO {0}; GRANT UPDATE ON SEQUENCE seqs.u TO {0}; GRANT ALL ON t TO {0}",
        role));
    const auto columns = read({{""}, {"t"}, {}}, "", role).relations.at({"public", "t"}).columns;
    EXPECT_EQ(columns.at("ser").closed_sequence, "public.t_ser_seq");
    EXPECT_EQ(columns.at("own").closed_sequence, "seqs.\"Own One\"");
    for (const char* const fine : {"ident", "u", "open", "plain", "fn"})
        EXPECT_EQ(columns.at(fine).closed_sequence, "") << fine;
    EXPECT_EQ(read({{""}, {"t"}, {}}).relations.at({"public", "t"}).columns.at("ser").closed_sequence, "")
        << "the owner may";
    // What the server itself says: the identity column asks for no right, the serial one does.
    test::Session app(server_url(role, "secret", host, port, database));
    EXPECT_THROW(app.run("INSERT INTO t (own) VALUES (1)"), std::exception);
    app.run("INSERT INTO t (ser, own) VALUES (1, 1)");
}

// ALTER ROLE ... SET role: what counts is whom the session acts as.
TEST_F(CatalogueTest, ALoginIsAskedAboutAsTheRoleItActsAs) {
    const auto owner = make_role("own");
    const auto login = make_role("login");
    const auto elsewhere = make_role("elsewhere");
    db().run(
        fmt::format("ALTER ROLE {1} NOINHERIT; GRANT {0}, {2} TO {1}; ALTER ROLE {1} SET role = {0}; "
                    "GRANT CREATE ON SCHEMA public TO {0}; SET ROLE {0}; CREATE TABLE t (a serial); RESET ROLE",
                    owner, login, elsewhere));
    const auto may = [&](const CatalogueColumn& column) { return column.can_read && column.closed_sequence.empty(); };
    const auto asked = [&](const std::string& from, const std::string& role) {
        auto made = options(from);
        made.app_role = role;
        SnapshotRequest request;
        request.catalogue = {{""}, {"t"}, {}};
        return open(made)->look(request).catalogue.relations.at({"public", "t"}).columns.at("a");
    };
    EXPECT_TRUE(may(asked(url_as(login, "secret"), ""))) << "its own session";
    EXPECT_TRUE(may(asked(url(), login))) << "another session";
    EXPECT_FALSE(may(asked(url(), elsewhere)));
    db().run(fmt::format("ALTER ROLE {} IN DATABASE {} SET role = {}", login, database, elsewhere));
    EXPECT_FALSE(may(asked(url(), login))) << "the database's own setting comes first";
    EXPECT_FALSE(may(asked(url_as(login, "secret"), "")));
}

TEST_F(CatalogueTest, ARoleThatDoesNotExistIsNoError) {
    db().run("CREATE TABLE t (a int)");
    const auto seen = read({{""}, {"t"}, {}}, "", "no_such_role");
    EXPECT_TRUE(seen.relations.at({"public", "t"}).columns.at("a").can_read);
    EXPECT_TRUE(seen.relations.at({"public", "t"}).can_use_schema);
}

TEST_F(CatalogueTest, HostileSearchPathsChangeNothing) {
    db().run(
        "CREATE TABLE t (a int); CREATE SCHEMA evil; CREATE FUNCTION evil.format_type(oid, int) RETURNS text AS "
        "'SELECT "
        "''evil''::text' LANGUAGE sql; CREATE TABLE evil.pg_class (); CREATE TABLE evil.pg_attribute (); CREATE DOMAIN "
        "evil.text AS pg_catalog.int4; CREATE DOMAIN mood AS pg_catalog.text; ALTER TABLE t ADD COLUMN m mood");
    db().run(fmt::format("ALTER DATABASE {} SET search_path = evil, pg_catalog, public", database));
    const auto columns = read({{"public"}, {"t"}, {}}, "schema=public").relations.at({"public", "t"}).columns;
    EXPECT_EQ(columns.at("a").type, "integer");
    EXPECT_EQ(columns.at("m").type, "text");
}

TEST_F(CatalogueTest, TenThousandOtherTablesCostLittle) {
    db().run(
        "DO $$ BEGIN FOR i IN 1..60 LOOP EXECUTE 'CREATE TABLE m' || i || ' (a serial, b text, c int DEFAULT 1, d text "
        "DEFAULT ''x'')'; END LOOP; "
        "END $$");
    CatalogueRequest request{{""}, {}, {}};
    for (int i = 1; i <= 60; ++i) request.relations.push_back("m" + std::to_string(i));
    for (int batch = 0; batch < 10; ++batch) {
        db().run(fmt::format(
            "DO $$ BEGIN FOR i IN 1..1000 LOOP EXECUTE 'CREATE TABLE big_{}_' || i || ' (a int)'; END LOOP; END $$",
            batch));
    }
    db().run("ANALYZE pg_class; ANALYZE pg_attribute");
    const auto opened = open(url());
    SnapshotRequest asked;
    asked.catalogue = request;
    opened->look(asked);
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
        const auto seen = opened->look(asked);
        EXPECT_EQ(seen.catalogue.relations.size(), 60U);
        best = std::min(best, seen.catalogue_ms);
    }
    RecordProperty("catalogue_ms", std::to_string(best));
    EXPECT_LT(best, 60) << "a scan of the whole catalogue takes longer";
}

TEST_F(CatalogueTest, IsSkippedWhenNothingIsAskedFor) {
    const auto seen = look();
    EXPECT_EQ(seen.catalogue_ms, 0);
    EXPECT_THAT(seen.catalogue.relations, IsEmpty());
}

}  // namespace
}  // namespace migration_guard::postgres
