# Third-party libraries, each found once, under the name by which src/CMakeLists.txt links it.

find_package(Threads REQUIRED)
if(GUARD_STATIC)
  set(OPENSSL_USE_STATIC_LIBS ON)
endif()
find_package(OpenSSL REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(pegtl REQUIRED)

# Debian ships fmt as a shared library alone: the static build compiles it (fmt.cpp).
add_library(guard_fmt INTERFACE)
if(GUARD_STATIC)
  add_library(guard_fmt_archive STATIC ${CMAKE_CURRENT_LIST_DIR}/fmt.cpp)
  target_link_libraries(guard_fmt_archive PRIVATE guard_settings)
  target_include_directories(guard_fmt_archive SYSTEM PUBLIC $<TARGET_PROPERTY:fmt::fmt,INTERFACE_INCLUDE_DIRECTORIES>)
  target_link_libraries(guard_fmt INTERFACE guard_fmt_archive)
else()
  target_link_libraries(guard_fmt INTERFACE fmt::fmt)
endif()

# spdlog ships no archive at all, and one .cpp sees it: header-only.
add_library(guard_spdlog INTERFACE)
target_compile_definitions(guard_spdlog INTERFACE SPDLOG_FMT_EXTERNAL)
target_include_directories(guard_spdlog SYSTEM INTERFACE
                           $<TARGET_PROPERTY:spdlog::spdlog_header_only,INTERFACE_INCLUDE_DIRECTORIES>)
target_link_libraries(guard_spdlog INTERFACE guard_fmt Threads::Threads)

# yaml-cpp: Debian ships the archive and the shared library side by side.
find_path(GUARD_YAML_INCLUDE yaml-cpp/yaml.h REQUIRED)
if(GUARD_STATIC)
  find_library(GUARD_YAML_LIBRARY NAMES libyaml-cpp.a REQUIRED)
else()
  find_library(GUARD_YAML_LIBRARY NAMES yaml-cpp REQUIRED)
endif()
add_library(yaml-cpp UNKNOWN IMPORTED)
set_target_properties(yaml-cpp PROPERTIES IMPORTED_LOCATION ${GUARD_YAML_LIBRARY}
                      INTERFACE_INCLUDE_DIRECTORIES ${GUARD_YAML_INCLUDE})

# libpq: Debian's shared one for development. The static one is built by scripts/build-static from Debian's source
# package, since Debian's libpq.a needs GSSAPI, which has no archive.
set(GUARD_LIBPQ_ROOT "" CACHE PATH "Prefix of a libpq built without GSSAPI (lib/, include/)")
add_library(guard_libpq INTERFACE)
if(GUARD_LIBPQ_ROOT)
  # Imported targets, so that the linker sees them before what they need.
  function(guard_libpq_part name)
    add_library(guard_${name} STATIC IMPORTED)
    set_target_properties(guard_${name} PROPERTIES IMPORTED_LOCATION ${GUARD_LIBPQ_ROOT}/lib/lib${name}.a)
    set_property(TARGET guard_${name} PROPERTY INTERFACE_LINK_LIBRARIES ${ARGN})
  endfunction()
  guard_libpq_part(pgport OpenSSL::Crypto Threads::Threads m)
  guard_libpq_part(pgcommon guard_pgport OpenSSL::Crypto)
  guard_libpq_part(pq guard_pgcommon guard_pgport OpenSSL::SSL OpenSSL::Crypto)
  target_include_directories(guard_libpq SYSTEM INTERFACE ${GUARD_LIBPQ_ROOT}/include)
  target_link_libraries(guard_libpq INTERFACE guard_pq)
else()
  find_package(PostgreSQL REQUIRED)
  target_link_libraries(guard_libpq INTERFACE PostgreSQL::PostgreSQL Threads::Threads)
endif()

include(${CMAKE_CURRENT_LIST_DIR}/PgQuery.cmake)
