#!/bin/sh
# Builds with the address and undefined-behaviour sanitizers and runs the smoke tests under them.
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages
build_preset asan-ubsan
say "smoke tests under sanitizers"
ctest --test-dir build/asan-ubsan -L smoke --output-on-failure "$@"
