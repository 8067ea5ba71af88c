/* bench/kernelbench.c: each sample is of enough calls to last SAMPLE_NS; the best counts. */
#include "bench/kernelbench.h"

#include "bench/kernelcalls.h"
#include "bench/kernelshapes.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/sys.h"

#include <string.h>

enum {
    SAMPLES = 7,
    SAMPLE_NS = 500000,
    MOST_ROWS = 1024,   /* pixels of a call of pw and affine: more than any block of the step */
    MOST_CHANNELS = 64, /* of a call of dw: as wide as a block of the step at most */
};

/* --- shapes --- */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* The row of a case and a shape; of k x k windows pw sees k*k times the channels. */
static KernelBenchRow describe(const KernelCall *c, const KernelShape *shape)
{
    const int side = (shape->side + shape->stride - 1) / shape->stride;
    KernelBenchRow row = {.call = c, .shape = {.channels = lanes_pad(shape->outputs)}};
    KernelCallShape *at = &row.shape;
    double items = 0.0, floats = 0.0;
    if (c->maps > 0.0) {
        at->rows = smaller(shape->side * shape->side, MOST_ROWS);
        items = (double)at->rows * at->channels;
        floats = c->maps * items;
    } else if (c->meets_depthwise) {
        at->rows = shape->side;
        at->inputs = shape->kernel;
        at->stride = shape->stride;
        at->channels = smaller(at->channels, MOST_CHANNELS);
        items = (double)side * side * at->channels * at->inputs * at->inputs;
        floats = ((double)at->rows * at->rows + (double)side * side) * at->channels;
    } else {
        at->rows = smaller(side * side, MOST_ROWS);
        at->inputs = shape->kernel * shape->kernel * shape->inputs;
        items = (double)at->rows * at->inputs * at->channels;
        floats = (double)at->rows * (at->inputs + at->channels) + (double)at->inputs * at->channels;
    }
    row.flops = c->flops_per_item * items;
    row.bytes = floats * sizeof(float);
    return row;
}

/* Floats of the largest operand: rows of all inputs, weights, or an image with its halo. */
static size_t operand_floats(const KernelCallShape *at)
{
    const size_t halo = (size_t)(at->rows + 2 * DW_MAX_K) * (size_t)(at->rows + 2 * DW_MAX_K);
    const size_t K = (size_t)lanes_pad(at->inputs), N = (size_t)at->channels;
    const size_t sizes[] = {(size_t)at->rows * K, (size_t)at->rows * N, K * N,
                            at->stride > 0 ? halo * N : 0, (size_t)AFFINE_SUMS * PIXEL_CHAINS * N};
    size_t most = 0;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        most = sizes[i] > most ? sizes[i] : most;
    return most;
}

static bool is_same(const KernelBenchRow *a, const KernelBenchRow *b)
{
    return a->call == b->call && a->shape.rows == b->shape.rows &&
           a->shape.inputs == b->shape.inputs && a->shape.channels == b->shape.channels &&
           a->shape.stride == b->shape.stride;
}

static void add_row(KernelBench *bench, const KernelBenchRow *row)
{
    for (size_t i = 0; i < bench->n; i++)
        if (is_same(&bench->rows[i], row))
            return;
    bench->rows[bench->n++] = *row;
}

/* --- measure --- */

/* What is asked for (NULL: anything). */
static bool is_wanted(const KernelCall *call, const char *kernel)
{
    return kernel == NULL || strcmp(call->kernel, kernel) == 0;
}

static ErrCode unknown_kernel(const char *kernel, Err *err)
{
    size_t n;
    const KernelCall *calls = kernelcalls_list(&n);
    Text known = {0};
    for (size_t i = 0; i < n; i++)
        text_printf(&known, "%s%s", i ? ", " : "", calls[i].kernel);
    const ErrCode code =
        err_set(err, ERR_USAGE, "no kernel '%s' is measured, only %s", kernel, text_string(&known));
    text_release(&known);
    return code;
}

static int64_t time_calls(const KernelOperands *o, const KernelBenchRow *row, long n)
{
    memset(o->sums, 0, o->n_floats * sizeof *o->sums);
    const int64_t begin = clock_thread_ns();
    for (long i = 0; i < n; i++)
        row->call->run(o, &row->shape);
    return clock_thread_ns() - begin;
}

static void measure(const KernelOperands *o, const MachineReport *machine, KernelBenchRow *row)
{
    long n = 1;
    while (time_calls(o, row, n) < SAMPLE_NS)
        n *= 2;
    int64_t best = INT64_MAX;
    for (int i = 0; i < SAMPLES; i++) {
        const int64_t ns = time_calls(o, row, n);
        best = ns < best ? ns : best;
    }
    row->ns = (double)best / (double)n;
    const double computing = row->flops / machine_compute(machine, MACHINE_ONE);
    const double moving = row->bytes / machine_bandwidth(machine, MACHINE_ONE, row->bytes);
    row->is_compute = computing > moving;
    row->roof_share = (row->is_compute ? computing : moving) * 1e9 / row->ns;
}

static void carve(KernelOperands *o, Arena *arena)
{
    float **const operands[] = {&o->x, &o->w, &o->y, &o->z, &o->sums};
    for (size_t i = 0; i < ARRAY_LEN(operands); i++)
        *operands[i] = arena_floats(arena, o->n_floats);
}

