# Sourced by tests that run the binary, their first argument: they work in a folder of their own, which is removed at
# the end, with a cache of its own and without the user's wishes, and count what fails.
# shellcheck shell=sh
set -u
# shellcheck disable=SC2034
binary=$1
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ISOFLOP_CACHE="$folder/cache"
export ISOFLOP_CACHE
unset ISOFLOP_DATA ISOFLOP_CPU
cd "$folder" || exit 1
failures=0

# fail WORD...: says so; the test goes on.
fail() {
    echo "$*"
    failures=$((failures + 1))
}

# skip WORD...: ends the test, which ctest shows as skipped.
skip() {
    echo "skipped: $*"
    exit 77
}
