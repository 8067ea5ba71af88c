/* models/op_normalise: batch norm and activation of a map as it is: before a convolution, say. */
#include "models/op_parts.h"

static const char *check(const Op *op)
{
    if (op->in_channels != op->out_channels)
        return "normalising keeps the channels";
    return op->batch_norm || op->act != ACT_NONE ? NULL
                                                 : "it has neither batch norm nor activation";
}

static int tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    return op->batch_norm ? op_norm_tensors(op, out) : 0;
}

static void onnx(const Op *op, const OnnxPort *port)
{
    op_norm_onnx(op, port->input, port);
}

const OpRow op_normalise = {
    .name = "norm",
    .keeps_map = true,
    .check = check,
    .tensors = tensors,
    .onnx = onnx,
};
