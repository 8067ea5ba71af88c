"""PyTorch twins of isoflop's networks, shared by every script in bench/peers and tests/golden.

A network is a plain dictionary with the keys of models/zoo/*.yaml; `scale_network` turns a description and a width
into a new description with whole channels (the official round_filters), `Network` builds it. The twin is written from
the papers and the official code, not from isoflop's sources: it is the second opinion that the golden fixtures need.

Module names are chosen so that `state_dict()` gives isoflop's own tensor names (`stages.S.B.depthwise.conv.weight`).
Padding is symmetric, (k - 1) // 2. No dropout, no drop connect: the peers' recipes do not use them.
"""

import copy
import math

import torch
from torch import nn
from torch.nn import functional

ACTIVATIONS = {
    "swish": lambda: nn.SiLU(inplace=True),
    "relu": lambda: nn.ReLU(inplace=True),
    "relu6": lambda: nn.ReLU6(inplace=True),
    "hard-swish": lambda: nn.Hardswish(inplace=True),
}

GATES = {"sigmoid": torch.sigmoid, "hard-sigmoid": functional.hardsigmoid}

# Stride 2, symmetric padding; an average is over the pixels inside of the image.
POOLS = {
    "max": lambda k: nn.MaxPool2d(k, 2, (k - 1) // 2),
    "average": lambda k: nn.AvgPool2d(k, 2, (k - 1) // 2, count_include_pad=False),
}


def mbconv_stage(kernel, stride, expand, channels, layers, se=0.0):
    """One stage of MBConv blocks, as a zoo file writes it."""
    return {"op": "mbconv", "kernel": kernel, "stride": stride, "expand": expand,
            "channels": channels, "layers": layers, "se": se}


def b0_stages(stride):
    """EfficientNet-B0's; `stride` is the second stage's: 2, or 1 for images of 32 pixels."""
    return [mbconv_stage(3, 1, 1, 16, 1, 0.25), mbconv_stage(3, stride, 6, 24, 2, 0.25),
            mbconv_stage(5, 2, 6, 40, 2, 0.25), mbconv_stage(3, 2, 6, 80, 3, 0.25),
            mbconv_stage(5, 1, 6, 112, 3, 0.25), mbconv_stage(5, 2, 6, 192, 4, 0.25),
            mbconv_stage(3, 1, 6, 320, 1, 0.25)]


def plain_stage(op, kernel, stride, channels, layers, se=0.0):
    """One stage of `conv`, `dsconv` or `identity` blocks."""
    return {"op": op, "kernel": kernel, "stride": stride, "channels": channels,
            "layers": layers, "se": se, "skip": "none"}


def fused_stage(kernel, stride, expand, channels, layers):
    return {"op": "fused_mbconv", "kernel": kernel, "stride": stride, "expand": expand,
            "channels": channels, "layers": layers, "se": 0.0}


def basic_stage(stride, channels, layers):
    return {"op": "basic", "kernel": 3, "stride": stride, "expand": 1, "channels": channels,
            "layers": layers, "se": 0.0}


def bottleneck_stage(stride, channels, layers):
    return {"op": "bottleneck", "kernel": 3, "stride": stride, "expand": 1, "channels": channels,
            "layers": layers, "se": 0.0, "inner": 0.25}


def dense_stage(growth, layers):
    """Layers of a DenseNet-BC; a stage's `channels` is what each of them adds."""
    return {"op": "dense_layer", "stride": 1, "channels": growth, "layers": layers}


def transition_stage(channels):
    """What lies between two blocks of a DenseNet-BC."""
    return {"op": "transition", "stride": 2, "channels": channels, "layers": 1}


V3_SE = {"se_of": "hidden", "se_activation": "relu", "se_gate": "hard-sigmoid"}
ROUNDING_8 = {"divisor": 8, "limit": 0.9}
NO_HEAD = {"channels": 0, "scale": "never"}

NETWORKS = {
    "efficientnet-b0-cifar": {
        "resolution": 32, "classes": 10, "activation": "swish",
        "batch_norm": {"momentum": 0.99, "epsilon": 1e-3}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 1, "channels": 32},
        "stages": b0_stages(1),
        "head": {"channels": 1280, "scale": "always"},
    },
    "mobilenet-v2-cifar": {
        "resolution": 32, "classes": 10, "activation": "relu6",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-5}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 1, "channels": 32},
        "stages": [mbconv_stage(3, 1, 1, 16, 1), mbconv_stage(3, 1, 6, 24, 2),
                   mbconv_stage(3, 2, 6, 32, 3), mbconv_stage(3, 2, 6, 64, 4),
                   mbconv_stage(3, 1, 6, 96, 3), mbconv_stage(3, 2, 6, 160, 3),
                   mbconv_stage(3, 1, 6, 320, 1)],
        "head": {"channels": 1280, "scale": "up"},
    },
    "resnet-20-cifar": {
        "resolution": 32, "classes": 10, "activation": "relu",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-5}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 1, "channels": 16},
        "stages": [basic_stage(1, 16, 3), basic_stage(2, 32, 3), basic_stage(2, 64, 3)],
        "head": NO_HEAD,
    },
    "efficientnet-b0": {
        "resolution": 224, "classes": 1000, "activation": "swish",
        "batch_norm": {"momentum": 0.99, "epsilon": 1e-3}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 2, "channels": 32},
        "stages": b0_stages(2),
        "head": {"channels": 1280, "scale": "always"},
    },
    "proxy-b0": {
        "resolution": 32, "classes": 10, "activation": "swish",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-3},
        "rounding": {"divisor": 2, "limit": 0.9},
        "stem": {"kernel": 3, "stride": 2, "channels": 20},
        "stages": [mbconv_stage(5, 1, 1, 8, 3, 0.25), mbconv_stage(3, 2, 3, 10, 2, 0.25),
                   mbconv_stage(3, 2, 3, 12, 4, 0.25), mbconv_stage(3, 1, 3, 20, 2, 0.25)],
        "head": {"channels": 64, "scale": "always"},
    },
    "resnet-50": {
        "resolution": 224, "classes": 1000, "activation": "relu",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-5}, "rounding": ROUNDING_8,
        "stem": {"kernel": 7, "stride": 2, "channels": 64, "pool": 3, "pool_kind": "max"},
        "stages": [bottleneck_stage(1, 256, 3), bottleneck_stage(2, 512, 4),
                   bottleneck_stage(2, 1024, 6), bottleneck_stage(2, 2048, 3)],
        "head": NO_HEAD,
    },
    # EfficientNetV2-S's first stages, made small: a fused block of expansion 1, fused blocks of
    # expansion 4, then ordinary MBConv with SE.
    "fused-mbconv-cifar": {
        "resolution": 32, "classes": 10, "activation": "swish",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-3}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 1, "channels": 16},
        "stages": [fused_stage(3, 1, 1, 16, 2), fused_stage(3, 2, 4, 24, 2),
                   mbconv_stage(3, 2, 4, 40, 2, 0.25)],
        "head": {"channels": 160, "scale": "always"},
    },
    # Average pooling with padding; the block behind it reads the pool, and so does its shortcut.
    "average-pool-cifar": {
        "resolution": 32, "classes": 10, "activation": "swish",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-3}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 1, "channels": 16, "pool": 3,
                 "pool_kind": "average"},
        "stages": [mbconv_stage(3, 1, 4, 16, 2, 0.25), mbconv_stage(5, 2, 4, 24, 1, 0.25)],
        "head": {"channels": 96, "scale": "always"},
    },
    # Skips that pool, at stride 1 and 2, and of plain and separable convolutions; a stage's own
    # activation; a fractional expansion; identities that are nothing and that are a 1 x 1.
    "skip-pool-cifar": {
        "resolution": 32, "classes": 10, "activation": "swish",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-3}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 2, "channels": 16},
        "stages": [{**mbconv_stage(3, 1, 2.3, 16, 2, 0.25), "skip": "pool"},
                   {**mbconv_stage(5, 2, 3, 16, 1), "skip": "pool", "activation": "hard-swish"},
                   {**plain_stage("conv", 3, 1, 16, 1), "skip": "identity"},
                   {**plain_stage("dsconv", 3, 1, 16, 2, 0.25), "skip": "pool"},
                   plain_stage("identity", 1, 2, 32, 2)],
        "head": {"channels": 96, "scale": "always"},
    },
    # DenseNet-BC of growth 12, three layers a block.
    "densenet-bc-cifar": {
        "resolution": 32, "classes": 10, "activation": "swish",
        "batch_norm": {"momentum": 0.9, "epsilon": 1e-5},
        "rounding": {"divisor": 2, "limit": 0.9},
        "stem": {"kernel": 3, "stride": 1, "channels": 24, "is_bare": True},
        "stages": [dense_stage(12, 3), transition_stage(30), dense_stage(12, 3),
                   transition_stage(33), dense_stage(12, 3),
                   {"op": "last_norm", "stride": 1, "channels": 69, "layers": 1}],
        "head": NO_HEAD,
    },
    # MobileNetV3's words: activations by stage, squeezes of the hidden channels with ReLU and a hard
    # sigmoid, a hidden layer in the head.
    "mobilenet-v3-words-cifar": {
        "resolution": 32, "classes": 10, "activation": "hard-swish",
        "batch_norm": {"momentum": 0.99, "epsilon": 1e-3}, "rounding": ROUNDING_8,
        "stem": {"kernel": 3, "stride": 2, "channels": 16},
        "stages": [{**mbconv_stage(3, 1, 1, 16, 1, 0.25), **V3_SE, "activation": "relu"},
                   {**mbconv_stage(3, 2, 4.5, 24, 1), "activation": "relu"},
                   {**mbconv_stage(5, 1, 3.6666667, 24, 2, 0.25), **V3_SE}],
        "head": {"channels": 96, "hidden": 72, "scale": "always"},
    },
}


