/* models/op_se: squeeze and excitation: a gate for each channel from the means of all. */
#include "models/op_parts.h"

static const char *check(const Op *op)
{
    return op->squeeze >= 1 ? NULL : "squeeze channels are not positive";
}

static void count(Op *op)
{
    op->macs = 2 * (int64_t)op->in_channels * op->squeeze;
    op->acts = (int64_t)op->squeeze + op->in_channels;
}

static int tensors(const Op *op, OpTensor out[OP_TENSORS_MAX])
{
    const int64_t C = op->in_channels, S = op->squeeze;
    out[0] = (OpTensor){.suffix = ".reduce.weight",
                        .n_dims = 2,
                        .dims = {S, C},
                        .init = OP_INIT_NORMAL,
                        .fan_out = S,
                        .is_pointwise = true};
    out[1] = (OpTensor){.suffix = ".reduce.bias", .n_dims = 1, .dims = {S}};
    out[2] = (OpTensor){.suffix = ".expand.weight",
                        .n_dims = 2,
                        .dims = {C, S},
                        .init = OP_INIT_NORMAL,
                        .fan_out = C,
                        .is_pointwise = true};
    out[3] = (OpTensor){.suffix = ".expand.bias", .n_dims = 1, .dims = {C}};
    return 4;
}

static OnnxNode gate_node(SeGate gate)
{
    OnnxNode node = {.type = "Sigmoid", .inputs = {".logit"}, .output = ".scale"};
    if (gate == SE_GATE_HARD_SIGMOID) {
        node.type = "HardSigmoid";
        node.attributes[0] = (OnnxAttribute){"alpha", ONNX_FLOAT, 1, {0}, 1.0F / 6.0F};
        node.attributes[1] = (OnnxAttribute){"beta", ONNX_FLOAT, 1, {0}, 0.5F};
    }
    return node;
}

static void onnx(const Op *op, const OnnxPort *port)
{
    const OnnxNode before[] = {
        {.type = "GlobalAveragePool", .inputs = {port->input}, .output = ".pooled"},
        {.type = "Conv",
         .inputs = {".pooled", ".reduce.weight", ".reduce.bias"},
         .output = ".hidden"},
    };
    const OnnxNode after[] = {
        {.type = "Conv",
         .inputs = {".active", ".expand.weight", ".expand.bias"},
         .output = ".logit"},
        gate_node(op->gate),
        {.type = "Mul", .inputs = {port->input, ".scale"}, .output = port->output},
    };
    port->node(port, op, &before[0]);
    port->node(port, op, &before[1]);
    onnx_activation(port, op, ".hidden", ".active", ".active.gate");
    for (int i = 0; i < 3; i++)
        port->node(port, op, &after[i]);
}

const OpRow op_se = {
    .name = "se",
    .check = check,
    .count = count,
    .tensors = tensors,
    .onnx = onnx,
};
