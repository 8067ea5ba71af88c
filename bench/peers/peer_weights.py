"""Random weights with perturbed BN statistics, and isoflop run on files: shared by check_logits.py and check_onnx.py."""

import os
import subprocess

import torch
from safetensors.torch import load_file, save_file


# At the usual gain the largest networks are chaotic in eval: PyTorch's own float32 leaves its double by 0.6 of the
# largest logit (V2-S at 97 px) or 2e-5 (B4 at 380 px). With these it leaves it by about 1e-6, and images still matter.
GAINS = {"efficientnet-v2-s": 1.3, "efficientnet-b4": 1.8, "efficientnet-b5": 1.8,
         "efficientnet-b6": 1.7, "efficientnet-b7": 1.6}
USUAL_GAIN = 2.0


def perturb(state, seed, network):
    """Replaces every tensor of a state dict in place.

    Convolutions and linear layers are normal with variance gain / fan_in, so that images still matter after many
    layers; gamma, beta, mean and variance all differ from their initial values, so that none can be mixed up.
    """
    gain = GAINS.get(network, USUAL_GAIN)
    generator = torch.Generator().manual_seed(seed)

    def uniform(tensor, low, high):
        return torch.rand(tensor.shape, generator=generator) * (high - low) + low

    for name, tensor in sorted(state.items()):
        if name.endswith("num_batches_tracked"):
            tensor.fill_(seed)
        elif name.endswith("running_var"):
            tensor.copy_(uniform(tensor, 0.5, 2.0))
        elif name.endswith("running_mean"):
            tensor.copy_(uniform(tensor, -0.5, 0.5))
        elif tensor.dim() > 1:
            fan_in = tensor[0].numel()
            tensor.copy_(torch.randn(tensor.shape, generator=generator) * (gain / fan_in) ** 0.5)
        elif name.endswith("bias"):
            tensor.copy_(uniform(tensor, -0.3, 0.3))
        else:
            tensor.copy_(uniform(tensor, 0.5, 1.5))
    return state


def make_images(n, side, seed):
    return torch.randn(n, 3, side, side, generator=torch.Generator().manual_seed(seed))


def isoflop(binary, *words):
    """Runs the program; a failure is an exception with its message."""
    done = subprocess.run([binary, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return done.stdout


def infer(binary, network, weights, images, folder, *options):
    """Logits of images[N, 3, H, H]."""
    source, target = os.path.join(folder, "x.safetensors"), os.path.join(folder, "y.safetensors")
    save_file({"images": images.contiguous()}, source)
    isoflop(binary, "infer", "--network", network, "--weights", weights, "--input", source,
            "--output", target, *options)
    return load_file(target)["logits"]


def relative_error(ours, theirs):
    """max |a - b| over max |b|; infinite if anything is not finite."""
    if ours.shape != theirs.shape or not torch.isfinite(ours).all():
        return float("inf")
    return ((ours - theirs).abs().max() / theirs.abs().max()).item()
