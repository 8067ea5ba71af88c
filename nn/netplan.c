/*
 * nn/netplan.c: from a list of operations to phases, chunks, slots and memory.
 *
 * Times: phase j runs forward at time j and backward at time 2 n - 1 - j; the classifier does both
 * at time n - 1. Every buffer is in use from the time it is first written to the time it is last
 * read, and netbuffers_place packs them.
 */
#include "nn/netplan.h"

#include "base/sys.h"

#include <string.h>

typedef struct BufferList {
    Buffer *buffers;
    int n;
} BufferList;

enum {
    BUFFERS_OF_OP = 4,
    MAP_SIDE_MOST = 32768, /* pixels of a map fit an int */
};

/* Floats of one buffer: any number of buffers that are no larger can be added up. */
#define BUFFER_FLOATS_MOST ((size_t)1 << 48)

/* --- what can be run --- */

static ErrCode refuse(const Op *op, const char *why, Err *err)
{
    return err_set(err, ERR_USAGE, "cannot run operation '%s': %s", op->name, why);
}

static ErrCode check_geometry(const Op *op, Err *err)
{
    const bool is_window =
        op->kind == OP_CONV || op->kind == OP_DEPTHWISE || op->kind == OP_MAX_POOL;
    if (op->in_channels < 1 || op->out_channels < 1 || op->in_size < 1 || op->out_size < 1)
        return refuse(op, "a size is not positive", err);
    if (op->in_size > MAP_SIDE_MOST || op->out_size > MAP_SIDE_MOST)
        return refuse(op, "its map is more than 32768 pixels wide", err);
    if (is_window && (op->kernel < 1 || op->stride < 1 || op->pad < 0 || op->pad >= op->kernel))
        return refuse(op, "kernel, stride or padding is out of range", err);
    if (op->kind == OP_DEPTHWISE && (op->kernel > DW_MAX_K || op->in_channels != op->out_channels))
        return refuse(op, "depthwise kernels go up to 9 and keep the channels", err);
    if (op->kind == OP_SE && op->squeeze < 1)
        return refuse(op, "squeeze channels are not positive", err);
    return ERR_NONE;
}

/* Kind of an operation; OP_LINEAR (which nobody reads) for the images. */
static OpKind kind_at(const Network *network, int index)
{
    return index < 0 ? OP_LINEAR : network->ops[index].kind;
}

static bool is_conv_kind(OpKind kind)
{
    return kind == OP_CONV || kind == OP_DEPTHWISE;
}

static ErrCode check_inputs(const Network *network, int index, Err *err)
{
    const Op *op = &network->ops[index];
    if (op->input >= index || op->input < INPUT_IMAGES)
        return refuse(op, "it reads an operation that does not come before it", err);
    const OpKind input = kind_at(network, op->input);
    if (op->input == INPUT_IMAGES && op->kind != OP_CONV)
        return refuse(op, "only dense convolutions read images", err);
    if (input == OP_SE && op->kind != OP_CONV)
        return refuse(op, "SE must be followed by a convolution", err);
    if (op->kind == OP_SE && !is_conv_kind(input))
        return refuse(op, "SE must follow a convolution", err);
    if ((op->kind == OP_LINEAR) != (input == OP_GLOBAL_POOL) ||
        (op->kind == OP_LINEAR) != (index == network->n_ops - 1))
        return refuse(op, "a network ends in global pool and classifier, and has no others", err);
    if (op->kind != OP_ADD)
        return ERR_NONE;
    if (op->shortcut >= index || op->shortcut < 0)
        return refuse(op, "its shortcut is not an operation before it", err);
    const OpKind shortcut = kind_at(network, op->shortcut);
    if (!is_conv_kind(input) || shortcut == OP_SE || shortcut == OP_GLOBAL_POOL)
        return refuse(op, "a residual is a convolution plus a stored map", err);
    return ERR_NONE;
}

