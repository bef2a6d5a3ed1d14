#include "sql/extension.hpp"

#include <algorithm>
#include <array>

namespace migration_guard::sql {

bool may_bring_objects(std::string_view extension) {
    constexpr std::array<std::string_view, 47> bring_none{"adminpack",
                                                          "amcheck",
                                                          "autoinc",
                                                          "bloom",
                                                          "btree_gin",
                                                          "btree_gist",
                                                          "citext",
                                                          "cube",
                                                          "dblink",
                                                          "dict_int",
                                                          "dict_xsyn",
                                                          "earthdistance",
                                                          "file_fdw",
                                                          "fuzzystrmatch",
                                                          "hstore",
                                                          "insert_username",
                                                          "intagg",
                                                          "intarray",
                                                          "isn",
                                                          "lo",
                                                          "ltree",
                                                          "moddatetime",
                                                          "pageinspect",
                                                          "pg_freespacemap",
                                                          "pg_prewarm",
                                                          "pg_surgery",
                                                          "pg_trgm",
                                                          "pg_uuidv7",
                                                          "pg_visibility",
                                                          "pg_walinspect",
                                                          "pgcrypto",
                                                          "pgrowlocks",
                                                          "pgstattuple",
                                                          "plpgsql",
                                                          "postgres_fdw",
                                                          "refint",
                                                          "seg",
                                                          "sslinfo",
                                                          "tablefunc",
                                                          "tcn",
                                                          "tsm_system_rows",
                                                          "tsm_system_time",
                                                          "ulid",
                                                          "unaccent",
                                                          "uuid-ossp",
                                                          "vector",
                                                          "xml2"};
    return std::ranges::find(bring_none, extension) == bring_none.end();
}

}  // namespace migration_guard::sql
