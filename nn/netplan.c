/*
 * nn/netplan.c: the rules that rows have in common; their own ones they check themselves.
 */
#include "nn/netplan.h"

#include "nn/netfold.h"
#include "nn/netmaps.h"
#include "nn/netnorm.h"
#include "nn/netphase.h"
#include "nn/netruns.h"
#include "nn/nettensor.h"
#include "nn/nettile.h"
#include "nn/weightbuffers.h"

#include "base/sys.h"

/* --- what can be run --- */

static ErrCode refuse(const Op *op, const char *why, Err *err)
{
    return err_set(err, ERR_USAGE, "cannot run operation '%s': %s", op->name, why);
}

static ErrCode check_geometry(const Op *op, Err *err)
{
    const char *why = ops_check(op);
    if (why == NULL && (op->in_size > OPS_SIDE_MOST || op->out_size > OPS_SIDE_MOST))
        why = "its map is more than 32768 pixels wide";
    return why == NULL ? ERR_NONE : refuse(op, why, err);
}

/* What goes on with a map is of the kind, and the shape, of the part before it. */
static bool is_next_part(const Net *net, const OpPlan *plan)
{
    const Op *op = plan->op, *before = NULL;
    if (op->shortcut < 0 || op->shortcut >= plan->index)
        return false;
    before = &net->network.ops[op->shortcut];
    return before->kind == op->kind && before->out_channels == op->out_channels &&
           before->out_size == op->out_size &&
           (op->offset == 0 || op->offset == before->offset + before->in_channels);
}

/* What it reads comes before it and is of a kind that it can read. */
static ErrCode check_inputs(const Net *net, int index, Err *err)
{
    const OpPlan *plan = &net->plans[index];
    const Op *op = plan->op;
    if (op->input >= index || op->input < INPUT_IMAGES)
        return refuse(op, "it reads an operation that does not come before it", err);
    const OpRun *input = op->input == INPUT_IMAGES ? NULL : net->plans[op->input].run;
    if (input == NULL && !plan->run->reads_images)
        return refuse(op, "only dense convolutions read images", err);
    if (input != NULL && input->output == OUTPUT_GATED && !plan->run->reads_gates)
        return refuse(op, "SE must be followed by a convolution", err);
    if (op->joins && !is_next_part(net, plan))
        return refuse(op, "it goes on with a map of another kind, or that others read", err);
    const bool is_end = index == net->network.n_ops - 1;
    if (plan->run->is_classifier != is_end ||
        plan->run->is_classifier != (input != NULL && input->makes_features))
        return refuse(op, "a network ends in global pool and classifier, and has no others", err);
    const char *why = plan->run->check == NULL ? NULL : plan->run->check(net, plan);
    return why == NULL ? ERR_NONE : refuse(op, why, err);
}

/* An operation that runs in the phase of its first reader cannot wait for several of them. */
static ErrCode check_readers(const Net *net, int index, Err *err)
{
    const Op *op = &net->network.ops[index];
    const OpPlan *plan = &net->plans[index];
    if ((plan->n_readers == 0) != plan->run->is_classifier)
        return refuse(op, "nobody reads it", err);
    if (plan->n_readers < 2) {
        const bool has_reader = plan->n_readers == 1;
        if (!plan->run->is_phase && has_reader && !net->plans[plan->first_reader].run->is_phase)
            return refuse(op, "a sum must be read by an operation with weights or a pool", err);
        return ERR_NONE;
    }
    for (int i = index + 1; i < net->network.n_ops; i++)
        if (net->network.ops[i].joins && net->network.ops[i].shortcut == index)
            return refuse(op, "only the next part reads an unfinished map", err);
    if (plan->run->output == OUTPUT_GATED) /* its weights are updated behind its reader */
        return refuse(op, "SE has one reader", err);
    int highest = index;
    for (int i = index + 1; i < net->network.n_ops; i++)
        highest = ops_reads(&net->network.ops[i], index) ? i : highest;
    for (int i = index + 1; i < net->network.n_ops; i++) {
        const Op *reader = &net->network.ops[i];
        if (!ops_reads(reader, index) || net->plans[i].run->is_phase)
            continue;
        if (reader->input == index)
            return refuse(op, "the branch of a residual and the input of SE have one reader", err);
        if (i != highest)
            return refuse(op, "only its last reader may be a sum", err);
    }
    return ERR_NONE;
}

/* --- readers, phases --- */

static void begin_plans(Net *net)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        net->plans[i].op = &net->network.ops[i];
        net->plans[i].run = netruns_row(net->network.ops[i].kind);
        net->plans[i].index = i;
        net->plans[i].first_reader = NO_OP;
        net->plans[i].buffers = (OpBuffers){-1, -1, -1, -1, -1, -1, -1, -1, -1};
    }
}

static void count_readers(Net *net)
{
    for (int i = net->network.n_ops - 1; i >= 0; i--) {
        OpPlan *plan = &net->plans[i];
        for (int j = net->network.n_ops - 1; j > i; j--)
            if (ops_reads(&net->network.ops[j], i)) {
                plan->first_reader = j;
                plan->n_readers++;
            }
        plan->runner = plan->run->is_phase || plan->first_reader < 0
                           ? i
                           : net->plans[plan->first_reader].runner;
    }
}

