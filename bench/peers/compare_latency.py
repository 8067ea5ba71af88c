"""isoflop's inference against PyTorch, onnxruntime and OpenVINO, measured in turn on the same machine.

    python bench/peers/compare_latency.py                     # every network of the table, one and two threads
    python bench/peers/compare_latency.py --only resnet-50 --threads 1 --batch 32

The peers are PyTorch eager and compiled (torch.compile), each contiguous and channels_last, onnxruntime, and OpenVINO where
it is installed; both of the latter run the file that isoflop exports. Their processes stay warm; in every round isoflop
and each of them measure once, one after the other, so that a machine that slows down slows all. A measurement is the
median of some passes; printed are medians over the rounds in ms, the fastest peer by that median, its time over
isoflop's (above 1: isoflop is faster) with the lowest and the highest ratio of a single round, and the winner. Memory is in
two columns that do not compare: what isoflop plans and reserves (weights, maps, scratch), and how much the fastest peer's
process grew beyond what it held when its library was loaded, allocators and compilers included. A markdown table on stdout, rows as they come; every measurement in --log.
"""

import argparse
import importlib.util
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile

from check_onnx import make_weights
from peer_weights import isoflop

HERE = os.path.dirname(os.path.abspath(__file__))

ROWS = [("efficientnet-b0", 224), ("efficientnet-b1", 240), ("mobilenet-v2", 224), ("resnet-50", 224)]
PEERS = [("eager", "nchw"), ("eager", "channels_last"), ("compile", "nchw"), ("compile", "channels_last"),
         ("onnxruntime", "nchw"), ("openvino", "nchw")]
TARGET_SECONDS = 2.0  # of one measurement
LEAST_RUNS = 5


def peer_name(runtime, layout):
    return runtime + (" channels_last" if layout == "channels_last" else "")


def is_installed(runtime):
    return importlib.util.find_spec({"eager": "torch", "compile": "torch"}.get(runtime, runtime)) is not None


def measure_isoflop(program, network, side, batch, threads, runs):
    """Its report."""
    report = json.loads(isoflop(program, "latency", network, "--resolution", side, "--batch", batch, "--threads",
                                threads, "--runs", runs, "--json"))
    found = report["networks"][0]
    return {"program": "isoflop", "batch": batch, "threads": threads, "cpu": report["cpu"], **found,
            "planned_mib": found["memory_bytes"] / 2**20}


class Peer:
    """Another runtime: a process that is warm, and measures when it is asked to."""

    def __init__(self, runtime, layout, onnx, network, side, batch, threads, runs):
        command = [sys.executable, os.path.join(HERE, "peer_latency.py"), "--runtime", runtime, "--layout", layout,
                   "--onnx", onnx, "--network", network, "--resolution", str(side), "--batch", str(batch),
                   "--threads", str(threads), "--runs", str(runs)]
        self.name = peer_name(runtime, layout)
        self.process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"compare_latency: {self.name} failed:\n" + self.process.stderr.read())
        return line

    def measure(self):
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        return json.loads(self.read())

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def export_onnx(program, network, side, folder):
    weights, path = (os.path.join(folder, f"{network}.{end}") for end in ("safetensors", "onnx"))
    make_weights(program, network, weights)
    isoflop(program, "export", "--format", "onnx", "--network", network, "--weights", weights, "--resolution", side,
            "--output", path)
    return path


def rounds_of_row(options, network, side, threads, onnx):
    """{program: [measurement of each round]}, isoflop first."""
    case = (network, side, options.batch, threads)
    first = measure_isoflop(options.isoflop, *case, LEAST_RUNS)
    runs = max(LEAST_RUNS, min(200, round(1e3 * TARGET_SECONDS / first["ms"])))
    peers = [Peer(*peer, onnx, *case, runs) for peer in PEERS
             if is_installed(peer[0]) and (not options.peers or peer_name(*peer) in options.peers)]
    results = {"isoflop": [], **{peer.name: [] for peer in peers}}
    for _ in range(options.rounds):
        results["isoflop"].append(measure_isoflop(options.isoflop, *case, runs))
        for peer in peers:
            results[peer.name].append(peer.measure())
    for peer in peers:
        peer.close()
    return results


def table_row(network, side, options, threads, results):
    """The row, and the ratio of medians."""
    times = {name: [r["ms"] for r in rounds] for name, rounds in results.items()}
    medians = {name: statistics.median(values) for name, values in times.items()}
    fastest = min((name for name in medians if name != "isoflop"), key=medians.get)
    ratio = medians[fastest] / medians["isoflop"]
    pairs = [theirs / ours for ours, theirs in zip(times["isoflop"], times[fastest])]
    planned = max(r["planned_mib"] for r in results["isoflop"])
    grown = max(r["grown_mib"] for r in results[fastest])
    cells = [network, side, options.batch, threads, f"{medians['isoflop']:.2f}",
             *(f"{medians[name]:.2f}" if name in medians else "–" for name in (peer_name(*p) for p in PEERS)),
             fastest, f"{ratio:.2f}", f"{min(pairs):.2f} to {max(pairs):.2f}", "isoflop" if ratio > 1 else fastest,
             f"{planned:.0f}", f"{grown:.0f}"]
    return "| " + " | ".join(str(cell) for cell in cells) + " |", ratio


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--isoflop", default="build/release/isoflop", help="path of the program")
    parser.add_argument("--rounds", type=int, default=5, help="at least 5")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--only", action="append", help="networks of the table (default: all)")
    parser.add_argument("--peers", nargs="+", help="names of columns (default: all that are installed)")
    parser.add_argument("--log", help="file to which every measurement is appended, a line each")
    options = parser.parse_args()
    if options.rounds < 5:
        parser.error("a median needs at least 5 rounds")

    heads = ["network", "px", "batch", "threads", "isoflop", *(peer_name(*peer) for peer in PEERS), "fastest peer",
             "ratio", "single rounds", "winner", "isoflop plans, MiB", "peer grew by, MiB"]
    print("| " + " | ".join(heads) + " |\n|" + "---|" * len(heads), flush=True)
    ratios = []
    for network, side in ROWS:
        if options.only and network not in options.only:
            continue
        with tempfile.TemporaryDirectory() as folder:
            onnx = export_onnx(options.isoflop, network, side, folder)
            for threads in options.threads:
                results = rounds_of_row(options, network, side, threads, onnx)
                row, ratio = table_row(network, side, options, threads, results)
                ratios.append(ratio)
                print(row, flush=True)
                if options.log:
                    with open(options.log, "a", encoding="utf-8") as log:
                        for rounds in results.values():
                            log.writelines(json.dumps(result) + "\n" for result in rounds)
    print(f"\ngeometric mean of the ratios: {math.exp(statistics.fmean(map(math.log, ratios))):.2f}")


if __name__ == "__main__":
    main()