static bool reads(const Op *reader, int index)
{
    return reader->input == index || (reader->kind == OP_ADD && reader->shortcut == index);
}

static ErrCode check_readers(const Net *net, int index, Err *err)
{
    const Op *op = &net->network.ops[index];
    const OpPlan *plan = &net->plans[index];
    const bool is_end = index == net->network.n_ops - 1;
    if ((plan->n_readers == 0) != is_end)
        return refuse(op, "nobody reads it", err);
    if (is_end || plan->n_readers == 1) {
        if (op->kind == OP_ADD && !is_end && net->plans[plan->first_reader].op->kind == OP_ADD)
            return refuse(op, "a sum must be read by an operation with weights or a pool", err);
        return ERR_NONE;
    }
    int highest = index;
    for (int i = index + 1; i < net->network.n_ops; i++)
        highest = reads(&net->network.ops[i], index) ? i : highest;
    for (int i = index + 1; i < net->network.n_ops; i++) {
        const Op *reader = &net->network.ops[i];
        if (!reads(reader, index))
            continue;
        if (reader->kind == OP_SE || (reader->kind == OP_ADD && reader->input == index))
            return refuse(op, "the branch of a residual and the input of SE have one reader", err);
        if (reader->kind == OP_ADD && i != highest)
            return refuse(op, "only its last reader may be a sum", err);
    }
    return ERR_NONE;
}

/* --- readers, phases --- */

static void count_readers(Net *net)
{
    for (int i = net->network.n_ops - 1; i >= 0; i--) {
        const Op *op = &net->network.ops[i];
        OpPlan *plan = &net->plans[i];
        plan->op = op;
        plan->index = i;
        plan->first_reader = NO_OP;
        for (int j = net->network.n_ops - 1; j > i; j--)
            if (reads(&net->network.ops[j], i)) {
                plan->first_reader = j;
                plan->n_readers++;
            }
        plan->is_phase = op->kind != OP_SE && op->kind != OP_ADD;
        plan->runner =
            plan->is_phase || plan->first_reader < 0 ? i : net->plans[plan->first_reader].runner;
    }
}

static void plan_shape(Net *net, OpPlan *plan)
{
    const Op *op = plan->op;
    plan->Cin = op->input < 0 ? op->in_channels : lanes_pad(op->in_channels);
    plan->Cout = lanes_pad(op->out_channels);
    plan->in_pixels = op->in_size * op->in_size;
    plan->out_pixels = op->out_size * op->out_size;
    plan->is_pointwise = op->kind == OP_CONV && op->kernel == 1 && op->stride == 1;
    /* Pools are cut by the map they read: it is what their backward phase writes. */
    const int pixels = op->kind == OP_GLOBAL_POOL ? plan->in_pixels : plan->out_pixels;
    const int group = (CHUNK_PIXELS + pixels - 1) / pixels;
    plan->group = group > CHUNK_IMAGES ? CHUNK_IMAGES : group;
    if (op->kind == OP_LINEAR)
        plan->group = CHUNK_IMAGES;
    plan->n_slots = netplan_chunks(plan, net->settings.batch);
    if (plan->n_slots > net->n_slots)
        plan->n_slots = net->n_slots;
}

/* Slots: as many as their budget allows, between SLOTS_MIN and SLOTS_MAX. */
static int choose_slots(const Net *net)
{
    const size_t bytes = (net->n_trainable + 1) * sizeof(float);
    const size_t n = SLOT_BYTES / bytes;
    return n < SLOTS_MIN ? SLOTS_MIN : n > SLOTS_MAX ? SLOTS_MAX : (int)n;
}

static void plan_tensor_slots(Net *net)
{
    for (int i = 0; i < net->n_tensors; i++) {
        const OpPlan *plan = &net->plans[net->tensors[i].op];
        const bool is_slotted = net->places[i].offset < net->n_slotted;
        net->tensor_slots[i] = is_slotted ? net->plans[plan->runner].n_slots : 1;
    }
}

