"""Compares test accuracies of two programs: means, deviations, Welch's 90 % interval of the difference.

    python bench/peers/compare_cifar.py OURS.jsonl PYTORCH.jsonl

Each file holds one JSON line a seed with `test_top1` in percent; lines without it (epochs) are skipped. Exit 0 if the
interval lies within +-2 points and both means reach 55 %, else 1.
"""

import json
import math
import statistics
import sys

from scipy import stats

LEVEL = 0.90
MARGIN = 2.0   # points
LEAST = 55.0   # percent


def read_top1(path):
    with open(path, encoding="utf-8") as file:
        lines = [json.loads(line) for line in file if line.strip()]
    return [line["test_top1"] for line in lines if "test_top1" in line]


def welch_interval(a, b, level):
    """Interval of mean(a) - mean(b) without assuming equal variances."""
    va, vb = statistics.variance(a) / len(a), statistics.variance(b) / len(b)
    error = math.sqrt(va + vb)
    difference = statistics.mean(a) - statistics.mean(b)
    if error == 0.0:
        return difference, difference
    freedom = (va + vb) ** 2 / (va ** 2 / (len(a) - 1) + vb ** 2 / (len(b) - 1))
    half = stats.t.ppf(0.5 + level / 2, freedom) * error
    return difference - half, difference + half


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compare_cifar.py OURS.jsonl PYTORCH.jsonl")
    sets = {"isoflop": read_top1(sys.argv[1]), "pytorch": read_top1(sys.argv[2])}
    for (name, values), path in zip(sets.items(), sys.argv[1:]):
        if len(values) < 2:
            sys.exit(f"compare_cifar: '{path}' has {len(values)} lines with test_top1, needs 2")
        print(f"{name}: {' '.join(f'{v:.2f}' for v in values)}  "
              f"mean {statistics.mean(values):.2f}  SD {statistics.stdev(values):.2f}  n {len(values)}")
    low, high = welch_interval(sets["isoflop"], sets["pytorch"], LEVEL)
    difference = statistics.mean(sets["isoflop"]) - statistics.mean(sets["pytorch"])
    passed = (-MARGIN <= low and high <= MARGIN
              and min(statistics.mean(values) for values in sets.values()) >= LEAST)
    print(f"difference {difference:+.2f}, {LEVEL:.0%} Welch interval [{low:+.2f}, {high:+.2f}] points: "
          f"{'within' if passed else 'NOT within'} +-{MARGIN:g} points at {LEAST:g} % or more")
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
