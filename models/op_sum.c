/*
 * models/op_sum: the sum of maps of any kind. One of n maps is n operations which write into one
 * map: the first copies, the others add. (OP_ADD ends a residual block inside of the phase that
 * reads it, and is what drop connect drops.)
 */
#include "models/op_row.h"

static const char *check(const Op *op)
{
    return op->in_channels == op->out_channels ? NULL : "summands have as many channels";
}

static void onnx(const Op *op, const OnnxPort *port)
{
    const OnnxNode first = {.type = "Identity", .inputs = {port->input}, .output = port->output};
    const OnnxNode next = {
        .type = "Add", .inputs = {port->shortcut, port->input}, .output = port->output};
    port->node(port, op, op->joins ? &next : &first);
}

const OpRow op_sum = {
    .name = "sum",
    .check = check,
    .onnx = onnx,
};
