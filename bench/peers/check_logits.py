"""isoflop's logits beside torchvision's and timm's, with random weights and perturbed BN statistics.

    python bench/peers/check_logits.py --isoflop build/isoflop [--only NAME...] [--weights KIND...]

For every network that isoflop shares with torchvision (--names torchvision), and timm's EfficientNets with
TensorFlow's padding (--names timm-tf): the library's state dict is saved and run by `isoflop infer`; the logits may
differ by 1e-4 of the largest, except where the library's own float32 leaves its double by as much (CHAOTIC). Kinds of
weights: `random` (everything random, at the network's resolution and an odd smaller one), `initial` (as the library
makes them) and `statistics` (so, but batch norm random), these two at the odd one. Then the weights go to isoflop's
names and back (`export --format safetensors`), must load strictly into the library's network and be the same bits
(num_batches_tracked apart, which isoflop does not keep). Each resolution's line shows the error and, for scale, how
far apart the two images' logits are. Exit 1 if any check fails.
"""

import argparse
import os
import sys
import tempfile
from collections import OrderedDict

import timm
import torch
import torchvision
from safetensors.torch import load_file, save_file

from peer_weights import infer, isoflop, make_images, perturb, relative_error

TOLERANCE = 1e-4
IMAGES = 2
CHAOS_FACTOR = 4  # the same arithmetic in another order has the same size of error
KINDS = ["random", "initial", "statistics"]

# isoflop's name -> torchvision's, its resolution (B5 to B7: a smaller one, for time), another
TORCHVISION = {
    "efficientnet-b0": ("efficientnet_b0", 224, 97),
    "efficientnet-b1": ("efficientnet_b1", 240, 97),
    "efficientnet-b2": ("efficientnet_b2", 260, 97),
    "efficientnet-b3": ("efficientnet_b3", 300, 97),
    "efficientnet-b4": ("efficientnet_b4", 380, 97),
    "efficientnet-b5": ("efficientnet_b5", 160, 97),
    "efficientnet-b6": ("efficientnet_b6", 160, 97),
    "efficientnet-b7": ("efficientnet_b7", 160, 97),
    "efficientnet-v2-s": ("efficientnet_v2_s", 384, 97),
    "mobilenet-v2": ("mobilenet_v2", 224, 97),
    "mobilenet-v3-small": ("mobilenet_v3_small", 224, 97),
    "mobilenet-v3-large": ("mobilenet_v3_large", 224, 97),
    "mnasnet-b1": ("mnasnet1_0", 224, 97),
    "resnet-18": ("resnet18", 224, 97),
    "resnet-34": ("resnet34", 224, 97),
    "resnet-50": ("resnet50", 224, 97),
    "resnet-101": ("resnet101", 224, 97),
    "resnet-152": ("resnet152", 224, 97),
    "wide-resnet-50-2": ("wide_resnet50_2", 224, 97),
}
# SAME padding depends on the size's parity, so both parities are tried.
TIMM = {
    "efficientnet-b0": ("tf_efficientnet_b0", 224, 97),
    "efficientnet-b3": ("tf_efficientnet_b3", 300, 97),
    "efficientnet-v2-s": ("tf_efficientnetv2_s", 384, 97),
}


def weights_of(peer, kind, network):
    """The network's state dict, changed in place to be of that kind."""
    state = peer.state_dict()
    if kind == "random":
        perturb(state, 7, network)
    elif kind == "statistics":
        norms = {name for name, module in peer.named_modules()
                 if isinstance(module, torch.nn.BatchNorm2d)}
        perturb({name: tensor for name, tensor in state.items()
                 if name.rpartition(".")[0] in norms}, 7, network)
    return state


def loads(peer, returned, state):
    """Whether the library takes the tensors strictly.

    A plain dictionary has no version, and batch norm then makes num_batches_tracked itself; MNASNet refuses it.
    """
    if not isinstance(peer, torchvision.models.MNASNet):
        return not any(peer.load_state_dict(returned, strict=True))
    returned = OrderedDict(returned)
    returned._metadata = state._metadata
    missing, unexpected = peer.load_state_dict(returned, strict=False)
    return not unexpected and all(n.endswith("num_batches_tracked") for n in missing)


def is_chaotic(peer, images, ours, theirs):
    """Whether the library's own float32 is as far from its double as we are: then no two roundings agree."""
    with torch.no_grad():
        exact = peer.double()(images.double())
    peer.float()
    own, other = relative_error(theirs.double(), exact), relative_error(ours.double(), exact)
    print(f"     float32 from double: the library {own:.1e}, isoflop {other:.1e}")
    return own > TOLERANCE / CHAOS_FACTOR and other <= CHAOS_FACTOR * own


def check(binary, network, naming, build, sides, kind, folder):
    """Prints one line; True if all of it holds."""
    torch.manual_seed(13)
    peer = build().eval()
    state = weights_of(peer, kind, network)
    theirs = os.path.join(folder, "theirs.safetensors")
    ours, back = os.path.join(folder, "ours.safetensors"), os.path.join(folder, "back.safetensors")
    save_file(state, theirs)
    errors, spreads, chaos = [], [], False
    for side in sides:
        images = make_images(IMAGES, side, seed=side)
        with torch.no_grad():
            wanted = peer(images)
        spreads.append(relative_error(wanted[:1], wanted[1:]))
        ours_logits = infer(binary, network, theirs, images, folder, "--names", naming)
        errors.append(relative_error(ours_logits, wanted))
        if errors[-1] > TOLERANCE and is_chaotic(peer, images, ours_logits, wanted):
            chaos = True
    isoflop(binary, "export", "--format", "safetensors", "--network", network, "--weights", theirs,
            "--names", naming, "--to", "isoflop", "--output", ours)
    isoflop(binary, "export", "--format", "safetensors", "--network", network, "--weights", ours,
            "--to", naming, "--output", back)
    returned = load_file(back)
    round_trip = loads(build(), returned, state) and \
        all(torch.equal(tensor, state[name]) for name, tensor in returned.items())
    good = (chaos or all(error <= TOLERANCE for error in errors)) and round_trip
    numbers = "  ".join(f"{side} px {error:.1e} of {spread:.1e}"
                        for side, error, spread in zip(sides, errors, spreads))
    print(f"{'ok  ' if good else 'FAIL'} {naming:11} {network:18} {kind:10} {numbers}  "
          f"round trip {'exact' if round_trip else 'BROKEN'}{'  CHAOTIC' if chaos else ''}",
          flush=True)
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--isoflop", default="build/isoflop", help="the program")
    parser.add_argument("--only", nargs="*", help="isoflop's names of networks")
    parser.add_argument("--weights", nargs="*", default=KINDS, choices=KINDS)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    jobs = [(network, "torchvision", lambda n=name: torchvision.models.get_model(n), sides)
            for network, (name, *sides) in TORCHVISION.items()]
    jobs += [(network, "timm-tf", lambda n=name: timm.create_model(n), sides)
             for network, (name, *sides) in TIMM.items()]
    good = True
    with tempfile.TemporaryDirectory() as folder:
        for network, naming, build, sides in jobs:
            if options.only and network not in options.only:
                continue
            for kind in options.weights:
                try:
                    good &= check(options.isoflop, network, naming, build,
                                  sides if kind == "random" else sides[-1:], kind, folder)
                except RuntimeError as error:
                    print(f"FAIL {naming:11} {network:18} {kind:10} {error}", flush=True)
                    good = False
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
