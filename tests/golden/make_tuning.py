"""Writes tuning.safetensors: losses of trainings that begin from the starts of the other golden fixtures.

    python tests/golden/make_tuning.py       # make_golden.py's fixtures must be there

For every fixture STEM of make_golden.py and every training NAME below, all float32:

    losses.STEM.NAME     [20] losses of a run in double, each before its step
    deviation.STEM.NAME  [1] largest |PyTorch float32 - double| of the 20 losses

Batches, the start (init.* of STEM.safetensors) and the two runs are those of make_golden.py. The metadata hold
`STEM.NAME.KEY` hyper-parameters and PyTorch's version. Trainings:

    adamw   torch.optim.AdamW; weight decay of every parameter but batch norm's gamma and beta. It is large so that
            leaving it out would be seen.
"""

import os
import sys

import numpy
import torch
from safetensors.numpy import load_file, save_file
from torch.nn import functional

import make_golden
from make_golden import BATCHES, FIXTURES, HERE, STEPS, Network, parameter_groups, scale_network

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


TRAININGS = {"adamw": adamw}


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
    tensors, metadata = {}, {"torch": torch.__version__, "made_by": "tests/golden/make_tuning.py"}
    for stem, (network, width, *_) in FIXTURES.items():
        spec = scale_network(network, width)
        for name, make in TRAININGS.items():
            exact, settings = run(stem, spec, make, make_golden.make_batches(images, labels, torch.float64),
                                  torch.float64)
            single, _ = run(stem, spec, make, make_golden.make_batches(images, labels, torch.float32),
                            torch.float32)
            deviation = numpy.abs(single - exact)
            print(f"{stem} {name}: losses {' '.join(f'{x:.4f}' for x in exact)}")
            print(f"  deviation of float32 {' '.join(f'{x:.1e}' for x in deviation)}", flush=True)
            tensors[f"losses.{stem}.{name}"] = exact.astype(numpy.float32)
            tensors[f"deviation.{stem}.{name}"] = make_golden.scalar(deviation.max())
            metadata.update({f"{stem}.{name}.{key}": repr(value) for key, value in settings.items()})
    save_file(tensors, os.path.join(HERE, "tuning.safetensors"), metadata)


if __name__ == "__main__":
    sys.exit(main())
