"""Writes amoebanet-b-w0625.safetensors: the logits of a narrow AmoebaNet-B at 64 px, as PyTorch computes them in double.

    python tests/golden/make_cells.py

The network is built from the tables of the cells (operations, inputs and unused states, as in the public TPU
implementation), not from isoflop's network file: it is the second opinion on that, too. Nothing of it is stored but
`logits` [2, 10]: weights and images are those of a formula, by the tensors' names in isoflop (tests/nn/test_cells.c).
"""

import os

import numpy
import torch
from safetensors.numpy import save_file
from torch.nn import functional

HERE = os.path.dirname(os.path.abspath(__file__))
FILTERS = 32  # of the first normal cells: width 1/16 of 512
NORMAL_CELLS = 18
CLASSES, SIDE, IMAGES, STEM = 10, 64, 2, 8
EPSILON = 1e-3

# Pairs of operations, the states they read, and which states are not part of the output (1: used).
NORMAL = ("c1 max3 id sep3 c1 sep3 c1 id avg3 c1", "1 1 1 0 1 0 2 2 1 5", "0 1 1 0 0 1 0")
REDUCTION = ("max2 max3 id b3 dil5 max3 id sep3 avg3 c1", "0 0 2 1 2 2 3 1 4 3", "1 1 1 1 1 0 0")
# isoflop's names of the operations of combination i: side a, side b.
SIDES = "ab"


def hash_name(name):
    h = 2166136261
    for byte in name.encode():
        h = ((h ^ byte) * 16777619) & 0xFFFFFFFF
    return h


def formula(name, count):
    """count numbers in [-1, 1)."""
    word = numpy.uint64(0xFFFFFFFF)
    i = numpy.arange(count, dtype=numpy.uint64)
    h = numpy.uint64(hash_name(name)) ^ ((i * numpy.uint64(1664525) + numpy.uint64(1013904223)) & word)
    for _ in range(2):
        h = ((h ^ (h >> numpy.uint64(16))) * numpy.uint64(0x45D9F3B)) & word
    h ^= h >> numpy.uint64(16)
    return ((h & numpy.uint64(0xFFFF)).astype(numpy.float64) - 32768.0) / 32768.0


def weight(name, *shape):
    """Float32 numbers, as isoflop's test has them, in double."""
    fan_in = int(numpy.prod(shape[1:]))
    scale = numpy.sqrt(numpy.float32(3.0) / numpy.float32(fan_in))
    values = formula(name, int(numpy.prod(shape))).astype(numpy.float32) * scale
    return torch.from_numpy(values.astype(numpy.float64).reshape(shape))


def vector(name, size, is_factor):
    values = numpy.float32(0.25) * formula(name, size).astype(numpy.float32)
    values = values + numpy.float32(1.0) if is_factor else values
    return torch.from_numpy(values.astype(numpy.float64))


def same_pad(x, reach, stride, value=0.0):
    """TensorFlow's SAME: the odd pixel goes below and right."""
    size = x.shape[2]
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    before = total // 2
    return functional.pad(x, (before, total - before, before, total - before), value=value)


def conv(x, name, filters, kernel=1, stride=1, dilation=1, is_depthwise=False):
    inputs = x.shape[1]
    w = weight(name + ".conv.weight", filters, 1 if is_depthwise else inputs, kernel, kernel)
    x = same_pad(x, (kernel - 1) * dilation + 1, stride)
    return functional.conv2d(x, w, stride=stride, dilation=dilation, groups=inputs if is_depthwise else 1)


def norm(x, name):
    size = x.shape[1]
    return functional.batch_norm(x, vector(name + ".bn.running_mean", size, False),
                                 vector(name + ".bn.running_var", size, True),
                                 vector(name + ".bn.weight", size, True),
                                 vector(name + ".bn.bias", size, False), eps=EPSILON)


def relu_conv_norm(x, name, filters, **how):
    return norm(conv(functional.relu(x), name, filters, **how), name)


def separable(x, name, filters, kernel, stride, dilation=1):
    for i in (1, 2):
        out = name if i == 2 else f"{name}.pointwise{i}"
        x = conv(functional.relu(x), f"{name}.depthwise{i}", x.shape[1], kernel, stride if i == 1 else 1, dilation,
                 True)
        x = norm(conv(x, out, filters), out)
    return x


