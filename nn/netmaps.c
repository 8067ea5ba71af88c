/* nn/netmaps.c: a buffer a map, a lifetime a buffer. */
#include "nn/netmaps.h"

#include "nn/netbuffers.h"

#include "base/sys.h"

typedef struct BufferList {
    Buffer *buffers;
    int n;
} BufferList;

enum { BUFFERS_OF_OP = 5 };

/* Floats of one buffer: any number of buffers that are no larger can be added up. */
#define BUFFER_FLOATS_MOST ((size_t)1 << 48)

/* --- times --- */

static bool reads(const Net *net, int reader, int index)
{
    return ops_reads(&net->network.ops[reader], index);
}

static bool is_sum(const Net *net, int index)
{
    return net->plans[index].run->is_sum;
}

static int forward_time(const Net *net, int op)
{
    return net->plans[op].runner;
}

static int backward_time(const Net *net, int op)
{
    const int n = net->network.n_ops;
    return net->plans[op].run->is_classifier ? n - 1 : 2 * n - 1 - net->plans[op].runner;
}

/* Last time anything reads the stored output (z or y) of op. */
static int last_read(const Net *net, int index)
{
    int last = forward_time(net, index);
    for (int i = index + 1; i < net->network.n_ops; i++)
        if (reads(net, i, index) && forward_time(net, i) > last)
            last = forward_time(net, i);
    if (!net->settings.training)
        return last;
    const OpPlan *plan = &net->plans[index];
    if (netstate_is_normed(plan) || plan->first_reader < 0)
        return backward_time(net, index);
    return backward_time(net, plan->first_reader);
}

/* --- values --- */

static ErrCode add_buffer(const Net *net, BufferList *list, size_t per_image, int first, int last,
                          int *index, Err *err)
{
    Buffer *buffer = &list->buffers[list->n];
    if (!arena_multiply(per_image, (size_t)net->settings.batch, &buffer->n_floats) ||
        buffer->n_floats > BUFFER_FLOATS_MOST)
        return err_set(err, ERR_MEMORY, "feature maps of a batch of %d are too large",
                       net->settings.batch);
    buffer->n_floats = (buffer->n_floats + LANES - 1) / LANES * LANES;
    buffer->first = first;
    buffer->last = last;
    *index = list->n++;
    return ERR_NONE;
}

