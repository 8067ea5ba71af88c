/* nn/netload.c: which tensors each pass reads and writes, as the phases of nn/netstate.h do. */
#include "nn/netload.h"

#include "nn/netgrad.h"

enum { FLOAT_BYTES = sizeof(float), FLOPS_PER_MAC = 2 };

/* --- maps --- */

static double map_bytes(const Net *net, int pixels, int channels)
{
    return (double)net->settings.batch * pixels * channels * FLOAT_BYTES;
}

static double output_bytes(const Net *net, const OpPlan *plan)
{
    return map_bytes(net, plan->out_pixels, plan->Cout);
}

/* Of a value as it is kept: behind a gate that is the gate's input. NULL: the images. */
static double value_bytes(const Net *net, const OpPlan *plan, const OpPlan *value)
{
    if (value == NULL)
        return map_bytes(net, plan->in_pixels, plan->Cin);
    if (value->run->output == OUTPUT_GATED)
        return output_bytes(net, netstate_input(net, value));
    return output_bytes(net, value);
}

static const OpPlan *gate_of(const Net *net, const OpPlan *plan)
{
    const OpPlan *input = netstate_input(net, plan);
    return input != NULL && input->run->output == OUTPUT_GATED ? input : NULL;
}

static double larger_map_vectors(const Net *net, const OpPlan *plan)
{
    const double in = map_bytes(net, plan->in_pixels, plan->Cin);
    const double out = output_bytes(net, plan);
    return (in > out ? in : out) / (LANES * FLOAT_BYTES);
}

/* --- weights of the operation and of its gate --- */

static double weight_bytes(const Net *net, const OpPlan *plan)
{
    const OpPlan *gate = gate_of(net, plan);
    const int64_t params = plan->op->params + (gate == NULL ? 0 : gate->op->params);
    return (double)params * FLOAT_BYTES;
}

static double forward_flops(const Net *net, const OpPlan *plan)
{
    const OpPlan *gate = gate_of(net, plan);
    const int64_t macs = plan->op->macs + (gate == NULL ? 0 : gate->op->macs);
    return FLOPS_PER_MAC * (double)macs * net->settings.batch;
}

static double slot_bytes(const OpPlan *plan)
{
    return plan->n_slots * (double)plan->op->params * FLOAT_BYTES;
}

/* Weight gradients that wait for the whole batch: the operation's, if they are owned, and its
 * gate's. They are written only where gradients are kept (nn/weightshare.h). */
static NetProfileWork owned_load(const Net *net, const OpPlan *plan)
{
    const OpPlan *const ops[] = {plan, gate_of(net, plan)};
    NetProfileWork work = {0};
    for (size_t i = 0; i < ARRAY_LEN(ops); i++) {
        if (ops[i] == NULL || !ops[i]->is_owned)
            continue;
        work.flops += FLOPS_PER_MAC * (double)ops[i]->op->macs * net->settings.batch;
        if (net->settings.gradients)
            work.written_bytes += (double)ops[i]->op->params * FLOAT_BYTES;
    }
    if (plan->is_owned)
        work.read_bytes +=
            output_bytes(net, plan) + value_bytes(net, plan, netstate_input(net, plan));
    return work;
}

/* --- passes --- */

/* A sum that this phase makes: both summands are read and it is written before it is read. */
static void add_sum(const Net *net, const OpPlan *plan, NetProfileWork *work)
{
    const OpPlan *value = netstate_input(net, plan);
    if (value == NULL || value->run->materialise == NULL || value->runner != plan->index)
        return;
    work->read_bytes += output_bytes(net, netstate_input(net, value)) +
                        output_bytes(net, &net->plans[value->op->shortcut]) -
                        output_bytes(net, value);
    work->written_bytes += output_bytes(net, value);
}

static NetProfileWork forward_load(const Net *net, const OpPlan *plan)
{
    NetProfileWork work = {
        .flops = forward_flops(net, plan),
        .read_bytes = value_bytes(net, plan, netstate_input(net, plan)) + weight_bytes(net, plan),
        .written_bytes = output_bytes(net, plan),
        .vectors = larger_map_vectors(net, plan),
    };
    add_sum(net, plan, &work);
    if (!plan->run->is_classifier || !net->settings.training)
        return work;
    work.flops *= 2.0; /* the gradient of the features, too */
    work.read_bytes += weight_bytes(net, plan);
    work.written_bytes += map_bytes(net, plan->in_pixels, plan->Cin);
    return work;
}

