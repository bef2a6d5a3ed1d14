// What a migration script creates, drops and renames, as values.
//
// Not the reading of the script (sql/read_script.hpp), nor what is left when all scripts have run (origins.hpp).
// Keeps true: effects stand in script order, with names folded and cut as PostgreSQL folds and cuts them; what a
// top-level ROLLBACK takes back is not among them.
#pragma once

#include <cstddef>
#include <set>
#include <string>
#include <vector>

namespace migration_guard {

enum class EffectKind {
    create_table,  ///< also CREATE TABLE AS, SELECT INTO, CREATE FOREIGN TABLE, partitions
    create_view,   ///< also materialized
    create_enum,
    create_type,  ///< composite, domain, range
    create_index,
    create_schema,
    add_column,
    add_enum_value,
    drop_table,
    drop_view,
    drop_type,
    drop_column,
    drop_schema,
    drop_index,  ///< also DROP CONSTRAINT, which takes an index of that name along
    rename_table,
    rename_column,
    rename_type,
    rename_enum_value,
    set_schema,  ///< ALTER TABLE/TYPE ... SET SCHEMA; new_name is the schema
    rename_schema,
    rename_index,  ///< also RENAME CONSTRAINT and ADD CONSTRAINT ... USING INDEX
    follow_table,  ///< it is a partition, a child, or of a type: the columns of another are its own from then on
};

struct Effect {
    EffectKind kind;
    std::string schema;          ///< as written, or as the script's own SET search_path says; empty: the connection's;
                                 ///< "pg_temp" for what ends with the session
    std::string object;          ///< table, view, type, index or schema
    std::string member;          ///< column or enum value, of create_index the table, else empty
    std::string new_name;        ///< for renames and set_schema
    bool if_not_exists = false;  ///< IF NOT EXISTS, OR REPLACE, IF EXISTS: no collision possible
    bool conditional = false;    ///< inside a DO block or function body: may or may not run
    bool required_without_default = false;  ///< add_column only: NOT NULL and nothing fills it
    bool schema_unknown = false;  ///< unqualified while the script's search path is more than one schema, or unreadable
    bool with_container = false;  ///< add_column of a CREATE TABLE, add_enum_value of a CREATE TYPE
    bool open_columns = false;    ///< create_table, create_view: has columns that the script does not name (AS, LIKE,
                                  ///< INHERITS, PARTITION OF, OF)
    bool cascade = false;         ///< drops only: CASCADE, so that more may go than is named

    bool operator==(const Effect&) const = default;
};

struct ScriptEffects {
    std::vector<Effect> effects;   ///< in script order; CREATE TABLE yields create_table and one add_column a column
    bool parsed = true;            ///< false: the fallback read it
    std::string parse_error;       ///< why, one line
    bool own_transaction = false;  ///< has a top-level BEGIN/COMMIT/ROLLBACK
    bool needs_own_statement = false;  ///< CONCURRENTLY, VACUUM, ALTER SYSTEM, ...: refused inside a transaction block
    bool leaves_search_path = false;   ///< sets search_path for its session, so for the scripts that follow in it
    bool creates_unnamed =
        false;  ///< may create what no text names: dynamic SQL, CREATE EXTENSION, IMPORT FOREIGN SCHEMA
    bool drops_unnamed = false;    ///< may drop what no text names: dynamic SQL, DROP OWNED, DROP EXTENSION
    bool indexes_unnamed = false;  ///< may drop or rename indexes that no text names: dynamic SQL, CASCADE from a
                                   ///< function or operator class
    std::set<std::string> changing_routines;  ///< functions and procedures, without schema, whose body makes or drops
    std::set<std::string> calls;              ///< what SELECT, CALL and PERFORM call, without schema
    std::size_t statements = 0;
};

}  // namespace migration_guard
