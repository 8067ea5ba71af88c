#!/bin/sh
# compare_step.sh: isoflop's training step against PyTorch's, measured in turn on the same machine.
#
#   bench/peers/compare_step.sh [-i ISOFLOP] [-p PYTHON] [-r ROUNDS] [-n NETWORK] [-w WIDTH] [-b BATCH]
#                               [-t THREADS] [-l LAYOUT] [-s STEPS] [-c]
#
# Runs `isoflop bench step` and torch_step.py alternately, ROUNDS times each (5), so that a machine that slows down
# slows both. Each round gives the median over STEPS (10) steps; printed are all rounds, both medians over rounds and
# the ratio of images/s (above 1: isoflop is faster). LAYOUT is channels_last or nchw; -c adds torch.compile.
# Exit: 0 measured, 1 a program failed, 2 misuse.
set -eu

isoflop=build/isoflop
python=python3
rounds=5
network=efficientnet-b0-cifar
width=0.25
batch=64
threads=1
layout=channels_last
steps=10
compile=

usage() {
    sed -n '4,5s/^# *//p' "$0" >&2
    exit 2
}

while getopts i:p:r:n:w:b:t:l:s:c option; do
    case $option in
    i) isoflop=$OPTARG ;;
    p) python=$OPTARG ;;
    r) rounds=$OPTARG ;;
    n) network=$OPTARG ;;
    w) width=$OPTARG ;;
    b) batch=$OPTARG ;;
    t) threads=$OPTARG ;;
    l) layout=$OPTARG ;;
    s) steps=$OPTARG ;;
    c) compile=--compile ;;
    *) usage ;;
    esac
done
[ "$rounds" -ge 5 ] 2>/dev/null || { echo "compare_step: needs at least 5 rounds, not '$rounds'" >&2; exit 2; }

here=$(dirname "$0")
results=$(mktemp)
trap 'rm -f "$results"' EXIT

round=1
while [ "$round" -le "$rounds" ]; do
    ours=$("$isoflop" bench step --network "$network" --width "$width" --batch "$batch" \
        --threads "$threads" --steps "$steps" --json)
    theirs=$("$python" "$here/torch_step.py" --network "$network" --width "$width" --batch "$batch" \
        --threads "$threads" --steps "$steps" --layout "$layout" $compile)
    printf 'isoflop\t%s\n' "$ours" | tr -d '\n' >>"$results"
    printf '\npytorch\t%s\n' "$theirs" >>"$results"
    round=$((round + 1))
done

"$python" "$here/step_ratio.py" <"$results"
