"""Writes autoaugment.txt: what torchvision's AutoAugment does on Pillow images, operation by operation.

    python tests/golden/make_autoaugment.py      # needs torchvision, Pillow, numpy, xxhash

One line each, digests are XXH3-64 of the resulting [H][W][3] bytes:

    op NAME LEVEL SIGN IMAGE DIGEST                  every operation at every level and sign, on every test image
    pair POLICY INDEX NAME TENTHS LEVEL NAME TENTHS LEVEL DIGEST DIGEST
                                                     a policy's pair, and both its operations applied to image 0,
                                                     with positive signs and with negative ones

Images are a formula: with n the image's number, i = ((n*H + y)*W + x)*3 + c the flat index, in 32-bit unsigned
arithmetic, s = 1664525*(i + 1) + 1013904223; h = s ^ (s >> 16); h = h * 0x45d9f3b; h = h ^ (h >> 16); noise = h & 255:

    image 0   24 x 20: 30 + 3*x + 2*y + 10*c + noise/4       a picture with a ramp, not the full range
    image 1   31 x 17: noise                                 everything
    image 2   16 x 16: c == 0: 77; c == 1: noise & 1; else noise & 192       few levels, or one
"""

import os
import re

import numpy
import PIL
import torchvision
import xxhash
from PIL import Image
from torchvision.transforms import autoaugment
from torchvision.transforms.functional import InterpolationMode

SIZES = [(20, 24), (17, 31), (16, 16)]  # height, width
SIGNED = {"ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate", "Brightness", "Color", "Contrast", "Sharpness"}
LEVELLED = SIGNED | {"Posterize", "Solarize"}


def image(n):
    height, width = SIZES[n]
    y, x, c = numpy.meshgrid(*map(numpy.arange, (height, width, 3)), indexing="ij")
    with numpy.errstate(over="ignore"):
        i = (((n * height + y) * width + x) * 3 + c).astype(numpy.uint32)
        h = numpy.uint32(1664525) * (i + numpy.uint32(1)) + numpy.uint32(1013904223)
        h = (h ^ (h >> 16)) * numpy.uint32(0x45D9F3B)
        noise = ((h ^ (h >> 16)) & 255).astype(int)
    formulas = [30 + 3 * x + 2 * y + 10 * c + noise // 4, noise, numpy.choose(c, [77 + 0 * x, noise & 1, noise & 192])]
    return Image.fromarray(formulas[n].astype(numpy.uint8))


def name_of(op):
    return re.sub(r"(?<=[a-z])(?=[XY]$)", "-", op).lower()


def apply(picture, op, level, negative):
    space = autoaugment.AutoAugment()._augmentation_space(10, (picture.height, picture.width))
    values = space[op][0]
    value = float(values[level].item()) if op in LEVELLED else 0.0
    if negative and space[op][1]:
        value = -value
    return autoaugment._apply_op(picture, op, value, interpolation=InterpolationMode.NEAREST, fill=None)


def digest(picture):
    return xxhash.xxh3_64_hexdigest(numpy.asarray(picture).tobytes())


def lines():
    yield f"# torchvision {torchvision.__version__.split('+')[0]}, Pillow {PIL.__version__}: made by make_autoaugment.py"
    for op in autoaugment.AutoAugment()._augmentation_space(10, (1, 1)):
        for level in range(10 if op in LEVELLED else 1):
            for negative in [False, True] if op in SIGNED else [False]:
                for n in range(len(SIZES)):
                    result = digest(apply(image(n), op, level, negative))
                    yield f"op {name_of(op)} {level} {'-' if negative else '+'} {n} {result}"
    for policy in [autoaugment.AutoAugmentPolicy.IMAGENET, autoaugment.AutoAugmentPolicy.CIFAR10]:
        for index, pair in enumerate(autoaugment.AutoAugment(policy).policies):
            words = [f"{name_of(op)} {round(10 * p)} {level or 0}" for op, p, level in pair]
            for negative in [False, True]:
                picture = image(0)
                for op, _, level in pair:
                    picture = apply(picture, op, level, negative)
                words.append(digest(picture))
            yield f"pair {policy.value} {index} {' '.join(words)}"


if __name__ == "__main__":
    with open(os.path.join(os.path.dirname(__file__), "autoaugment.txt"), "w") as file:
        file.writelines(line + "\n" for line in lines())
