#!/bin/sh
# run_transcript.sh BINARY TRANSCRIPT [--update]: replays the commands of a transcript and compares.
#
# A transcript is what a terminal would show: a line "$ command", what it prints (both streams),
# and "[N]" if its exit status N is not 0. Lines that begin with "#" are comments. Commands run by
# sh in an empty folder, with `isoflop` on the PATH and a cache of their own. --update rewrites the
# transcript from what was seen.
set -u
binary=$1
transcript=$2
update=${3:-}

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
mkdir "$folder/bin" "$folder/place"
ln -s "$binary" "$folder/bin/isoflop"
PATH="$folder/bin:$PATH"
ISOFLOP_CACHE="$folder/cache"
NO_COLOR=1
export PATH ISOFLOP_CACHE NO_COLOR
unset ISOFLOP_DATA ISOFLOP_CPU

replay() {
    while IFS= read -r line; do
        case "$line" in
        '$ '*)
            printf '%s\n' "$line"
            (cd "$folder/place" && sh -c "${line#\$ }" </dev/null 2>&1)
            status=$?
            [ "$status" -eq 0 ] || printf '[%s]\n' "$status"
            ;;
        '#'*) printf '%s\n' "$line" ;;
        esac
    done
}

replay <"$transcript" >"$folder/seen"
if [ "$update" = "--update" ]; then
    cp "$folder/seen" "$transcript"
elif ! diff -u "$transcript" "$folder/seen"; then
    echo "the transcript differs; if the new output is right: sh $0 $binary $transcript --update"
    exit 1
fi
