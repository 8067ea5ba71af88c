#!/usr/bin/env python3
"""Writes tests/results/table_fixture.h: a made-up table of networks and what scipy says of its seeds.

    python3 tests/golden/make_table.py >tests/results/table_fixture.h

Made with numpy 2.4.6 and scipy 1.17.1: scipy.stats.spearmanr, in which equal values share their mean rank.
"""
import numpy as np
from scipy import stats

N, SEEDS = 40, 3
random = np.random.default_rng(20261130)
worth = np.sort(random.normal(60, 4, N))
values = np.round(worth + random.normal(0, 1.2, (SEEDS, N)), 1)  # to tenths: some are equal
test = np.round(worth + random.normal(0, 0.9, (SEEDS, N)), 1)
values[1, 30] = test[1, 30] = np.nan  # diverged
PAIRS = [(0, 1), (0, 2), (1, 2)]


def spearman(a, b):
    both = ~np.isnan(a) & ~np.isnan(b)
    return stats.spearmanr(a[both], b[both]).statistic


def top(table, third):
    seen = np.where(np.isnan(table[third]), -np.inf, table[third])
    n = -(-int(np.isfinite(table[third]).sum()) // 10)
    chosen = np.zeros(N, bool)
    chosen[np.argsort(-seen, kind="stable")[:n]] = True
    a, b = (s for s in range(SEEDS) if s != third)
    return spearman(np.where(chosen, table[a], np.nan), np.where(chosen, table[b], np.nan))


def array(name, x):
    rows = ", ".join("(double)NAN" if np.isnan(v) else repr(float(v)) for v in np.ravel(x))
    return f"static const double {name}[] = {{{rows}}};"


print("/* tests/results/table_fixture.h: made by tests/golden/make_table.py; not edited by hand. */")
print("#ifndef TESTS_RESULTS_TABLE_FIXTURE_H\n#define TESTS_RESULTS_TABLE_FIXTURE_H\n\n#include <math.h>\n")
print(f"enum {{ TABLE_NETWORKS = {N}, TABLE_SEEDS = {SEEDS} }};")
print(array("table_val", values))
print(array("table_test", test))
print(array("table_pairs", [spearman(values[a], values[b]) for a, b in PAIRS]))
for name, table in (("val", values), ("test", test)):
    print(array(f"table_{name}_all", [np.mean([spearman(table[a], table[b]) for a, b in PAIRS])]))
    print(array(f"table_{name}_top", [np.mean([top(table, third) for third in range(SEEDS)])]))
z = np.arctanh(0.8)
half = stats.norm.ppf(0.95) * np.sqrt(1.06 / (12 - 3))
print(array("table_interval", [np.tanh(z - half), np.tanh(z + half)]))
print("\n#endif")
