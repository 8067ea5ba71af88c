/* nn/tensorlist.c: what the rows of operations (models/op_row.h) say of their tensors, as a list.
 */
#include "nn/tensorlist.h"

#include "base/sys.h"

#include <math.h>
#include <stdio.h>

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

ErrCode tensorlist_make(NetTensor **out, int *n, const Network *network, Err *err)
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

size_t tensorlist_largest(const NetTensor *tensors, int n)
{
    size_t most = 1;
    for (int i = 0; i < n; i++)
        most = tensors[i].n_elements > most ? tensors[i].n_elements : most;
    return most;
}

TensorDraw tensorlist_draw(const Network *network, const NetTensor *tensor, int index,
                           uint64_t seed)
{
    OpTensor list[OP_TENSORS_MAX];
    ops_tensors(&network->ops[tensor->op], list);
    return (TensorDraw){.row = list[tensor->k],
                        .rng = rng_start(seed, RNG_INIT, 0, (uint64_t)index)};
}

float tensorlist_next(TensorDraw *draw)
{
    switch (draw->row.init) {
    case OP_INIT_NORMAL:
        return (float)(rng_normal(&draw->rng) * sqrt(2.0 / (double)draw->row.fan_out));
    case OP_INIT_UNIFORM: {
        const double limit = 1.0 / sqrt((double)draw->row.fan_out);
        return (float)((2.0 * rng_double(&draw->rng) - 1.0) * limit);
    }
    case OP_INIT_ONE:
        return 1.0f;
    case OP_INIT_ZERO:
        break;
    }
    return 0.0f;
}
