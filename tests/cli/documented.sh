#!/bin/sh
# documented.sh BINARY DOCS: docs/store.md names the columns of the views as `export` prints them.
set -u
binary=$1
docs=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder" || exit 1
printf 'study: s\ndata: {train: 16, val: 8, test: 8}\nnetwork: {resolution: 8}\nrecipe: {epochs: 1, batch: 8, warmup_epochs: 0}\nseeds: [1]\nparts:\n  - curves: {width: [1], depth: [], resolution: []}\n' >s.yaml
ISOFLOP_CACHE="$folder/cache" "$binary" run s.yaml --out s 2>log || { cat log; exit 1; }
failures=0
for view in trial result measured; do
    "$binary" export --format csv s "$view" | head -1 | tr -d '\r' | tr ',' '\n' >printed
    grep "^| \`$view\` | \`" "$docs/store.md" | cut -d'|' -f3 | grep -o '`[a-z_0-9]*`' | tr -d '\140' >named
    cmp -s printed named || {
        echo "columns of $view: printed, and named in store.md"
        diff printed named
        failures=1
    }
done
exit $failures
