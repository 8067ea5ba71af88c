"""Reads `PROGRAM<tab>JSON` lines of compare_step.sh; prints rounds, medians and the ratio of images/s."""

import json
import statistics
import sys


def main():
    speeds, macs = {"isoflop": [], "pytorch": []}, {}
    for line in sys.stdin:
        program, text = line.rstrip("\n").split("\t", 1)
        result = json.loads(text)
        speeds[program].append(result["images_per_second"])
        macs[program] = result["macs"]
    if macs["isoflop"] != macs["pytorch"]:
        sys.exit(f"step_ratio: not the same network: {macs['isoflop']} and {macs['pytorch']} MACs")
    medians = {program: statistics.median(values) for program, values in speeds.items()}
    for program, values in speeds.items():
        rounds = " ".join(f"{value:.1f}" for value in values)
        print(f"{program}: median {medians[program]:.1f} images/s of rounds {rounds}")
    pairs = [a / b for a, b in zip(speeds["isoflop"], speeds["pytorch"])]
    print(f"ratio of medians: {medians['isoflop'] / medians['pytorch']:.3f} "
          f"(round by round {min(pairs):.3f} to {max(pairs):.3f}, {macs['isoflop']} MACs)")


if __name__ == "__main__":
    main()
