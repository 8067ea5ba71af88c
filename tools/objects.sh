# Sourced by tools/check_uncalled and tools/check_cycles.
# shellcheck shell=sh

# program_objects: "OBJECT SOURCE" for every object of the preset `calls` whose source is in the
# tree: FOLDER/CMakeFiles/TARGET.dir/REST.c.o is of FOLDER/REST.c. Leaves out generated code, what a
# deleted source left behind, and base/sysfault.c, the fault injection of tests.
program_objects() {
    find build/calls -path '*.dir/*' -name '*.c.o' 2>/dev/null | sort |
        sed 'h; s|^build/calls/||; s|CMakeFiles/[^/]*\.dir/||; s|\.o$||; x; G; s|\n| |' |
        while read -r object source; do
            [ ! -f "$source" ] || [ "$source" = base/sysfault.c ] || echo "$object $source"
        done
}

# need_objects FILE: ends the tool if the list is empty.
need_objects() {
    if [ ! -s "$1" ]; then
        echo "$0: there are no objects in 'build/calls': build the preset 'calls' first" >&2
        exit 2
    fi
}
