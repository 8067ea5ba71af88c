/* models/op_max_pool: the maximum of each window; padding never wins. */
#include "models/op_parts.h"

static void onnx(const Op *op, const OnnxPort *port)
{
    OnnxNode pool = {.type = "MaxPool", .inputs = {port->input}, .output = port->output};
    op_window_onnx(op, pool.attributes);
    port->node(port, op, &pool);
}

const OpRow op_max_pool = {
    .name = "max_pool",
    .check = op_window_check,
    .shape = op_window_shape,
    .onnx = onnx,
};
