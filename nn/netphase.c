/*
 * nn/netphase.c: a slot's weight gradient is one chain over all its chunks, continued from memory.
 */
#include "nn/netphase.h"

#include "nn/netfold.h"
#include "nn/netgrad.h"
#include "nn/netnorm.h"
#include "nn/nettile.h"

static void backward_chunk(Pass *pass)
{
    const ArenaMark mark = arena_mark(pass->worker->scratch);
    netgrad_carve(pass->worker->net, pass->plan, &pass->states, pass->worker->scratch);
    netgrad_begin(&pass->states);
    pass->plan->run->backward(pass);
    netgrad_end(pass->worker, &pass->states, pass->chunk.index);
    arena_rewind(pass->worker->scratch, mark);
}

void netphase_backward(Worker *worker, const OpPlan *plan)
{
    const Net *net = worker->net;
    const int n_chunks = netstate_chunks(plan, net->call.n);
    const TeamRange slots = team_range(plan->n_slots, worker->thread, worker->n_threads);
    for (int i = slots.first; i < slots.end; i++) {
        Pass pass = {.worker = worker,
                     .plan = plan,
                     .input = netstate_input(net, plan),
                     .slot_index = i,
                     .slot = netgrad_slot(net, plan, i)};
        if (pass.input != NULL && pass.input->is_folded)
            netfold_begin_slot(pass.input, i);
        const TeamRange chunks = team_range(n_chunks, i, plan->n_slots);
        for (int j = chunks.first; j < chunks.end; j++) {
            pass.chunk = nettile_chunk(plan, j, net->call.n);
            backward_chunk(&pass);
        }
    }
}

void netphase_forward(Worker *worker, const OpPlan *plan)
{
    const int n = worker->net->call.n;
    if (plan->run->is_classifier && worker->net->call.mode != MODE_EVAL) {
        netphase_backward(worker, plan);
        return;
    }
    const TeamRange range = team_range(netstate_chunks(plan, n), worker->thread, worker->n_threads);
    for (int i = range.first; i < range.end; i++) {
        const ArenaMark mark = arena_mark(worker->scratch);
        plan->run->forward(worker, plan, nettile_chunk(plan, i, n));
        arena_rewind(worker->scratch, mark);
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
}

size_t netphase_scratch_bytes(const Net *net, const OpPlan *plan)
{
    Arena forward = arena_measuring(), backward = arena_measuring();
    GradStates states;
    plan->run->measure_forward(net, plan, &forward);
    if (net->settings.training) {
        netgrad_carve(net, plan, &states, &backward);
        plan->run->measure_backward(net, plan, &backward);
    }
    const size_t a = arena_bytes(&forward), b = arena_bytes(&backward);
    return a > b ? a : b;
}
