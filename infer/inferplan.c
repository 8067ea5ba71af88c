/*
 * infer/inferplan.c: what counts is measured first, in arenas without memory, then reserved once.
 */
#include "infer/inferplan.h"

#include "infer/infercheck.h"
#include "infer/inferrows.h"
#include "infer/inferstep.h"
#include "infer/infervalue.h"

#include "base/buffers.h"
#include "base/sys.h"

#include <string.h>

enum {
    STEPS_OF_OP = 2,
    VALUES_OF_OP = 2,
};

/* --- steps --- */

/* Copies a worker's share of the images to where they have a halo. */
static void load_images(const Worker *worker, const Step *step)
{
    const Value *y = &worker->infer->values[step->output];
    const size_t row = (size_t)y->side * (size_t)y->C;
    ImageShare share;
    for (int done = 0; infervalue_next(worker, y->side, &done, &share);)
        for (int h = share.first; h < share.end; h++)
            memcpy(infervalue_pixel(y, share.image, h, 0),
                   worker->images + ((size_t)share.image * (size_t)y->side + (size_t)h) * row,
                   row * sizeof(float));
}

static void plan_images(Planner *planner)
{
    static const InferRow row = {0};
    Infer *infer = planner->infer;
    const int value = infervalue_add(planner, 1, infer->network.resolution);
    infer->values[value].C = infer->network.ops[0].in_channels;
    infer->steps[infer->n_steps] = (Step){.row = &row,
                                          .run = load_images,
                                          .input = NO_VALUE,
                                          .shortcut = NO_VALUE,
                                          .output = value,
                                          .means = NO_VALUE};
    infervalue_write(planner, infer->n_steps++, value);
}

static void count_readers(Planner *planner)
{
    const Network *network = &planner->infer->network;
    for (int i = 0; i < network->n_ops; i++) {
        planner->values[i] = NO_VALUE;
        for (int j = i + 1; j < network->n_ops; j++)
            if (ops_reads(&network->ops[j], i)) {
                planner->n_readers[i]++;
                planner->reader[i] = j;
            }
    }
}

static ErrCode plan_steps(Infer *infer, Err *err)
{
    const size_t n = (size_t)infer->network.n_ops;
    int *numbers = mem_calloc(4 * n, sizeof *numbers);
    Planner planner = {.infer = infer, .row = inferrows_row, .n_readers = numbers};
    infer->steps = mem_calloc(n * STEPS_OF_OP + 1, sizeof *infer->steps);
    infer->values = mem_calloc(n * VALUES_OF_OP + 1, sizeof *infer->values);
    if (numbers == NULL || infer->steps == NULL || infer->values == NULL) {
        (void)err_memory(err, n * STEPS_OF_OP * sizeof *infer->steps);
        goto fail;
    }
    planner.reader = numbers + n;
    planner.values = numbers + 2 * n;
    planner.steps = numbers + 3 * n;
    count_readers(&planner);
    plan_images(&planner);
    for (int i = 0; i < infer->network.n_ops; i++)
        inferstep_row(&planner, i)->plan(&planner, i);
fail:
    mem_free(numbers);
    return err->code;
}

/* --- memory --- */

static ErrCode add_buffers(Infer *infer, BufferList *list, Err *err)
{
    for (int i = 0; i < infer->n_values; i++) {
        Value *value = &infer->values[i];
        if (!infervalue_measure(value, infer->lot))
            return err_set(err, ERR_MEMORY, "maps of network '%s' are too large",
                           infer->network.name);
        if (buffers_add(list, (size_t)value->image_floats * (size_t)infer->lot, value->first,
                        value->last, &value->buffer, err) != ERR_NONE)
            return err_wrap(err, "maps of network '%s'", infer->network.name);
    }
    return ERR_NONE;
}

static ErrCode reserve_maps(Infer *infer, Err *err)
{
    Arena measuring = arena_measuring();
    BufferList list;
    size_t n_floats;
    TRY(buffers_create(&list, (size_t)infer->n_values, err));
    TRY(add_buffers(infer, &list, err));
    TRY(buffers_place(&list, &n_floats, err));
    (void)arena_floats(&measuring, n_floats);
    TRY(arena_ok(&measuring, err));
    infer->memory.activation_bytes = arena_bytes(&measuring);
    TRY(arena_reserve(&infer->activation_arena, infer->memory.activation_bytes, err));
    float *base = arena_floats(&infer->activation_arena, n_floats);
    TRY(arena_ok(&infer->activation_arena, err));
    for (int i = 0; i < infer->n_values; i++)
        infer->values[i].data = buffers_at(&list, base, infer->values[i].buffer);
fail:
    buffers_release(&list);
    return err->code;
}

static void carve_steps(Infer *infer, Arena *arena)
{
    for (int i = 0; i < infer->n_steps; i++)
        if (infer->steps[i].row->carve != NULL)
            infer->steps[i].row->carve(infer, &infer->steps[i], arena);
}

static ErrCode reserve_parameters(Infer *infer, Err *err)
{
    Arena measuring = arena_measuring();
    carve_steps(infer, &measuring);
    TRY(arena_ok(&measuring, err));
    infer->memory.parameter_bytes = arena_bytes(&measuring);
    TRY(arena_reserve(&infer->parameter_arena, infer->memory.parameter_bytes, err));
    carve_steps(infer, &infer->parameter_arena);
    TRY(arena_ok(&infer->parameter_arena, err));
fail:
    return err->code;
}

/* Each thread's scratch is what the step that wants most of it takes. */
static ErrCode reserve_scratch(Infer *infer, Err *err)
{
    const size_t n_threads = (size_t)infer->settings.threads;
    Arena measuring = arena_measuring();
    for (int i = 0; i < infer->n_steps; i++) {
        const Step *step = &infer->steps[i];
        const ArenaMark mark = arena_mark(&measuring);
        if (step->run != NULL && step->row->measure != NULL)
            step->row->measure(infer, step, &measuring);
        arena_rewind(&measuring, mark);
    }
    TRY(arena_ok(&measuring, err));
    infer->scratch = mem_calloc(n_threads, sizeof *infer->scratch);
    if (infer->scratch == NULL)
        return err_memory(err, n_threads * sizeof *infer->scratch);
    for (size_t i = 0; i < n_threads; i++)
        TRY(arena_reserve(&infer->scratch[i], arena_bytes(&measuring), err));
    infer->memory.scratch_bytes = n_threads * arena_bytes(&measuring);
fail:
    return err->code;
}

ErrCode inferplan_build(Infer *infer, Err *err)
{
    const InferSettings *settings = &infer->settings;
    infer->lot = settings->batch < settings->threads ? settings->batch : settings->threads;
    TRY(infercheck_network(infer, err));
    TRY(plan_steps(infer, err));
    TRY(reserve_maps(infer, err));
    TRY(reserve_parameters(infer, err));
    TRY(reserve_scratch(infer, err));
fail:
    return err->code;
}
