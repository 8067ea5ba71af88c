/* models/op_parts: windows, convolutions, counts. */
#include "models/op_parts.h"

/* --- windows --- */

const char *op_window_check(const Op *op)
{
    const bool fits = op->kernel >= 1 && op->stride >= 1 && op->pad >= 0 && op->pad < op->kernel;
    return fits ? NULL : "kernel, stride or padding is out of range";
}

void op_window_shape(Op *op, bool pads_same)
{
    op->out_size = (op->in_size + op->stride - 1) / op->stride;
    op->pad = (op->kernel - 1) / 2;
    if (pads_same) {
        const int total = (op->out_size - 1) * op->stride + op->kernel - op->in_size;
        op->pad = total > 0 ? total / 2 : 0;
    }
}

/* Rows below and columns right follow from the sizes. */
void op_window_onnx(const Op *op, OnnxAttribute attributes[ONNX_ATTRIBUTES_MAX])
{
    const int64_t reach =
        (int64_t)(op->out_size - 1) * op->stride + op->kernel - op->in_size - op->pad;
    const int64_t after = reach > 0 ? reach : 0;
    attributes[0] = (OnnxAttribute){"kernel_shape", ONNX_INTS, 2, {op->kernel, op->kernel}, 0.0F};
    attributes[1] = (OnnxAttribute){"strides", ONNX_INTS, 2, {op->stride, op->stride}, 0.0F};
    attributes[2] = (OnnxAttribute){"pads", ONNX_INTS, 4, {op->pad, op->pad, after, after}, 0.0F};
}

/* --- convolutions --- */

void op_conv_count(Op *op, int64_t inputs)
{
    const int64_t taps = (int64_t)op->kernel * op->kernel;
    const int64_t pixels = (int64_t)op->out_size * op->out_size;
    const int64_t weights = op_multiply(taps * inputs, op->out_channels);
    op->macs = op_multiply(weights, pixels);
    op->acts = op_multiply(op->out_channels, pixels);
}

int op_conv_tensors(const Op *op, int64_t inputs, int64_t fan_channels,
                    OpTensor out[OP_TENSORS_MAX])
{
    const int64_t k = op->kernel, C = op->out_channels;
    out[0] = (OpTensor){.suffix = ".conv.weight",
                        .n_dims = 4,
                        .dims = {C, inputs, k, k},
                        .use = OP_WEIGHT,
                        .init = OP_INIT_NORMAL,
                        .fan_out = k * k * fan_channels};
    if (!op->batch_norm)
        return 1;
    out[1] = (OpTensor){
        .suffix = ".bn.weight", .n_dims = 1, .dims = {C}, .use = OP_NORM, .init = OP_INIT_ONE};
    out[2] = (OpTensor){.suffix = ".bn.bias", .n_dims = 1, .dims = {C}, .use = OP_NORM};
    out[3] =
        (OpTensor){.suffix = ".bn.running_mean", .n_dims = 1, .dims = {C}, .use = OP_STATISTIC};
    out[4] = (OpTensor){.suffix = ".bn.running_var",
                        .n_dims = 1,
                        .dims = {C},
                        .use = OP_STATISTIC,
                        .init = OP_INIT_ONE};
    return 5;
}

void op_conv_onnx(const Op *op, int64_t groups, const OnnxPort *port)
{
    const bool has_act = op->act != ACT_NONE;
    OnnxNode conv = {.type = "Conv", .inputs = {port->input, ".conv.weight"}, .output = ".z"};
    op_window_onnx(op, conv.attributes);
    conv.attributes[3] = (OnnxAttribute){"group", ONNX_INT, 1, {groups}, 0.0F};
    port->node(port, op, &conv);
    const OnnxNode norm = {
        .type = "BatchNormalization",
        .inputs = {".z", ".bn.weight", ".bn.bias", ".bn.running_mean", ".bn.running_var"},
        .output = has_act ? ".u" : port->output,
        .attributes = {{"epsilon", ONNX_FLOAT, 1, {0}, (float)port->bn_epsilon}},
    };
    port->node(port, op, &norm);
    if (has_act)
        onnx_activation(port, op, ".u", port->output, ".gate");
}

/* --- counts --- */

int64_t op_add_counts(int64_t a, int64_t b)
{
    int64_t sum;
    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t op_multiply(int64_t a, int64_t b)
{
    int64_t product;
    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}
