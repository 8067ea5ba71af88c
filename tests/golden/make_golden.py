"""Writes the golden training fixtures: what PyTorch in double computes in isoflop's own training step.

    python tests/golden/make_golden.py [NETWORK...]      # default: every network of FIXTURES

One safetensors file a network, every tensor float32, so that one reader is enough:

    init.NAME            weights and BN statistics to start from; OIHW convolutions, [out, in] linear; SE's two as [out, in]
    grad.NAME            gradient of step 1 of the double run, rounded once to float32
    grad_rounding.NAME   [1] norm of what that rounding lost; ||ours - grad|| + grad_rounding bounds ||ours - double||
    grad_fp32_error.NAME [1] ||PyTorch float32 - double|| of step 1's gradient
    grad_floor           [1] ||all gradients|| / sqrt(number of gradient tensors)
    losses.OPT           [20] losses of the double run, each before its step, OPT = sgd, rmsprop, rmsprop-torch
    deviation.OPT        [1] largest |PyTorch float32 - double| of the 20 losses
    images.head          [16] first pixels of batch 0, to tell a wrong formula from a wrong gradient

The metadata (strings) hold network, width, steps, batch, batches, warm_up, `OPT.KEY` hyper-parameters, PyTorch's version and
`images.xxh3_64`, the XXH3-64 of the float32 pixels of all batches.

Images come from a formula, so none is stored. There are 4 batches of 32, used in turn (step s takes batch s mod 4).
With n = 0..127 the image's number over all batches, label = n mod 10, and for the value at (n, y, x, c) of the flat
NHWC index i = ((n*32 + y)*32 + x)*3 + c, in 32-bit unsigned arithmetic:

    s = 1664525*(i + 1) + 1013904223;  h = s ^ (s >> 16);  h = h * 0x45d9f3b;  h = h ^ (h >> 16);  byte = h & 255
    pixel = (float)((byte - 127.5) / 64.0 + 0.5 * (((y + x*label) % 7) / 3.0 - 1.0))          in double, rounded once

The second term gives each class a stripe pattern, so that the loss can fall.

Optimisers; weight decay is L2, added to the gradient g of every parameter but batch norm's gamma and beta:
    sgd            torch.optim.SGD, Nesterov:        v = m v + g;  w -= lr (g + m v)     (v starts as g)
    rmsprop        TensorFlow's, squares start at 1: s += (1-a)(g^2 - s);  v = m v + lr g / sqrt(s + eps);  w -= v
    rmsprop-torch  torch.optim.RMSprop, from 0:      s = a s + (1-a) g^2;  v = m v + g / (sqrt(s) + eps);  w -= lr v
Both runs start from the same float32 weights and pixels: one in float32 (NCHW, one thread, deterministic algorithms,
subnormals flushed), one in float64. No dropout, drop connect, smoothing, EMA or augmentation.
"""

import os
import sys

import numpy
import torch
import xxhash
from safetensors.numpy import save_file
from torch import nn
from torch.nn import functional

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "bench", "peers"))
from isoflop_torch import (Network, RmspropTf, init_network, parameter_groups,  # noqa: E402
                           scale_network, weight_tensors)

STEPS = 20
BATCH = 32
BATCHES = 4
SIDE = 32
CLASSES = 10
SEED = 2019

# file stem -> (network, width, factor on every learning rate, steps of warm-up, starts to choose from).
# ReLU's kinks amplify rounding, so networks with ReLU take smaller steps. MobileNetV2 starts from weights that WARM_UP
# has made, because its initial ones are chaotic at any learning rate: at width 0.25 and 1e-5 float32 leaves double by
# 8e-5 after one step and 8e-3 after five, the loss not having moved; after the warm-up it stays near it for twenty
# steps while the loss falls. One ReLU6 input that rounds to the other side of 0 or 6 moves step 1's gradients by 1e-3
# of their norm; of ten million inputs one or two do in any float32, so the start is one where hardly any lies so near.
FIXTURES = {
    "average-pool-cifar": ("average-pool-cifar", 1.0, 1.0, 0, 1),
    "densenet-bc-cifar": ("densenet-bc-cifar", 1.0, 1.0, 0, 1),
    "efficientnet-b0-cifar-w025": ("efficientnet-b0-cifar", 0.25, 1.0, 0, 1),
    "fused-mbconv-cifar": ("fused-mbconv-cifar", 1.0, 1.0, 0, 1),
    "mobilenet-v2-cifar-w010": ("mobilenet-v2-cifar", 0.1, 0.03, 36, 80),
    "mobilenet-v3-words-cifar": ("mobilenet-v3-words-cifar", 1.0, 0.3, 0, 1),
    "resnet-20-cifar-w050": ("resnet-20-cifar", 0.5, 0.1, 0, 1),
    "skip-pool-cifar": ("skip-pool-cifar", 1.0, 1.0, 0, 1),
}
# Plain float32 SGD over the fixture's own batches, the rate falling linearly to `end_lr`, at which it stays.
WARM_UP = {"lr": 0.02, "end_lr": 1e-4, "momentum": 0.9, "weight_decay": 1e-3}

