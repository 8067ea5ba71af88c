/* nn/nettensor.c: every tensor a matrix whose columns are dims[0], depthwise filters included. */
#include "nn/nettensor.h"

#include "nn/net.h"

#include "base/rng.h"
#include "base/sys.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Rows of the tensor's matrix in memory. */
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

/* The tensors of an operation; returns how many. */
static int list_tensors(const Network *network, int op_index, NetTensor *tensors)
{
    const Op *op = &network->ops[op_index];
    OpTensor list[OP_TENSORS_MAX];
    const int n = ops_tensors(op, list);
    for (int i = 0; i < n; i++) {
        NetTensor *tensor = &tensors[i];
        snprintf(tensor->name, sizeof tensor->name, "%s%s", op->name, list[i].suffix);
        tensor->op = op_index;
        tensor->k = i;
        tensor->n_dims = list[i].n_dims;
        tensor->n_elements = 1;
        for (int d = 0; d < list[i].n_dims; d++) {
            tensor->dims[d] = list[i].dims[d];
            tensor->n_elements *= (size_t)list[i].dims[d];
        }
        tensor->rate = 1.0f;
        tensor->trainable = list[i].use != OP_STATISTIC;
        tensor->decayed = list[i].use == OP_WEIGHT;
        tensor->is_pointwise = list[i].is_pointwise;
    }
    return n;
}

ErrCode net_list_tensors(NetTensor **out, int *n, const Network *network, Err *err)
{
    const size_t most = (size_t)network->n_ops * OP_TENSORS_MAX + 1;
    NetTensor *tensors = mem_calloc(most, sizeof *tensors);
    *out = tensors;
    *n = 0;
    if (tensors == NULL)
        return err_memory(err, most * sizeof *tensors);
    for (int i = 0; i < network->n_ops; i++)
        *n += list_tensors(network, i, tensors + *n);
    return ERR_NONE;
}

/* Partial gradients of a tensor. */
static int count_slots(const Net *net, int index)
{
    const OpPlan *plan = &net->plans[net->tensors[index].op];
    if (!net->tensors[index].trainable)
        return 0;
    return net->tensors[index].decayed && plan->n_slots > 0 ? plan->n_slots : 1;
}

/* Gives places to the tensors that are trained, or to the others behind them. */
static ErrCode place_tensors(Net *net, bool trainable, Err *err)
{
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        if (tensor->trainable != trainable)
            continue;
        size_t n_floats, end;
        if (!arena_multiply(memory_rows(tensor), memory_columns(tensor), &n_floats) ||
            __builtin_add_overflow(net->n_floats, n_floats, &end))
            return err_set(err, ERR_MEMORY, "tensor '%s' is too large", tensor->name);
        net->places[i] = (Place){.offset = net->n_floats,
                                 .n_floats = n_floats,
                                 .n_slots = count_slots(net, i),
                                 .buffer = -1};
        net->n_floats = end;
    }
    return ERR_NONE;
}

ErrCode nettensor_plan(Net *net, Err *err)
{
    TRY(net_list_tensors(&net->tensors, &net->n_tensors, &net->network, err));
    const size_t n = (size_t)net->n_tensors;
    net->places = mem_calloc(n + 1, sizeof *net->places);
    if (net->places == NULL)
        return err_memory(err, (n + 1) * sizeof *net->places);
    for (int i = 0; i < net->network.n_ops; i++)
        net->plans[i].tensor = NO_TENSOR;
    for (int i = net->n_tensors - 1; i >= 0; i--) {
        OpPlan *plan = &net->plans[net->tensors[i].op];
        plan->tensor = i;
        plan->n_tensors++;
    }
    TRY(place_tensors(net, true, err));
    net->n_trainable = net->n_floats;
    TRY(place_tensors(net, false, err));
    return ERR_NONE;
fail:
    return err->code;
}

TensorShape nettensor_shape(const Net *net, int index)
{
    const NetTensor *tensor = &net->tensors[index];
    const int taps = tensor->n_dims == 4 ? (int)(tensor->dims[2] * tensor->dims[3]) : 1;
    return (TensorShape){taps, (int)memory_rows(tensor) / taps, (int)memory_columns(tensor)};
}

/* --- numbers --- */

void nettensor_gather(const Net *net, int index, const float *array, float *data)
{
    const NetTensor *tensor = &net->tensors[index];
    for (size_t e = 0; e < tensor->n_elements; e++)
        data[e] = array[net->places[index].offset + memory_index(tensor, e)];
}

void nettensor_scatter(const Net *net, int index, const float *data, float *array)
{
    const NetTensor *tensor = &net->tensors[index];
    for (size_t e = 0; e < tensor->n_elements; e++)
        array[net->places[index].offset + memory_index(tensor, e)] = data[e];
}

/* Element j of a gradient: its slots in the optimiser's order. */
static float sum_slots(const Net *net, int index, size_t j)
{
    float level[SLOTS_MAX] = {0};
    const Place *place = &net->places[index];
    int n = place->n_slots;
    for (int i = 0; i < n; i++)
        level[i] = place->gradient[(size_t)i * place->n_floats + j];
    for (; n > 1; n = (n + 1) / 2)
        for (int i = 0; i < (n + 1) / 2; i++)
            level[i] = 2 * i + 1 < n ? level[2 * i] + level[2 * i + 1] : level[2 * i];
    return level[0];
}

void nettensor_gradient(const Net *net, int index, float *data)
{
    const NetTensor *tensor = &net->tensors[index];
    for (size_t e = 0; e < tensor->n_elements; e++)
        data[e] = sum_slots(net, index, memory_index(tensor, e));
}

/* --- initial values --- */

/* What the row says of a tensor. */
static OpTensor row_of_tensor(const Network *network, const NetTensor *tensor)
{
    OpTensor list[OP_TENSORS_MAX];
    ops_tensors(&network->ops[tensor->op], list);
    return list[tensor->k];
}

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

void nettensor_init(Net *net, uint64_t seed)
{
    memset(net->weights, 0, net->n_floats * sizeof *net->weights);
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        const OpTensor row = row_of_tensor(&net->network, tensor);
        Rng rng = rng_start(seed, RNG_INIT, 0, (uint64_t)i);
        float *to = net->weights + net->places[i].offset;
        for (size_t e = 0; e < tensor->n_elements; e++)
            to[memory_index(tensor, e)] = initial_value(&row, &rng);
    }
}

void net_draw_tensor(const Network *network, const NetTensor *tensor, int index, uint64_t seed,
                     float *data)
{
    const OpTensor row = row_of_tensor(network, tensor);
    Rng rng = rng_start(seed, RNG_INIT, 0, (uint64_t)index);
    for (size_t e = 0; e < tensor->n_elements; e++)
        data[e] = initial_value(&row, &rng);
}
