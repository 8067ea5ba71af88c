#!/bin/sh
# experiment.sh BINARY FILE: a study that is shipped can be planned. Skipped (77) where its data set is not there.
data_root=${ISOFLOP_DATA:-}
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/../shell.sh"
ISOFLOP_DATA=$data_root
export ISOFLOP_DATA

if ! "$binary" plan "$2" --no-time >listing 2>said; then
    grep -q 'no data set' said && skip "$(cat said)"
    cat said
    exit 1
fi
grep -q ' trial' listing || fail 'the plan names no trials'
exit $failures
