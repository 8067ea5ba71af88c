/*
 * models/op_average_pool: the mean of the pixels of each window that lie in the image; padding does
 * not count (TensorFlow's and AmoebaNet's way; count_include_pad=False in PyTorch).
 */
#include "models/op_parts.h"

static void onnx(const Op *op, const OnnxPort *port)
{
    OnnxNode pool = {.type = "AveragePool", .inputs = {port->input}, .output = port->output};
    op_window_onnx(op, pool.attributes);
    pool.attributes[3] = (OnnxAttribute){"count_include_pad", ONNX_INT, 1, {0}, 0.0F};
    port->node(port, op, &pool);
}

const OpRow op_average_pool = {
    .name = "average_pool",
    .check = op_window_check,
    .shape = op_window_shape,
    .onnx = onnx,
};
