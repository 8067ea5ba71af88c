"""Trains efficientnet-b0-cifar at width 0.25 on CIFAR-10 in PyTorch: the peer of `isoflop train`.

    ISOFLOP_DATA=FOLDER python bench/peers/torch_cifar.py --seeds 1 2 3 4 5 > torch_cifar.jsonl

The recipe, which isoflop repeats from the command at the end:
- data: all data_batch_*.bin in file-name order. A record's key is XXH3_64 (seed 0) of its 3072 pixel bytes; in the
  order of (key, index) the first 2000 are validation (unused here), the last 18000 are train.
- pixels: (x / 255 - mean) / std, channel by channel, mean and population deviation of the 18000 training images.
- no augmentation, dropout, drop connect, label smoothing or EMA.
- initial values: N(0, sqrt(2 / fan_out)), depthwise sqrt(2 / k^2), classifier U(+-1/sqrt(classes)), biases 0, gamma 1.
- batch norm: epsilon 1e-3, running = 0.99 running + 0.01 batch.
- 4 epochs, shuffled anew each epoch, batch 32, the last incomplete batch (16 images) dropped: T = 4 * 562 steps.
- RMSprop in PyTorch's form: alpha 0.9, epsilon 1e-3, momentum 0.9, no weight decay; the learning rate of step
  t = 0 .. T-1 rises to 0.001 over the first half epoch, w = 281 steps, as 0.001 * (t + 1) / w, then falls as
  0.001 * 0.5 * (1 + cos(pi * (t - w) / (T - w))).
- accuracy: all 10000 test images, running statistics, after the last step.

    isoflop train --network efficientnet-b0-cifar --width 0.25 --data cifar-10 --seed S --threads 2 --out DIR \
        --epochs 4 --batch 32 --set data.train=18000 --set data.val=2000 --set recipe.optimizer=rmsprop-torch \
        --set recipe.lr=0.001 --set recipe.schedule=cosine --set recipe.warmup_epochs=0.5 \
        --set recipe.weight_decay=0 --set recipe.label_smoothing=0 --set recipe.ema=0 \
        --set recipe.augment=none --set network.drop_connect=0 --set network.head.dropout=0 --json
"""

import argparse
import glob
import json
import math
import os
import sys
import time

import numpy
import torch
import xxhash
from torch.nn import functional

from isoflop_torch import Network, count_macs, init_network, parameter_groups, scale_network

RECORD_BYTES = 3073  # one label byte, then 3 planes of 32 x 32
CHANNELS = 3
SIDE = 32


def read_records(paths):
    """Labels [n] and pixels [n, 3072], in file order."""
    raw = numpy.concatenate([numpy.fromfile(path, numpy.uint8) for path in paths])
    records = raw.reshape(-1, RECORD_BYTES)
    return records[:, 0].astype(numpy.int64), numpy.ascontiguousarray(records[:, 1:])


def split_train(pixels, n_val, n_train):
    """File-order indices of isoflop's training subset."""
    keys = [(xxhash.xxh3_64_intdigest(row.tobytes()), i) for i, row in enumerate(pixels)]
    if n_val + n_train > len(keys):
        sys.exit(f"torch_cifar: cannot take {n_val} + {n_train} of {len(keys)} images")
    order = [index for _, index in sorted(keys)]
    return numpy.sort(numpy.array(order[len(order) - n_train:]))


def normalised(pixels, mean, deviation):
    images = pixels.reshape(-1, CHANNELS, SIDE, SIDE).astype(numpy.float64) / 255.0
    images = (images - mean.reshape(-1, 1, 1)) / deviation.reshape(-1, 1, 1)
    return torch.from_numpy(images.astype(numpy.float32)).contiguous(
        memory_format=torch.channels_last)


