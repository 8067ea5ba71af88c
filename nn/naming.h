/*
 * nn/naming.h: what our tensors are called in other people's weight files.
 *
 * `torchvision`: state dicts of torchvision's EfficientNet (V1, V2), MobileNetV2, MNASNet and
 * ResNet. `timm-tf`: those of timm's EfficientNet family, whose tf_ variants hold TensorFlow's
 * weights (SAME padding, TensorFlow's epsilon). The family is read off the operations. Sources:
 * torchvision 0.14 models/{efficientnet,mobilenetv2,mnasnet,resnet}.py; timm
 * models/_efficientnet_blocks.py.
 */
#ifndef NN_NAMING_H
#define NN_NAMING_H

#include "nn/weights.h"

extern const WeightNaming naming_torchvision;
extern const WeightNaming naming_timm;

/* "isoflop", "torchvision", "timm-tf", NULL: for option tables; the index goes to naming_at. */
extern const char *const naming_names[];
const WeightNaming *naming_at(int index);

#endif
