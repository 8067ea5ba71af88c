"""Writes gradcam.safetensors: Grad-CAM (Selvaraju et al., arXiv 1610.02391) of the other golden fixtures' starts.

    python tests/golden/make_gradcam.py

make_golden.py's fixtures must be there. For a fixture STEM of those and each of its layers, all float32 (MobileNetV2 is
left out: with these statistics one ReLU6 input lies so near its kink that float32 sees it on the other side):

    map.STEM.LAYER        [2][side][side] in double, before max(0, .): sum over channels of the layer's output times the
                          mean over pixels of the gradient of the logit of class 3 by it, for the first two images
    deviation.STEM.LAYER  [1] largest |PyTorch float32 - double| of it

Images and weights are those of make_golden.py; the network is in evaluation mode, with the running statistics of
make_tuning.py's frozen-norm.
"""

import os
import sys

import numpy
import torch
from safetensors.numpy import save_file
from torch import nn

import make_golden
from make_golden import FIXTURES, HERE, scale_network
from make_tuning import set_statistics, start

N, LABEL = 2, 3


def layers_of(network):
    """Names and the modules whose output they mean."""
    layers = {"stem": network.pool}
    for s, blocks in enumerate(network.stages):
        layers[f"stages.{s}"] = blocks[-1]
    layers["stages.1.0"] = network.stages[1][0]
    if network.head is not None:
        layers["head"] = network.head
    return layers


def gradcam(network, module, images):
    taken = []
    # Activations work in place: what is kept is a copy, which the rest of the network reads.
    hook = module.register_forward_hook(lambda _, __, output: taken.append(output.clone()) or taken[0])
    logits = network(images)
    hook.remove()
    (gradient,) = torch.autograd.grad(logits[:, LABEL].sum(), taken[0])
    return (gradient.mean((2, 3), keepdim=True) * taken[0]).sum(1).detach().double()


def main():
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.use_deterministic_algorithms(True)
    images, _ = make_golden.make_images()
    pixels = torch.from_numpy(images[:N].transpose(0, 3, 1, 2).copy())
    tensors = {}
    for stem in FIXTURES:
        if stem == "mobilenet-v2-cifar-w010":
            continue
        network = start(stem, scale_network(*FIXTURES[stem][:2]))
        for norm in network.modules():
            if isinstance(norm, nn.BatchNorm2d):
                set_statistics(norm)
        network.eval()
        for name in layers_of(network):
            single = gradcam(network.float(), layers_of(network)[name], pixels)
            exact = gradcam(network.double(), layers_of(network)[name], pixels.double())
            network.float()
            deviation = (single - exact).abs().max().item()
            print(f"{stem} {name}: {tuple(exact.shape)}, largest {exact.abs().max().item():.3g}, float32 off {deviation:.1e}")
            tensors[f"map.{stem}.{name}"] = exact.float().numpy()
            tensors[f"deviation.{stem}.{name}"] = numpy.array([deviation], numpy.float32)
    save_file(tensors, os.path.join(HERE, "gradcam.safetensors"),
              {"torch": torch.__version__, "made_by": "tests/golden/make_gradcam.py"})


if __name__ == "__main__":
    sys.exit(main())