# Learning rates at which EfficientNet's loss falls to a fifth while rounding is hardly amplified: float32 stays within
# 4e-5 of double. At 0.05 plain SGD is chaotic (deviation 0.2 after 15 steps) and the test would prove nothing.
# Weight decay is large for the same reason: at 1e-5 leaving it out would change no loss by more than the tolerance allows.
OPTIMISERS = {
    "sgd": (lambda p, **k: torch.optim.SGD(p, nesterov=True, **k),
            {"lr": 0.01, "momentum": 0.9, "weight_decay": 1e-2}),
    "rmsprop": (RmspropTf,
                {"lr": 0.005, "alpha": 0.9, "momentum": 0.9, "eps": 1e-3, "weight_decay": 1e-2}),
    "rmsprop-torch": (torch.optim.RMSprop,
                      {"lr": 0.0005, "alpha": 0.9, "momentum": 0.9, "eps": 1e-3,
                       "weight_decay": 1e-2}),
}


def make_images():
    """Float32 pixels [128, 32, 32, 3] and labels [128] by the formula above."""
    count = BATCH * BATCHES
    word = numpy.uint64(0xFFFFFFFF)
    i = numpy.arange(count * SIDE * SIDE * 3, dtype=numpy.uint64)
    s = (numpy.uint64(1664525) * (i + numpy.uint64(1)) + numpy.uint64(1013904223)) & word
    h = s ^ (s >> numpy.uint64(16))
    h = (h * numpy.uint64(0x45D9F3B)) & word
    h = h ^ (h >> numpy.uint64(16))
    noise = ((h & numpy.uint64(255)).astype(numpy.float64) - 127.5) / 64.0
    labels = numpy.arange(count) % CLASSES
    y, x = numpy.meshgrid(numpy.arange(SIDE), numpy.arange(SIDE), indexing="ij")
    stripes = (y[None] + x[None] * labels[:, None, None]) % 7
    pattern = 0.5 * (stripes / 3.0 - 1.0)
    pixels = noise.reshape(count, SIDE, SIDE, 3) + pattern[..., None]
    return pixels.astype(numpy.float32), labels.astype(numpy.int64)


def make_batches(images, labels, dtype):
    nchw = torch.from_numpy(images.transpose(0, 3, 1, 2).copy()).to(dtype)
    targets = torch.from_numpy(labels)
    return [(nchw[b * BATCH:(b + 1) * BATCH], targets[b * BATCH:(b + 1) * BATCH])
            for b in range(BATCHES)]


def relu6_inputs(spec, initial, batch, dtype):
    """What step 1 feeds to each ReLU6."""
    network, inputs = Network(spec), []
    network.load_state_dict(initial)
    network.to(dtype).train()
    for module in network.modules():
        if isinstance(module, nn.ReLU6):
            module.register_forward_pre_hook(lambda _, x: inputs.append(x[0].detach().double().clone()))
    with torch.no_grad():
        network(batch.to(dtype))
    return inputs


def expected_crossings(spec, initial, batch):
    """How many ReLU6 inputs of step 1 another float32 may see on the other side of 0 or 6.

    Its errors are taken as normal, each layer's with the deviation that PyTorch's have.
    """
    total = 0.0
    exact = relu6_inputs(spec, initial, batch, torch.float64)
    for x, y in zip(exact, relu6_inputs(spec, initial, batch, torch.float32)):
        deviation = (y - x).square().mean().sqrt()
        distance = torch.minimum(x.abs(), (x - 6.0).abs()) / deviation
        total += 0.5 * torch.erfc(distance[distance < 8.0] / 2.0 ** 0.5).sum().item()
    return total


