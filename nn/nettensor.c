/*
 * nn/nettensor.c: the tensors of a Net: names, shapes, places, and their two layouts.
 *
 * Files hold O I kh kw; memory holds matrices whose columns are output channels padded to whole
 * lanes (kernels/kernel_types.h). Every tensor is a matrix [rows][padded columns] in memory, so one
 * function maps an element of the file form to its place.
 */
#include "nn/netplan.h"

#include "base/fmath.h"
#include "base/rng.h"
#include "base/sys.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { MAX_TENSORS_OF_OP = 5 };

/* What one role is called and whether it is trained. */
typedef struct RoleInfo {
    const char *suffix;
    bool trainable, decayed;
    bool slotted; /* has partial gradients; else its gradient comes whole, from batch norm's sums */
} RoleInfo;

static const RoleInfo roles[] = {
    [NET_CONV_WEIGHT] = {".conv.weight", true, true, true},
    [NET_DEPTHWISE_WEIGHT] = {".conv.weight", true, true, true},
    [NET_SE_REDUCE_WEIGHT] = {".reduce.weight", true, true, true},
    [NET_SE_REDUCE_BIAS] = {".reduce.bias", true, true, true},
    [NET_SE_EXPAND_WEIGHT] = {".expand.weight", true, true, true},
    [NET_SE_EXPAND_BIAS] = {".expand.bias", true, true, true},
    [NET_BN_WEIGHT] = {".bn.weight", true, false, false},
    [NET_BN_BIAS] = {".bn.bias", true, false, false},
    [NET_BN_MEAN] = {".bn.running_mean", false, false, false},
    [NET_BN_VAR] = {".bn.running_var", false, false, false},
    [NET_LINEAR_WEIGHT] = {".weight", true, true, true},
    [NET_LINEAR_BIAS] = {".bias", true, true, true},
};

/* Roles of an operation's tensors in their order; returns how many. */
static int roles_of_op(const Op *op, NetRole out[MAX_TENSORS_OF_OP])
{
    static const NetRole norm[] = {NET_BN_WEIGHT, NET_BN_BIAS, NET_BN_MEAN, NET_BN_VAR};
    static const NetRole se[] = {NET_SE_REDUCE_WEIGHT, NET_SE_REDUCE_BIAS, NET_SE_EXPAND_WEIGHT,
                                 NET_SE_EXPAND_BIAS};
    switch (op->kind) {
    case OP_CONV:
    case OP_DEPTHWISE:
        out[0] = op->kind == OP_CONV ? NET_CONV_WEIGHT : NET_DEPTHWISE_WEIGHT;
        memcpy(out + 1, norm, sizeof norm);
        return op->batch_norm ? MAX_TENSORS_OF_OP : 1;
    case OP_SE:
        memcpy(out, se, sizeof se);
        return (int)ARRAY_LEN(se);
    case OP_LINEAR:
        out[0] = NET_LINEAR_WEIGHT;
        out[1] = NET_LINEAR_BIAS;
        return 2;
    default:
        return 0;
    }
}

static void set_dims(NetTensor *tensor, int n_dims, int a, int b, int c, int d)
{
    const int dims[NET_TENSOR_MAX_DIMS] = {a, b, c, d};
    tensor->n_dims = n_dims;
    tensor->n_elements = 1;
    for (int i = 0; i < n_dims; i++) {
        tensor->dims[i] = dims[i];
        tensor->n_elements *= (size_t)dims[i];
    }
}

static void set_shape(NetTensor *tensor, const Op *op)
{
    const int k = op->kernel, in = op->in_channels, out = op->out_channels, S = op->squeeze;
    switch (tensor->role) {
    case NET_CONV_WEIGHT:
        set_dims(tensor, 4, out, in, k, k);
        break;
    case NET_DEPTHWISE_WEIGHT:
        set_dims(tensor, 4, out, 1, k, k);
        break;
    case NET_SE_REDUCE_WEIGHT:
        set_dims(tensor, 2, S, in, 0, 0);
        break;
    case NET_SE_REDUCE_BIAS:
        set_dims(tensor, 1, S, 0, 0, 0);
        break;
    case NET_SE_EXPAND_WEIGHT:
        set_dims(tensor, 2, in, S, 0, 0);
        break;
    case NET_LINEAR_WEIGHT:
        set_dims(tensor, 2, out, in, 0, 0);
        break;
    default:
        set_dims(tensor, 1, out, 0, 0, 0);
        break;
    }
}

