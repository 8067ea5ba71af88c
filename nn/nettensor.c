/* nn/nettensor.c: every tensor a matrix whose columns are dims[0], depthwise filters included. */
#include "nn/nettensor.h"

#include "nn/tensorlist.h"

#include "base/sys.h"

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
    TRY(tensorlist_make(&net->tensors, &net->n_tensors, &net->network, err));
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

void nettensor_init(Net *net, uint64_t seed)
{
    memset(net->weights, 0, net->n_floats * sizeof *net->weights);
    for (int i = 0; i < net->n_tensors; i++) {
        const NetTensor *tensor = &net->tensors[i];
        TensorDraw draw = tensorlist_draw(&net->network, tensor, i, seed);
        float *to = net->weights + net->places[i].offset;
        for (size_t e = 0; e < tensor->n_elements; e++)
            to[memory_index(tensor, e)] = tensorlist_next(&draw);
    }
}