def start_state(network):
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def warm_up(network, spec, images, labels, steps, starts):
    """Trains for `steps`, then on, and leaves the network in the best of `starts` states."""
    batches = make_batches(images, labels, torch.float32)
    exact = make_batches(images, labels, torch.float64)[0][0]
    update = torch.optim.SGD(parameter_groups(network, WARM_UP["weight_decay"]), lr=WARM_UP["lr"],
                             momentum=WARM_UP["momentum"], nesterov=True)
    network.train()
    best, least = start_state(network), float("inf")
    for step in range(steps + starts - 1 if steps else 0):
        for group in update.param_groups:
            group["lr"] = max(WARM_UP["lr"] * (1.0 - step / steps), WARM_UP["end_lr"])
        pixels, targets = batches[step % BATCHES]
        update.zero_grad(set_to_none=True)
        functional.cross_entropy(network(pixels), targets).backward()
        update.step()
        if step >= steps - 1:
            crossings = expected_crossings(spec, start_state(network), exact)
            if crossings < least:
                best, least = start_state(network), crossings
                print(f"start after {step + 1} steps: {least:.3f} crossings expected", flush=True)
    network.load_state_dict(best)


def run(spec, initial, batches, dtype, optimiser, settings):
    """Losses of STEPS steps, and the gradients of the first in double."""
    network = Network(spec)
    network.load_state_dict(initial)
    network.to(dtype).train()
    others = {key: value for key, value in settings.items() if key != "weight_decay"}
    update = OPTIMISERS[optimiser][0](parameter_groups(network, settings["weight_decay"]), **others)
    losses, gradients = [], {}
    for step in range(STEPS):
        images, labels = batches[step % BATCHES]
        update.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        if step == 0:
            gradients = {name: p.grad.double().clone() for name, p in network.named_parameters()}
        update.step()
        losses.append(loss.item())
    return numpy.array(losses), gradients


def stored(name, tensor):
    """A tensor as the fixture keeps it: float32, and SE's 1x1 convolutions as [out, in]."""
    if ".se." in name and tensor.dim() == 4:
        tensor = tensor.flatten(1)
    return tensor.float().contiguous().numpy()


def scalar(value):
    return numpy.array([value], numpy.float32)


def gradient_tensors(exact, single):
    """What the fixture says about step 1; a total over all tensors gives the floor."""
    tensors, square = {}, 0.0
    for name, g in exact.items():
        square += g.square().sum().item()
        tensors["grad." + name] = stored(name, g)
        tensors["grad_rounding." + name] = scalar((g.float().double() - g).norm().item())
        tensors["grad_fp32_error." + name] = scalar((single[name] - g).norm().item())
    tensors["grad_floor"] = scalar((square / len(exact)) ** 0.5)
    return tensors


def make_fixture(stem):
    network, width, factor, n_warm, n_starts = FIXTURES[stem]
    spec = scale_network(network, width)
    twin = init_network(Network(spec), SEED)
    images, labels = make_images()
    warm_up(twin, spec, images, labels, n_warm, n_starts)
    initial = start_state(twin)
    tensors = {"init." + name: stored(name, t) for name, t in weight_tensors(twin).items()}
    tensors["images.head"] = images.reshape(-1)[:16].copy()
    metadata = {"network": network, "width": repr(width), "steps": str(STEPS),
                "batch": str(BATCH), "batches": str(BATCHES), "warm_up": str(n_warm), "torch": torch.__version__,
                "images.xxh3_64": xxhash.xxh3_64_hexdigest(images.tobytes()),
                "made_by": "tests/golden/make_golden.py"}
    for optimiser, (_, usual) in OPTIMISERS.items():
        settings = {**usual, "lr": usual["lr"] * factor}
        exact, exact_grad = run(spec, initial, make_batches(images, labels, torch.float64),
                                torch.float64, optimiser, settings)
        single, single_grad = run(spec, initial, make_batches(images, labels, torch.float32),
                                  torch.float32, optimiser, settings)
        deviation = numpy.abs(single - exact)
        print(f"{stem} {optimiser}: losses {' '.join(f'{x:.4f}' for x in exact)}")
        print(f"  deviation of float32 {' '.join(f'{x:.1e}' for x in deviation)}", flush=True)
        tensors["losses." + optimiser] = exact.astype(numpy.float32)
        tensors["deviation." + optimiser] = scalar(deviation.max())
        metadata.update({f"{optimiser}.{key}": repr(value) for key, value in settings.items()})
        if optimiser == "sgd":
            tensors.update(gradient_tensors(exact_grad, single_grad))
    path = os.path.join(HERE, stem + ".safetensors")
    save_file(tensors, path, metadata)
    print(f"{path}: {len(tensors)} tensors, {os.path.getsize(path)} bytes")


def main():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.use_deterministic_algorithms(True)
    names = sys.argv[1:] or list(FIXTURES)
    for stem in names:
        if stem not in FIXTURES:
            sys.exit(f"make_golden: no fixture '{stem}' (known: {', '.join(FIXTURES)})")
        make_fixture(stem)


if __name__ == "__main__":
    main()
