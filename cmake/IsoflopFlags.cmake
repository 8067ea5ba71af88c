# Warnings, hardening and floating-point contract: every target gets them through isoflop_library().
find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
    set(CMAKE_C_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

set(ISOFLOP_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla
    -Wdouble-promotion -Wfloat-conversion -Wwrite-strings -Wundef)

add_library(isoflop_flags INTERFACE)
target_include_directories(isoflop_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})
target_compile_definitions(isoflop_flags INTERFACE _GNU_SOURCE)
# FMA is written, never contracted; errno and traps are not observed, which changes no bits.
target_compile_options(isoflop_flags INTERFACE ${ISOFLOP_WARNINGS} -ffp-contract=off -fno-math-errno
    -fno-trapping-math -fstack-protector-strong -fvisibility=hidden)
if(CMAKE_C_COMPILER_ID STREQUAL "Clang")
    target_compile_options(isoflop_flags INTERFACE -Wno-gnu-zero-variadic-macro-arguments)
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
    target_compile_options(isoflop_flags INTERFACE $<$<NOT:$<BOOL:${ISOFLOP_SANITIZE}>>:-D_FORTIFY_SOURCE=2>)
endif()
target_link_options(isoflop_flags INTERFACE -Wl,-z,relro,-z,now)
if(ISOFLOP_WERROR)
    target_compile_options(isoflop_flags INTERFACE -Werror)
endif()

set(ISOFLOP_SANITIZE "" CACHE STRING "Sanitizers, e.g. address,undefined or thread")
if(ISOFLOP_SANITIZE)
    target_compile_options(isoflop_flags INTERFACE -fsanitize=${ISOFLOP_SANITIZE} -fno-omit-frame-pointer
        -fno-sanitize-recover=all)
    # Without it gcc spends minutes on following variables through the checks of the kernels.
    target_compile_options(isoflop_flags INTERFACE $<$<C_COMPILER_ID:GNU>:-fno-var-tracking-assignments>)
    target_compile_definitions(isoflop_flags INTERFACE ISOFLOP_SANITIZED)
    target_link_options(isoflop_flags INTERFACE -fsanitize=${ISOFLOP_SANITIZE})
endif()

include(CheckPIESupported)
check_pie_supported()

# isoflop_library(NAME SOURCES... ): the static library of one folder.
function(isoflop_library name)
    add_library(isoflop_${name} STATIC ${ARGN})
    target_link_libraries(isoflop_${name} PUBLIC isoflop_flags)
endfunction()
