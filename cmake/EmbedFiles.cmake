# Script behind isoflop_embed: writes OUTPUT, a C file with one byte array per file and a table of them.
set(arrays "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
    file(READ ${file} hex HEX)
    file(SIZE ${file} size)
    get_filename_component(name ${file} ${NAME_PART})
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
    string(APPEND arrays "static const unsigned char bytes_${index}[] = {${bytes}0};\n")
    string(APPEND rows "    {\"${name}\", bytes_${index}, ${size}},\n")
    math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT}
    "#include \"base/embed.h\"\n\n${arrays}\n"
    "extern const EmbeddedFile ${TABLE}[];\n"
    "const EmbeddedFile ${TABLE}[] = {\n${rows}    {0, 0, 0},\n};\n")