static bool has_one_slot(const Net *net, const OpPlan *plan, int n_slots)
{
    const double weights = (double)nettile_depth(plan) * plan->Cout;
    const double map = (double)plan->in_pixels * plan->Cin + (double)plan->out_pixels * plan->Cout;
    return netshare_has_one_slot(n_slots, weights, net->settings.batch * map);
}

/* The weights of a folded convolution have the slots of its reader, which are as many. */
static void plan_slots(Net *net, OpPlan *plan)
{
    const OpWeights weights = plan->run->weights;
    const int n_slots = netshare_slots(plan->n_chunks);
    plan->is_owned = weights == WEIGHTS_OWNED || (weights == WEIGHTS_BY_SHAPE && !plan->is_folded &&
                                                  has_one_slot(net, plan, n_slots));
    plan->n_slots = weights == WEIGHTS_NONE || plan->is_owned ? 0 : n_slots;
}

static void plan_shape(Net *net, OpPlan *plan)
{
    const Op *op = plan->op;
    plan->Cin = op->input < 0 ? op->in_channels : lanes_pad(op->in_channels);
    plan->Cout = lanes_pad(op->out_channels);
    plan->in_pixels = op->in_size * op->in_size;
    plan->out_pixels = op->out_size * op->out_size;
    plan->is_pointwise = op->kernel == 1 && op_kernel_width(op) == 1 && op->stride == 1;
    plan->n_chunks = netshare_chunks(
        net->settings.batch, plan->run->chunks_by_input ? plan->in_pixels : plan->out_pixels);
}

/* --- parameters and everything of fixed size --- */

static void carve_parameters(Net *net, Arena *arena)
{
    net->weights = arena_zalloc(arena, net->n_floats, sizeof(float));
    if (!net->settings.training)
        return;
    if (net->settings.averages)
        net->ema = arena_zalloc(arena, net->n_floats, sizeof(float));
    net->momentum = arena_zalloc(arena, net->n_trainable, sizeof(float));
    if (net->settings.optimizer != NET_SGD)
        net->mean_square = arena_zalloc(arena, net->n_trainable, sizeof(float));
}

static void carve_fixed(Net *net, Arena *arena)
{
    size_t widest = LANES;
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        if (netstate_is_normed(plan))
            netnorm_carve(plan, arena);
        if (plan->run->carve != NULL)
            plan->run->carve(net, plan, arena);
        widest = (size_t)plan->Cout > widest ? (size_t)plan->Cout : widest;
        if ((size_t)lanes_pad(plan->op->squeeze) > widest)
            widest = (size_t)lanes_pad(plan->op->squeeze);
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

static void set_identity_norms(Net *net)
{
    for (int i = 0; i < net->network.n_ops; i++)
        if (netstate_is_normed(&net->plans[i]) && !net->network.ops[i].batch_norm)
            netnorm_set_identity(&net->plans[i]);
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

/* --- what is in use at some times only --- */

static ErrCode reserve_buffers(Net *net, const BufferList *list, size_t n_floats, Err *err)
{
    Arena measure = arena_measuring();
    arena_floats(&measure, n_floats);
    TRY(arena_ok(&measure, err));
    TRY(arena_reserve(&net->activation_arena, arena_bytes(&measure), err));
    float *base = arena_floats(&net->activation_arena, n_floats);
    TRY(arena_ok(&net->activation_arena, err));
    netmaps_point(net, list, base);
    weightbuffers_point(net, list, base);
    net->memory.activation_bytes = n_floats * sizeof(float);
    return ERR_NONE;
fail:
    return err->code;
}

static ErrCode plan_buffers(Net *net, Err *err)
{
    const size_t n_ops = (size_t)net->network.n_ops;
    BufferList list;
    size_t n_floats = 0;
    TRY(buffers_create(&list, n_ops * (NETMAPS_OF_OP + WEIGHTBUFFERS_OF_OP), err));
    if (netmaps_add(net, &list, err) != ERR_NONE ||
        weightbuffers_add(net, &list, err) != ERR_NONE) {
        (void)err_wrap(err, "maps and gradients of %d images at a time", net->settings.batch);
        goto fail;
    }
    TRY(buffers_place(&list, &n_floats, err));
    TRY(reserve_buffers(net, &list, n_floats, err));
fail:
    buffers_release(&list);
    return err->code;
}

/* --- scratch --- */

static size_t scratch_bytes(const Net *net)
{
    size_t most = 0;
    for (int i = 0; i < net->network.n_ops; i++) {
        if (!net->plans[i].run->is_phase)
            continue;
        const size_t n_bytes = netphase_scratch_bytes(net, &net->plans[i]);
        most = n_bytes > most ? n_bytes : most;
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
        TRY(check_inputs(net, i, err));
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
    begin_plans(net);
    TRY(check_network(net, err));
    for (int i = 0; i < net->network.n_ops; i++)
        plan_shape(net, &net->plans[i]);
    netfold_plan(net);
    for (int i = 0; i < net->network.n_ops; i++)
        plan_slots(net, &net->plans[i]);
    TRY(nettensor_plan(net, err));
    TRY(plan_buffers(net, err));
    size_t fixed_bytes = 0;
    TRY(reserve(net, &net->parameter_arena, carve_parameters, &net->memory.parameter_bytes, err));
    TRY(reserve(net, &net->fixed_arena, carve_fixed, &fixed_bytes, err));
    set_identity_norms(net);
    TRY(plan_scratch(net, err));
    net->memory.parameter_bytes += fixed_bytes;
    return ERR_NONE;
fail:
    return err->code;
}
