/* models/cost: memory and the table of layers, by walking the operations. */
#include "models/cost.h"

#include "models/ops.h"

#include "base/err.h"
#include "base/sys.h"

enum { FLOAT_BYTES = 4 };

bool cost_is_layer(const Op *op)
{
    OpTensor tensors[OP_TENSORS_MAX];
    return ops_tensors(op, tensors) > 0;
}

static int64_t map_bytes(int channels, int size)
{
    return (int64_t)channels * size * size * FLOAT_BYTES;
}

static int64_t output_bytes(const Op *op)
{
    return map_bytes(op->out_channels, op->out_size);
}

/* Marks in change[] that `bytes` are alive from operation `first` to `last`. */
static void mark_alive(int64_t *change, int first, int last, int64_t bytes)
{
    change[first] += bytes;
    change[last + 1] -= bytes;
}

/*
 * Largest sum of maps alive while an operation runs: a map lives from its maker to its last reader.
 * `last` and `change` are scratch of n_ops and n_ops + 1.
 */
static int64_t peak_bytes(const Network *network, int *last, int64_t *change)
{
    const Op *ops = network->ops;
    for (int i = 0; i < network->n_ops; i++) {
        last[i] = i;
        if (ops[i].input >= 0)
            last[ops[i].input] = i;
        if (ops_shortcut(&ops[i]) >= 0)
            last[ops[i].shortcut] = i;
    }
    mark_alive(change, 0, 0, map_bytes(ops[0].in_channels, ops[0].in_size));
    for (int i = network->n_ops - 1; i >= 0; i--)
        if (ops[i].joins) /* it is the shortcut's map that lives on */
            last[ops[i].shortcut] = last[i];
        else
            mark_alive(change, i, last[i], output_bytes(&ops[i]));
    int64_t alive = 0, peak = 0;
    for (int i = 0; i < network->n_ops; i++) {
        alive += change[i];
        peak = alive > peak ? alive : peak;
    }
    return peak;
}

ErrCode cost_memory(CostMemory *memory, const Network *network, Err *err)
{
    const size_t n = (size_t)network->n_ops;
    int64_t *change = mem_calloc(n + 1, sizeof *change);
    int *last = mem_calloc(n, sizeof *last);
    if (change == NULL || last == NULL) {
        err_memory(err, n * (sizeof *change + sizeof *last));
        goto fail;
    }
    CostMemory sum = {.inference_bytes = peak_bytes(network, last, change)};
    for (int i = 0; i < network->n_ops; i++) {
        const Op *op = &network->ops[i];
        const int64_t running = op->batch_norm ? 2 * (int64_t)op->out_channels : 0;
        sum.params_bytes += (op->params + running) * FLOAT_BYTES;
        if (ops_row(op->kind)->keeps_map)
            sum.training_bytes += output_bytes(op);
    }
    *memory = sum;
    mem_free(last);
    mem_free(change);
    return ERR_NONE;
fail:
    mem_free(last);
    mem_free(change);
    return err->code;
}

/* --- table --- */

/* A count; nothing for 0. */
static void put_count(TextTable *table, int count)
{
    if (count)
        text_table_cellf(table, "%d", count);
    else
        text_table_cell(table, NULL);
}

/* "3", or "1x7" where its sides differ. */
static void put_kernel(TextTable *table, const Op *op)
{
    if (op->kernel_width)
        text_table_cellf(table, "%dx%d", op->kernel, op->kernel_width);
    else
        put_count(table, op->kernel);
}

static void put_layer(TextTable *table, const Op *op, const char *kind)
{
    char number[TEXT_NUMBER_BYTES];
    text_table_cell(table, op->name);
    text_table_cell(table, kind);
    put_kernel(table, op);
    put_count(table, op->stride);
    put_count(table, op->in_channels);
    put_count(table, op->out_channels);
    put_count(table, op->out_size);
    text_table_cell(table, text_human(number, (double)op->params));
    text_table_cell(table, text_human(number, (double)op->macs));
    text_table_cell(table, text_human(number, (double)op->acts));
}

void cost_table(const Network *network, Text *out)
{
    static const TextColumn columns[] = {{"layer", TEXT_LEFT, 0},   {"op", TEXT_LEFT, 0},
                                         {"kernel", TEXT_RIGHT, 2}, {"stride", TEXT_RIGHT, 1},
                                         {"in", TEXT_RIGHT, 0},     {"out", TEXT_RIGHT, 0},
                                         {"pixels", TEXT_RIGHT, 0}, {"params", TEXT_RIGHT, 0},
                                         {"MACs", TEXT_RIGHT, 0},   {"acts", TEXT_RIGHT, 3}};
    const Op total = {
        .name = "total", .params = network->params, .macs = network->macs, .acts = network->acts};
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    if (table == NULL) {
        out->failed = true;
        return;
    }
    for (int i = 0; i < network->n_ops; i++)
        if (cost_is_layer(&network->ops[i]))
            put_layer(table, &network->ops[i], ops_row(network->ops[i].kind)->name);
    put_layer(table, &total, NULL);
    text_table_render(table, out);
    text_table_destroy(&table);
}
