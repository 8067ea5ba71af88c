/* weights/naming.c: the names of torchvision and timm, worked out from an operation's place. */
#include "weights/naming.h"

#include "base/text.h"
#include "models/ops.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { PREFIX_MAX = 48 }; /* of a module's name without its tensor's */

/* --- where a tensor stands --- */

/* A tensor's place in terms that both libraries use. */
typedef struct Place {
    const Op *op;
    const char *rest; /* what follows the op's name: "conv.weight", "bn.bias", "reduce.bias" */
    const char *last; /* after the last dot: "weight", "running_mean" */
    bool is_bn;
    int unit;           /* operations with weights before it in its block */
    int n_units;        /* in its block */
    int conv;           /* convolutions before it in its block: units without SE */
    bool has_expand;    /* its block has an expansion, */
    bool has_depthwise; /* a depthwise convolution */
    int flat_block;     /* blocks before it in the network */
    int n_stages;
    int n_blocks; /* in the network */
} Place;

static bool ends_as(const Op *op, const char *role)
{
    return text_ends_with(op->name, role);
}

static Place find_place(const Network *network, const NetTensor *tensor)
{
    Place place = {.op = &network->ops[tensor->op], .flat_block = -1};
    int stage = -1, block = -1;
    place.rest = tensor->name + strlen(place.op->name) + 1;
    place.last = strrchr(tensor->name, '.') + 1;
    place.is_bn = text_starts_with(place.rest, "bn.");
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        if (op->stage < 0)
            continue;
        if (op->stage != stage || op->block != block)
            place.n_blocks++;
        stage = op->stage;
        block = op->block;
        place.n_stages = stage + 1;
        if (stage != place.op->stage || block != place.op->block ||
            ops_row(op->kind)->tensors == NULL)
            continue;
        place.flat_block = place.n_blocks - 1;
        place.n_units++;
        place.unit += i < tensor->op;
        place.conv += i < tensor->op && op->batch_norm;
        place.has_expand |= ends_as(op, ".expand");
        place.has_depthwise |= ends_as(op, ".depthwise");
    }
    return place;
}

/* --- torchvision --- */

typedef enum Family {
    FAMILY_EFFICIENTNET,
    FAMILY_MOBILENET_V2,
    FAMILY_MOBILENET_V3,
    FAMILY_MNASNET,
    FAMILY_RESNET
} Family;

static Family family_of(const Network *network)
{
    for (int i = 0; i < network->n_ops; i++)
        if (ends_as(&network->ops[i], ".conv1"))
            return FAMILY_RESNET;
    switch (network->ops[0].act) {
    case ACT_RELU6:
        return FAMILY_MOBILENET_V2;
    case ACT_HARD_SWISH:
        return FAMILY_MOBILENET_V3;
    case ACT_RELU:
        return FAMILY_MNASNET;
    default:
        return FAMILY_EFFICIENTNET;
    }
}

/* A Conv2dNormActivation: 0 is the convolution, 1 its batch norm. */
static void conv_norm(char *text, const char *prefix, const Place *place)
{
    (void)snprintf(text, NET_TENSOR_NAME_MAX, "%s.%d.%s", prefix, place->is_bn, place->last);
}

/* What stands at `features.INDEX`, of a block's operations `.block.UNIT`. */
static void rename_features(const Place *place, const char *features, char *text)
{
    char prefix[PREFIX_MAX];
    if (place->op->stage < 0) {
        conv_norm(text, features, place);
        return;
    }
    (void)snprintf(prefix, sizeof prefix, "%s.block.%d", features, place->unit);
    if (ends_as(place->op, ".se"))
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "%s.fc%d.%s", prefix,
                       text_starts_with(place->rest, "reduce.") ? 1 : 2, place->last);
    else
        conv_norm(text, prefix, place);
}

static bool is_stem(const Place *place)
{
    return strcmp(place->op->name, "stem") == 0;
}

static void rename_efficientnet(const Place *place, char *text)
{
    char features[PREFIX_MAX / 2];
    if (place->op->stage < 0)
        (void)snprintf(features, sizeof features, "features.%d",
                       is_stem(place) ? 0 : place->n_stages + 1);
    else
        (void)snprintf(features, sizeof features, "features.%d.%d", place->op->stage + 1,
                       place->op->block);
    rename_features(place, features, text);
}

/* EfficientNet's parts in one flat list of blocks. */
static void rename_mobilenet_v3(const Place *place, char *text)
{
    char features[PREFIX_MAX / 2];
    const int block = is_stem(place)         ? -1
                      : place->op->stage < 0 ? place->n_blocks
                                             : place->flat_block;
    (void)snprintf(features, sizeof features, "features.%d", block + 1);
    rename_features(place, features, text);
}

static void rename_mobilenet_v2(const Place *place, char *text)
{
    char prefix[PREFIX_MAX];
    if (place->op->stage < 0) {
        (void)snprintf(prefix, sizeof prefix, "features.%d",
                       strcmp(place->op->name, "stem") == 0 ? 0 : place->n_blocks + 1);
        conv_norm(text, prefix, place);
    } else if (place->unit == place->n_units - 1) { /* the projection is not wrapped */
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "features.%d.conv.%d.%s", place->flat_block + 1,
                       place->unit + place->is_bn, place->last);
    } else {
        (void)snprintf(prefix, sizeof prefix, "features.%d.conv.%d", place->flat_block + 1,
                       place->unit);
        conv_norm(text, prefix, place);
    }
}

