#!/bin/sh
# study_kills.sh BINARY KILLS: a study killed KILLS times at random instants and then finished has the same weights and
# the same rows of the view `result` as one that nobody disturbed, and no worker outlives its coordinator.
set -eu
binary=$1 kills=$2
folder=$(mktemp -d)
export STUDY_KILLS="$folder"
coordinator=""
clean() {
    [ -z "$coordinator" ] || kill -9 "$coordinator" 2>/dev/null || true
    rm -rf "$folder"
}
trap clean EXIT
trap 'exit 1' INT TERM

fail() {
    echo "study_kills: $*" >&2
    exit 1
}

run_study() { # DIR: the quickstart study, small enough for a few seconds
    exec "$binary" run quickstart --out "$1" --set data.train=160 --set data.val=50 --set data.test=50 \
        --set recipe.epochs=2 --set recipe.warmup_epochs=0.5
}

weights() { # DIR
    (cd "$1" && find trials -name weights.safetensors -exec sha256sum {} + | sort -k 2)
}

workers() { # of our studies: they inherit STUDY_KILLS
    for entry in /proc/[0-9]*; do
        grep -qas -e --worker "$entry/cmdline" || continue
        grep -qas -e "STUDY_KILLS=$folder" "$entry/environ" && echo "${entry#/proc/}"
    done
    true
}

(run_study "$folder/undisturbed") >/dev/null 2>&1 || fail "the undisturbed study fails"
interrupted=0 seen=0
i=0
while [ "$i" -lt "$kills" ]; do
    i=$((i + 1))
    (run_study "$folder/killed") >/dev/null 2>&1 &
    coordinator=$!
    sleep "$(awk -v seed="$i" 'BEGIN { srand(seed); print 0.2 + 2 * rand() }')"
    [ -z "$(workers)" ] || seen=$((seen + 1))
    if kill -9 "$coordinator" 2>/dev/null; then
        interrupted=$((interrupted + 1))
    fi
    wait "$coordinator" 2>/dev/null || true
    coordinator=""
    sleep 1
    [ -z "$(workers)" ] || fail "after kill $i a worker is left: $(workers)"
done
[ "$interrupted" -gt 0 ] || fail "no kill met a running study"
[ "$seen" -gt 0 ] || fail "no worker was ever seen: this test could not see one that is left"
(run_study "$folder/killed") >"$folder/log" 2>&1 || fail "the last run fails: $(cat "$folder/log")"

weights "$folder/undisturbed" >"$folder/undisturbed.sums"
weights "$folder/killed" >"$folder/killed.sums"
[ -s "$folder/undisturbed.sums" ] || fail "the undisturbed study has no weights"
cmp "$folder/undisturbed.sums" "$folder/killed.sums" || fail "weights differ"
"$binary" export --format csv "$folder/undisturbed" result >"$folder/undisturbed.csv"
"$binary" export --format csv "$folder/killed" result >"$folder/killed.csv"
cmp "$folder/undisturbed.csv" "$folder/killed.csv" || fail "results differ"
echo "study_kills: $interrupted of $kills kills met a running study;" \
    "$(wc -l <"$folder/killed.sums") weights and all results are the undisturbed study's"