def average(x, kernel, stride):
    """Of the pixels inside."""
    ones = torch.ones_like(x[:1, :1])
    sums = functional.avg_pool2d(same_pad(x, kernel, stride), kernel, stride)
    return sums / functional.avg_pool2d(same_pad(ones, kernel, stride), kernel, stride)


def maximum(x, kernel, stride):
    return functional.max_pool2d(same_pad(x, kernel, stride, -float("inf")), kernel, stride)


def factorised(x, name, filters):
    """Pixels at even places, and those a pixel further down and right: half the filters of each."""
    x = functional.relu(x)
    shifted = functional.pad(x, (0, 1, 0, 1))[:, :, 1:, 1:]
    halves = []
    for part, source in (("even", x), ("odd", shifted)):
        here = f"{name}.{part}"
        w = weight(here + ".conv.weight", filters // 2, x.shape[1], 1, 1)
        halves.append(norm(functional.conv2d(source[:, :, ::2, ::2], w), here))
    return torch.cat(halves, 1)


def operation(kind, x, name, filters, stride):
    if kind == "c1":
        return relu_conv_norm(x, name, filters, stride=stride)
    if kind == "b3":
        x = relu_conv_norm(x, name + "_in", filters // 4)
        x = relu_conv_norm(x, name + "_mid", filters // 4, kernel=3, stride=stride)
        return relu_conv_norm(x, name, filters)
    if kind == "id":
        if stride == 1 and x.shape[1] == filters:
            return x
        return relu_conv_norm(x, name, filters, stride=stride)
    size = int(kind[3:])
    if kind.startswith("sep"):
        return separable(x, name, filters, size, stride)
    if kind.startswith("dil"):
        return separable(x, name, filters, size, stride, 2)
    x = maximum(x, size, stride) if kind.startswith("max") else average(x, size, stride)
    return x if x.shape[1] == filters else relu_conv_norm(x, name, filters)


def cell(table, net, prev, name, filters, stride):
    kinds, reads, used = (text.split() for text in table)
    if prev is not net:
        if prev.shape[2] != net.shape[2]:
            prev = factorised(prev, name + "s1", filters)
        elif prev.shape[1] != filters:
            prev = relu_conv_norm(prev, name + "s1", filters)
    states = [relu_conv_norm(net, name + "s0", filters), prev]
    for i in range(5):
        total = 0
        for k in (0, 1):
            source = int(reads[2 * i + k])
            total = total + operation(kinds[2 * i + k], states[source], f"{name}{SIDES[k]}{i + 2}", filters,
                                      stride if source < 2 else 1)
        states.append(total)
    return torch.cat([state for state, is_used in zip(states, used) if is_used == "0"], 1)


def logits(images):
    w = weight("stem.conv.weight", STEM, 3, 3, 3)
    net = norm(functional.conv2d(images, w, stride=2), "stem")
    stages = [(REDUCTION, FILTERS // 4, 2, 1), (REDUCTION, FILTERS // 2, 2, 1), (NORMAL, FILTERS, 1, 6),
              (REDUCTION, 2 * FILTERS, 2, 1), (NORMAL, 2 * FILTERS, 1, 6), (REDUCTION, 4 * FILTERS, 2, 1),
              (NORMAL, 4 * FILTERS, 1, 6)]
    assert sum(n for table, _, _, n in stages if table is NORMAL) == NORMAL_CELLS
    prev = net
    for s, (table, filters, stride, n) in enumerate(stages):
        for b in range(n):
            net, prev = cell(table, net, prev, f"stages.{s}.{b}.", filters, stride), net
    features = functional.relu(net).mean((2, 3))
    w = weight("classifier.weight", CLASSES, features.shape[1])
    return features @ w.T + vector("classifier.bias", CLASSES, False)


def main():
    torch.set_num_threads(1)
    pixels = formula("images", IMAGES * SIDE * SIDE * 3).reshape(IMAGES, SIDE, SIDE, 3)
    result = logits(torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy()))
    print(result)
    path = os.path.join(HERE, "amoebanet-b-w0625.safetensors")
    save_file({"logits": result.float().numpy()}, path,
              {"made_by": "tests/golden/make_cells.py", "torch": torch.__version__})


if __name__ == "__main__":
    main()