/* One flat Sequential: convolution, batch norm, activation, each with a number of its own. */
static void rename_mnasnet(const Place *place, char *text)
{
    enum { PER_UNIT = 3, FIRST_STAGE_AT = 3, SECOND_STAGE_AT = 8 };
    const int inner = PER_UNIT * place->unit + place->is_bn;
    if (place->op->stage > 0)
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "layers.%d.%d.layers.%d.%s",
                       SECOND_STAGE_AT + place->op->stage - 1, place->op->block, inner,
                       place->last);
    else if (place->op->stage == 0)
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "layers.%d.%s", FIRST_STAGE_AT + inner,
                       place->last);
    else
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "layers.%d.%s",
                       place->is_bn + (strcmp(place->op->name, "stem") == 0
                                           ? 0
                                           : SECOND_STAGE_AT + place->n_stages - 1),
                       place->last);
}

static void rename_resnet(const Place *place, char *text)
{
    const char *role = strrchr(place->op->name, '.');
    if (place->op->stage < 0) {
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "%s.%s", place->is_bn ? "bn1" : "conv1",
                       place->last);
        return;
    }
    char unit[PREFIX_MAX];
    if (strcmp(role, ".shortcut") == 0)
        (void)snprintf(unit, sizeof unit, "downsample.%d", place->is_bn);
    else /* ".conv2" */
        (void)snprintf(unit, sizeof unit, "%s%.2s", place->is_bn ? "bn" : "conv",
                       role + strlen(".conv"));
    (void)snprintf(text, NET_TENSOR_NAME_MAX, "layer%d.%d.%s.%s", place->op->stage + 1,
                   place->op->block, unit, place->last);
}

static const char *classifier_name(Family family, const Place *place)
{
    if (text_starts_with(place->rest, "hidden."))
        return "classifier.0";
    if (place->op->squeeze)
        return "classifier.3";
    return family == FAMILY_RESNET ? "fc" : "classifier.1";
}

static void rename_torchvision(const Network *network, const NetTensor *tensor, char *text)
{
    static void (*const rename[])(const Place *,
                                  char *) = {rename_efficientnet, rename_mobilenet_v2,
                                             rename_mobilenet_v3, rename_mnasnet, rename_resnet};
    const Place place = find_place(network, tensor);
    const Family family = family_of(network);
    if (strcmp(place.op->name, "classifier") == 0)
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "%s.%s", classifier_name(family, &place),
                       place.last);
    else
        rename[family](&place, text);
}

int naming_conv_shape(const NetTensor *tensor, int64_t dims[NET_TENSOR_MAX_DIMS])
{
    for (int i = 0; i < NET_TENSOR_MAX_DIMS; i++)
        dims[i] = i < tensor->n_dims ? tensor->dims[i] : 1;
    return tensor->is_pointwise ? NET_TENSOR_MAX_DIMS : tensor->n_dims;
}

/* PyTorch's count of batches behind every batch norm: we have no use for it. */
static bool is_batch_count(const char *name)
{
    return text_ends_with(name, ".num_batches_tracked");
}

static ErrCode adapt_torchvision(Spec *spec, Err *err)
{
    if (isnan(spec->torchvision_epsilon))
        return err_set(err, ERR_USAGE, "torchvision does not have the network '%s'", spec->name);
    spec->batch_norm.epsilon = spec->torchvision_epsilon;
    spec->padding = PADDING_SYMMETRIC;
    return ERR_NONE;
}

const WeightNaming naming_torchvision = {"torchvision", rename_torchvision, naming_conv_shape,
                                         is_batch_count, adapt_torchvision};

/* --- timm --- */

/* The convolution's name by the kind of its block: DepthwiseSeparable, InvertedResidual,
 * EdgeResidual, ConvBnAct. */
static const char *timm_conv(const Place *place)
{
    if (ends_as(place->op, ".depthwise"))
        return "conv_dw";
    if (ends_as(place->op, ".fused"))
        return place->n_units == 1 ? "conv" : "conv_exp";
    if (ends_as(place->op, ".expand"))
        return "conv_pw";
    return place->has_expand || !place->has_depthwise ? "conv_pwl" : "conv_pw";
}

static void rename_timm(const Network *network, const NetTensor *tensor, char *text)
{
    const Place place = find_place(network, tensor);
    const char *conv = "conv_stem";
    int bn = 1;
    if (strcmp(place.op->name, "classifier") == 0) {
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "classifier.%s", place.last);
        return;
    }
    if (ends_as(place.op, ".se")) {
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "blocks.%d.%d.se.conv_%s", place.op->stage,
                       place.op->block, place.rest);
        return;
    }
    if (place.op->stage >= 0) {
        conv = timm_conv(&place);
        bn = place.conv + 1;
    } else if (strcmp(place.op->name, "stem") != 0) {
        conv = "conv_head";
        bn = 2;
    }
    char prefix[PREFIX_MAX] = "";
    if (place.op->stage >= 0)
        (void)snprintf(prefix, sizeof prefix, "blocks.%d.%d.", place.op->stage, place.op->block);
    if (place.is_bn)
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "%sbn%d.%s", prefix, bn, place.last);
    else
        (void)snprintf(text, NET_TENSOR_NAME_MAX, "%s%s.%s", prefix, conv, place.last);
}

/* The weights are TensorFlow's. */
static ErrCode adapt_timm(Spec *spec, Err *err)
{
    static const double tensorflow_epsilon = 1e-3;
    (void)err;
    spec->batch_norm.epsilon = tensorflow_epsilon;
    spec->padding = PADDING_SAME;
    return ERR_NONE;
}

const WeightNaming naming_timm = {"timm-tf", rename_timm, naming_conv_shape, is_batch_count,
                                  adapt_timm};

/* --- by name --- */

const char *const naming_names[] = {"isoflop", "torchvision", "timm-tf", NULL};

const WeightNaming *naming_at(int index)
{
    static const WeightNaming *const namings[] = {&weights_own_names, &naming_torchvision,
                                                  &naming_timm};
    return namings[index];
}
