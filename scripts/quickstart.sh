#!/bin/sh
# Installs what is missing (Debian), builds isoflop, runs the quickstart study on the embedded data
# set and says where its report lies. Safe to run again: finished work is kept, a broken-off study
# goes on where it stopped.
# shellcheck source=scripts/common.sh
. "$(dirname "$0")/common.sh"

# shellcheck disable=SC2086
install_packages $build_packages
build_preset release
say "running experiments/quickstart.yaml (about three minutes on two cores; seconds when done)"
build/release/isoflop run experiments/quickstart.yaml --out runs/quickstart
say "report: $(pwd)/runs/quickstart/report.html"
say "what it says, in words: build/release/isoflop verdict runs/quickstart"
