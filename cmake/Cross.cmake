# Toolchain for another architecture than the machine's (scripts/build-static --arch): Debian's cross compiler, Debian's
# packages of that architecture unpacked into GUARD_SYSROOT (scripts/lib/sysroot.sh).

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES GUARD_SYSROOT GUARD_TRIPLET)
string(REGEX REPLACE "-.*" "" processor "${GUARD_TRIPLET}")
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR ${processor})
set(CMAKE_C_COMPILER ${GUARD_TRIPLET}-gcc)
set(CMAKE_CXX_COMPILER ${GUARD_TRIPLET}-g++)
set(CMAKE_LIBRARY_ARCHITECTURE ${GUARD_TRIPLET})
set(CMAKE_C_FLAGS_INIT "-isystem ${GUARD_SYSROOT}/usr/include/${GUARD_TRIPLET}") # openssl/opensslconf.h
set(CMAKE_CXX_FLAGS_INIT "${CMAKE_C_FLAGS_INIT}")

# Nothing of the machine's own but programs.
set(CMAKE_FIND_ROOT_PATH ${GUARD_SYSROOT})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
