"""Milliseconds of a forward pass of a network in another runtime: the peer of `isoflop latency`.

    python bench/peers/peer_latency.py --runtime compile --network efficientnet-b0 --batch 1 --threads 1

The runtimes: `eager` and `compile` (torch.compile) run torchvision's network, without gradients, in the layout given; `onnxruntime` and
`openvino` run the file that `isoflop export --format onnx` wrote (--onnx). Weights are random, the input stays in
memory. Warms up, prints a line, and then measures once for each line on stdin (compare_latency.py): the median
of some passes, and how much memory the process grew by beyond what it held when the library was loaded.
"""

import argparse
import json
import statistics
import sys
import time

import numpy

TORCHVISION_NAMES = {"efficientnet-b0": "efficientnet_b0", "efficientnet-b1": "efficientnet_b1",
                     "mobilenet-v2": "mobilenet_v2", "resnet-50": "resnet50"}
WARM_UP_RUNS = 10  # the first runs of a compiled network compile it


def peak_mib():
    """The most memory that this process has held (ru_maxrss begins with its parent's)."""
    with open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def open_torch(options):
    import torch
    from torchvision import models

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    loaded = peak_mib()
    network = models.get_model(TORCHVISION_NAMES[options.network], weights=None).eval()
    images = torch.from_numpy(make_images(options))
    if options.layout == "channels_last":
        network = network.to(memory_format=torch.channels_last)
        images = images.contiguous(memory_format=torch.channels_last)
    run = torch.compile(network) if options.runtime == "compile" else network

    def once():
        with torch.inference_mode():
            run(images)
    return once, loaded


def open_onnxruntime(options):
    import onnxruntime

    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.add_session_config_entry("session.set_denormal_as_zero", "1")
    loaded = peak_mib()
    session = onnxruntime.InferenceSession(options.onnx, settings, ["CPUExecutionProvider"])
    images = make_images(options)
    return lambda: session.run(["logits"], {"images": images}), loaded


def open_openvino(options):
    import openvino

    core = openvino.Core()
    loaded = peak_mib()
    model = core.read_model(options.onnx)
    model.reshape([options.batch, 3, options.resolution, options.resolution])
    compiled = core.compile_model(model, "CPU", {
        "INFERENCE_NUM_THREADS": options.threads, "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    images = make_images(options)
    return lambda: request.infer({0: images}), loaded


def make_images(options):
    shape = (options.batch, 3, options.resolution, options.resolution)
    return numpy.random.default_rng(2).standard_normal(shape, dtype=numpy.float32)


OPENERS = {"eager": open_torch, "compile": open_torch, "onnxruntime": open_onnxruntime, "openvino": open_openvino}


def measure(once, options, loaded):
    times = []
    for _ in range(options.runs):
        start = time.perf_counter()
        once()
        times.append(1e3 * (time.perf_counter() - start))
    print(json.dumps({"program": options.runtime, "layout": options.layout, "network": options.network,
                      "resolution": options.resolution, "batch": options.batch, "threads": options.threads,
                      "runs": options.runs, "ms": statistics.median(times), "ms_min": min(times),
                      "grown_mib": peak_mib() - loaded}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--runtime", required=True, choices=sorted(OPENERS))
    parser.add_argument("--network", default="efficientnet-b0", choices=sorted(TORCHVISION_NAMES))
    parser.add_argument("--resolution", type=int, default=224)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--layout", default="nchw", choices=["nchw", "channels_last"])
    parser.add_argument("--onnx", help="the network as a file")
    options = parser.parse_args()
    once, loaded = OPENERS[options.runtime](options)
    for _ in range(WARM_UP_RUNS):
        once()
    print("ready", flush=True)
    for _ in sys.stdin:
        measure(once, options, loaded)


if __name__ == "__main__":
    main()
