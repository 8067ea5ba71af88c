/* models/op_linear: the classifier, with a hidden layer if it has one. */
#include "models/op_row.h"

static void count(Op *op)
{
    const int64_t in = op->in_channels, out = op->out_channels, hidden = op->squeeze;
    op->macs = hidden ? in * hidden + hidden * out : in * out;
    op->acts = hidden + out;
}

/* A matrix and a bias; returns how many. */
static int layer(const char *weight, const char *bias, int64_t in, int64_t out, OpTensor *tensors)
{
    tensors[0] = (OpTensor){
        .suffix = weight, .n_dims = 2, .dims = {out, in}, .init = OP_INIT_UNIFORM, .fan_out = out};
    tensors[1] = (OpTensor){.suffix = bias, .n_dims = 1, .dims = {out}};
    return 2;
}

static int tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    const int64_t in = op->in_channels, classes = op->out_channels, hidden = op->squeeze;
    if (!hidden)
        return layer(".weight", ".bias", in, classes, out);
    const int n = layer(".hidden.weight", ".hidden.bias", in, hidden, out);
    return n + layer(".weight", ".bias", hidden, classes, out + n);
}

static OnnxNode gemm(const char *input, const char *weight, const char *bias, const char *output)
{
    return (OnnxNode){.type = "Gemm",
                      .inputs = {input, weight, bias},
                      .output = output,
                      .attributes = {{"transB", ONNX_INT, 1, {1}, 0.0F}}};
}

static void onnx(const Op *op, const OnnxPort *port)
{
    const OnnxNode flat = {.type = "Flatten", .inputs = {port->input}, .output = ".flat"};
    const char *features = ".flat";
    port->node(port, op, &flat);
    if (op->squeeze) {
        const OnnxNode hidden = gemm(".flat", ".hidden.weight", ".hidden.bias", ".hidden");
        port->node(port, op, &hidden);
        features = ".active";
        onnx_activation(port, op, ".hidden", features, ".active.gate");
    }
    const OnnxNode logits = gemm(features, ".weight", ".bias", port->output);
    port->node(port, op, &logits);
}

const OpRow op_linear = {
    .name = "linear",
    .count = count,
    .tensors = tensors,
    .onnx = onnx,
};
