# libpg_query and libpq share 45 symbols (both carry PostgreSQL's own code) and would mix silently in one binary: all of
# libpg_query that pg_query_parse needs is linked into one object, of which only the functions that src/sql calls stay
# visible. Its exit, abort and fwrite are renamed to functions of src/sql/postgres_parser.cpp: a parser must not end
# process 1, nor print into its log.

find_library(GUARD_PG_QUERY_ARCHIVE NAMES libpg_query.a REQUIRED)
find_path(GUARD_PG_QUERY_INCLUDE pg_query.h REQUIRED)

set(pg_query_object ${CMAKE_BINARY_DIR}/pg_query_local.o)
add_custom_command(OUTPUT ${pg_query_object}
  COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -Wl,-u,pg_query_parse -Wl,-u,pg_query_free_parse_result
          ${GUARD_PG_QUERY_ARCHIVE} -o ${pg_query_object}.all
  COMMAND ${CMAKE_OBJCOPY} --strip-debug
          --keep-global-symbol=pg_query_parse --keep-global-symbol=pg_query_free_parse_result
          --redefine-sym exit=guard_pg_query_exit --redefine-sym abort=guard_pg_query_abort
          --redefine-sym fwrite=guard_pg_query_fwrite
          ${pg_query_object}.all ${pg_query_object}
  COMMAND ${CMAKE_COMMAND} -E rm ${pg_query_object}.all
  DEPENDS ${GUARD_PG_QUERY_ARCHIVE}
  VERBATIM)
add_library(guard_pg_query STATIC ${pg_query_object})
set_target_properties(guard_pg_query PROPERTIES LINKER_LANGUAGE C)
set_source_files_properties(${pg_query_object} PROPERTIES EXTERNAL_OBJECT TRUE GENERATED TRUE)
target_include_directories(guard_pg_query SYSTEM INTERFACE ${GUARD_PG_QUERY_INCLUDE})
target_link_libraries(guard_pg_query INTERFACE Threads::Threads m)
