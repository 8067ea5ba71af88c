/*
 * infer/infer.c: the life of an Infer, and the one parallel region of each call.
 */
#include "infer/infer.h"

#include "infer/inferplan.h"
#include "infer/infervalue.h"

#include "base/sys.h"

#include <assert.h>
#include <omp.h>
#include <string.h>

/* --- create --- */

ErrCode infer_plan(Infer **out, const Network *network, const InferSettings *settings, Err *err)
{
    *out = NULL;
    const size_t n_bytes = (size_t)network->n_ops * sizeof *network->ops;
    Infer *infer = mem_calloc(1, sizeof *infer);
    if (infer == NULL)
        return err_memory(err, sizeof *infer);
    infer->settings = *settings;
    infer->network = *network;
    infer->network.ops = NULL;
    if (settings->batch < 1 || settings->threads < 1 || network->n_ops < 1) {
        (void)err_set(err, ERR_USAGE,
                      "cannot run network '%s': batch %d, threads %d, operations %d", network->name,
                      settings->batch, settings->threads, network->n_ops);
        goto fail;
    }
    infer->network.ops = mem_alloc(n_bytes);
    if (infer->network.ops == NULL) {
        (void)err_memory(err, n_bytes);
        goto fail;
    }
    memcpy(infer->network.ops, network->ops, n_bytes);
    infer->kernels = kernels_select(settings->level);
    TRY(inferplan_build(infer, err));
    *out = infer;
    return ERR_NONE;
fail:
    infer_destroy(&infer);
    return err->code;
}

void infer_write(Infer *infer, int op, int k, const float *data)
{
    for (int i = 0; i < infer->n_steps; i++)
        if (infer->steps[i].op == op && infer->steps[i].row->take != NULL) {
            assert(!infer->is_folded || infer->steps[i].row->is_classifier);
            infer->steps[i].row->take(infer, &infer->steps[i], k, data);
        }
}

void infer_fold(Infer *infer)
{
    assert(!infer->is_folded);
    for (int i = 0; i < infer->n_steps; i++)
        if (infer->steps[i].row->fold != NULL)
            infer->steps[i].row->fold(infer, &infer->steps[i]);
    infer->is_folded = true;
}

/* --- run --- */

/* The call in progress. */
typedef struct InferCall {
    const float *images;
    int n;
    float *logits;         /* or NULL */
    const int32_t *labels; /* or NULL; with them: */
    double *losses;
    int32_t *predictions;
} InferCall;

/* What the call wants of one image's logits, which its loss does not change. */
static void give_image(const Infer *infer, const InferCall *call, const float *logits, int image)
{
    const int classes = infer->network.classes;
    if (call->logits != NULL)
        memcpy(call->logits + (size_t)image * (size_t)classes, logits,
               (size_t)classes * sizeof *logits);
    if (call->labels == NULL)
        return;
    const HeadArgmaxArgs argmax = {
        .logits = logits, .index = call->predictions + image, .M = 1, .n_classes = classes};
    const HeadSoftmaxArgs softmax = {.logits = logits,
                                     .labels = call->labels + image,
                                     .loss = call->losses + image,
                                     .M = 1,
                                     .n_classes = classes};
    infer->kernels.head.argmax(&argmax);
    infer->kernels.head.softmax(&softmax);
}

/* All steps for worker->n images, and what the call wants of them; the first is its `first`. */
static void run_lot(const Worker *worker, Team *team, const InferCall *call, int first)
{
    const Infer *infer = worker->infer;
    for (int i = 0; i < infer->n_steps; i++) {
        const Step *step = &infer->steps[i];
        if (step->run == NULL)
            continue;
        const ArenaMark mark = arena_mark(worker->scratch);
        infervalue_zero_halo(worker, &infer->values[step->output]);
        step->run(worker, step);
        arena_rewind(worker->scratch, mark);
        team_wait(team);
    }
    const Value *logits = &infer->values[infer->steps[infer->n_steps - 1].output];
    const TeamRange images = team_range(worker->n, worker->thread, worker->n_threads);
    for (int i = images.first; i < images.end; i++)
        give_image(infer, call, infervalue_pixel(logits, i, 0, 0), first + i);
    team_wait(team);
}

static void run_worker(Infer *infer, const InferCall *call, int thread)
{
    const Network *network = &infer->network;
    const size_t side = (size_t)network->resolution;
    const size_t image = side * side * (size_t)network->ops[0].in_channels;
    cpu_set_flush_to_zero();
    for (int first = 0; first < call->n; first += infer->lot) {
        const int left = call->n - first;
        const Worker worker = {.infer = infer,
                               .thread = thread,
                               .n_threads = infer->team.n_threads,
                               .n = left < infer->lot ? left : infer->lot,
                               .images = call->images + (size_t)first * image,
                               .scratch = &infer->scratch[thread]};
        run_lot(&worker, &infer->team, call, first);
    }
}

/* The team may come out smaller than asked for (OMP_THREAD_LIMIT): then fewer do the same work. */
static void run(Infer *infer, const InferCall *call)
{
    assert(infer->is_folded);
    assert(call->n >= 1 && call->n <= infer->settings.batch);
#pragma omp parallel num_threads(infer->settings.threads) default(none) shared(infer, call)
    {
#pragma omp single
        team_init(&infer->team, omp_get_num_threads());
        run_worker(infer, call, omp_get_thread_num());
    }
}

void infer_run(Infer *infer, const float *images, int n, float *logits)
{
    const InferCall call = {.images = images, .n = n, .logits = logits};
    run(infer, &call);
}

void infer_evaluate(Infer *infer, const float *images, const int32_t *labels, int n, double *losses,
                    int32_t *predictions)
{
    const InferCall call = {
        .images = images, .n = n, .labels = labels, .losses = losses, .predictions = predictions};
    run(infer, &call);
}

/* --- inspect --- */

const Network *infer_network(const Infer *infer)
{
    return &infer->network;
}

const InferSettings *infer_settings(const Infer *infer)
{
    return &infer->settings;
}

InferMemory infer_memory(const Infer *infer)
{
    return infer->memory;
}

/* --- destroy --- */

void infer_destroy(Infer **infer)
{
    Infer *it = *infer;
    if (it == NULL)
        return;
    for (int i = 0; it->scratch != NULL && i < it->settings.threads; i++)
        arena_release(&it->scratch[i]);
    arena_release(&it->parameter_arena);
    arena_release(&it->activation_arena);
    mem_free(it->scratch);
    mem_free(it->steps);
    mem_free(it->values);
    mem_free(it->network.ops);
    mem_free(it);
    *infer = NULL;
}
