# Every header compiles alone: one object a header, from a source file that includes only it. Part of
# builds in which warnings are errors (the lint's).
file(GLOB_RECURSE headers RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS
    base/*.h kernels/*.h models/*.h nn/*.h weights/*.h paper/*.h data/*.h search/*.h results/*.h plots/*.h harness/*.h)
list(FILTER headers EXCLUDE REGEX "kernels/lanes_") # lanes.h chooses one of them
set(sources "")
foreach(header IN LISTS headers)
    set(source ${CMAKE_BINARY_DIR}/header_alone/${header}.c)
    file(CONFIGURE OUTPUT ${source} CONTENT "#include \"${header}\"\n")
    list(APPEND sources ${source})
endforeach()
add_library(header_alone OBJECT ${sources})
target_link_libraries(header_alone PRIVATE isoflop_flags PkgConfig::YAML PkgConfig::JANSSON
    PkgConfig::XXHASH PkgConfig::SQLITE)
target_compile_definitions(header_alone PRIVATE ISOFLOP_LEVEL=generic)
# A source file that is only an include defines nothing, which C forbids and this is not about.
target_compile_options(header_alone PRIVATE -Wno-pedantic)
