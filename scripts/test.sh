#!/bin/sh
# Installs what is missing (Debian), builds isoflop and runs its tests. Arguments go to ctest,
# e.g. `sh scripts/test.sh -L smoke`. Tests that need real image sets find them by ISOFLOP_DATA
# and are skipped without it.
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages
build_preset release
say "testing"
ctest --test-dir build/release --output-on-failure --parallel "$(nproc)" "$@"
