#!/bin/sh
# Builds with the address and undefined-behaviour sanitizers and runs the smoke tests under them.
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages
build_preset asan-ubsan

# LeakSanitizer traces the process, which some containers forbid: then it alone is off.
probe=$(mktemp -d)
trap 'rm -rf "$probe"' EXIT
echo 'int main(void) { return 0; }' >"$probe/probe.c"
cc -fsanitize=address -o "$probe/probe" "$probe/probe.c"
if ! "$probe/probe" >"$probe/log" 2>&1; then
    say "no leak check: LeakSanitizer does not work on this machine"
    ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
    export ASAN_OPTIONS
fi

say "smoke tests under sanitizers"
ctest --test-dir build/asan-ubsan -L smoke --output-on-failure "$@"
