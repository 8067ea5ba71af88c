/* nn/weightbuffers.c: lifetimes follow the executor's order (nn/net.c). */
#include "nn/weightbuffers.h"

#include "nn/nettimes.h"

/* --- transposed weights --- */

const OpPlan *weightbuffers_reader(const Net *net, const OpPlan *plan)
{
    return &net->plans[plan->is_folded ? plan->first_reader : plan->runner];
}

/* When the weights are transposed: at the end of the phase before; the classifier's, behind which
 * the net goes back, at the start of the step. */
static int transpose_time(const Net *net, const OpPlan *reader)
{
    if (reader->run->is_classifier)
        return 0;
    for (int i = reader->index + 1;; i++)
        if (net->plans[i].run->is_phase)
            return nettimes_end(nettimes_backward(net, i));
}

static size_t transposed_floats(OpPlan *plan)
{
    Arena measure = arena_measuring();
    plan->run->carve_transposed(plan, &measure);
    return arena_bytes(&measure) / sizeof(float);
}

static ErrCode add_transposed(const Net *net, OpPlan *plan, BufferList *list, Err *err)
{
    const size_t n_floats = plan->run->carve_transposed == NULL ? 0 : transposed_floats(plan);
    if (n_floats == 0)
        return ERR_NONE;
    return buffers_add(list, n_floats, transpose_time(net, weightbuffers_reader(net, plan)),
                       nettimes_backward(net, plan->index), &plan->buffers.transposed, err);
}

static void point_transposed(OpPlan *plan, const BufferList *list, float *base)
{
    const int index = plan->buffers.transposed;
    if (index < 0)
        return;
    Arena arena =
        arena_over(buffers_at(list, base, index), list->buffers[index].n_floats * sizeof(float));
    plan->run->carve_transposed(plan, &arena);
}

/* --- gradients --- */

/* When a tensor's gradient is first written: batch norm's at the end of the phase that finishes
 * the gradient of its value. */
static int gradient_time(const Net *net, const OpPlan *plan, const NetTensor *tensor)
{
    if (!tensor->decayed)
        return nettimes_end(nettimes_backward(net, plan->first_reader));
    if (plan->is_owned)
        return nettimes_end(nettimes_backward(net, plan->index));
    return nettimes_backward(net, plan->is_folded ? plan->first_reader : plan->index);
}

/* Owned gradients are taken part by part, unless they are kept. */
static bool has_buffer(const Net *net, const OpPlan *plan, const NetTensor *tensor)
{
    return tensor->trainable && (net->settings.gradients || !(plan->is_owned && tensor->decayed));
}

static ErrCode add_gradients(Net *net, const OpPlan *plan, BufferList *list, Err *err)
{
    const int updated = nettimes_end(nettimes_backward(net, plan->index));
    const int last = net->settings.gradients ? nettimes_last(net) : updated;
    for (int i = plan->tensor; i < plan->tensor + plan->n_tensors; i++) {
        Place *place = &net->places[i];
        size_t n_floats;
        if (!has_buffer(net, plan, &net->tensors[i]))
            continue;
        (void)arena_multiply((size_t)place->n_slots, place->n_floats, &n_floats);
        TRY(buffers_add(list, n_floats, gradient_time(net, plan, &net->tensors[i]), last,
                        &place->buffer, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

/* --- all of them --- */

ErrCode weightbuffers_add(Net *net, BufferList *list, Err *err)
{
    for (int i = 0; net->settings.training && i < net->network.n_ops; i++) {
        TRY(add_transposed(net, &net->plans[i], list, err));
        TRY(add_gradients(net, &net->plans[i], list, err));
    }
    return ERR_NONE;
fail:
    return err->code;
}

void weightbuffers_point(Net *net, const BufferList *list, float *base)
{
    for (int i = 0; i < net->network.n_ops; i++)
        point_transposed(&net->plans[i], list, base);
    for (int i = 0; i < net->n_tensors; i++)
        net->places[i].gradient = buffers_at(list, base, net->places[i].buffer);
}