static void fill(const KernelOperands *o)
{
    for (size_t i = 0; i < o->n_floats; i++) {
        const int at = (int)(i % 61);
        o->x[i] = (float)(at - 30) / 64.0f;
        o->w[i] = (float)(at % 37 - 18) / 64.0f;
        o->z[i] = (float)(at % 53 - 26) / 64.0f;
    }
}

static ErrCode list_rows(KernelBench *bench, const char *kernel, Err *err)
{
    KernelShapes shapes;
    size_t n_calls;
    const KernelCall *calls = kernelcalls_list(&n_calls);
    TRY(kernelshapes_collect(&shapes, err));
    const size_t most = shapes.n * n_calls;
    bench->rows = mem_calloc(most, sizeof *bench->rows);
    if (bench->rows == NULL) {
        (void)err_memory(err, most * sizeof *bench->rows);
        goto fail;
    }
    for (size_t i = 0; i < n_calls; i++)
        for (size_t j = 0; is_wanted(&calls[i], kernel) && j < shapes.n; j++)
            if (shapes.v[j].is_depthwise == calls[i].meets_depthwise) {
                const KernelBenchRow row = describe(&calls[i], &shapes.v[j]);
                add_row(bench, &row);
            }
    if (bench->n == 0)
        (void)unknown_kernel(kernel, err);
fail:
    mem_free(shapes.v);
    return err->code;
}

ErrCode kernelbench_run(KernelBench *bench, const MachineReport *machine, const char *kernel,
                        Err *err)
{
    Arena arena = {0}, measuring = arena_measuring();
    KernelOperands operands = {.kernels = kernels_select(machine->level)};
    *bench = (KernelBench){0};
    TRY(list_rows(bench, kernel, err));
    for (size_t i = 0; i < bench->n; i++) {
        const size_t n = operand_floats(&bench->rows[i].shape);
        operands.n_floats = n > operands.n_floats ? n : operands.n_floats;
    }
    carve(&operands, &measuring);
    TRY(arena_reserve(&arena, arena_bytes(&measuring), err));
    carve(&operands, &arena);
    TRY(arena_ok(&arena, err));
    fill(&operands);
    cpu_set_flush_to_zero();
    for (size_t i = 0; i < bench->n; i++)
        measure(&operands, machine, &bench->rows[i]);
fail:
    arena_release(&arena);
    return err->code;
}

void kernelbench_release(KernelBench *bench)
{
    mem_free(bench->rows);
    *bench = (KernelBench){0};
}

/* --- for people and programs --- */

void kernelbench_put_text(const KernelBench *bench, Text *out)
{
    static const TextColumn columns[] = {
        {"kernel", TEXT_LEFT, 0},    {"rows", TEXT_RIGHT, 0},   {"inputs", TEXT_RIGHT, 0},
        {"channels", TEXT_RIGHT, 0}, {"stride", TEXT_RIGHT, 1}, {"us", TEXT_RIGHT, 0},
        {"GFLOP/s", TEXT_RIGHT, 0},  {"GB/s", TEXT_RIGHT, 0},   {"of roof", TEXT_RIGHT, 0}};
    char digits[TEXT_NUMBER_BYTES];
    TextTable *table = text_table_create(columns, ARRAY_LEN(columns));
    for (size_t i = 0; i < bench->n; i++) {
        const KernelBenchRow *row = &bench->rows[i];
        text_table_cell(table, row->call->kernel);
        text_table_cellf(table, "%d", row->shape.rows);
        text_table_cellf(table, "%d", row->shape.inputs);
        text_table_cellf(table, "%d", row->shape.channels);
        if (row->shape.stride > 0)
            text_table_cellf(table, "%d", row->shape.stride);
        else
            text_table_cell(table, NULL);
        text_table_cell(table, text_digits(digits, row->ns * 1e-3));
        text_table_cell(table, text_digits(digits, row->flops / row->ns));
        text_table_cell(table, text_digits(digits, row->bytes / row->ns));
        text_table_cellf(table, "%.0f %% %s", row->roof_share * 100.0,
                         row->is_compute ? "compute" : "memory");
    }
    text_table_render(table, out);
    text_table_destroy(&table);
}

void kernelbench_put_json(const KernelBench *bench, const char *key, JsonWriter *json)
{
    json_open_list(json, key);
    for (size_t i = 0; i < bench->n; i++) {
        const KernelBenchRow *row = &bench->rows[i];
        json_open_map(json, NULL);
        json_put_text(json, "kernel", row->call->kernel);
        json_put_int(json, "rows", row->shape.rows);
        json_put_int(json, "inputs", row->shape.inputs);
        json_put_int(json, "channels", row->shape.channels);
        json_put_int(json, "stride", row->shape.stride);
        json_put_double(json, "us", row->ns * 1e-3);
        json_put_double(json, "gflops", row->flops / row->ns);
        json_put_double(json, "gbs", row->bytes / row->ns);
        json_put_double(json, "roof_share", row->roof_share);
        json_put_text(json, "bound", row->is_compute ? "compute" : "bandwidth");
        json_close_map(json);
    }
    json_close_list(json);
}