/* --- buffers --- */

static int forward_time(const Net *net, int op)
{
    return net->plans[op].runner;
}

static int backward_time(const Net *net, int op)
{
    const int n = net->network.n_ops;
    return op == n - 1 ? n - 1 : 2 * n - 1 - net->plans[op].runner;
}

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

/* Last time anything reads the stored output (z or y) of op. */
static int last_read(const Net *net, int index)
{
    int last = forward_time(net, index);
    for (int i = index + 1; i < net->network.n_ops; i++)
        if (reads(&net->network.ops[i], index) && forward_time(net, i) > last)
            last = forward_time(net, i);
    if (!net->settings.training)
        return last;
    const OpPlan *plan = &net->plans[index];
    if (netplan_is_conv(plan) || plan->first_reader < 0)
        return backward_time(net, index);
    return backward_time(net, plan->first_reader);
}

static ErrCode add_value_buffers(Net *net, BufferList *list, Err *err)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        const size_t map = (size_t)plan->out_pixels * (size_t)plan->Cout;
        const int first = forward_time(net, i), last = last_read(net, i);
        plan->z_buffer = plan->y_buffer = plan->g_buffer = plan->pending_buffer = -1;
        plan->se_buffer = -1;
        if (netplan_is_conv(plan)) {
            TRY(add_buffer(net, list, map, first, last, &plan->z_buffer, err));
        } else if (plan->op->kind == OP_SE) {
            const size_t floats = 2 * (size_t)plan->Cout + 2 * (size_t)lanes_pad(plan->op->squeeze);
            const int end = net->settings.training ? backward_time(net, i) : first;
            TRY(add_buffer(net, list, floats, first, end, &plan->se_buffer, err));
        } else {
            TRY(add_buffer(net, list, map, first, last, &plan->y_buffer, err));
        }
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* True if the gradient of op's batch norm output is the gradient of the sum it goes into. */
static bool shares_gradient(const Net *net, const OpPlan *plan)
{
    return netplan_is_conv(plan) && plan->op->act == ACT_NONE && plan->n_readers == 1 &&
           net->plans[plan->first_reader].op->kind == OP_ADD;
}

/* First time a gradient of op is written: its highest reader that is not a pending sum. */
static int first_gradient(const Net *net, const OpPlan *plan)
{
    int first = backward_time(net, plan->first_reader);
    for (int i = plan->first_reader; i < net->network.n_ops; i++)
        if (reads(&net->network.ops[i], plan->index) &&
            (net->network.ops[i].kind != OP_ADD || plan->n_readers == 1) &&
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
        const size_t map = (size_t)plan->out_pixels * (size_t)plan->Cout;
        if (plan->op->kind == OP_SE)
            continue;
        if (shares_gradient(net, plan)) {
            plan->g_buffer = net->plans[plan->first_reader].g_buffer;
            continue;
        }
        const int last =
            plan->op->kind == OP_ADD ? last_gradient_of_sum(net, plan) : backward_time(net, i);
        TRY(add_buffer(net, list, map, first_gradient(net, plan), last, &plan->g_buffer, err));
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
        if (plan->op->input < 0 || !plan->is_phase)
            continue;
        const OpPlan *value = &net->plans[plan->op->input];
        plan->is_last = value->first_reader == j;
        for (int i = net->network.n_ops - 1; i > j; i--) {
            if (!reads(&net->network.ops[i], value->index))
                continue;
            plan->pending_buffer =
                net->network.ops[i].kind == OP_ADD ? net->plans[i].g_buffer : value->g_buffer;
        }
    }
    for (int i = 0; i < net->network.n_ops; i++)
        if (net->network.ops[i].kind == OP_ADD && net->network.ops[i].survival < 1.0)
            net->plans[net->network.ops[i].input].scaled_by = i;
}

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
        plan->pending = buffer_at(base, list, plan->pending_buffer);
        if (plan->se_buffer < 0)
            continue;
        const size_t batch = (size_t)net->settings.batch, Sp = (size_t)lanes_pad(plan->op->squeeze);
        plan->p = buffer_at(base, list, plan->se_buffer);
        plan->s = plan->p + batch * (size_t)plan->Cout;
        plan->t = plan->s + batch * (size_t)plan->Cout;
        plan->v = plan->t + batch * Sp;
    }
}

