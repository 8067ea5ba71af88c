/* models/op_conv: dense convolution with batch norm and activation. */
#include "models/op_parts.h"

static void count(Op *op)
{
    op_conv_count(op, op->in_channels);
}

static int tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    return op_conv_tensors(op, op->in_channels, op->out_channels, out);
}

static void onnx(const Op *op, const OnnxPort *port)
{
    op_conv_onnx(op, 1, port);
}

const OpRow op_conv = {
    .name = "conv",
    .keeps_map = true,
    .check = op_window_check,
    .shape = op_window_shape,
    .count = count,
    .tensors = tensors,
    .onnx = onnx,
};
