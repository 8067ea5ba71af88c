# isoflop_embed(TARGET TABLE [STEMS] FILES...): compiles files into TARGET as a `const EmbeddedFile TABLE[]`
# (base/embed.h) ended by a NULL name, so that the binary runs from any folder. STEMS: the names are without
# their endings.
function(isoflop_embed target table)
    cmake_parse_arguments(E "STEMS" "" "" ${ARGN})
    set(name_part NAME)
    if(E_STEMS)
        set(name_part NAME_WLE)
    endif()
    set(output ${CMAKE_BINARY_DIR}/embedded/${table}.c)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DTABLE=${table} -DNAME_PART=${name_part}
                "-DFILES=${E_UNPARSED_ARGUMENTS}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        DEPENDS ${E_UNPARSED_ARGUMENTS} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        COMMENT "Embedding ${table}" VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
