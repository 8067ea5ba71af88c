/* models/op_add: the end of a residual block. */
#include "models/op_row.h"

static void onnx(const Op *op, const OnnxPort *port)
{
    const bool has_act = op->act != ACT_NONE;
    const OnnxNode sum = {.type = "Add",
                          .inputs = {port->input, port->shortcut},
                          .output = has_act ? ".sum" : port->output};
    port->node(port, op, &sum);
    if (has_act)
        onnx_activation(port, op, ".sum", port->output, ".gate");
}

const OpRow op_add = {
    .name = "add",
    .reads_shortcut = true,
    .keeps_map = true,
    .onnx = onnx,
};
