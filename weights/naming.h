/*
 * weights/naming.h: what our tensors are called in other people's weight files.
 *
 * `torchvision`: state dicts of torchvision's EfficientNet (V1, V2), MobileNetV2, MNASNet and
 * ResNet, with its epsilon and symmetric padding. `timm-tf`: those of timm's EfficientNet family,
 * whose tf_ variants hold TensorFlow's weights (SAME padding, TensorFlow's epsilon). The family is
 * read off the operations. Sources:
 * torchvision 0.14 models/{efficientnet,mobilenetv2,mnasnet,resnet}.py; timm
 * models/_efficientnet_blocks.py.
 */
#ifndef WEIGHTS_NAMING_H
#define WEIGHTS_NAMING_H

#include "weights/weights.h"

extern const WeightNaming naming_torchvision;
extern const WeightNaming naming_timm;

/* "isoflop", "torchvision", "timm-tf", NULL: for option tables; the index goes to naming_at. */
extern const char *const naming_names[];
const WeightNaming *naming_at(int index);

/*
 * Dimensions where squeeze and excitation are 1 x 1 convolutions, [out, in, 1, 1]; other tensors
 * keep theirs. Returns their number.
 */
int naming_conv_shape(const NetTensor *tensor, int64_t dims[NET_TENSOR_MAX_DIMS]);

#endif
