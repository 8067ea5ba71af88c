/* models/ops: the rows by kind. */
#include "models/ops.h"

#include "models/op_parts.h"

static const OpRow *const rows[] = {
#define OP_ROW(kind, name) [kind] = &op_##name,
    OP_KINDS(OP_ROW)
#undef OP_ROW
};

const OpRow *ops_row(OpKind kind)
{
    return rows[kind];
}

int ops_shortcut(const Op *reader)
{
    return rows[reader->kind]->reads_shortcut || reader->joins ? reader->shortcut : INPUT_IMAGES;
}

bool ops_reads(const Op *reader, int index)
{
    return reader->input == index || (index >= 0 && ops_shortcut(reader) == index);
}

void ops_measure(Op *op, bool pads_same)
{
    const OpRow *row = rows[op->kind];
    if (row->shape != NULL)
        row->shape(op, pads_same);
    if (row->count != NULL)
        row->count(op);
}

int ops_tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    const OpRow *row = rows[op->kind];
    return row->tensors == NULL ? 0 : row->tensors(op, out);
}

int64_t ops_params(const Op *op)
{
    OpTensor tensors[OP_TENSORS_MAX];
    const int n = ops_tensors(op, tensors);
    int64_t sum = 0;
    for (int i = 0; i < n; i++) {
        int64_t n_elements = 1;
        for (int d = 0; d < tensors[i].n_dims; d++)
            n_elements = op_multiply(n_elements, tensors[i].dims[d]);
        if (tensors[i].use != OP_STATISTIC)
            sum = op_add_counts(sum, n_elements);
    }
    return sum;
}

void ops_identify(const Op *op, Text *out)
{
    const struct {
        const char *name;
        int value;
    } marks[] = {{"width", op->kernel_width}, {"dilation", op->dilation}, {"shift", op->shift},
                 {"valid", op->is_valid},     {"offset", op->offset},     {"joins", op->joins}};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (marks[i].value)
            text_printf(out, " %s %d", marks[i].name, marks[i].value);
}

const char *ops_check(const Op *op)
{
    const OpRow *row = rows[op->kind];
    if (op->in_channels < 1 || op->out_channels < 1 || op->in_size < 1 || op->out_size < 1)
        return "a size is not positive";
    return row->check == NULL ? NULL : row->check(op);
}