def round_channels(channels, width, rounding):
    """round_filters of the official EfficientNet code, in double as there."""
    wanted = channels * width
    divisor = rounding["divisor"]
    rounded = max(divisor, int(wanted + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < rounding["limit"] * wanted else rounded


def scale_network(name, width=1.0):
    """The description of network `name` at a width multiplier, every channel count whole."""
    spec = copy.deepcopy(NETWORKS[name])
    spec["name"] = name
    spec["width"] = width
    if width == 1.0:
        return spec
    for part in [spec["stem"]] + spec["stages"]:
        part["channels"] = round_channels(part["channels"], width, spec["rounding"])
    head = spec["head"]
    factor = {"always": width, "up": max(1.0, width), "never": 1.0}[head["scale"]]
    if head["channels"]:
        head["channels"] = round_channels(head["channels"], factor, spec["rounding"])
    return spec


class ConvBn(nn.Sequential):
    """Convolution without bias, batch normalisation, and an activation if one is named."""

    def __init__(self, spec, inputs, outputs, kernel, stride=1, groups=1, activation=None):
        super().__init__()
        norm = spec["batch_norm"]
        self.add_module("conv", nn.Conv2d(inputs, outputs, kernel, stride, (kernel - 1) // 2,
                                          groups=groups, bias=False))
        self.add_module("bn", nn.BatchNorm2d(outputs, eps=norm["epsilon"],
                                             momentum=1.0 - norm["momentum"]))
        if activation:
            self.add_module("act", ACTIVATIONS[activation]())


class Norm(nn.Module):
    """Batch normalisation alone."""

    def __init__(self, spec, channels):
        super().__init__()
        norm = spec["batch_norm"]
        self.bn = nn.BatchNorm2d(channels, eps=norm["epsilon"], momentum=1.0 - norm["momentum"])

    def forward(self, x):
        return self.bn(x)


class BareConv(nn.Module):
    """A convolution and nothing behind it."""

    def __init__(self, inputs, outputs, kernel):
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)

    def forward(self, x):
        return self.conv(x)


class NormActConv(nn.Module):
    """DenseNet's composite function: BN, activation, convolution."""

    def __init__(self, spec, inputs, outputs, kernel):
        super().__init__()
        self.pre = Norm(spec, inputs)
        self.act = ACTIVATIONS[spec["activation"]]()
        self.conv = nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False)

    def forward(self, x):
        return self.conv(self.act(self.pre(x)))


