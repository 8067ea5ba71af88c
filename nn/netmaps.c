/* nn/netmaps.c: a buffer a map, a lifetime a buffer. */
#include "nn/netmaps.h"

#include "nn/netnorm.h"
#include "nn/nettimes.h"

static bool reads(const Net *net, int reader, int index)
{
    return ops_reads(&net->network.ops[reader], index);
}

static bool is_sum(const Net *net, int index)
{
    return net->plans[index].run->is_sum;
}

/* The operation whose map this one's is, or NO_OP: it has its own. */
static int shared_map(const Net *net, int index)
{
    const OpPlan *plan = &net->plans[index];
    if (plan->op->joins)
        return plan->op->shortcut;
    const OpPlan *input = netstate_input(net, plan);
    const bool is_kept = plan->run->keeps_input && input->run->output == OUTPUT_STORED;
    return is_kept ? plan->op->input : NO_OP;
}

/* Last time anything reads the stored output (z or y) of op. */
static int last_read(const Net *net, int index)
{
    int last = nettimes_forward(net, index);
    for (int i = index + 1; i < net->network.n_ops; i++)
        if (reads(net, i, index) && nettimes_forward(net, i) > last)
            last = nettimes_forward(net, i);
    if (!net->settings.training)
        return last;
    const OpPlan *plan = &net->plans[index];
    if (netstate_is_normed(plan) || plan->first_reader < 0)
        return nettimes_backward(net, index);
    return nettimes_backward(net, plan->first_reader);
}

/* The same of its map: by whoever shares it, too. */
static int last_use(const Net *net, int index)
{
    int last = last_read(net, index);
    for (int i = index + 1; i < net->network.n_ops; i++) {
        const int use = shared_map(net, i) == index ? last_use(net, i) : last;
        last = use > last ? use : last;
    }
    return last;
}

/* --- values --- */

/* In use from the phase at `first` to the end of that at `last`. */
static ErrCode add_buffer(const Net *net, BufferList *list, size_t per_image, int first, int last,
                          int *index, Err *err)
{
    size_t n_floats;
    (void)arena_multiply(per_image, (size_t)net->settings.batch, &n_floats);
    return buffers_add(list, n_floats, first, nettimes_end(last), index, err);
}

/* Sums of batch norm over each chunk of a phase, which its end adds up. */
static ErrCode add_sums(const OpPlan *plan, BufferList *list, int n_chunks, int time, int *index,
                        Err *err)
{
    if (!plan->op->batch_norm)
        return ERR_NONE;
    return buffers_add(list, netnorm_sums_floats(plan, n_chunks), time, nettimes_end(time), index,
                       err);
}

