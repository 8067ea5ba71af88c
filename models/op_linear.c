/* models/op_linear: the classifier. */
#include "models/op_row.h"

static void count(Op *op)
{
    op->macs = (int64_t)op->in_channels * op->out_channels;
    op->acts = op->out_channels;
}

static int tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    const int64_t in = op->in_channels, classes = op->out_channels;
    out[0] = (OpTensor){.suffix = ".weight",
                        .n_dims = 2,
                        .dims = {classes, in},
                        .init = OP_INIT_UNIFORM,
                        .fan_out = classes};
    out[1] = (OpTensor){.suffix = ".bias", .n_dims = 1, .dims = {classes}};
    return 2;
}

static void onnx(const Op *op, const OnnxPort *port)
{
    const OnnxNode flat = {.type = "Flatten", .inputs = {port->input}, .output = ".flat"};
    const OnnxNode product = {.type = "Gemm",
                              .inputs = {".flat", ".weight", ".bias"},
                              .output = port->output,
                              .attributes = {{"transB", ONNX_INT, 1, {1}, 0.0F}}};
    port->node(port, op, &flat);
    port->node(port, op, &product);
}

const OpRow op_linear = {
    .name = "linear",
    .count = count,
    .tensors = tensors,
    .onnx = onnx,
};