/* Rows of the tensor's matrix in memory; its columns are dims[0] but for depthwise, see below. */
static size_t memory_rows(const NetTensor *tensor)
{
    return tensor->n_elements / (size_t)tensor->dims[0];
}

static size_t memory_columns(const NetTensor *tensor)
{
    return (size_t)lanes_pad((int)tensor->dims[0]);
}

/* Place in memory of element e of the file form. */
static size_t memory_index(const NetTensor *tensor, size_t e)
{
    const size_t rows = memory_rows(tensor), column = e / rows, rest = e % rows;
    size_t row = rest;
    if (tensor->role == NET_CONV_WEIGHT) { /* file [I][kh][kw], memory [kh][kw][I] */
        const size_t taps = (size_t)(tensor->dims[2] * tensor->dims[3]);
        row = rest % taps * (size_t)tensor->dims[1] + rest / taps;
    }
    return row * memory_columns(tensor) + column;
}

static void add_tensors(Net *net, int op_index)
{
    const Op *op = &net->network.ops[op_index];
    NetRole list[MAX_TENSORS_OF_OP];
    const int n = roles_of_op(op, list);
    net->plans[op_index].tensor = n > 0 ? net->n_tensors : NO_TENSOR;
    for (int i = 0; i < n; i++) {
        NetTensor *tensor = &net->tensors[net->n_tensors++];
        const RoleInfo *info = &roles[list[i]];
        snprintf(tensor->name, sizeof tensor->name, "%s%s", op->name, info->suffix);
        tensor->role = list[i];
        tensor->op = op_index;
        tensor->trainable = info->trainable;
        tensor->decayed = info->decayed;
        set_shape(tensor, op);
    }
}

/* Gives places to the tensors of one class, behind those placed so far. */
static ErrCode place_class(Net *net, bool trainable, bool slotted, Err *err)
{
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        const RoleInfo *info = &roles[tensor->role];
        if (info->trainable != trainable || info->slotted != slotted)
            continue;
        size_t n_floats, end;
        if (!arena_multiply(memory_rows(tensor), memory_columns(tensor), &n_floats) ||
            __builtin_add_overflow(net->n_floats, n_floats, &end))
            return err_set(err, ERR_MEMORY, "tensor '%s' is too large", tensor->name);
        net->places[i] = (Place){net->n_floats, n_floats};
        net->n_floats = end;
    }
    return ERR_NONE;
}

ErrCode nettensor_plan(Net *net, Err *err)
{
    const size_t most = (size_t)net->network.n_ops * MAX_TENSORS_OF_OP + 1;
    net->tensors = mem_calloc(most, sizeof *net->tensors);
    net->places = mem_calloc(most, sizeof *net->places);
    net->tensor_slots = mem_calloc(most, sizeof *net->tensor_slots);
    if (net->tensors == NULL || net->places == NULL || net->tensor_slots == NULL)
        return err_memory(err, most * sizeof *net->tensors);
    for (int i = 0; i < net->network.n_ops; i++)
        add_tensors(net, i);
    TRY(place_class(net, true, true, err));
    net->n_slotted = net->n_floats;
    TRY(place_class(net, true, false, err));
    net->n_trainable = net->n_floats;
    TRY(place_class(net, false, false, err));
    return ERR_NONE;
fail:
    return err->code;
}

/* --- inspect --- */

int net_n_tensors(const Net *net)
{
    return net->n_tensors;
}

const NetTensor *net_tensor(const Net *net, int index)
{
    return &net->tensors[index];
}

size_t net_largest_tensor(const Net *net)
{
    size_t most = 1;
    for (int i = 0; i < net->n_tensors; i++)
        most = net->tensors[i].n_elements > most ? net->tensors[i].n_elements : most;
    return most;
}

int net_find_tensor(const Net *net, const char *name)
{
    for (int i = 0; i < net->n_tensors; i++)
        if (strcmp(net->tensors[i].name, name) == 0)
            return i;
    return -1;
}

