#!/bin/sh
# json.sh BINARY UNIQUE_JSON: what every command prints with --json is one document in which no map has a key twice.
# shellcheck source=tests/shell.sh
. "$(dirname "$0")/../shell.sh"
unique=$2

cat >study.yaml <<'YAML'
study: json
data: {name: polytex, train: 80, val: 40, test: 40}
recipe: {epochs: 1, batch: 20, ema: 0, augment: none}
network: {resolution: 8}
parts:
  - lines: {bases: [[1, 1], [2, 1.3]], width: [1.0, 1.4]}
YAML
"$binary" run study.yaml --out s 2>run.log || { cat run.log; exit 1; }

# document COMMAND WORD...: the command succeeds and prints such a document.
checked=" "
document() {
    checked="$checked$1 "
    "$binary" "$@" --json >out.json 2>err || { fail "isoflop $*: failed"; cat err; }
    "$unique" out.json || fail "isoflop $* --json"
}

document bench data --network proxy-b0 --resolution 16 --data polytex --batch 8
document bench kernels --kernel dw.forward
document bench machine --threads 2
printf 'genes,top1_s0,top1_s1\n0,1,2\n1,2,1\n' >table.csv
document bench search --table table.csv --strategy local --budget 2 --runs 3
document bench step --network proxy-b0 --batch 4 --steps 10 --explain
document bench study s --batch 2
document clean s
document cost proxy-b0
document data polytex
document doctor s
document explain proxy-b0
document family proxy-b0
printf 'a,b,c,seed,top1\n' >shapes.csv
for shape in 1,0,0 0,1,0 0,0,1 .5,.5,0 .5,0,.5 0,.5,.5 .33,.33,.34; do
    printf '%s,1,60\n%s,2,61\n' "$shape" "$shape" >>shapes.csv
done
document fit shape shapes.csv
printf 'macs,images,loss\n1,8,2\n2,4,1\n4,2,3\n1,16,2\n2,8,1\n4,4,2\n' >sizes.csv
document fit size sizes.csv
document latency proxy-b0 --vs resnet-20-cifar --runs 5
document list
document objective s
document plan study.yaml --no-time
document plot s
document report s
document scale proxy-b0 --width 1.2
document show s 1
document space nbm
document status s
document status s s
document table 2
"$binary" train --network proxy-b0 --data polytex --epochs 1 --out trained --set data.train=40 --set data.val=20 \
    --set data.test=20 --json >lines 2>err || { fail "isoflop train: failed"; cat err; }
while read -r line; do # a document for each epoch
    echo "$line" >line.json
    "$unique" line.json || fail "isoflop train --json"
done <lines
checked="$checked""train "
document eval --network proxy-b0 --weights trained/weights.safetensors --data polytex --any-data
printf 'BM\072\0\0\0\0\0\0\0\066\0\0\0\050\0\0\0\001\0\0\0\001\0\0\0\001\0\030\0' >dot.bmp
head -c 24 /dev/zero >>dot.bmp # of the header; then a pixel
printf '\011\010\007\0' >>dot.bmp
document infer --network proxy-b0 --weights trained/weights.safetensors --images dot.bmp
document cam --network proxy-b0 --weights trained/weights.safetensors --images dot.bmp --out maps
document fidelity --network proxy-b0 --weights trained/weights.safetensors --images dot.bmp
document probe --network proxy-b0 --weights trained/weights.safetensors --data polytex --set data.train=40 \
    --set data.val=20 --set data.test=20
document trials s
document verdict s
document verify s 1

# Every command that has --json was asked.
for command in $("$binary" --help | sed -n '/^commands:/,/^$/s/^  \([a-z][a-z]*\) .*/\1/p'); do
    "$binary" "$command" --help | sed '/^$/q' | grep -q -e '--json' || continue
    case "$checked" in
    *" $command "*) ;;
    *) fail "nobody looks at what 'isoflop $command --json' prints" ;;
    esac
done

# Every table and view of docs/store.md exports.
for what in $(sed -n 's/^| \(`.*`\) | .*/\1/p' "${ISOFLOP_SOURCE_DIR:-.}/docs/store.md" | tr -d '`,'); do
    "$binary" export --format json s "$what" >out.json 2>err || { fail "export $what"; cat err; }
    "$unique" out.json || fail "export --format json s $what"
done

# The control: two keys of one name are found.
echo '{"a": 1, "a": 2}' >out.json
"$unique" out.json 2>err && fail "a key that is there twice is not found"

[ "$failures" -eq 0 ]
