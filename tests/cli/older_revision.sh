#!/bin/sh
# A study of an older arithmetic revision (tests/golden/store-1: revision 1) may be read by everything and gone on with
# by nothing: `run` exits 2, names both revisions and changes no byte.
#
#   older_revision.sh ISOFLOP GOLDEN_STORE_1
set -u

isoflop=$1
golden=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export ISOFLOP_CACHE="$work/cache"
failed=0

fail() {
    echo "FAIL: $1" >&2
    sed 's/^/    /' "$work/said" >&2
    failed=1
}

# Every file of the study but its lock, which is empty, with the hash of its contents.
bytes_of() {
    (cd "$work/run" && find . -type f ! -name study.lock -exec sha256sum {} + | sort -k 2)
}

cp -r "$golden/run" "$work/run"
bytes_of >"$work/before"

"$isoflop" run "$golden/store-1.yaml" --out "$work/run" --jobs 1 >"$work/said" 2>&1
status=$?
[ $status -eq 2 ] || fail "run: status $status instead of 2"
grep -q 'arithmetic revision' "$work/said" || fail "run: its message does not say why"
bytes_of >"$work/after"
cmp -s "$work/before" "$work/after" || fail "run: it changed the study it refused"

# What only reads answers. The verdict's own status is its answer: 0 or 1, never misuse.
for command in 'status' 'trials' 'show 1' 'verdict' 'plot --out OUT' 'report --out OUT' 'export --format csv run'; do
    set -- $(echo "$command" | sed "s|OUT|$work/out|")
    name=$1
    shift
    case $name in
    show) "$isoflop" "$name" "$work/run" "$@" >"$work/said" 2>&1 ;;
    export) "$isoflop" "$name" "$1" "$2" "$work/run" "$3" >"$work/said" 2>&1 ;;
    *) "$isoflop" "$name" "$work/run" "$@" >"$work/said" 2>&1 ;;
    esac
    status=$?
    [ $status -eq 0 ] || fail "$name: status $status instead of 0"
    [ -s "$work/said" ] || [ "$name" = plot ] || fail "$name: it said nothing"
done
bytes_of >"$work/after"
cmp -s "$work/before" "$work/after" || fail "a command that only reads changed the study"

exit $failed