static ErrCode add_value_buffers(Net *net, BufferList *list, Err *err)
{
    const bool is_training = net->settings.training;
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        const size_t map = (size_t)plan->out_pixels * (size_t)plan->Cout;
        const int first = nettimes_forward(net, i), last = last_use(net, i);
        const int shared = shared_map(net, i);
        if (netstate_is_normed(plan)) {
            if (shared != NO_OP)
                plan->buffers.z = net->plans[shared].buffers.y;
            else
                TRY(add_buffer(net, list, map, first, last, &plan->buffers.z, err));
            if (is_training)
                TRY(add_sums(plan, list, netstate_chunks(plan, net->settings.batch), first,
                             &plan->buffers.partials, err));
        } else if (plan->run->output == OUTPUT_GATED) {
            const size_t floats = plan->run->gate_floats(plan);
            const int end = is_training ? nettimes_backward(net, i) : first;
            TRY(add_buffer(net, list, floats, first, end, &plan->buffers.gate, err));
        } else if (shared != NO_OP) {
            plan->buffers.y = net->plans[shared].buffers.y;
        } else {
            TRY(add_buffer(net, list, map, first, last, &plan->buffers.y, err));
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

/* The first of the operations that write into one map. */
static int first_part(const Net *net, int index)
{
    while (net->network.ops[index].joins)
        index = net->network.ops[index].shortcut;
    return index;
}

/* First time a gradient of op is written: its highest reader that is not a pending sum. */
static int first_gradient(const Net *net, const OpPlan *plan)
{
    int first = nettimes_backward(net, plan->first_reader);
    for (int i = plan->first_reader; i < net->network.n_ops; i++)
        if (reads(net, i, plan->index) && (!is_sum(net, i) || plan->n_readers == 1) &&
            nettimes_backward(net, i) < first)
            first = nettimes_backward(net, i);
    return first;
}

/* Last time the gradient of a sum is read: by its summands. */
static int last_gradient_of_sum(const Net *net, const OpPlan *sum)
{
    const int summands[] = {sum->op->input, sum->op->shortcut};
    int last = nettimes_backward(net, sum->index);
    for (size_t k = 0; k < ARRAY_LEN(summands); k++) {
        const OpPlan *summand = &net->plans[summands[k]];
        int time = nettimes_backward(net, summands[k]);
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
        const int now = nettimes_backward(net, i);
        if (shares_gradient(net, plan)) {
            plan->buffers.g = net->plans[plan->first_reader].buffers.g;
            if (plan->is_owned) /* others still read g */
                TRY(add_buffer(net, list, map, now, now, &plan->buffers.dz, err));
            continue;
        }
        if (net->network.ops[plan->first_reader].joins &&
            net->network.ops[plan->first_reader].shortcut == i) {
            plan->buffers.g = net->plans[plan->first_reader].buffers.g;
            continue;
        }
        const int last = plan->run->is_sum ? last_gradient_of_sum(net, plan)
                                           : nettimes_backward(net, first_part(net, i));
        TRY(add_buffer(net, list, map, first_gradient(net, plan), last, &plan->buffers.g, err));
        if (plan->is_owned && netstate_is_normed(plan))
            plan->buffers.dz = plan->buffers.g;
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* Sums of the gradients of batch norms, in the phases that finish those: a sum's summands are
 * finished by the phase that runs the sum. */
static ErrCode add_gradient_sums(Net *net, BufferList *list, Err *err)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        if (!netstate_is_normed(plan))
            continue;
        const OpPlan *finisher = &net->plans[net->plans[plan->first_reader].runner];
        TRY(add_sums(plan, list, netstate_chunks(finisher, net->settings.batch),
                     nettimes_backward(net, finisher->index), &plan->buffers.grad_partials, err));
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
            plan->buffers.pending = is_sum(net, i) ? net->plans[i].buffers.g : value->buffers.g;
        }
    }
    for (int i = 0; i < net->network.n_ops; i++)
        if (is_sum(net, i) && net->network.ops[i].survival < 1.0)
            net->plans[net->network.ops[i].input].scaled_by = i;
}

/* --- all of them --- */

ErrCode netmaps_add(Net *net, BufferList *list, Err *err)
{
    TRY(add_value_buffers(net, list, err));
    if (!net->settings.training)
        return ERR_NONE;
    TRY(add_gradient_buffers(net, list, err));
    TRY(add_gradient_sums(net, list, err));
    plan_contributions(net);
    return ERR_NONE;
fail:
    return err->code;
}

void netmaps_point(Net *net, const BufferList *list, float *base)
{
    for (int i = 0; i < net->network.n_ops; i++) {
        OpPlan *plan = &net->plans[i];
        const OpBuffers *at = &plan->buffers;
        plan->z = buffers_at(list, base, at->z);
        plan->y = buffers_at(list, base, at->y);
        plan->g = buffers_at(list, base, at->g);
        plan->dz = buffers_at(list, base, at->dz);
        plan->pending = buffers_at(list, base, at->pending);
        plan->partials = buffers_at(list, base, at->partials);
        plan->grad_partials = buffers_at(list, base, at->grad_partials);
        if (at->gate >= 0)
            plan->run->gate_point(plan, buffers_at(list, base, at->gate),
                                  (size_t)net->settings.batch);
    }
}
