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
#include "models/ops.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

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
    if (tensor->n_dims == 4) { /* file [I][kh][kw], memory [kh][kw][I] */
        const size_t taps = (size_t)(tensor->dims[2] * tensor->dims[3]);
        row = rest % taps * (size_t)tensor->dims[1] + rest / taps;
    }
    return row * memory_columns(tensor) + column;
}

static void add_tensors(Net *net, int op_index)
{
    const Op *op = &net->network.ops[op_index];
    OpTensor list[OP_TENSORS_MAX];
    const int n = ops_tensors(op, list);
    net->plans[op_index].tensor = n > 0 ? net->n_tensors : NO_TENSOR;
    for (int i = 0; i < n; i++) {
        NetTensor *tensor = &net->tensors[net->n_tensors++];
        snprintf(tensor->name, sizeof tensor->name, "%s%s", op->name, list[i].suffix);
        tensor->op = op_index;
        tensor->n_dims = list[i].n_dims;
        tensor->n_elements = 1;
        for (int d = 0; d < list[i].n_dims; d++) {
            tensor->dims[d] = list[i].dims[d];
            tensor->n_elements *= (size_t)list[i].dims[d];
        }
        tensor->trainable = list[i].use != OP_STATISTIC;
        tensor->decayed = list[i].use == OP_WEIGHT;
        tensor->is_pointwise = list[i].is_pointwise;
    }
}

/* What the row says of a tensor of the net. */
static OpTensor row_of_tensor(const Net *net, int index)
{
    OpTensor list[OP_TENSORS_MAX];
    const int op = net->tensors[index].op;
    ops_tensors(&net->network.ops[op], list);
    return list[index - net->plans[op].tensor];
}

/* Gives places to the tensors of one use, behind those placed so far. */
static ErrCode place_use(Net *net, OpTensorUse use, Err *err)
{
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        if (row_of_tensor(net, i).use != use)
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
    const size_t most = (size_t)net->network.n_ops * OP_TENSORS_MAX + 1;
    net->tensors = mem_calloc(most, sizeof *net->tensors);
    net->places = mem_calloc(most, sizeof *net->places);
    net->tensor_slots = mem_calloc(most, sizeof *net->tensor_slots);
    if (net->tensors == NULL || net->places == NULL || net->tensor_slots == NULL)
        return err_memory(err, most * sizeof *net->tensors);
    for (int i = 0; i < net->network.n_ops; i++)
        add_tensors(net, i);
    TRY(place_use(net, OP_WEIGHT, err));
    net->n_slotted = net->n_floats;
    TRY(place_use(net, OP_NORM, err));
    net->n_trainable = net->n_floats;
    TRY(place_use(net, OP_STATISTIC, err));
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

static float initial_value(const OpTensor *tensor, Rng *rng)
{
    switch (tensor->init) {
    case OP_INIT_NORMAL:
        return (float)(rng_normal(rng) * sqrt(2.0 / (double)tensor->fan_out));
    case OP_INIT_UNIFORM: {
        const double limit = 1.0 / sqrt((double)tensor->fan_out);
        return (float)((2.0 * rng_double(rng) - 1.0) * limit);
    }
    case OP_INIT_ONE:
        return 1.0f;
    case OP_INIT_ZERO:
        break;
    }
    return 0.0f;
}

void net_init_weights(Net *net, uint64_t seed)
{
    memset(net->weights, 0, net->n_floats * sizeof *net->weights);
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        const OpTensor row = row_of_tensor(net, i);
        Rng rng = rng_start(seed, RNG_INIT, 0, (uint64_t)i);
        float *to = net->weights + net->places[i].offset;
        for (size_t e = 0; e < tensor->n_elements; e++)
            to[memory_index(tensor, e)] = initial_value(&row, &rng);
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
