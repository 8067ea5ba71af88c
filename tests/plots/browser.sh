#!/bin/sh
# browser.sh BINARY: a report in a real browser: its script runs, which the page's policy would else forbid,
# sorts, shows the trial of the address, and nothing complains; also a page of two studies. Skipped (77)
# without chromium.
set -u
binary=$1
chromium=$(command -v chromium || command -v chromium-browser) || {
    echo "skipped: there is no chromium"
    exit 77
}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ISOFLOP_CACHE="$folder/cache"
export ISOFLOP_CACHE
unset ISOFLOP_DATA ISOFLOP_CPU
cd "$folder" || exit 1

cat >a.yaml <<'EOF2'
study: a
data: {name: polytex, train: 64, val: 20, test: 20}
recipe: {epochs: 1, batch: 16, warmup_epochs: 0, ema: 0, augment: none}
network: {resolution: 8}
seeds: [1, 2]
parts:
  - curves: {width: [1, 1.5], depth: [2], resolution: []}
EOF2
sed 's/^study: a/study: b/; s/polytex, train: 64/polytex, train: 48/' a.yaml >b.yaml
for study in a b; do
    "$binary" run $study.yaml --out $study 2>log || { cat log; exit 1; }
done
"$binary" report a b --out both >log 2>&1 || { cat log; exit 1; }

failures=0
fail() {
    echo "$1"
    failures=1
}

# load ADDRESS: its document as the browser has it, in dom; what its console said, in console.
load() {
    timeout 200 "$chromium" --headless --no-sandbox --disable-gpu --user-data-dir="$folder/profile" \
        --enable-logging=stderr --dump-dom "file://$folder/$1" >dom 2>err
    grep ':CONSOLE' err >console
    [ ! -s console ] || fail "$1: $(head -3 console)"
}

load 'a/report.html#trial=3'
grep -q '<th scope="col"[^>]*><button type="button">' dom || fail 'no heading can be clicked: has the script run?'
[ "$(grep -o 'class="chosen"' dom | wc -l)" -ge 2 ] || fail 'the row and the mark of trial 3 are not shown'
grep -q '<div id="selected" role="status"><span>trial 3, seed 1: test ' dom || fail 'trial 3 is not named'
load 'a/report.html'
[ "$(grep -c 'class="chosen"' dom)" -eq 0 ] || fail 'something is chosen that nobody asked for'
load 'both/report.html'
grep -q '<button type="button">strategy' dom || grep -q '<button type="button">study' dom ||
    fail 'no heading of the page of two studies can be clicked'
exit $failures