static ErrCode add_value_buffers(Net *net, BufferList *list, Err *err)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        const size_t map = (size_t)plan->out_pixels * (size_t)plan->Cout;
        const int first = forward_time(net, i), last = last_read(net, i);
        plan->z_buffer = plan->y_buffer = plan->g_buffer = plan->dz_buffer = -1;
        plan->pending_buffer = plan->gate_buffer = -1;
        if (netstate_is_normed(plan)) {
            TRY(add_buffer(net, list, map, first, last, &plan->z_buffer, err));
        } else if (plan->run->output == OUTPUT_GATED) {
            const size_t floats = plan->run->gate_floats(plan);
            const int end = net->settings.training ? backward_time(net, i) : first;
            TRY(add_buffer(net, list, floats, first, end, &plan->gate_buffer, err));
        } else {
            TRY(add_buffer(net, list, map, first, last, &plan->y_buffer, err));
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* --- gradients --- */

/* True if the gradient of op's batch norm output is the gradient of the sum it goes into. */
static bool shares_gradient(const Net *net, const OpPlan *plan)
{
    return netstate_is_normed(plan) && plan->op->act == ACT_NONE && plan->n_readers == 1 &&
           is_sum(net, plan->first_reader);
}

/* First time a gradient of op is written: its highest reader that is not a pending sum. */
static int first_gradient(const Net *net, const OpPlan *plan)
{
    int first = backward_time(net, plan->first_reader);
    for (int i = plan->first_reader; i < net->network.n_ops; i++)
        if (reads(net, i, plan->index) && (!is_sum(net, i) || plan->n_readers == 1) &&
            backward_time(net, i) < first)
            first = backward_time(net, i);
    return first;
}

/* Last time the gradient of a sum is read: by its summands. */
static int last_gradient_of_sum(const Net *net, const OpPlan *sum)
{
    const int summands[] = {sum->op->input, sum->op->shortcut};
    int last = backward_time(net, sum->index);
    for (size_t k = 0; k < ARRAY_LEN(summands); k++) {
        const OpPlan *summand = &net->plans[summands[k]];
        int time = backward_time(net, summands[k]);
        if (!shares_gradient(net, summand)) /* read once, by the reader that goes on collecting */
            time = first_gradient(net, summand);
        last = time > last ? time : last;
    }
    return last;
}

static ErrCode add_gradient_buffers(Net *net, BufferList *list, Err *err)
{
    for (int i = net->network.n_ops - 2; i >= 0; i--) {
        OpPlan *plan = &net->plans[i];
        const int C = plan->is_folded ? plan->Cin : plan->Cout;
        const size_t map = (size_t)plan->out_pixels * (size_t)C;
        if (plan->run->output == OUTPUT_GATED)
            continue;
        const int now = backward_time(net, i);
        if (shares_gradient(net, plan)) {
            plan->g_buffer = net->plans[plan->first_reader].g_buffer;
            if (plan->is_owned) /* others still read g */
                TRY(add_buffer(net, list, map, now, now, &plan->dz_buffer, err));
            continue;
        }
        const int last = plan->run->is_sum ? last_gradient_of_sum(net, plan) : now;
        TRY(add_buffer(net, list, map, first_gradient(net, plan), last, &plan->g_buffer, err));
        if (plan->is_owned && netstate_is_normed(plan))
            plan->dz_buffer = plan->g_buffer;
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* For each phase: what its input's gradient already holds when its own contribution comes. */
static void plan_contributions(Net *net)
{
    for (int j = 0; j < net->network.n_ops; j++) {
        OpPlan *plan = &net->plans[j];
        plan->scaled_by = NO_OP;
        if (plan->op->input < 0 || !plan->run->is_phase)
            continue;
        const OpPlan *value = &net->plans[plan->op->input];
        plan->is_last = value->first_reader == j;
        for (int i = net->network.n_ops - 1; i > j; i--) {
            if (!reads(net, i, value->index))
                continue;
            plan->pending_buffer = is_sum(net, i) ? net->plans[i].g_buffer : value->g_buffer;
        }
    }
    for (int i = 0; i < net->network.n_ops; i++)
        if (is_sum(net, i) && net->network.ops[i].survival < 1.0)
            net->plans[net->network.ops[i].input].scaled_by = i;
}

/* --- all of them --- */

static float *buffer_at(float *base, const BufferList *list, int index)
{
    return index < 0 ? NULL : base + list->buffers[index].offset;
}

static void point_buffers(Net *net, const BufferList *list, float *base)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        plan->z = buffer_at(base, list, plan->z_buffer);
        plan->y = buffer_at(base, list, plan->y_buffer);
        plan->g = buffer_at(base, list, plan->g_buffer);
        plan->dz = buffer_at(base, list, plan->dz_buffer);
        plan->pending = buffer_at(base, list, plan->pending_buffer);
        if (plan->gate_buffer >= 0)
            plan->run->gate_point(plan, buffer_at(base, list, plan->gate_buffer),
                                  (size_t)net->settings.batch);
    }
}

ErrCode netmaps_plan(Net *net, Err *err)
{
    BufferList list = {0};
    size_t n_floats = 0, n_bytes = 0;
    const size_t most = (size_t)net->network.n_ops * BUFFERS_OF_OP;
    list.buffers = mem_calloc(most, sizeof *list.buffers);
    if (list.buffers == NULL)
        return err_memory(err, most * sizeof *list.buffers);
    TRY(add_value_buffers(net, &list, err));
    if (net->settings.training) {
        TRY(add_gradient_buffers(net, &list, err));
        plan_contributions(net);
    }
    TRY(netbuffers_place(list.buffers, list.n, &n_floats, err));
    if (!arena_multiply(n_floats, sizeof(float), &n_bytes)) {
        err_set(err, ERR_MEMORY, "feature maps of a batch of %d are too large",
                net->settings.batch);
        goto fail;
    }
    Arena measure = arena_measuring();
    arena_floats(&measure, n_floats);
    TRY(arena_reserve(&net->activation_arena, arena_bytes(&measure), err));
    float *base = arena_floats(&net->activation_arena, n_floats);
    TRY(arena_ok(&net->activation_arena, err));
    point_buffers(net, &list, base);
    net->memory.activation_bytes = n_bytes;
    mem_free(list.buffers);
    return ERR_NONE;
fail:
    mem_free(list.buffers);
    return err->code;
}
