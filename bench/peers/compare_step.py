"""isoflop's training step against all of PyTorch's modes, measured in turn on the same machine.

    python bench/peers/compare_step.py                      # every network of the table, one and two threads
    python bench/peers/compare_step.py --only proxy-b0 --threads 1

PyTorch runs eager and compiled (torch.compile), contiguous (NCHW) and channels_last; all four with subnormals flushed,
foreach RMSprop, and jemalloc preloaded where it is found (Debian's libjemalloc2). The four processes stay warm; in
every round isoflop and each of them measure once, one after the other, so that a machine that slows down slows all.
A measurement is the median of some steps; printed are medians over the rounds, the fastest of PyTorch's modes by that
median, and the ratio of isoflop's median to it in images/s (above 1: isoflop is faster), with the lowest and the
highest ratio of a single round. Memory is the most that isoflop's process held, and how much PyTorch's grew beyond
what it held when its library was loaded. A markdown table on stdout, rows as they come; every measurement in --log.
"""

import argparse
import ctypes.util
import glob
import json
import os
import statistics
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))

# network, width, resolution, batch: the networks that issue and README speak of.
ROWS = [
    ("proxy-b0", 1.0, 32, 32),
    ("proxy-b0", 1.0, 64, 32),
    ("efficientnet-b0-cifar", 0.25, 32, 64),
    ("efficientnet-b0-cifar", 0.5, 32, 64),
    ("mobilenet-v2-cifar", 1.0, 32, 64),
    ("resnet-20-cifar", 1.0, 32, 128),
    ("efficientnet-b0", 1.0, 64, 32),
    ("resnet-50", 1.0, 64, 16),
    ("efficientnet-b0", 1.0, 224, 8),
]
MODES = [("nchw", False), ("channels_last", False), ("nchw", True), ("channels_last", True)]
TARGET_SECONDS = 2.0  # of one measurement


def mode_name(layout, compiled):
    return ("compile" if compiled else "eager") + (" channels_last" if layout == "channels_last" else "")


def jemalloc():
    """Path of the library, or None."""
    found = glob.glob("/usr/lib/*/libjemalloc.so.2")
    return found[0] if found else ctypes.util.find_library("jemalloc")


def arguments(row, threads, steps):
    network, width, resolution, batch = row
    return ["--network", network, "--width", str(width), "--resolution", str(resolution), "--batch",
            str(batch), "--threads", str(threads), "--steps", str(steps)]


def measure_isoflop(program, row, threads, steps):
    """Its JSON, with the most memory that the process held."""
    command = [program, "bench", "step", *arguments(row, threads, steps), "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        result = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit("compare_step: isoflop failed")
    return {**json.loads(result), "peak_mib": usage.ru_maxrss / 1024}


class Peer:
    """One of PyTorch's modes: a process that is warm, and measures when it is asked to."""

    def __init__(self, row, threads, steps, layout, compiled):
        environment = dict(os.environ)
        if jemalloc():
            environment["LD_PRELOAD"] = jemalloc()
        command = [sys.executable, os.path.join(HERE, "torch_step.py"),
                   *arguments(row, threads, steps), "--layout", layout, "--serve"]
        self.process = subprocess.Popen(command + (["--compile"] if compiled else []), text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, env=environment)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit("compare_step: PyTorch failed:\n" + self.process.stderr.read())
        return line

    def measure(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.read())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def rounds_of_row(options, row, threads):
    """{program: [measurement of each round]}, isoflop first."""
    first = measure_isoflop(options.isoflop, row, threads, 10)
    steps = max(10, min(200, round(1e3 * TARGET_SECONDS / first["ms_per_step"])))
    peers = {mode_name(*mode): Peer(row, threads, steps, *mode) for mode in MODES}
    results = {"isoflop": [], **{name: [] for name in peers}}
    for _ in range(options.rounds):
        results["isoflop"].append(measure_isoflop(options.isoflop, row, threads, steps))
        for name, peer in peers.items():
            results[name].append(peer.measure())
    for peer in peers.values():
        peer.close()
    macs = {result["macs"] for rounds in results.values() for result in rounds}
    if len(macs) != 1:
        sys.exit(f"compare_step: {row[0]} is not the same network in both programs: {macs} MACs")
    return results


def table_row(row, threads, results):
    speeds = {name: [r["images_per_second"] for r in rounds] for name, rounds in results.items()}
    medians = {name: statistics.median(values) for name, values in speeds.items()}
    fastest = max((name for name in medians if name != "isoflop"), key=medians.get)
    pairs = [ours / theirs for ours, theirs in zip(speeds["isoflop"], speeds[fastest])]
    network, width, resolution, batch = row
    name = network if width == 1.0 else f"{network} width {width:g}"
    peaks = [max(r["peak_mib"] for r in results[name]) for name in ("isoflop", fastest)]
    cells = [name, resolution, batch, threads, f"{medians['isoflop']:.4g}",
             *(f"{medians[mode_name(*mode)]:.4g}" for mode in MODES), fastest,
             f"{medians['isoflop'] / medians[fastest]:.2f}", f"{min(pairs):.2f} to {max(pairs):.2f}",
             f"{peaks[0]:.0f} / {peaks[1]:.0f}"]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--isoflop", default="build/release/isoflop", help="path of the program")
    parser.add_argument("--rounds", type=int, default=5, help="at least 5")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--only", action="append", help="networks of the table (default: all)")
    parser.add_argument("--log", help="file to which every measurement is appended, a line each")
    options = parser.parse_args()
    if options.rounds < 5:
        parser.error("a median needs at least 5 rounds")

    print("jemalloc: " + (jemalloc() or "not found"), file=sys.stderr)
    heads = ["network", "px", "batch", "threads", "isoflop", *(mode_name(*mode) for mode in MODES),
             "fastest", "ratio", "single rounds", "peak MiB"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    for row in ROWS:
        if options.only and row[0] not in options.only:
            continue
        for threads in options.threads:
            results = rounds_of_row(options, row, threads)
            print(table_row(row, threads, results), flush=True)
            if options.log:
                with open(options.log, "a", encoding="utf-8") as log:
                    for rounds in results.values():
                        log.writelines(json.dumps(result) + "\n" for result in rounds)


if __name__ == "__main__":
    main()
