/* models/op_global_pool: the mean of all pixels. */
#include "models/op_row.h"

static void shape(Op *op, bool pads_same)
{
    (void)pads_same;
    op->out_size = 1;
}

static void onnx(const Op *op, const OnnxPort *port)
{
    const OnnxNode pool = {
        .type = "GlobalAveragePool", .inputs = {port->input}, .output = port->output};
    port->node(port, op, &pool);
}

const OpRow op_global_pool = {
    .name = "pool",
    .shape = shape,
    .onnx = onnx,
};