/* Batch norms whose sums are taken with the input's gradient: their z, and a gradient of their own.
 */
static void add_targets(const Net *net, const OpPlan *plan, NetProfileWork *work)
{
    const OpPlan *value = netstate_input(net, plan);
    const OpPlan *kept = gate_of(net, plan) == NULL ? value : netstate_input(net, value);
    GradStates states;
    netgrad_targets(net, plan, &states);
    for (int i = 0; i < states.n_targets; i++) {
        const OpPlan *target = states.target[i];
        if (target == kept)
            continue;
        work->read_bytes += output_bytes(net, target);
        if (target->g != kept->g)
            work->written_bytes += output_bytes(net, target);
    }
}

/* A folded convolution's products are made in its reader's phase, which writes narrow rows for it
 * instead of the gradient of its output (nn/netfold.h). */
static void add_folded(const Net *net, const OpPlan *folded, NetProfileWork *work)
{
    work->flops += 2.0 * forward_flops(net, folded);
    work->read_bytes += value_bytes(net, folded, netstate_input(net, folded)) +
                        weight_bytes(net, folded) + slot_bytes(folded);
    work->written_bytes += map_bytes(net, folded->in_pixels, folded->Cin) + slot_bytes(folded) -
                           output_bytes(net, folded);
}

static NetProfileWork folded_load(const Net *net, const OpPlan *plan)
{
    const double map = map_bytes(net, plan->in_pixels, plan->Cin);
    NetProfileWork work = {
        .read_bytes = 2.0 * map + (plan->pending == NULL ? 0.0 : map),
        .written_bytes = map,
        .vectors = larger_map_vectors(net, plan),
    };
    add_targets(net, plan, &work);
    return work;
}

static NetProfileWork backward_load(const Net *net, const OpPlan *plan)
{
    if (plan->is_folded)
        return folded_load(net, plan);
    const OpPlan *input = netstate_input(net, plan);
    const double map = output_bytes(net, plan), value = value_bytes(net, plan, input);
    NetProfileWork work = {
        .flops =
            forward_flops(net, plan) * (input == NULL ? 1.0 : 2.0) - owned_load(net, plan).flops,
        .read_bytes = (netstate_is_normed(plan) ? 2.0 : 1.0) * map + value +
                      weight_bytes(net, plan) + slot_bytes(plan),
        .written_bytes = slot_bytes(plan) + (plan->is_owned ? map : 0.0),
        .vectors = larger_map_vectors(net, plan),
    };
    if (input == NULL)
        return work;
    work.read_bytes += plan->pending == NULL ? 0.0 : value;
    work.written_bytes += value;
    if (input->is_folded)
        add_folded(net, input, &work);
    add_targets(net, plan, &work);
    return work;
}

static NetProfileWork prepare_load(const Net *net)
{
    NetProfileWork work = {0};
    for (int i = 0; i < net->network.n_ops; i++) {
        const OpPlan *plan = &net->plans[i];
        if (plan->run->transpose != NULL)
            work.read_bytes += (double)plan->op->params * FLOAT_BYTES;
    }
    work.written_bytes = work.read_bytes;
    return work;
}

/* Partial gradients that are kept are read; weights, momentum and mean square read and written.
 * Averages are an option of a step, not of the plan. */
static NetProfileWork optimise_load(const Net *net)
{
    NetProfileWork work = {0};
    const double n_states = net->mean_square == NULL ? 2.0 : 3.0;
    for (int i = 0; i < net->n_tensors; i++) {
        if (!net->tensors[i].trainable)
            continue;
        const double n_bytes = (double)net->places[i].n_floats * FLOAT_BYTES;
        const int n_slots = net->places[i].gradient == NULL ? 0 : net->places[i].n_slots;
        work.read_bytes += (n_slots + n_states) * n_bytes;
        work.written_bytes += n_states * n_bytes;
    }
    return work;
}

NetProfileWork netload_of(const Net *net, NetPass pass, const OpPlan *plan)
{
    switch (pass) {
    case NET_FORWARD:
        return forward_load(net, plan);
    case NET_FORWARD_END:
        return plan->run->is_classifier ? owned_load(net, plan) : (NetProfileWork){0};
    case NET_BACKWARD:
        return backward_load(net, plan);
    case NET_BACKWARD_END:
        return owned_load(net, plan);
    case NET_PREPARE:
        return prepare_load(net);
    case NET_OPTIMISE:
        return optimise_load(net);
    default:
        return (NetProfileWork){0};
    }
}