static ErrCode plan_activations(Net *net, Err *err)
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

/* --- parameters and everything of fixed size --- */

static void carve_parameters(Net *net, Arena *arena)
{
    net->weights = arena_zalloc(arena, net->n_floats, sizeof(float));
    if (!net->settings.training)
        return;
    net->ema = arena_zalloc(arena, net->n_floats, sizeof(float));
    net->momentum = arena_zalloc(arena, net->n_trainable, sizeof(float));
    if (net->settings.optimizer != NET_SGD)
        net->mean_square = arena_zalloc(arena, net->n_trainable, sizeof(float));
}

static size_t chunks_of(const Net *net, int op)
{
    return (size_t)netplan_chunks(&net->plans[op], net->settings.batch);
}

static void carve_norm(Net *net, OpPlan *plan, Arena *arena)
{
    const size_t C = (size_t)plan->Cout;
    float **const vectors[] = {&plan->A,  &plan->D,  &plan->mean, &plan->rstd,
                               &plan->gA, &plan->gB, &plan->gD};
    for (size_t i = 0; i < ARRAY_LEN(vectors); i++)
        *vectors[i] = arena_zalloc(arena, C, sizeof(float));
    if (!net->settings.training)
        return;
    /* A sum's summands are finished by the phase that runs the sum. */
    const OpPlan *reader = &net->plans[plan->first_reader];
    plan->partials = arena_floats(arena, chunks_of(net, plan->index) * AFFINE_SUMS * C);
    plan->grad_partials = arena_floats(arena, chunks_of(net, reader->runner) * AFFINE_SUMS * C);
}

static void carve_transposes(const Net *net, OpPlan *plan, Arena *arena)
{
    if (!net->settings.training)
        return;
    const Op *op = plan->op;
    const size_t Cin = (size_t)lanes_pad(op->in_channels);
    if ((op->kind == OP_CONV && op->input >= 0) || op->kind == OP_LINEAR) {
        const size_t taps = op->kind == OP_CONV ? (size_t)op->kernel * (size_t)op->kernel : 1;
        plan->wt = arena_floats(arena, taps * (size_t)op->out_channels * Cin);
    } else if (op->kind == OP_SE) {
        plan->wt = arena_floats(arena, (size_t)op->squeeze * Cin);
        plan->wt2 = arena_floats(arena, (size_t)op->in_channels * (size_t)lanes_pad(op->squeeze));
    }
}

static void carve_fixed(Net *net, Arena *arena)
{
    size_t widest = LANES;
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        if (netplan_is_conv(plan))
            carve_norm(net, plan, arena);
        carve_transposes(net, plan, arena);
        widest = (size_t)plan->Cout > widest ? (size_t)plan->Cout : widest;
    }
    net->zeros = arena_zalloc(arena, widest, sizeof(float));
    net->ones = arena_zalloc(arena, widest, sizeof(float));
    net->keep_mean = arena_zalloc(arena, widest, sizeof(float));
    net->keep_var = arena_zalloc(arena, widest, sizeof(float));
    net->loss = arena_zalloc(arena, (size_t)net->settings.batch, sizeof(double));
    net->predictions = arena_zalloc(arena, (size_t)net->settings.batch, sizeof(int32_t));
    for (size_t i = 0; net->ones != NULL && i < widest; i++)
        net->ones[i] = 1.0f;
}