class DenseLayer(nn.Module):
    """Bottleneck layer of DenseNet-BC: 1x1 to 4 k, 3x3 to k, beside its input.

    The second BN and activation stand behind the 1x1, which is the same, and where isoflop names them.
    """

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        growth = stage["channels"]
        self.bottleneck = NormActConv(spec, inputs, 4 * growth, 1)
        self.bottleneck.bn = Norm(spec, 4 * growth).bn
        self.new = BareConv(4 * growth, growth, 3)
        self.act = ACTIVATIONS[spec["activation"]]()
        self.outputs = inputs + growth

    def forward(self, x):
        y = self.act(self.bottleneck.bn(self.bottleneck(x)))
        return torch.cat((x, self.new(y)), 1)


class Transition(nn.Module):
    """BN, activation, 1x1, mean of 2x2 pixels."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        self.conv = NormActConv(spec, inputs, stage["channels"], 1)

    def forward(self, x):
        return functional.avg_pool2d(self.conv(x), 2)


class LastNorm(nn.Module):
    """BN and activation in front of the pool."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        self.out = Norm(spec, inputs)
        self.act = ACTIVATIONS[spec["activation"]]()

    def forward(self, x):
        return self.act(self.out(x))


class SqueezeExcite(nn.Module):
    """Squeeze and excitation."""

    def __init__(self, channels, squeezed, activation, gate="sigmoid"):
        super().__init__()
        self.gate = GATES[gate]
        self.reduce = nn.Conv2d(channels, squeezed, 1)
        self.act = ACTIVATIONS[activation]()
        self.expand = nn.Conv2d(squeezed, channels, 1)

    def forward(self, x):
        pooled = x.mean((2, 3), keepdim=True)
        return x * self.gate(self.expand(self.act(self.reduce(pooled))))


