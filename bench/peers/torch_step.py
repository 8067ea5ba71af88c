"""Training-step throughput of PyTorch on one of isoflop's networks: the peer of `isoflop bench step`.

    python bench/peers/torch_step.py --network efficientnet-b0-cifar --width 0.25 --batch 64 --threads 1

A step is forward, cross entropy, backward and RMSprop with momentum 0.9 and weight decay 1e-5; the input stays in
memory, nothing is loaded, dropped or smoothed. Subnormals are flushed, as isoflop does. Prints one JSON document with
the keys of `isoflop bench step --json` and what was measured.

With --serve the process warms up, prints a line, and then measures once for each line on stdin: so that several
modes stay compiled and warm while they are measured in turn (compare_step.py).
"""

import argparse
import json
import resource
import statistics
import sys
import time

import torch
from torch.nn import functional

from isoflop_torch import (NETWORKS, Network, RmspropTf, count_macs, init_network,
                           parameter_groups, scale_network)

WARM_UP_STEPS = 3
COMPILE_WARM_UP_STEPS = 10  # the first steps of a compiled network compile it

# torch.optim's own RMSprop is the fast one (one loop over all tensors); TensorFlow's form is a plain Python loop.
OPTIMISERS = {
    "rmsprop-torch": lambda groups: torch.optim.RMSprop(groups, 0.001, alpha=0.9, momentum=0.9,
                                                        eps=1e-3, foreach=True),
    "rmsprop": lambda groups: RmspropTf(groups, 0.001),
    "sgd": lambda groups: torch.optim.SGD(groups, 0.01, momentum=0.9, nesterov=True, foreach=True),
}


class Training:
    """A network in one of PyTorch's modes, with its images and optimiser."""

    def __init__(self, options, spec):
        network = init_network(Network(spec), 1).train()
        images = torch.randn(options.batch, 3, spec["resolution"], spec["resolution"],
                             generator=torch.Generator().manual_seed(2))
        if options.layout == "channels_last":
            network = network.to(memory_format=torch.channels_last)
            images = images.contiguous(memory_format=torch.channels_last)
        self.images = images
        self.labels = torch.arange(options.batch) % spec["classes"]
        self.optimiser = OPTIMISERS[options.optimizer](parameter_groups(network, 1e-5))
        self.run = torch.compile(network) if options.compile else network
        for _ in range(COMPILE_WARM_UP_STEPS if options.compile else WARM_UP_STEPS):
            self.step()

    def step(self):
        """Milliseconds of one step."""
        start = time.perf_counter()
        self.optimiser.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(self.run(self.images), self.labels)
        loss.backward()
        self.optimiser.step()
        loss.item()
        return 1e3 * (time.perf_counter() - start)


def peak_mib():
    """The most memory that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def print_measurement(options, spec, training, macs, loaded_mib):
    times = [training.step() for _ in range(options.steps)]
    median = statistics.median(times)
    print(json.dumps({
        "program": "pytorch", "version": torch.__version__, "network": options.network,
        "width": options.width, "resolution": spec["resolution"], "batch": options.batch,
        "threads": options.threads, "layout": options.layout, "compile": options.compile,
        "optimizer": options.optimizer, "macs": macs, "steps": options.steps,
        "images_per_second": 1e3 * options.batch / median, "ms_per_step": median,
        "ms_min": min(times),
        "peak_mib": peak_mib() - loaded_mib}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--network", default="efficientnet-b0-cifar", choices=sorted(NETWORKS))
    parser.add_argument("--width", type=float, default=1.0)
    parser.add_argument("--resolution", type=int)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--layout", default="channels_last", choices=["nchw", "channels_last"])
    parser.add_argument("--optimizer", default="rmsprop-torch", choices=sorted(OPTIMISERS))
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--serve", action="store_true")
    options = parser.parse_args()

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    spec = scale_network(options.network, options.width)
    if options.resolution:
        spec["resolution"] = options.resolution
    macs, loaded_mib = count_macs(spec), peak_mib()
    training = Training(options, spec)
    if not options.serve:
        print_measurement(options, spec, training, macs, loaded_mib)
        return
    print("ready", flush=True)
    for _ in sys.stdin:
        print_measurement(options, spec, training, macs, loaded_mib)


if __name__ == "__main__":
    main()