def load_data(folder, n_val, n_train):
    labels, pixels = read_records(sorted(glob.glob(os.path.join(folder, "data_batch_*.bin"))))
    chosen = split_train(pixels, n_val, n_train)
    labels, pixels = labels[chosen], pixels[chosen]
    planes = pixels.reshape(-1, CHANNELS, SIDE * SIDE).astype(numpy.float64) / 255.0
    mean, deviation = planes.mean((0, 2)), planes.std((0, 2))
    test_labels, test_pixels = read_records([os.path.join(folder, "test_batch.bin")])
    return ((normalised(pixels, mean, deviation), torch.from_numpy(labels)),
            (normalised(test_pixels, mean, deviation), torch.from_numpy(test_labels)))


def accuracy(network, images, labels, batch=100):
    network.eval()
    right = 0
    with torch.no_grad():
        for at in range(0, len(labels), batch):
            right += (network(images[at:at + batch]).argmax(1) == labels[at:at + batch]).sum().item()
    network.train()
    return 100.0 * right / len(labels)


def rate(step, steps, warm_up):
    """Factor on the learning rate: a linear rise, then half a cosine to 0."""
    if step < warm_up:
        return (step + 1) / warm_up
    return 0.5 * (1.0 + math.cos(math.pi * (step - warm_up) / (steps - warm_up)))


def train(spec, data, options, seed):
    """One seed; the lines of `isoflop train --json`, as far as both know them."""
    (images, labels), (test_images, test_labels) = data
    network = init_network(Network(spec), seed).to(memory_format=torch.channels_last).train()
    optimiser = torch.optim.RMSprop(parameter_groups(network, options.weight_decay), options.lr,
                                    alpha=0.9, eps=1e-3, momentum=0.9)
    random = torch.Generator().manual_seed(1000 + seed)
    per_epoch = len(labels) // options.batch
    steps = per_epoch * options.epochs
    warm_up = int(options.warmup_epochs * per_epoch + 0.5)
    start, start_cpu = time.monotonic(), time.process_time()
    for epoch in range(options.epochs):
        order = torch.randperm(len(labels), generator=random)
        losses = 0.0
        for b in range(per_epoch):
            t = epoch * per_epoch + b
            for group in optimiser.param_groups:
                group["lr"] = options.lr * rate(t, steps, warm_up)
            batch = order[b * options.batch:(b + 1) * options.batch]
            optimiser.zero_grad(set_to_none=True)
            loss = functional.cross_entropy(
                network(images[batch].contiguous(memory_format=torch.channels_last)),
                labels[batch])
            loss.backward()
            optimiser.step()
            losses += loss.item()
        print(json.dumps({"seed": seed, "epoch": epoch + 1, "train_loss": losses / per_epoch,
                          "seconds": time.monotonic() - start}), file=sys.stderr, flush=True)
    trained, cpu = time.monotonic() - start, time.process_time() - start_cpu
    top1 = accuracy(network, test_images, test_labels)
    return {"program": "pytorch", "version": torch.__version__, "network": spec["name"],
            "width": spec["width"], "seed": seed, "epochs": options.epochs,
            "batch": options.batch, "lr": options.lr,
            "warmup_epochs": options.warmup_epochs, "weight_decay": options.weight_decay,
            "train_images": len(labels), "steps": steps, "threads": options.threads,
            "test_top1": top1, "seconds": trained,
            "cpu_seconds": cpu, "seconds_with_test": time.monotonic() - start}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--lr", type=float, default=0.001)
    parser.add_argument("--warmup-epochs", type=float, default=0.5)
    parser.add_argument("--weight-decay", type=float, default=0.0)
    parser.add_argument("--train", type=int, default=18000)
    parser.add_argument("--val", type=int, default=2000)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()

    root = os.environ.get("ISOFLOP_DATA")
    if not root:
        sys.exit("torch_cifar: ISOFLOP_DATA must name the folder that holds cifar-10-batches-bin")
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    spec = scale_network("efficientnet-b0-cifar", 0.25)
    print(json.dumps({"macs": count_macs(spec)}), file=sys.stderr)
    data = load_data(os.path.join(root, "cifar-10-batches-bin"), options.val, options.train)
    for seed in options.seeds:
        print(json.dumps(train(spec, data, options, seed)), flush=True)


if __name__ == "__main__":
    main()
