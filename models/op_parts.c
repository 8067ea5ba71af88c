/* models/op_parts: windows, convolutions, counts. */
#include "models/op_parts.h"

/* --- windows --- */

const char *op_window_check(const Op *op)
{
    const bool fits = op->kernel >= 1 && op->stride >= 1 && op->pad + op->shift >= 0 &&
                      op->pad < op_reach(op) && op_pad_left(op) < op->in_size + op_reach(op);
    return fits ? NULL : "kernel, stride or padding is out of range";
}

/* Zeros before a line of `in` pixels: those of `stride` apart read `reach` pixels each. */
static int pad_before(int in, int out, int reach, int stride, bool pads_same)
{
    const int total = (out - 1) * stride + reach - in;
    return !pads_same ? (reach - 1) / 2 : total > 0 ? total / 2 : 0;
}

void op_window_shape(Op *op, bool pads_same)
{
    const int reach = op_reach(op), in = op->in_size, width = op->kernel_width;
    if (op->is_valid) {
        op->out_size = in < reach ? 0 : (in - reach) / op->stride + 1;
        op->pad = 0;
        return;
    }
    op->out_size = (in + op->stride - 1) / op->stride;
    op->pad = pad_before(in, op->out_size, reach, op->stride, pads_same) - op->shift;
    op->pad_left = width ? pad_before(in, op->out_size, width, op->stride, pads_same) : 0;
}

/* Pixels behind the map that the last window reads. */
static int64_t pad_after(const Op *op, int reach, int before)
{
    const int64_t after = (int64_t)(op->out_size - 1) * op->stride + reach - op->in_size - before;
    return after > 0 ? after : 0;
}

void op_window_onnx(const Op *op, OnnxAttribute attributes[ONNX_ATTRIBUTES_MAX])
{
    const int width = op_kernel_width(op);
    const int top = op->pad + op->shift, left = op_pad_left(op) + op->shift;
    const int64_t below = pad_after(op, op_reach(op), top),
                  right = pad_after(op, op_reach_width(op), left);
    attributes[0] = (OnnxAttribute){"kernel_shape", ONNX_INTS, 2, {op->kernel, width}, 0.0F};
    attributes[1] = (OnnxAttribute){"strides", ONNX_INTS, 2, {op->stride, op->stride}, 0.0F};
    attributes[2] = (OnnxAttribute){"pads", ONNX_INTS, 4, {top, left, below, right}, 0.0F};
}

/* --- convolutions --- */

void op_conv_count(Op *op, int64_t inputs)
{
    const int64_t taps = (int64_t)op->kernel * op_kernel_width(op);
    const int64_t pixels = (int64_t)op->out_size * op->out_size;
    const int64_t weights = op_multiply(taps * inputs, op->out_channels);
    op->macs = op_multiply(weights, pixels);
    op->acts = op_multiply(op->out_channels, pixels);
}

int op_norm_tensors(const Op *op, OpTensor *out)
{
    const int64_t C = op->out_channels;
    out[0] = (OpTensor){
        .suffix = ".bn.weight", .n_dims = 1, .dims = {C}, .use = OP_NORM, .init = OP_INIT_ONE};
    out[1] = (OpTensor){.suffix = ".bn.bias", .n_dims = 1, .dims = {C}, .use = OP_NORM};
    out[2] =
        (OpTensor){.suffix = ".bn.running_mean", .n_dims = 1, .dims = {C}, .use = OP_STATISTIC};
    out[3] = (OpTensor){.suffix = ".bn.running_var",
                        .n_dims = 1,
                        .dims = {C},
                        .use = OP_STATISTIC,
                        .init = OP_INIT_ONE};
    return 4;
}

int op_conv_tensors(const Op *op, int64_t inputs, int64_t fan_channels,
                    OpTensor out[OP_TENSORS_MAX])
{
    const int64_t kh = op->kernel, kw = op_kernel_width(op);
    out[0] = (OpTensor){.suffix = ".conv.weight",
                        .n_dims = 4,
                        .dims = {op->out_channels, inputs, kh, kw},
                        .use = OP_WEIGHT,
                        .init = OP_INIT_NORMAL,
                        .fan_out = kh * kw * fan_channels};
    return op->batch_norm ? 1 + op_norm_tensors(op, out + 1) : 1;
}

void op_norm_onnx(const Op *op, const char *input, const OnnxPort *port)
{
    const bool has_act = op->act != ACT_NONE;
    const OnnxNode norm = {
        .type = "BatchNormalization",
        .inputs = {input, ".bn.weight", ".bn.bias", ".bn.running_mean", ".bn.running_var"},
        .output = has_act ? ".u" : port->output,
        .attributes = {{"epsilon", ONNX_FLOAT, 1, {0}, (float)port->bn_epsilon}},
    };
    if (op->batch_norm)
        port->node(port, op, &norm);
    if (has_act)
        onnx_activation(port, op, op->batch_norm ? ".u" : input, port->output, ".gate");
}

/* The map `shift` pixels further up and left, with zeros behind: the pads of an ONNX Pad, of which
 * those in front may be negative. */
static void shift_onnx(const Op *op, const OnnxPort *port)
{
    const int64_t n = op->shift;
    const OnnxNode pads = {
        .type = "Constant",
        .output = ".pads",
        .attributes = {{"value_ints", ONNX_INTS, 8, {0, 0, -n, -n, 0, 0, n, n}, 0.0F}},
    };
    const OnnxNode pad = {.type = "Pad", .inputs = {port->input, ".pads"}, .output = ".shifted"};
    port->node(port, op, &pads);
    port->node(port, op, &pad);
}

void op_conv_onnx(const Op *op, int64_t groups, const OnnxPort *port)
{
    const bool is_bare = !op->batch_norm && op->act == ACT_NONE;
    const int64_t dilation = op_dilation(op);
    OnnxNode conv = {.type = "Conv",
                     .inputs = {op->shift ? ".shifted" : port->input, ".conv.weight"},
                     .output = is_bare ? port->output : ".z"};
    op_window_onnx(op, conv.attributes);
    conv.attributes[3] = (OnnxAttribute){"group", ONNX_INT, 1, {groups}, 0.0F};
    if (op->dilation)
        conv.attributes[4] = (OnnxAttribute){"dilations", ONNX_INTS, 2, {dilation, dilation}, 0.0F};
    if (op->shift)
        shift_onnx(op, port);
    port->node(port, op, &conv);
    op_norm_onnx(op, ".z", port);
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