/* Without batch norm the affine maps are the identity. */
static void set_identity_norms(Net *net)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        if (!netplan_is_conv(plan) || plan->op->batch_norm)
            continue;
        for (int c = 0; c < plan->Cout; c++)
            plan->A[c] = plan->gA[c] = 1.0f;
    }
}

typedef void (*Carver)(Net *net, Arena *arena);

/* Measure, reserve once, carve with the same function. */
static ErrCode reserve(Net *net, Arena *arena, Carver carve, size_t *n_bytes, Err *err)
{
    Arena measure = arena_measuring();
    carve(net, &measure);
    TRY(arena_ok(&measure, err));
    TRY(arena_reserve(arena, arena_bytes(&measure), err));
    carve(net, arena);
    TRY(arena_ok(arena, err));
    *n_bytes = arena_bytes(&measure);
    return ERR_NONE;
fail:
    return err->code;
}

static void carve_slots(Net *net, Arena *arena)
{
    size_t n = 0;
    if (!arena_multiply(net->n_trainable, (size_t)net->n_slots, &n))
        n = SIZE_MAX;
    net->slots = net->settings.training ? arena_floats(arena, n) : NULL;
}

/* --- scratch --- */

static size_t scratch_bytes(const Net *net)
{
    size_t most = 0;
    for (int i = 0; i < net->network.n_ops; i++) {
        const OpPlan *plan = &net->plans[i];
        if (!plan->is_phase)
            continue;
        Arena forward = arena_measuring(), backward = arena_measuring();
        netforward_measure(net, plan, &forward);
        if (net->settings.training)
            netbackward_measure(net, plan, &backward);
        most = arena_bytes(&forward) > most ? arena_bytes(&forward) : most;
        most = arena_bytes(&backward) > most ? arena_bytes(&backward) : most;
    }
    return (most + ARENA_ALIGN) / ARENA_ALIGN * ARENA_ALIGN;
}

static ErrCode plan_scratch(Net *net, Err *err)
{
    const size_t each = scratch_bytes(net), n = (size_t)net->settings.threads;
    net->scratch = mem_calloc(n, sizeof *net->scratch);
    if (net->scratch == NULL)
        return err_memory(err, n * sizeof *net->scratch);
    for (size_t i = 0; i < n; i++)
        TRY(arena_reserve(&net->scratch[i], each, err));
    net->memory.scratch_bytes = each * n;
    return ERR_NONE;
fail:
    return err->code;
}

/* --- all of it --- */

static ErrCode check_network(Net *net, Err *err)
{
    const Network *network = &net->network;
    for (int i = 0; i < network->n_ops; i++) {
        TRY(check_geometry(&network->ops[i], err));
        TRY(check_inputs(network, i, err));
    }
    count_readers(net);
    for (int i = 0; i < network->n_ops; i++)
        TRY(check_readers(net, i, err));
    return ERR_NONE;
fail:
    return err->code;
}

ErrCode netplan_build(Net *net, Err *err)
{
    TRY(check_network(net, err));
    TRY(nettensor_plan(net, err));
    net->n_slots = choose_slots(net);
    for (int i = 0; i < net->network.n_ops; i++)
        plan_shape(net, &net->plans[i]);
    plan_tensor_slots(net);
    TRY(plan_activations(net, err));
    size_t fixed_bytes = 0;
    TRY(reserve(net, &net->parameter_arena, carve_parameters, &net->memory.parameter_bytes, err));
    TRY(reserve(net, &net->fixed_arena, carve_fixed, &fixed_bytes, err));
    TRY(reserve(net, &net->slot_arena, carve_slots, &net->memory.slot_bytes, err));
    set_identity_norms(net);
    TRY(plan_scratch(net, err));
    net->memory.parameter_bytes += fixed_bytes;
    net->memory.n_slots = net->n_slots;
    return ERR_NONE;
fail:
    return err->code;
}
