#!/bin/sh
# live.sh BINARY: what a run says while it runs: on a terminal (a pseudo-terminal of script(1)) a
# view that is drawn anew, in colour unless NO_COLOR is set; in a pipe a line a trial, and with
# --verbose one an epoch. `status` tells the same of it from the store.
set -u
binary=$1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ISOFLOP_CACHE="$folder/cache"
export ISOFLOP_CACHE
unset ISOFLOP_DATA ISOFLOP_CPU COLUMNS NO_COLOR
cd "$folder" || exit 1
failures=0
escape=$(printf '\033')

cat >study.yaml <<'EOF'
study: live
question: is it seen?
data: {name: polytex, train: 400, val: 40, test: 40}
recipe: {epochs: 3, batch: 20, ema: 0, augment: none, warmup_epochs: 0}
network: {resolution: 8}
seeds: [1, 2]
parts:
  - curves: {width: [1.0], depth: [], resolution: []}
EOF

fail() {
    echo "$1"
    failures=$((failures + 1))
}

# lines FILE PATTERN: how many there are.
lines() {
    grep -c -e "$2" "$1"
}

"$binary" run study.yaml --out pipe >out 2>&1 || fail "run: status $?"
[ "$(lines out ' seed [12]  done  val ')" -eq 2 ] || fail "not one line a trial"
[ "$(lines out 'epoch')" -eq 1 ] || fail "lines of epochs nobody asked for" # one is the warning's
[ "$(lines out "$escape")" -eq 0 ] || fail "escapes in a pipe"

"$binary" run study.yaml --out verbose --verbose >out 2>&1 || fail "run --verbose: status $?"
[ "$(lines out ' seed [12]  epoch [123]/3  loss ')" -eq 6 ] || fail "not one line an epoch"

# seen COMMAND: into `out`, on a terminal of 80 columns.
seen() {
    TERM=xterm script -qec "stty cols 80 rows 24; $1" /dev/null </dev/null >out 2>&1
}
if command -v script >/dev/null; then
    seen "'$binary' run study.yaml --out view --set recipe.epochs=8" || fail "run on a terminal"
    [ "$(lines out "2 of 2 trials, 0 running")" -gt 0 ] || fail "no line of the whole"
    [ "$(lines out "fig3 width 1 s1 .*epoch .*/8 .*$escape\[32m")" -gt 0 ] || fail "no green bar"
    [ "$(lines out "$escape\[J")" -gt 0 ] || fail "the view is not wiped"
    [ "$(lines out ' seed [12]  done  .*\[[12]/2\]')" -eq 2 ] || fail "a line that fits is broken"
    seen "NO_COLOR=1 '$binary' run study.yaml --out plain --set recipe.epochs=8"
    [ "$(lines out "fig3 width 1 s1 .*epoch .*/8 .*\[[#-]*\]")" -gt 0 ] || fail "no bar"
    [ "$(lines out "$escape\[32m")" -eq 0 ] || fail "colour in spite of NO_COLOR"
    seen "TERM=dumb '$binary' run study.yaml --out dumb"
    [ "$(lines out "$escape")" -eq 0 ] || fail "escapes on a dumb terminal"
fi

# What is said of an error: broken between words on a terminal, one line for scripts.
long="no such network, whose name is longer than what is left of a line of eighty columns"
"$binary" cost "$long" >out 2>&1
[ "$(wc -l <out)" -eq 1 ] || fail "an error in a pipe is not one line"
if command -v script >/dev/null; then
    seen "'$binary' cost '$long'"
    tr -d '\r' <out | grep -q '^.\{81\}' && fail "an error is longer than the terminal is wide"
    tr -d '\r' <out | sed -n 2p | grep -q '^  [^ ]' || fail "its second line is not indented"
fi

# While it runs: status has trials under way, --watch ends with the run and shows the end of it.
"$binary" run study.yaml --out long --set recipe.epochs=24 --jobs 1 >out 2>&1 &
run=$!
while kill -0 "$run" 2>/dev/null; do
    "$binary" status long --json >stands 2>/dev/null && grep -q '"epoch": [1-9]' stands && break
    sleep 0.2
done
grep -q '"epoch": [1-9]' stands || fail "status never told of an epoch under way"
grep -q '"seconds_left": [0-9]' stands || fail "status has no estimate"
grep -q '"point": "fig3 width 1' stands || fail "status does not say where the trial belongs"
"$binary" status long --watch >watched 2>&1 || fail "status --watch: status $?"
wait "$run" || fail "run in the background"
grep -q 'of 2 trials, .* running, .* left' watched || fail "--watch showed no progress"
grep -q '^trials    2: 2 done$' watched || fail "--watch did not show the end"
"$binary" status long --watch --json >out 2>&1 && fail "--watch with --json"

[ "$failures" -eq 0 ] || { tail -5 out; exit 1; }
