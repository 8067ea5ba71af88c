#!/bin/sh
# columns.sh BINARY: no line for people is longer than the line it is given: every --help and every
# reading command, in 80 columns (a pipe), 60, 120, and with long names; JSON is never broken.
set -u
binary=$1

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
ISOFLOP_CACHE="$folder/cache"
export ISOFLOP_CACHE
unset ISOFLOP_DATA ISOFLOP_CPU COLUMNS
LC_ALL=C.UTF-8
export LC_ALL
cd "$folder" || exit 1
failures=0

cat >study.yaml <<'EOF'
study: columns
question: does a question of some length, longer than the eighty columns of a terminal, still fit?
data: {name: polytex, train: 80, val: 40, test: 40}
recipe: {epochs: 1, batch: 20, ema: 0, augment: none}
network: {resolution: 8}
seeds: [9007199254740992]
parts:
  - grid: {step: 0.5, tolerance: 0.3, also: [[1.2345, 1.1234, 1.1567]]}
  - lines: {bases: [[1, 1], [2, 1.3]], width: [1.0, 1.4]}
EOF
"$binary" run study.yaml --out s 2>run.log || { cat run.log; exit 1; }

# fits COLUMNS WORD...: the command succeeds and no line is longer.
fits() {
    limit=$1
    shift
    if ! COLUMNS=$limit "$binary" "$@" >out 2>err; then
        echo "isoflop $*: failed"
        cat err
        failures=$((failures + 1))
    fi
    if ! awk -v n="$limit" 'length($0) > n {print; bad = 1} END {exit bad}' out >long; then
        echo "isoflop $*: more than $limit columns:"
        head -3 long
        failures=$((failures + 1))
    fi
}

printf 'a,b,c,seed,top1\n' >shapes.csv
for shape in 1,0,0 0,1,0 0,0,1 .5,.5,0 .5,0,.5 0,.5,.5 .33,.33,.34; do
    printf '%s,1,60.1\n%s,2,60\n' "$shape" "$shape" | sed '/^0,1,0/s/60/90/' >>shapes.csv
done
printf 'macs,images,loss\n1e8,8e8,2\n2e8,4e8,1\n4e8,2e8,3\n1e8,16e8,2\n2e8,8e8,1\n4e8,4e8,2\n' >sizes.csv
printf 'genes,top1_s0,top1_s1\n0,1,2\n1,2,1\n' >table.csv

for columns in 60 80 120; do
    fits "$columns" --help
    for command in $("$binary" --help | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'); do
        fits "$columns" "$command" --help
    done
    for network in efficientnet-b7 proxy-b0 resnet-50; do
        fits "$columns" cost "$network"
        fits "$columns" explain "$network"
        fits "$columns" family "$network"
    done
    for table in 1 2 3 7; do
        fits "$columns" table "$table"
    done
    fits "$columns" list
    fits "$columns" bench search --table table.csv --strategy local --budget 2 --runs 3
    fits "$columns" data polytex
    fits "$columns" fit shape shapes.csv
    fits "$columns" fit size sizes.csv
    fits "$columns" plan study.yaml --no-time
    fits "$columns" plan quickstart --no-time
    fits "$columns" status s
    fits "$columns" status s s
    fits "$columns" trials s
    fits "$columns" verdict s
    fits "$columns" show s 1
    fits "$columns" space mnasnet-cifar
    fits "$columns" space cube-108 --genes 00000
done

# What is asked for more columns shows more of them; what is left out is named.
COLUMNS=80 "$binary" plan quickstart --no-time | grep -q 'in 80 columns without' || {
    echo "plan does not name the columns it leaves out"
    failures=$((failures + 1))
}
COLUMNS=150 "$binary" plan quickstart --no-time | grep -q '^part .* series .* x .* px .* waste .* status' || {
    echo "plan leaves out columns that 150 have room for"
    failures=$((failures + 1))
}
# The same document whatever the columns are.
COLUMNS=40 "$binary" plan quickstart --no-time --json >narrow
COLUMNS=200 "$binary" plan quickstart --no-time --json >wide
cmp narrow wide || failures=$((failures + 1))

[ "$failures" -eq 0 ]
