"""isoflop's strategies beside those of Optuna, Syne Tune and pymoo, replayed on one table of trained networks.

    python3 -m venv .venv
    .venv/bin/pip install numpy==2.4.6 optuna==5.0.0 syne-tune==0.16.0 pymoo==0.6.2
    .venv/bin/python bench/peers/compare_search.py --table nb-macro.csv.gz --budget 100 --runs 100

The rules are those of `isoflop bench search` (docs/search.md): an evaluation shows one seed of a network, drawn by run
and network; the incumbent is the best value seen, scored on the seeds it did not see; regret is the table's largest
mean minus that score, in points. Every rival gets as many evaluations; a network that a peer asks for again is told
again and costs nothing, for isoflop never asks twice. Options are isoflop's defaults on both sides (population 20 and
sample 5 for evolution, 40 for NSGA-II, 10 random trials for TPE), all else is the peer's default. NSGA-II minimises
multiply-adds beside; it needs the table's column `macs`. Asks a second of processor time are those of the
whole loop on both sides: ask, table, tell.

A markdown table on stdout: interquartile mean of regret on both sides, P = share of all pairs of runs in which
isoflop's regret is lower, a tie counting half, and the ratio of asks a second.
"""

import argparse
import csv
import gzip
import json
import logging
import os
import subprocess
import time
import warnings

import numpy as np

STARTUP, NSGA_POPULATION, EVOLUTION = 10, 40, (20, 5)
ASKS_AN_EVALUATION = 50  # a peer that keeps asking for what it knows is stopped


class Table:
    """A table of networks; see docs/search.md."""

    def __init__(self, path):
        text = gzip.open(path, "rt") if path.endswith(".gz") else open(path, newline="")
        with text:
            rows = list(csv.DictReader(text))
        first = next(name for name in rows[0] if name.endswith("_s0"))[: -len("_s0")]
        columns = [name for name in rows[0] if name.startswith(first + "_s")]
        self.genes = [row["genes"] for row in rows]
        self.row = {genes: i for i, genes in enumerate(self.genes)}
        self.values = [[float(row[c]) for c in columns if row[c]] for row in rows]
        self.macs = [int(row["macs"]) for row in rows] if "macs" in rows[0] else None
        self.best = max(float(np.mean(v)) for v in self.values)
        self.letters = [sorted({genes[g] for genes in self.genes}) for g in range(len(self.genes[0]))]


class Run:
    """One run: what is asked for is evaluated until the budget is spent."""

    def __init__(self, table, budget, seed):
        self.table, self.budget, self.seed = table, budget, seed
        self.known, self.seen_best, self.regret, self.n_asks = {}, -np.inf, None, 0

    def is_over(self):
        spent = len(self.known) >= min(self.budget, len(self.table.genes))
        return spent or self.n_asks >= ASKS_AN_EVALUATION * self.budget

    def value(self, genes):
        """Accuracy, seen on one seed; of no network of the table 0."""
        self.n_asks += 1
        row = self.table.row.get(genes)
        if row is None:
            return 0.0
        if row not in self.known:
            values = self.table.values[row]
            seen = int(np.random.default_rng([self.seed, row]).integers(len(values)))
            self.known[row] = values[seen]
            if values[seen] > self.seen_best:
                self.seen_best = values[seen]
                self.regret = self.table.best - (sum(values) - values[seen]) / (len(values) - 1)
        return self.known[row]

    def macs(self, genes):
        return self.table.macs[self.table.row[genes]]


# --- peers ---


def optuna_study(run, sampler, directions):
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(sampler=sampler, directions=directions)
    while not run.is_over():
        trial = study.ask()
        letters = run.table.letters
        genes = "".join(trial.suggest_categorical(f"g{g}", letters[g]) for g in range(len(letters)))
        value = run.value(genes)
        study.tell(trial, value if len(directions) == 1 else (value, run.macs(genes)))


def optuna_tpe(run):
    import optuna

    optuna_study(run, optuna.samplers.TPESampler(seed=run.seed, n_startup_trials=STARTUP), ["maximize"])


def optuna_random(run):
    import optuna

    optuna_study(run, optuna.samplers.RandomSampler(seed=run.seed), ["maximize"])


def optuna_nsga2(run):
    import optuna

    sampler = optuna.samplers.NSGAIISampler(seed=run.seed, population_size=NSGA_POPULATION)
    optuna_study(run, sampler, ["maximize", "minimize"])


