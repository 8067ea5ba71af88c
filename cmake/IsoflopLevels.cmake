# Instruction-set levels: the files that are compiled once a level with its flags and with ISOFLOP_LEVEL
# (kernels/level.h). They, and the kernels' hand-tuned ones, are the only files with -mavx flags.
set(ISOFLOP_LEVELS generic)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
    list(APPEND ISOFLOP_LEVELS avx2 avx512)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
    list(APPEND ISOFLOP_LEVELS neon)
endif()
set(ISOFLOP_LEVEL_FLAGS_generic "")
set(ISOFLOP_LEVEL_FLAGS_neon -DLANES_NEON)
set(ISOFLOP_LEVEL_FLAGS_avx2 -mavx2 -mfma -mprfchw)
set(ISOFLOP_LEVEL_FLAGS_avx512 -mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma -mprfchw -mprefer-vector-width=512)

# isoflop_level(LIBRARY LEVEL SOURCES...): adds the copies for one level to isoflop_LIBRARY.
function(isoflop_level library level)
    add_library(${library}_${level} OBJECT ${ARGN})
    target_link_libraries(${library}_${level} PRIVATE isoflop_flags)
    target_compile_definitions(${library}_${level} PRIVATE ISOFLOP_LEVEL=${level})
    target_compile_options(${library}_${level} PRIVATE ${ISOFLOP_LEVEL_FLAGS_${level}})
    if(CMAKE_BUILD_TYPE STREQUAL "Release" OR CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
        # The portable copies would only grow at -O3: they wait for fmaf.
        target_compile_options(${library}_${level} PRIVATE $<IF:$<STREQUAL:${level},generic>,-O2,-O3>)
    endif()
    target_sources(isoflop_${library} PRIVATE $<TARGET_OBJECTS:${library}_${level}>)
endfunction()
