"""Every zoo network as ONNX: onnxruntime's logits beside those of `isoflop infer`.

    python bench/peers/check_onnx.py --isoflop build/isoflop [--only NAME...]

Weights are random with perturbed BN statistics, their shapes taken from `isoflop cost --json`. Each network is exported
once a resolution (64 and 97 px; SAME padding sees both parities) and run with one and with three images, so the batch
is dynamic; logits may differ by 1e-4 of the largest. EfficientNet-B0 and V2-S go under torchvision's and timm's names,
too: their epsilon and padding must arrive in the file. Files of networks may be named as well: those of tests/golden,
or a narrow AmoebaNet-B that `isoflop scale` writes. Exit 1 if any check fails.
"""

import argparse
import json
import math
import os
import sys
import tempfile

import onnxruntime
import torch
from safetensors.torch import save_file

from peer_weights import infer, isoflop, make_images, perturb, relative_error

TOLERANCE = 1e-4
SIDES = (64, 97)
TOO_LARGE = ("amoebanet-b",)  # 2.2 GB: take a file that `isoflop scale` writes
BATCHES = (1, 3)
FOREIGN_NAMES = {"efficientnet-b0": ("torchvision", "timm-tf"),
                 "efficientnet-v2-s": ("torchvision", "timm-tf"),
                 "mobilenet-v2": ("torchvision",), "resnet-50": ("torchvision",)}


def shapes_of(layer):
    """Our tensors of one line of `cost`: name and shape."""
    name, inputs, outputs, kernel = (layer[key] for key in
                                     ("name", "in_channels", "out_channels", "kernel"))
    width, weights = layer.get("kernel_width", kernel), 0
    if layer["op"] in ("conv", "depthwise"):
        filters = (outputs, 1 if layer["op"] == "depthwise" else inputs, kernel, width)
        weights = math.prod(filters)
        yield name + ".conv.weight", filters
    if layer["op"] in ("conv", "depthwise", "norm") and layer["params"] > weights:
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield f"{name}.bn.{part}", (outputs,)
    if layer["op"] == "se":
        hidden = layer["acts"] - outputs
        yield name + ".reduce.weight", (hidden, inputs)
        yield name + ".reduce.bias", (hidden,)
        yield name + ".expand.weight", (outputs, hidden)
        yield name + ".expand.bias", (outputs,)
    elif layer["op"] == "linear":
        yield name + ".weight", (outputs, inputs)
        yield name + ".bias", (outputs,)


def zoo_names(binary):
    listed = json.loads(isoflop(binary, "list", "networks", "--json"))
    return [network["name"] for network in listed["networks"] if network["name"] not in TOO_LARGE]


def make_weights(binary, network, path):
    layers = json.loads(isoflop(binary, "cost", network, "--json"))["layers"]
    state = {name: torch.zeros(shape) for layer in layers for name, shape in shapes_of(layer)}
    save_file(perturb(state, 11, network), path)


def run_onnx(path, images):
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(path, settings, providers=["CPUExecutionProvider"])
    return torch.from_numpy(session.run(["logits"], {"images": images.numpy()})[0])


def check(binary, network, names, weights, folder):
    """Prints one line; True if all of it holds."""
    model = os.path.join(folder, "model.onnx")
    good, numbers = True, []
    for side in SIDES:
        isoflop(binary, "export", "--format", "onnx", "--network", network, "--weights", weights,
                "--names", names, "--resolution", side, "--output", model)
        for batch in BATCHES:
            images = make_images(batch, side, seed=side)
            ours = infer(binary, network, weights, images, folder, "--names", names)
            error = relative_error(ours, run_onnx(model, images))
            good &= error <= TOLERANCE
            numbers.append(f"{side} px x {batch} {error:.1e}")
    print(f"{'ok  ' if good else 'FAIL'} {network:22} {names:11} {'  '.join(numbers)}", flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--isoflop", default="build/isoflop", help="the program")
    parser.add_argument("--only", nargs="*", help="networks of the zoo, or files of networks")
    options = parser.parse_args()
    networks = options.only or zoo_names(options.isoflop)
    good = True
    with tempfile.TemporaryDirectory() as folder:
        own, foreign = (os.path.join(folder, name + ".safetensors") for name in ("own", "foreign"))
        for network in networks:
            try:
                make_weights(options.isoflop, network, own)
                good &= check(options.isoflop, network, "isoflop", own, folder)
                for names in FOREIGN_NAMES.get(network, ()):
                    isoflop(options.isoflop, "export", "--format", "safetensors", "--network",
                            network, "--weights", own, "--to", names, "--output", foreign)
                    good &= check(options.isoflop, network, names, foreign, folder)
            except RuntimeError as error:
                print(f"FAIL {network:22} {error}", flush=True)
                good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