def make_se(spec, stage, inputs, hidden):
    """EfficientNet's, whose width comes from the block's input, or MobileNetV3's."""
    activation = stage.get("se_activation", stage_activation(spec, stage))
    squeezed = max(1, int(inputs * stage["se"]))
    if stage.get("se_of") == "hidden":
        squeezed = round_channels(int(hidden * stage["se"]), 1.0, spec["rounding"])
    return SqueezeExcite(hidden, squeezed, activation, stage.get("se_gate", "sigmoid"))


def stage_activation(spec, stage):
    return stage.get("activation", spec["activation"])


def make_skip(stage, inputs, stride):
    """What a block adds to its output, as a module; None: nothing."""
    kind = stage.get("skip", "identity")
    if inputs != stage["channels"] or kind == "none":
        return None
    if kind == "pool":
        return nn.AvgPool2d(3, stride, 1, count_include_pad=False)
    return nn.Identity() if stride == 1 else None


class MbConv(nn.Module):
    """Expand 1x1, depthwise kxk, SE, project 1x1 without activation; skip if the shape allows."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        act, outputs = stage_activation(spec, stage), stage["channels"]
        expanded = math.floor(inputs * stage["expand"] + 0.5)
        self.skip = make_skip(stage, inputs, stride)
        steps = []
        if stage["expand"] != 1:
            self.expand = ConvBn(spec, inputs, expanded, 1, activation=act)
            steps.append(self.expand)
        self.depthwise = ConvBn(spec, expanded, expanded, stage["kernel"], stride, expanded, act)
        steps.append(self.depthwise)
        if stage["se"]:
            self.se = make_se(spec, stage, inputs, expanded)
            steps.append(self.se)
        self.project = ConvBn(spec, expanded, outputs, 1)
        steps.append(self.project)
        self.steps = tuple(steps)

    def forward(self, x):
        y = x
        for step in self.steps:
            y = step(y)
        return y if self.skip is None else self.skip(x) + y


class PlainConv(nn.Module):
    """One kxk convolution with activation."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        self.skip = make_skip(stage, inputs, stride)
        self.conv = ConvBn(spec, inputs, stage["channels"], stage["kernel"], stride,
                           activation=stage_activation(spec, stage))

    def forward(self, x):
        y = self.conv(x)
        return y if self.skip is None else self.skip(x) + y


