#!/bin/sh
# recompute.sh BINARY STORE SHA256 FILES TRIAL...: trials of a finished study are trained again from nothing and must
# come out bit by bit: every metric of every epoch, the result, and weights with the digests that the store has of
# them, whose files are not kept. Skipped (77) where ISOFLOP_DATA has not the images that the study was trained on:
# FILES (a pattern) below it, whose contents together have this SHA-256.
data_root=${ISOFLOP_DATA:-}
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/../shell.sh"
store=$2
sum=$3
files=$4
shift 4
[ -n "$data_root" ] || skip 'ISOFLOP_DATA is not set'
# shellcheck disable=SC2086
[ "$(cd "$data_root" && cat $files 2>/dev/null | sha256sum)" = "$sum  -" ] ||
    skip "ISOFLOP_DATA has other files $files"

cp -r "$store" study && chmod -R u+w study || exit 1
for trial in "$@"; do
    "$binary" verify study "$trial" --restore --data-root "$data_root" 2>log || fail "trial $trial: verify ends with $?"
done
exit $failures
