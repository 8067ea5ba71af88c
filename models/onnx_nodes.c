/* models/onnx_nodes: activations. */
#include "models/onnx_nodes.h"

/* x times a gate of x. */
static void gated(const OnnxPort *port, const Op *op, const OnnxNode *gate, const char *output)
{
    const OnnxNode product = {
        .type = "Mul", .inputs = {gate->inputs[0], gate->output}, .output = output};
    port->node(port, op, gate);
    port->node(port, op, &product);
}

void onnx_activation(const OnnxPort *port, const Op *op, const char *input, const char *output,
                     const char *gate)
{
    static const char *const simple[] = {[ACT_NONE] = "Identity",
                                         [ACT_RELU] = "Relu",
                                         [ACT_RELU6] = "Clip",
                                         [ACT_SWISH] = "Sigmoid",
                                         [ACT_HARD_SWISH] = "HardSigmoid",
                                         [ACT_SIGMOID] = "Sigmoid"};
    OnnxNode node = {.type = simple[op->act], .inputs = {input}, .output = output};
    if (op->act == ACT_RELU6) {
        node.inputs[1] = ONNX_ZERO;
        node.inputs[2] = ONNX_SIX;
    }
    if (op->act == ACT_HARD_SWISH) { /* relu6(x + 3) / 6 */
        node.attributes[0] = (OnnxAttribute){"alpha", ONNX_FLOAT, 1, {0}, 1.0F / 6.0F};
        node.attributes[1] = (OnnxAttribute){"beta", ONNX_FLOAT, 1, {0}, 0.5F};
    }
    if (op->act == ACT_SWISH || op->act == ACT_HARD_SWISH) {
        node.output = gate;
        gated(port, op, &node, output);
    } else {
        port->node(port, op, &node);
    }
}