class DsConv(nn.Module):
    """Depthwise kxk, SE, 1x1, both with activation."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        act = stage_activation(spec, stage)
        self.skip = make_skip(stage, inputs, stride)
        self.depthwise = ConvBn(spec, inputs, inputs, stage["kernel"], stride, inputs, act)
        self.se = None
        if stage["se"]:
            self.se = make_se(spec, stage, inputs, inputs)
        self.project = ConvBn(spec, inputs, stage["channels"], 1, activation=act)

    def forward(self, x):
        y = self.depthwise(x)
        y = self.project(y if self.se is None else self.se(y))
        return y if self.skip is None else self.skip(x) + y


class IdentityBlock(nn.Module):
    """Nothing; a linear 1x1 where the shape changes."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        self.conv = None
        if stride != 1 or inputs != stage["channels"]:
            self.conv = ConvBn(spec, inputs, stage["channels"], 1, stride)

    def forward(self, x):
        return x if self.conv is None else self.conv(x)


class FusedMbConv(nn.Module):
    """Dense kxk expansion and 1x1 projection; with expansion 1 a single kxk convolution."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        act, outputs, expanded = spec["activation"], stage["channels"], inputs * stage["expand"]
        self.skip = stride == 1 and inputs == outputs
        if stage["expand"] == 1:
            self.fused = ConvBn(spec, inputs, outputs, stage["kernel"], stride, activation=act)
            self.steps = (self.fused,)
        else:
            self.expand = ConvBn(spec, inputs, expanded, stage["kernel"], stride, activation=act)
            self.project = ConvBn(spec, expanded, outputs, 1)
            self.steps = (self.expand, self.project)

    def forward(self, x):
        y = x
        for step in self.steps:
            y = step(y)
        return x + y if self.skip else y


class Basic(nn.Module):
    """ResNet's two 3x3 convolutions; a 1x1 projection shortcut where the shape changes."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        act, outputs = spec["activation"], stage["channels"]
        self.conv1 = ConvBn(spec, inputs, outputs, stage["kernel"], stride, activation=act)
        self.conv2 = ConvBn(spec, outputs, outputs, stage["kernel"])
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(spec, inputs, outputs, 1, stride)
        else:
            self.shortcut = None
        self.act = ACTIVATIONS[act]()

    def forward(self, x):
        skip = x if self.shortcut is None else self.shortcut(x)
        return self.act(self.conv2(self.conv1(x)) + skip)


class Bottleneck(nn.Module):
    """ResNet's 1x1, 3x3 and 1x1; v1.5: the stride lies on the 3x3."""

    def __init__(self, spec, stage, inputs, stride):
        super().__init__()
        act, outputs = spec["activation"], stage["channels"]
        inner = int(outputs * stage["inner"])
        self.conv1 = ConvBn(spec, inputs, inner, 1, activation=act)
        self.conv2 = ConvBn(spec, inner, inner, stage["kernel"], stride, activation=act)
        self.conv3 = ConvBn(spec, inner, outputs, 1)
        if stride != 1 or inputs != outputs:
            self.shortcut = ConvBn(spec, inputs, outputs, 1, stride)
        else:
            self.shortcut = None
        self.act = ACTIVATIONS[act]()

    def forward(self, x):
        skip = x if self.shortcut is None else self.shortcut(x)
        return self.act(self.conv3(self.conv2(self.conv1(x))) + skip)


BLOCKS = {"mbconv": MbConv, "fused_mbconv": FusedMbConv, "basic": Basic,
          "bottleneck": Bottleneck, "conv": PlainConv, "dsconv": DsConv,
          "identity": IdentityBlock, "dense_layer": DenseLayer, "transition": Transition,
          "last_norm": LastNorm}


class HiddenClassifier(nn.Linear):
    """The classifier behind a hidden layer."""

    def __init__(self, channels, hidden, classes, activation):
        super().__init__(hidden, classes)
        self.hidden = nn.Linear(channels, hidden)
        self.act = ACTIVATIONS[activation]()

    def forward(self, x):
        return super().forward(self.act(self.hidden(x)))