def syne_tune_rea(run):
    from syne_tune.config_space import choice
    from syne_tune.optimizer.schedulers.searchers.regularized_evolution import RegularizedEvolution

    np.random.seed(run.seed)  # its first population is drawn from numpy's own generator
    letters = run.table.letters
    space = {f"g{g:03}": choice(letters[g]) for g in range(len(letters))}
    population, sample = EVOLUTION
    searcher = RegularizedEvolution(space, population_size=population, sample_size=sample, random_seed=run.seed)
    while not run.is_over():
        config = searcher.suggest()
        genes = "".join(config[name] for name in space)
        searcher.on_trial_complete(run.n_asks, config, -run.value(genes))


def pymoo_nsga2(run):
    from pymoo.algorithms.moo.nsga2 import NSGA2
    from pymoo.core.problem import Problem
    from pymoo.operators.crossover.ux import UX
    from pymoo.operators.mutation.pm import PM
    from pymoo.operators.repair.rounding import RoundingRepair
    from pymoo.operators.sampling.rnd import IntegerRandomSampling

    letters = run.table.letters
    problem = Problem(n_var=len(letters), n_obj=2, xl=0, xu=np.array([len(v) - 1 for v in letters]), vtype=int)
    algorithm = NSGA2(
        pop_size=NSGA_POPULATION,
        sampling=IntegerRandomSampling(),
        crossover=UX(prob=0.9),
        mutation=PM(prob=1.0, vtype=float, repair=RoundingRepair()),
    )
    algorithm.setup(problem, termination=("n_gen", 10**9), seed=run.seed, verbose=False)
    while not run.is_over():
        asked = algorithm.ask()
        for individual in asked:
            genes = "".join(letters[g][int(x)] for g, x in enumerate(individual.X))
            individual.set("F", np.array([-run.value(genes), float(run.macs(genes))]))
            individual.evaluated = {"F"}
        algorithm.tell(infills=asked)


# isoflop's strategy, the peer's name, the peer, whether it needs `macs`
RIVALS = [
    ("random", "Optuna random", optuna_random, False),
    ("tpe", "Optuna TPE", optuna_tpe, False),
    ("evolution", "Syne Tune REA", syne_tune_rea, False),
    ("nsga2", "Optuna NSGA-II", optuna_nsga2, True),
    ("nsga2", "pymoo NSGA-II", pymoo_nsga2, True),
]


# --- the comparison ---


def isoflop(args, strategy):
    command = [args.isoflop, "bench", "search", "--table", args.table, "--strategy", strategy, "--json"]
    command += ["--budget", str(args.budget), "--runs", str(args.isoflop_runs), "--seed", str(args.seed)]
    out = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return np.array(out["regrets"]), out["asks_per_second"]


def peer(args, table, search):
    regrets, n_asks, start = [], 0, time.process_time()
    for r in range(args.runs):
        run = Run(table, args.budget, args.seed * 1000003 + r)
        search(run)
        regrets.append(run.regret)
        n_asks += run.n_asks
    return np.array(regrets), n_asks / (time.process_time() - start)


def interquartile_mean(x):
    x, cut = np.sort(x), len(x) // 4
    return x[cut : len(x) - cut].mean()


def share_of_wins(own, other):
    difference = other[None, :] - own[:, None]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--isoflop", default="build/release/isoflop")
    parser.add_argument("--table", required=True, help="CSV, plain or gzip")
    parser.add_argument("--budget", type=int, default=100)
    parser.add_argument("--runs", type=int, default=100, help="of each peer")
    parser.add_argument("--isoflop-runs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    warnings.simplefilter("ignore")
    table = Table(args.table)
    print(f"{os.path.basename(args.table)}, {args.budget} evaluations; {args.isoflop_runs} and {args.runs} runs\n")
    print("| isoflop | regret | peer | regret | P(isoflop better) | asks/s | peer's asks/s | ratio |")
    print("|---|---|---|---|---|---|---|---|")
    for strategy, name, search, needs_macs in RIVALS:
        if needs_macs and table.macs is None:
            continue
        own, own_asks = isoflop(args, strategy)
        other, asks = peer(args, table, search)
        print(
            f"| {strategy} | {interquartile_mean(own):.2f} | {name} | {interquartile_mean(other):.2f} "
            f"| {share_of_wins(own, other):.2f} | {own_asks:.3g} | {asks:.3g} | {own_asks / asks:.0f} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
