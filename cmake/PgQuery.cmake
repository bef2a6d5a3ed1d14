# libpg_query and libpq share symbols (both carry PostgreSQL's own code) and would mix silently in one binary: all of
# libpg_query is linked into one object of which only the few functions that src/sql calls stay visible.

find_library(GUARD_PG_QUERY_ARCHIVE NAMES libpg_query.a REQUIRED)
find_path(GUARD_PG_QUERY_INCLUDE pg_query.h REQUIRED)

set(pg_query_functions pg_query_parse pg_query_free_parse_result pg_query_scan pg_query_free_scan_result
                       pg_query_split_with_scanner pg_query_free_split_result)
set(pg_query_object ${CMAKE_BINARY_DIR}/pg_query_local.o)
list(TRANSFORM pg_query_functions PREPEND "-u;" OUTPUT_VARIABLE undefined)
list(TRANSFORM pg_query_functions PREPEND "--keep-global-symbol=" OUTPUT_VARIABLE keep)
string(REPLACE "\\;" ";" undefined "${undefined}")
add_custom_command(OUTPUT ${pg_query_object}
  COMMAND ${CMAKE_LINKER} -r ${undefined} ${GUARD_PG_QUERY_ARCHIVE} -o ${pg_query_object}.all
  COMMAND ${CMAKE_OBJCOPY} ${keep} ${pg_query_object}.all ${pg_query_object}
  COMMAND ${CMAKE_COMMAND} -E rm ${pg_query_object}.all
  DEPENDS ${GUARD_PG_QUERY_ARCHIVE}
  VERBATIM)
add_library(guard_pg_query STATIC ${pg_query_object})
set_target_properties(guard_pg_query PROPERTIES LINKER_LANGUAGE C)
set_source_files_properties(${pg_query_object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
target_include_directories(guard_pg_query SYSTEM INTERFACE ${GUARD_PG_QUERY_INCLUDE})
target_link_libraries(guard_pg_query INTERFACE Threads::Threads m)