class Network(nn.Module):
    """Stem, stages, head convolution (if any), global mean, classifier. Images are NCHW."""

    def __init__(self, spec):
        super().__init__()
        self.spec = spec
        act, stem, head = spec["activation"], spec["stem"], spec["head"]
        if stem.get("is_bare"):
            self.stem = BareConv(3, stem["channels"], stem["kernel"])
        else:
            self.stem = ConvBn(spec, 3, stem["channels"], stem["kernel"], stem["stride"],
                               activation=act)
        self.pool = nn.Identity()
        if "pool" in stem:
            self.pool = POOLS[stem["pool_kind"]](stem["pool"])
        channels = stem["channels"]
        self.stages = nn.ModuleList()
        for stage in spec["stages"]:
            blocks = nn.ModuleList()
            for layer in range(stage["layers"]):
                stride = stage["stride"] if layer == 0 else 1
                blocks.append(BLOCKS[stage["op"]](spec, stage, channels, stride))
                channels = getattr(blocks[-1], "outputs", stage["channels"])
            self.stages.append(blocks)
        self.head = None
        if head["channels"]:
            self.head = ConvBn(spec, channels, head["channels"], 1, activation=act)
            channels = head["channels"]
        self.classifier = nn.Linear(channels, spec["classes"])
        if head.get("hidden"):
            self.classifier = HiddenClassifier(channels, head["hidden"], spec["classes"], act)

    def forward(self, x):
        x = self.pool(self.stem(x))
        for blocks in self.stages:
            for block in blocks:
                x = block(x)
        if self.head is not None:
            x = self.head(x)
        return self.classifier(x.mean((2, 3)))


def init_network(network, seed):
    """Initial values of the official code; see `conv_deviation` for the rule."""
    random = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for module in network.modules():
            if isinstance(module, nn.Conv2d):
                module.weight.normal_(0.0, conv_deviation(module), generator=random)
            elif isinstance(module, nn.Linear):
                bound = 1.0 / math.sqrt(module.out_features)
                module.weight.uniform_(-bound, bound, generator=random)
            if isinstance(module, (nn.Conv2d, nn.Linear)) and module.bias is not None:
                module.bias.zero_()
    return network


def conv_deviation(conv):
    """sqrt(2 / fan_out); TensorFlow's fan_out of a depthwise kernel is k*k."""
    kernel = conv.kernel_size[0] * conv.kernel_size[1]
    return math.sqrt(2.0 / (kernel * conv.out_channels // conv.groups))


def weight_tensors(network):
    """Parameters and BN statistics under isoflop's names (PyTorch's step counters left out)."""
    return {name: tensor for name, tensor in network.state_dict().items()
            if not name.endswith("num_batches_tracked")}


def parameter_groups(network, weight_decay):
    """Parameters for an optimiser; as in the official code batch norm's gamma and beta do not decay."""
    norms = {id(p) for m in network.modules() if isinstance(m, nn.BatchNorm2d)
             for p in m.parameters()}
    parameters = list(network.parameters())
    return [{"params": [p for p in parameters if id(p) not in norms],
             "weight_decay": weight_decay},
            {"params": [p for p in parameters if id(p) in norms], "weight_decay": 0.0}]


def count_macs(spec):
    """Multiply-adds of convolutions, SE and linear layers for one image, by running the twin."""
    total = 0

    def add(module, inputs, output):
        nonlocal total
        if isinstance(module, nn.Linear):
            total += module.in_features * module.out_features
        else:
            total += module.weight.numel() * output.shape[2] * output.shape[3]

    network = Network(spec).eval()
    for module in network.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            module.register_forward_hook(add)
    with torch.no_grad():
        network(torch.zeros(1, 3, spec["resolution"], spec["resolution"]))
    return total


def count_params(spec):
    return sum(p.numel() for p in Network(spec).parameters())


class RmspropTf(torch.optim.Optimizer):
    """TensorFlow's RMSProp: squares start at 1, epsilon inside the root, lr inside the momentum.

    weight decay is L2, added to the gradient.
    """

    def __init__(self, params, lr, alpha=0.9, momentum=0.9, eps=1e-3, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "alpha": alpha, "momentum": momentum, "eps": eps,
                                  "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        for group in self.param_groups:
            for p in group["params"]:
                state = self.state[p]
                if not state:
                    state["square"] = torch.ones_like(p)
                    state["velocity"] = torch.zeros_like(p)
                grad = p.grad.add(p, alpha=group["weight_decay"])
                square, velocity = state["square"], state["velocity"]
                square.add_(grad * grad - square, alpha=1.0 - group["alpha"])
                velocity.mul_(group["momentum"]).add_(
                    group["lr"] * grad / (square + group["eps"]).sqrt())
                p.sub_(velocity)
