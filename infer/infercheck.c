/* infer/infercheck.c: rules that rows have in common; what else a row wants, it says itself. */
#include "infer/infercheck.h"

#include "infer/inferrows.h"

#include <limits.h>

enum { IMAGE_CHANNELS = 3 };

/* A product of positive numbers is an int, with room for the lanes that pad it. */
static bool fits(int a, int b, int c)
{
    const int64_t most = INT_MAX - LANES, ab = (int64_t)a * b;
    return ab <= most && ab * c <= most;
}

static const char *check_sizes(const Infer *infer, const Op *op)
{
    const char *reason = ops_check(op);
    const int side = larger(op->in_size, op->out_size);
    if (reason != NULL)
        return reason;
    if (side > OPS_SIDE_MOST)
        return "its map is more than 32768 pixels wide";
    if (!fits(side, side, infer->lot))
        return "its maps have too many pixels for so many images at a time";
    if (!fits(larger(op->kernel, 1), larger(op_kernel_width(op), 1), op->in_channels) ||
        !fits(op->out_channels, infer->lot, 1))
        return "it has too many channels";
    return NULL;
}

static bool is_before(int input, int index)
{
    return input >= 0 && input < index;
}

/* The output of operation `input` is what the operation says that it reads. */
static bool has_shape(const Infer *infer, const Op *op, int input)
{
    const Op *it = &infer->network.ops[input];
    return it->out_channels == op->in_channels && it->out_size == op->in_size;
}

static const char *check_input(const Infer *infer, int index)
{
    const Op *op = &infer->network.ops[index];
    if (op->input == INPUT_IMAGES) {
        if (!inferrows_row(op->kind)->takes_images)
            return "only a convolution can read the images";
        return op->in_channels == IMAGE_CHANNELS && op->in_size == infer->network.resolution
                   ? NULL
                   : "the images are not of the shape that it reads";
    }
    if (!is_before(op->input, index))
        return "it reads an operation that does not come before it";
    return has_shape(infer, op, op->input) ? NULL : "its input is not of the shape that it reads";
}

/* The part of a map before this one, which goes on with it, and who else reads that. */
static const char *check_join(const Infer *infer, int index)
{
    const Op *op = &infer->network.ops[index], *before = &infer->network.ops[op->shortcut];
    if (before->kind != op->kind || before->out_channels != op->out_channels ||
        before->out_size != op->out_size ||
        (op->offset > 0 && op->offset != before->offset + before->in_channels))
        return "it goes on with a map of another kind or shape";
    for (int i = op->shortcut + 1; i < infer->network.n_ops; i++)
        if (i != index && ops_reads(&infer->network.ops[i], op->shortcut))
            return "it goes on with a map that others read";
    return NULL;
}

static const char *check_shortcut(const Infer *infer, int index)
{
    const Op *op = &infer->network.ops[index];
    if (!op->joins && !ops_row(op->kind)->reads_shortcut)
        return NULL;
    if (!is_before(op->shortcut, index))
        return "its shortcut is not an operation before it";
    if (op->shortcut == op->input)
        return "it adds an operation to itself";
    if (op->joins)
        return check_join(infer, index);
    return has_shape(infer, op, op->shortcut) ? NULL : "its summands are not of one shape";
}

static const char *check_output(const Infer *infer, int index)
{
    const Op *op = &infer->network.ops[index];
    const InferRow *row = inferrows_row(op->kind);
    const bool is_end = index == infer->network.n_ops - 1;
    if (row->keeps_channels && op->out_channels != op->in_channels)
        return "it keeps the channels, but is to make others";
    if ((row->keeps_side && op->out_size != op->in_size) || (row->makes_pixel && op->out_size != 1))
        return "it cannot make a map of that size";
    if (row->is_classifier != is_end)
        return "a network ends in its classifier, and has no others";
    if (is_end && (op->in_size != 1 || op->out_channels != infer->network.classes))
        return "a classifier makes the network's classes of one pixel";
    return row->check == NULL ? NULL : row->check(op);
}

ErrCode infercheck_network(const Infer *infer, Err *err)
{
    const Network *network = &infer->network;
    for (int i = 0; i < network->n_ops; i++) {
        const char *reason = check_sizes(infer, &network->ops[i]);
        reason = reason != NULL ? reason : check_input(infer, i);
        reason = reason != NULL ? reason : check_shortcut(infer, i);
        reason = reason != NULL ? reason : check_output(infer, i);
        if (reason != NULL)
            return err_set(err, ERR_USAGE, "cannot run operation '%s' of network '%s': %s",
                           network->ops[i].name, network->name, reason);
    }
    return ERR_NONE;
}
