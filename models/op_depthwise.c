/* models/op_depthwise: one filter a channel, with batch norm and activation. */
#include "models/op_parts.h"

static const char *check(const Op *op)
{
    return op->in_channels == op->out_channels ? op_window_check(op)
                                               : "depthwise kernels keep the channels";
}

static void count(Op *op)
{
    op_conv_count(op, 1);
}

/* TensorFlow's fan-out of a filter is its k x k. */
static int tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    return op_conv_tensors(op, 1, 1, out);
}

static void onnx(const Op *op, const OnnxPort *port)
{
    op_conv_onnx(op, op->in_channels, port);
}

const OpRow op_depthwise = {
    .name = "depthwise",
    .keeps_map = true,
    .check = check,
    .shape = op_window_shape,
    .count = count,
    .tensors = tensors,
    .onnx = onnx,
};
