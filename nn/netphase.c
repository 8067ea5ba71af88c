/*
 * nn/netphase.c: a slot's weight gradient is one chain over all its chunks, continued from memory;
 * an owned one is a chain over the batch.
 */
#include "nn/netphase.h"

#include "nn/netfold.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"

/* --- chunks and slots of a thread --- */

/* The next chunks that are worked on at a time. */
static TeamRange next_span(const OpPlan *plan, int first, int end)
{
    return (TeamRange){first, plan->run->takes_spans ? end : first + 1};
}

static void backward_span(Pass *pass, TeamRange chunks)
{
    const OpPlan *plan = pass->plan;
    const ArenaMark mark = arena_mark(pass->worker->scratch);
    pass->span = nettile_span(plan, chunks, pass->worker->net->call.n);
    netgrad_carve(pass->worker->net, plan, &pass->states, pass->worker->scratch);
    if (!plan->run->takes_spans)
        netgrad_begin(&pass->states);
    plan->run->backward(pass);
    if (!plan->run->takes_spans)
        netgrad_end(pass->worker, &pass->states, chunks.first);
    arena_rewind(pass->worker->scratch, mark);
}

static void backward_chunks(Pass *pass, TeamRange chunks)
{
    for (int i = chunks.first; i < chunks.end;) {
        const TeamRange span = next_span(pass->plan, i, chunks.end);
        backward_span(pass, span);
        i = span.end;
    }
}

static void backward_slot(Pass *pass, int slot)
{
    const Net *net = pass->worker->net;
    const OpPlan *plan = pass->plan;
    pass->slot = slot;
    netgrad_begin_slot(net, plan, slot);
    if (pass->input != NULL && pass->input->is_folded)
        netfold_begin_slot(pass->input, slot);
    backward_chunks(pass, team_range(netstate_chunks(plan, net->call.n), slot, plan->n_slots));
}

/* --- phases --- */

void netphase_backward(Worker *worker, const OpPlan *plan)
{
    const Net *net = worker->net;
    const int thread = worker->thread, n_threads = worker->n_threads;
    Pass pass = {.worker = worker, .plan = plan, .input = netstate_input(net, plan)};
    if (plan->n_slots == 0 || plan->is_folded) {
        const int n_chunks = netstate_chunks(plan, net->call.n);
        backward_chunks(&pass, team_range(n_chunks, thread, n_threads));
        return;
    }
    const TeamRange slots = team_range(plan->n_slots, thread, n_threads);
    for (int i = slots.first; i < slots.end; i++)
        backward_slot(&pass, i);
}

void netphase_forward(Worker *worker, const OpPlan *plan)
{
    const int n = worker->net->call.n;
    if (plan->run->is_classifier && worker->net->call.mode != MODE_EVAL) {
        netphase_backward(worker, plan);
        return;
    }
    const TeamRange range = team_range(netstate_chunks(plan, n), worker->thread, worker->n_threads);
    for (int i = range.first; i < range.end;) {
        const ArenaMark mark = arena_mark(worker->scratch);
        const TeamRange span = next_span(plan, i, range.end);
        plan->run->forward(worker, plan, nettile_span(plan, span, n));
        arena_rewind(worker->scratch, mark);
        i = span.end;
    }
}

void netphase_finish_forward(const Worker *worker, const OpPlan *plan)
{
    netnorm_finish_forward(worker, plan);
}

bool netphase_begin_backward(const Worker *worker, const OpPlan *plan)
{
    if (plan->is_folded)
        netfold_combine(worker, plan);
    return plan->is_folded;
}

static void own_weights(const Worker *worker, const OpPlan *plan)
{
    const ArenaMark mark = arena_mark(worker->scratch);
    if (plan->is_owned)
        plan->run->own(worker, plan);
    arena_rewind(worker->scratch, mark);
}

void netphase_finish_backward(const Worker *worker, const OpPlan *plan)
{
    const OpPlan *input = netstate_input(worker->net, plan);
    GradStates states;
    netgrad_targets(worker->net, plan, &states);
    for (int i = 0; i < states.n_targets; i++)
        netnorm_finish_backward(worker, states.target[i],
                                netstate_chunks(plan, worker->net->call.n));
    if (input != NULL && input->is_folded)
        netfold_finish(worker, input);
    own_weights(worker, plan);
    if (netstate_is_gated(input))
        own_weights(worker, input);
}

/* --- scratch --- */

static size_t larger(size_t a, size_t b)
{
    return a > b ? a : b;
}

static size_t own_bytes(const Net *net, const OpPlan *plan)
{
    Arena own = arena_measuring();
    if (plan->is_owned)
        plan->run->measure_own(net, plan, &own);
    return arena_bytes(&own);
}

size_t netphase_scratch_bytes(const Net *net, const OpPlan *plan)
{
    const OpPlan *input = netstate_input(net, plan);
    Arena forward = arena_measuring(), backward = arena_measuring();
    GradStates states;
    size_t own = 0;
    plan->run->measure_forward(net, plan, &forward);
    if (net->settings.training) {
        netgrad_carve(net, plan, &states, &backward);
        plan->run->measure_backward(net, plan, &backward);
        own = own_bytes(net, plan);
        if (netstate_is_gated(input))
            own = larger(own, own_bytes(net, input));
    }
    return larger(larger(arena_bytes(&forward), arena_bytes(&backward)), own);
}
