/*
 * models/op_concat: maps side by side. A concat of n maps is n operations which write into one map:
 * each reads one of them, and goes on where the one before it ended.
 */
#include "models/op_row.h"

static const char *check(const Op *op)
{
    const bool fits = op->offset >= 0 && op->offset + op->in_channels <= op->out_channels;
    return fits && op->joins == (op->offset > 0) ? NULL : "its channels lie outside of the map";
}

static void onnx(const Op *op, const OnnxPort *port)
{
    const OnnxNode first = {.type = "Identity", .inputs = {port->input}, .output = port->output};
    const OnnxNode next = {.type = "Concat",
                           .inputs = {port->shortcut, port->input},
                           .output = port->output,
                           .attributes = {{"axis", ONNX_INT, 1, {1}, 0.0F}}};
    port->node(port, op, op->joins ? &next : &first);
}

const OpRow op_concat = {
    .name = "concat",
    .check = check,
    .onnx = onnx,
};
