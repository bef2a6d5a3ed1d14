// Statements of every kind that has effects, with those effects: read_script_test.cpp expects them of the parser,
// and the tolerant reader must find the same.
#pragma once

#include <string>
#include <vector>

namespace migration_guard {

struct StatementCase {
    std::string name;
    std::string sql;
    std::vector<std::string> effects;
};

inline const std::vector<StatementCase>& statement_table() {
    using List = std::vector<std::string>;
    static const std::string sixty_three(63, 'a');
    static const std::vector<StatementCase> table{
        {"prisma_create_table",
         "-- CreateTable\nCREATE TABLE \"AnalyticsEvent\" (\n    \"id\" SERIAL NOT NULL,\n    \"name\" TEXT NOT NULL,\n"
         "    \"at\" TIMESTAMP(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,\n    \"note\" VARCHAR(64),\n\n"
         "    CONSTRAINT \"AnalyticsEvent_pkey\" PRIMARY KEY (\"id\")\n);",
         List{"create_table AnalyticsEvent", "add_column AnalyticsEvent.id*",
              "add_column AnalyticsEvent.name* +required", "add_column AnalyticsEvent.at*",
              "add_column AnalyticsEvent.note*"}},
        {"folding", "create table App.Users (Id int primary key, \"Name\" text)",
         List{"create_table app.users", "add_column app.users.id* +required", "add_column app.users.Name*"}},
        {"quoted_quote", R"(CREATE TABLE "a""b" ("c.d" int))", List{"create_table a\"b", "add_column a\"b.c.d*"}},
        {"database_qualified", "CREATE TABLE db.app.t (a int)", List{"create_table app.t", "add_column app.t.a*"}},
        {"truncated", "CREATE TABLE " + std::string(70, 'A') + " ()", List{"create_table " + sixty_three}},
        {"truncated_on_a_character", "CREATE TABLE \"" + std::string(62, 'a') + "\u00e9\" ()",
         List{"create_table " + std::string(62, 'a')}},
        {"if_not_exists", "CREATE TABLE IF NOT EXISTS t (a int)",
         List{"create_table t +guard", "add_column t.a* +guard"}},
        {"key_makes_required", "CREATE TABLE t (a int, b int GENERATED ALWAYS AS IDENTITY, c int, PRIMARY KEY (a, b))",
         List{"create_table t", "add_column t.a* +required", "add_column t.b*", "add_column t.c*"}},
        {"constraints_are_no_columns",
         "CREATE TABLE t (a int CHECK (a IS NOT NULL), CONSTRAINT c CHECK (a > 0), UNIQUE (a), CHECK (a < 9), "
         "FOREIGN KEY (a) REFERENCES u (id), EXCLUDE USING gist (a WITH =), b numeric(10, 2) DEFAULT 1 NOT NULL)",
         List{"create_table t", "add_column t.a*", "add_column t.b*"}},
        {"generated", "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a * 2) STORED NOT NULL)",
         List{"create_table t", "add_column t.a*", "add_column t.b*"}},
        {"default_null", "CREATE TABLE t (a int NULL DEFAULT NULL, b text COLLATE \"C\" NOT NULL, c int[] NOT NULL)",
         List{"create_table t", "add_column t.a*", "add_column t.b* +required", "add_column t.c* +required"}},
        {"like", "CREATE TABLE t (LIKE u INCLUDING ALL, extra int)",
         List{"create_table t +open", "add_column t.extra*"}},
        {"inherits", "CREATE TABLE t (extra int) INHERITS (u, v)", List{"create_table t +open", "add_column t.extra*"}},
        {"partition_of", "CREATE TABLE p PARTITION OF q (a NOT NULL) FOR VALUES FROM (1) TO (2)",
         List{"create_table p +open", "add_column p.a* +required"}},
        {"partitioned", "CREATE TABLE p (a int) PARTITION BY RANGE (a)", List{"create_table p", "add_column p.a*"}},
        {"of_type", "CREATE TABLE o OF s.typ (id WITH OPTIONS NOT NULL)",
         List{"create_table o +open", "add_column o.id* +required"}},
        {"unlogged", "CREATE UNLOGGED TABLE t (a int) WITH (fillfactor = 70) TABLESPACE pg_default",
         List{"create_table t", "add_column t.a*"}},
        {"create_table_as", "CREATE TABLE IF NOT EXISTS a.t AS SELECT 1 AS x", List{"create_table a.t +guard +open"}},
        {"create_table_as_named", "CREATE TABLE t (a, b) AS SELECT 1, 2 WITH NO DATA", List{"create_table t +open"}},
        {"select_into", "SELECT a, (SELECT 1) INTO TABLE s.t FROM u", List{"create_table s.t +open"}},
        {"with_select_into", "WITH x AS (SELECT 1) SELECT * INTO t FROM x", List{"create_table t +open"}},
        {"foreign_table", "CREATE FOREIGN TABLE f (a int) SERVER s OPTIONS (x 'y')",
         List{"create_table f", "add_column f.a*"}},
        {"temporary", "CREATE TEMPORARY TABLE t (a int)", List{"create_table pg_temp.t", "add_column pg_temp.t.a*"}},
        {"temporary_by_schema", "CREATE TABLE pg_temp.t (a int)",
         List{"create_table pg_temp.t", "add_column pg_temp.t.a*"}},
        {"view", "CREATE VIEW v AS SELECT 1", List{"create_view v +open"}},
        {"or_replace_view", "CREATE OR REPLACE VIEW a.v (x) AS SELECT 1", List{"create_view a.v +guard +open"}},
        {"recursive_view", "CREATE RECURSIVE VIEW v (n) AS VALUES (1)", List{"create_view v +open"}},
        {"temporary_view", "CREATE TEMP VIEW v AS SELECT 1", List{"create_view pg_temp.v +open"}},
        {"materialized_view", "CREATE MATERIALIZED VIEW IF NOT EXISTS m AS SELECT 1 WITH NO DATA",
         List{"create_view m +guard +open"}},
        {"enum", "CREATE TYPE \"Role\" AS ENUM ('USER', 'it''s')",
         List{"create_enum Role", "add_enum_value Role.USER*", "add_enum_value Role.it's*"}},
        {"empty_enum", "CREATE TYPE app.e AS ENUM ()", List{"create_enum app.e"}},
        {"composite", "CREATE TYPE c AS (a int, b text)", List{"create_type c"}},
        {"domain", "CREATE DOMAIN s.d AS int NOT NULL CHECK (VALUE > 0)", List{"create_type s.d"}},
        {"range", "CREATE TYPE r AS RANGE (subtype = int4)", List{"create_type r"}},
        {"shell_type", "CREATE TYPE shell", List{"create_type shell"}},
        {"index", "CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS i ON ONLY s.t USING btree (a)",
         List{"create_index s.i +guard"}},
        {"unnamed_index", "CREATE INDEX ON t (a)", List{}},
        {"schema", "CREATE SCHEMA IF NOT EXISTS \"Auth\"", List{"create_schema Auth +guard"}},
        {"schema_authorization", "CREATE SCHEMA AUTHORIZATION joe", List{"create_schema joe"}},
        {"schema_with_elements",
         "CREATE SCHEMA s CREATE TABLE t (a int CHECK (a > 0)) CREATE VIEW v AS SELECT 1 GRANT SELECT ON t TO joe",
         List{"create_schema s", "create_table s.t", "add_column s.t.a*", "create_view s.v +open"}},
        {"add_column", "ALTER TABLE \"User\" ADD COLUMN \"phone\" TEXT NOT NULL",
         List{"add_column User.phone +required"}},
        {"add_without_column", "ALTER TABLE ONLY t ADD a int, ADD IF NOT EXISTS b int DEFAULT 3 NOT NULL",
         List{"add_column t.a", "add_column t.b +guard"}},
        {"add_serial", "ALTER TABLE t ADD COLUMN n bigserial NOT NULL", List{"add_column t.n"}},
        {"alter_many",
         "ALTER TABLE IF EXISTS a.t DROP COLUMN IF EXISTS x CASCADE, DROP y, ALTER COLUMN z DROP NOT NULL, "
         "ADD CONSTRAINT k UNIQUE (a, b), ADD PRIMARY KEY (a), DROP CONSTRAINT w CASCADE, ADD COLUMN q int[] "
         "DEFAULT ARRAY[1,2], ALTER z TYPE text USING (z, 1)::text",
         List{"drop_column a.t.x +guard +cascade", "drop_column a.t.y", "add_column a.t.q"}},
        {"alter_star", "ALTER TABLE t * ADD a int", List{"add_column t.a"}},
        {"alter_foreign_table", "ALTER FOREIGN TABLE f ADD a int, DROP b", List{"add_column f.a", "drop_column f.b"}},
        {"rename_table", "ALTER TABLE a.t RENAME TO \"U\"", List{"rename_table a.t -> U"}},
        {"rename_table_guarded", "ALTER TABLE IF EXISTS t RENAME TO u", List{"rename_table t -> u +guard"}},
        {"rename_column", "ALTER TABLE t RENAME COLUMN a TO b", List{"rename_column t.a -> b"}},
        {"rename_column_short", "ALTER TABLE t RENAME a TO b", List{"rename_column t.a -> b"}},
        {"rename_constraint", "ALTER TABLE t RENAME CONSTRAINT a TO b", List{}},
        {"rename_index", "ALTER INDEX i RENAME TO j", List{}},
        {"rename_view", "ALTER VIEW v RENAME TO w", List{"rename_table v -> w"}},
        {"rename_view_column", "ALTER VIEW v RENAME COLUMN a TO b", List{"rename_column v.a -> b"}},
        {"rename_materialized_view", "ALTER MATERIALIZED VIEW IF EXISTS v RENAME TO w",
         List{"rename_table v -> w +guard"}},
        {"rename_schema", "ALTER SCHEMA a RENAME TO b", List{"rename_schema a -> b"}},
        {"set_schema", "ALTER TABLE t SET SCHEMA app", List{"set_schema t -> app"}},
        {"set_schema_of_view", "ALTER VIEW IF EXISTS a.v SET SCHEMA app", List{"set_schema a.v -> app +guard"}},
        {"set_schema_of_type", "ALTER TYPE e SET SCHEMA app", List{"set_schema e -> app"}},
        {"set_schema_of_function", "ALTER FUNCTION f() SET SCHEMA app", List{}},
        {"add_value", "ALTER TYPE \"Role\" ADD VALUE 'ADMIN'", List{"add_enum_value Role.ADMIN"}},
        {"add_value_guarded", "ALTER TYPE s.e ADD VALUE IF NOT EXISTS 'b' BEFORE 'a'",
         List{"add_enum_value s.e.b +guard"}},
        {"rename_value", "ALTER TYPE e RENAME VALUE 'a' TO 'b'", List{"rename_enum_value e.a -> b"}},
        {"rename_type", "ALTER TYPE \"Role_new\" RENAME TO \"Role\"", List{"rename_type Role_new -> Role"}},
        {"rename_domain", "ALTER DOMAIN d RENAME TO e", List{"rename_type d -> e"}},
        {"attributes_are_no_columns", "ALTER TYPE c ADD ATTRIBUTE x int, DROP ATTRIBUTE y", List{}},
        {"rename_attribute", "ALTER TYPE c RENAME ATTRIBUTE a TO b", List{}},
        {"drop_table", "DROP TABLE IF EXISTS a.b, \"C\" CASCADE",
         List{"drop_table a.b +guard +cascade", "drop_table C +guard +cascade"}},
        {"drop_foreign_table", "DROP FOREIGN TABLE f", List{"drop_table f"}},
        {"drop_view", "DROP VIEW v, w RESTRICT", List{"drop_view v", "drop_view w"}},
        {"drop_materialized_view", "DROP MATERIALIZED VIEW IF EXISTS m", List{"drop_view m +guard"}},
        {"drop_type", "DROP TYPE \"Role_old\"", List{"drop_type Role_old"}},
        {"drop_domain", "DROP DOMAIN s.d CASCADE", List{"drop_type s.d +cascade"}},
        {"drop_schema", "DROP SCHEMA public CASCADE", List{"drop_schema public +cascade"}},
        {"drop_index", "DROP INDEX i", List{}},
        {"nothing_of_ours", "GRANT CREATE ON SCHEMA s TO joe", List{}},
        {"insert_into", "INSERT INTO t SELECT * FROM u", List{}},
        {"with_insert_into", "WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", List{}},
        {"create_trigger", "CREATE TRIGGER tr BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()", List{}},
        {"foreign_data_wrapper", "CREATE FOREIGN DATA WRAPPER w", List{}},
    };
    return table;
}

}  // namespace migration_guard
