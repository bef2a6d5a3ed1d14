// What a migration script creates, drops and renames, as values.
//
// Not the reading of the script (sql/read_script.hpp). Keeps true: effects stand in script order, with names folded as
// PostgreSQL folds them.
#pragma once

#include <string>
#include <vector>

namespace migration_guard {

enum class EffectKind {
    create_table,   ///< also CREATE TABLE AS, SELECT INTO, CREATE FOREIGN TABLE, partitions
    create_view,    ///< also materialized
    create_enum,
    create_type,    ///< composite, domain, range
    create_index,
    create_schema,
    add_column,
    add_enum_value,
    drop_table,
    drop_view,
    drop_type,
    drop_column,
    drop_schema,
    rename_table,
    rename_column,
    rename_type,
    rename_enum_value,
    set_schema,     ///< ALTER TABLE/TYPE ... SET SCHEMA; new_name is the schema
};

struct Effect {
    EffectKind kind;
    std::string schema;    ///< as written; empty: the search path's
    std::string object;    ///< table, view, type, index or schema
    std::string member;    ///< column or enum value, else empty
    std::string new_name;  ///< for renames and set_schema
    bool if_not_exists = false;  ///< IF NOT EXISTS, OR REPLACE, IF EXISTS: no collision possible
    bool conditional = false;    ///< inside a DO block or function body: may or may not run
    bool required_without_default = false;  ///< add_column only: NOT NULL and nothing fills it
};

struct ScriptEffects {
    std::vector<Effect> effects;   ///< in script order; CREATE TABLE yields create_table and one add_column a column
    bool parsed = true;            ///< false: the fallback read it
    std::string parse_error;       ///< why, one line
    bool own_transaction = false;  ///< has a top-level BEGIN/COMMIT/ROLLBACK
    bool needs_own_statement = false;  ///< CONCURRENTLY, VACUUM, ALTER SYSTEM, ...: refused inside a transaction block
    std::size_t statements = 0;
};

}  // namespace migration_guard