bool net_has(const Net *net, int index, NetValues values)
{
    const bool training = net->settings.training;
    switch (values) {
    case NET_WEIGHTS:
        return true;
    case NET_EMA:
        return training;
    case NET_MEAN_SQUARE:
        return training && net->tensors[index].trainable && net->settings.optimizer != NET_SGD;
    default:
        return training && net->tensors[index].trainable;
    }
}

static float *values_array(const Net *net, NetValues values)
{
    switch (values) {
    case NET_WEIGHTS:
        return net->weights;
    case NET_EMA:
        return net->ema;
    case NET_MOMENTUM:
        return net->momentum;
    default:
        return net->mean_square;
    }
}

/* Element j of a gradient: its slots in the optimiser's order. */
static float sum_slots(const Net *net, int index, size_t j)
{
    float level[SLOTS_MAX] = {0};
    int n = net->tensor_slots[index];
    for (int i = 0; i < n; i++)
        level[i] = net->slots[(size_t)i * net->n_trainable + net->places[index].offset + j];
    for (; n > 1; n = (n + 1) / 2)
        for (int i = 0; i < (n + 1) / 2; i++)
            level[i] = 2 * i + 1 < n ? level[2 * i] + level[2 * i + 1] : level[2 * i];
    return level[0];
}

void net_read(const Net *net, int index, NetValues values, float *data)
{
    assert(net_has(net, index, values));
    const NetTensor *tensor = &net->tensors[index];
    for (size_t e = 0; e < tensor->n_elements; e++) {
        const size_t j = memory_index(tensor, e);
        data[e] = values == NET_GRADIENT ? sum_slots(net, index, j)
                                         : values_array(net, values)[net->places[index].offset + j];
    }
}

void net_write(Net *net, int index, NetValues values, const float *data)
{
    assert(net_has(net, index, values) && values != NET_GRADIENT);
    const NetTensor *tensor = &net->tensors[index];
    float *to = values_array(net, values) + net->places[index].offset;
    for (size_t e = 0; e < tensor->n_elements; e++)
        to[memory_index(tensor, e)] = data[e];
}

/* --- initial values --- */

/* Standard deviation of a normal initial weight: sqrt(2 / fan_out), fan_out as TensorFlow counts
 * it. */
static double initial_deviation(const NetTensor *tensor)
{
    const int64_t taps = tensor->n_dims == 4 ? tensor->dims[2] * tensor->dims[3] : 1;
    const int64_t out = tensor->role == NET_DEPTHWISE_WEIGHT ? 1 : tensor->dims[0];
    return sqrt(2.0 / (double)(taps * out));
}

static float initial_value(const Net *net, const NetTensor *tensor, Rng *rng)
{
    switch (tensor->role) {
    case NET_CONV_WEIGHT:
    case NET_DEPTHWISE_WEIGHT:
    case NET_SE_REDUCE_WEIGHT:
    case NET_SE_EXPAND_WEIGHT:
        return (float)(rng_normal(rng) * initial_deviation(tensor));
    case NET_LINEAR_WEIGHT: {
        const double limit = 1.0 / sqrt((double)net->network.classes);
        return (float)((2.0 * rng_double(rng) - 1.0) * limit);
    }
    case NET_BN_WEIGHT:
    case NET_BN_VAR:
        return 1.0f;
    default:
        return 0.0f;
    }
}

void net_init_weights(Net *net, uint64_t seed)
{
    memset(net->weights, 0, net->n_floats * sizeof *net->weights);
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        Rng rng = rng_start(seed, RNG_INIT, 0, (uint64_t)i);
        float *to = net->weights + net->places[i].offset;
        for (size_t e = 0; e < tensor->n_elements; e++)
            to[memory_index(tensor, e)] = initial_value(net, tensor, &rng);
    }
    net_reset_optimizer(net);
}

/*
 * Pad lanes keep mean square 0 and weight 0: whatever the optimiser makes of 0/sqrt(0 + eps) is 0.
 */
void net_reset_optimizer(Net *net)
{
    if (!net->settings.training)
        return;
    memcpy(net->ema, net->weights, net->n_floats * sizeof *net->ema);
    memset(net->momentum, 0, net->n_trainable * sizeof *net->momentum);
    if (net->mean_square == NULL)
        return;
    const float start = net->settings.optimizer == NET_RMSPROP ? 1.0f : 0.0f;
    for (size_t i = 0; i < net->n_trainable; i++)
        net->mean_square[i] = start;
}
