# isoflop_embed(TARGET TABLE FILES...): compiles files into TARGET as a `const EmbeddedFile TABLE[]`
# (base/embed.h) ended by a NULL name, so that the binary runs from any folder.
function(isoflop_embed target table)
    set(output ${CMAKE_BINARY_DIR}/embedded/${table}.c)
    add_custom_command(
        OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DTABLE=${table} "-DFILES=${ARGN}"
                -P ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        DEPENDS ${ARGN} ${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake
        COMMENT "Embedding ${table}" VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
