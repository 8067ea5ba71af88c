"""Writes tuning.safetensors: losses of trainings that begin from the starts of the other golden fixtures.

    python tests/golden/make_tuning.py [STEM.NAME...]    # default: all; else the others stay as they are

make_golden.py's fixtures must be there. For a fixture STEM of those and a training NAME below, all float32:

    losses.STEM.NAME     [20] losses of a run in double, each before its step
    deviation.STEM.NAME  [1] largest |PyTorch float32 - double| of the 20 losses

Batches, the start (init.* of STEM.safetensors) and the two runs are those of make_golden.py. The metadata hold
`STEM.NAME.KEY` hyper-parameters and PyTorch's version. Trainings:

    adamw   torch.optim.AdamW; weight decay of every parameter but batch norm's gamma and beta. It is large so that
            leaving it out would be seen.
    frozen-norm  torch.optim.SGD with Nesterov momentum; every batch norm is in evaluation mode (its gamma and beta are
            trained). Channel c has the running mean ((7 c) mod 11 - 5) / 50 and variance 0.5 + ((5 c) mod 13) / 13.
    parts   AdamW as above; stem and the first stage are frozen (no gradients, their batch norms in evaluation mode, with
            the running statistics of frozen-norm), the other stages have a tenth of the learning rate.
"""

import os
import sys

import numpy
import torch
from safetensors import safe_open
from safetensors.numpy import load_file, save_file
from torch import nn
from torch.nn import functional

import make_golden
from make_golden import BATCHES, FIXTURES, HERE, STEPS, Network, parameter_groups, scale_network

SGD = {"lr": 0.1, "momentum": 0.9, "weight_decay": 1e-2}
ADAMW = {"lr": 0.001, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 1.0}


def start(stem, spec):
    """A network in float32 as the fixture has it."""
    network = Network(spec)
    state = network.state_dict()
    for name, values in load_file(os.path.join(HERE, stem + ".safetensors")).items():
        if name.startswith("init."):
            old = state[name[len("init."):]]
            state[name[len("init."):]] = torch.from_numpy(values).reshape(old.shape)
    network.load_state_dict(state)
    return network


def adamw(network, factor):
    settings = {**ADAMW, "lr": ADAMW["lr"] * factor}
    groups = parameter_groups(network, settings["weight_decay"])
    return settings, torch.optim.AdamW(groups, lr=settings["lr"], eps=settings["eps"],
                                       betas=(settings["beta1"], settings["beta2"]))


def set_statistics(norm):
    """The running statistics of frozen-norm; they stay."""
    c = torch.arange(norm.num_features)
    norm.running_mean.copy_(((7 * c) % 11 - 5) / 50.0)
    norm.running_var.copy_(0.5 + ((5 * c) % 13) / 13.0)
    norm.eval()


def freeze_norms(module):
    for norm in module.modules():
        if isinstance(norm, nn.BatchNorm2d):
            set_statistics(norm)


def frozen_norm(network, factor):
    freeze_norms(network)
    settings = {**SGD, "lr": SGD["lr"] * factor}
    return settings, torch.optim.SGD(parameter_groups(network, settings["weight_decay"]), lr=settings["lr"],
                                     momentum=settings["momentum"], nesterov=True)


def parts(network, factor):
    settings, update = adamw(network, factor)
    for module in (network.stem, network.stages[0]):
        freeze_norms(module)
        module.requires_grad_(False)
    staged = {id(p) for p in network.stages.parameters()}
    groups = []
    for group in update.param_groups:
        for is_staged in (False, True):
            own = [p for p in group["params"] if p.requires_grad and (id(p) in staged) == is_staged]
            groups.append({"params": own, "weight_decay": group["weight_decay"],
                           "lr": settings["lr"] * (0.1 if is_staged else 1.0)})
    return settings, torch.optim.AdamW(groups, lr=settings["lr"], eps=settings["eps"],
                                       betas=(settings["beta1"], settings["beta2"]))


TRAININGS = {"adamw": adamw, "frozen-norm": frozen_norm, "parts": parts}
# Without the statistics of their batches networks with many kinks are chaotic at any useful rate (MobileNetV2's float32
# is off by 0.1 after ten steps), so what only fine-tuning does is shown on small ones: inverted, gated, pooled blocks.
FINE_TUNED = ["average-pool-cifar", "mobilenet-v3-words-cifar"]
ALL = [f"{stem}.adamw" for stem in FIXTURES] + [f"{stem}.{name}" for stem in FINE_TUNED
                                                for name in ("frozen-norm", "parts")]


def run(stem, spec, make, batches, dtype):
    network = start(stem, spec).to(dtype).train()
    settings, update = make(network, FIXTURES[stem][2])
    losses = []
    for step in range(STEPS):
        images, labels = batches[step % BATCHES]
        update.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(network(images), labels)
        loss.backward()
        update.step()
        losses.append(loss.item())
    return numpy.array(losses), settings


def main():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.use_deterministic_algorithms(True)
    images, labels = make_golden.make_images()
    path = os.path.join(HERE, "tuning.safetensors")
    tensors, metadata = {}, {}
    if sys.argv[1:]:
        with safe_open(path, "numpy") as old:
            tensors, metadata = {name: old.get_tensor(name) for name in old.keys()}, old.metadata()
    metadata.update({"torch": torch.__version__, "made_by": "tests/golden/make_tuning.py"})
    for both in sys.argv[1:] or ALL:
        stem, name = both.rsplit(".", 1)
        spec = scale_network(*FIXTURES[stem][:2])
        exact, settings = run(stem, spec, TRAININGS[name],
                              make_golden.make_batches(images, labels, torch.float64), torch.float64)
        single, _ = run(stem, spec, TRAININGS[name],
                        make_golden.make_batches(images, labels, torch.float32), torch.float32)
        deviation = numpy.abs(single - exact)
        print(f"{both}: losses {' '.join(f'{x:.4f}' for x in exact)}")
        print(f"  deviation of float32 {' '.join(f'{x:.1e}' for x in deviation)}", flush=True)
        tensors[f"losses.{both}"] = exact.astype(numpy.float32)
        tensors[f"deviation.{both}"] = make_golden.scalar(deviation.max())
        metadata.update({f"{both}.{key}": repr(value) for key, value in settings.items()})
    save_file(tensors, path, metadata)


if __name__ == "__main__":
    sys.exit(main())
