/* bench/kernelbench.c: each sample is of enough calls to last SAMPLE_NS; the best counts. */
#include "bench/kernelbench.h"

#include "bench/kernelshapes.h"

#include "base/arena.h"
#include "base/clock.h"
#include "base/sys.h"
#include "kernels/kernels.h"

#include <string.h>

enum {
    SAMPLES = 7,
    SAMPLE_NS = 500000,
    MOST_ROWS = 1024, /* pixels of a call of pw and affine: more than any block of the step */
    MOST_SIDE = 256,
    MOST_CHANNELS = 64, /* of a call of dw: as wide as a block of the step at most */
};

/* Operands of all shapes: small numbers that neither overflow nor become subnormal. */
typedef struct Operands {
    Kernels kernels;
    float *x, *w, *y, *z;
    float *sums; /* what accumulates; zeroed before each sample */
    size_t n_floats;
} Operands;

typedef struct Case Case;
struct Case {
    const char *kernel;
    bool is_depthwise;
    void (*run)(const Operands *o, const KernelBenchRow *row);
    double flops_per_item; /* a multiply-add is two */
    double maps;           /* affine: maps that are read or written */
};

/* --- pw --- */

static void run_pw_forward(const Operands *o, const KernelBenchRow *r)
{
    const PwForwardArgs args = {.x = o->x,
                                .ldx = lanes_pad(r->inputs),
                                .w = o->w,
                                .ldw = r->channels,
                                .y = o->y,
                                .ldy = r->channels,
                                .M = r->rows,
                                .K = r->inputs,
                                .N = r->channels};
    o->kernels.pw.forward(&args);
}

static void run_pw_weights(const Operands *o, const KernelBenchRow *r)
{
    const PwWeightsArgs args = {.x = o->x,
                                .ldx = lanes_pad(r->inputs),
                                .dy = o->z,
                                .lddy = r->channels,
                                .dw = o->sums,
                                .lddw = r->channels,
                                .M = r->rows,
                                .K = r->inputs,
                                .N = r->channels};
    o->kernels.pw.backward_weights(&args);
}

/* --- dw: an image with its halo --- */

static int out_side(const KernelBenchRow *r)
{
    return (r->rows + r->stride - 1) / r->stride;
}

static void point_rows(const float **rows, const float *base, int n, int width, int channels)
{
    for (int i = 0; i < n; i++)
        rows[i] = base + (long)i * width * channels;
}

static void run_dw_forward(const Operands *o, const KernelBenchRow *r)
{
    const float *rows[MOST_SIDE + DW_MAX_K];
    const int O = out_side(r);
    point_rows(rows, o->x, (O - 1) * r->stride + r->inputs, r->rows + r->inputs, r->channels);
    const DwForwardArgs args = {.rows = rows,
                                .ldr = r->channels,
                                .w = o->w,
                                .ldw = r->channels,
                                .y = o->y,
                                .ldy = r->channels,
                                .ldy_row = (long)O * r->channels,
                                .OH = O,
                                .OW = O,
                                .C = r->channels,
                                .k = r->inputs,
                                .stride = r->stride};
    o->kernels.dw.forward(&args);
}

static void run_dw_data(const Operands *o, const KernelBenchRow *r)
{
    const float *rows[MOST_SIDE + DW_MAX_K], *few[DW_MAX_K];
    const int O = out_side(r), pad = r->inputs / 2;
    int kh[DW_MAX_K];
    point_rows(rows, o->x + r->inputs * r->channels, O, O + 2 * r->inputs, r->channels);
    for (int ih = 0; ih < r->rows; ih++) {
        int n = 0;
        for (int tap = (ih + pad) % r->stride; tap < r->inputs; tap += r->stride) {
            const int at = (ih + pad - tap) / r->stride;
            if (ih + pad < tap || at >= O)
                continue;
            few[n] = rows[at];
            kh[n++] = tap;
        }
        const DwDataArgs args = {.rows = few,
                                 .kh = kh,
                                 .n_rows = n,
                                 .ldr = r->channels,
                                 .w = o->w,
                                 .ldw = r->channels,
                                 .dx = o->y + (long)ih * r->rows * r->channels,
                                 .lddx = r->channels,
                                 .W = r->rows,
                                 .C = r->channels,
                                 .k = r->inputs,
                                 .stride = r->stride,
                                 .pad = pad};
        o->kernels.dw.backward_data(&args);
    }
}

static void run_dw_weights(const Operands *o, const KernelBenchRow *r)
{
    const float *rows[MOST_SIDE + DW_MAX_K];
    const int O = out_side(r);
    point_rows(rows, o->x, (O - 1) * r->stride + r->inputs, r->rows + r->inputs, r->channels);
    const DwWeightsArgs args = {.rows = rows,
                                .ldr = r->channels,
                                .dz = o->z,
                                .lddz = r->channels,
                                .lddz_row = (long)O * r->channels,
                                .dw = o->sums,
                                .lddw = r->channels,
                                .OH = O,
                                .OW = O,
                                .C = r->channels,
                                .k = r->inputs,
                                .stride = r->stride};
    o->kernels.dw.backward_weights(&args);
}

/* --- affine --- */

static void run_affine_forward(const Operands *o, const KernelBenchRow *r)
{
    const AffineForwardArgs args = {.z = o->x,
                                    .ldz = r->channels,
                                    .A = o->w,
                                    .D = o->w,
                                    .h = o->y,
                                    .ldh = r->channels,
                                    .slope = o->z,
                                    .ldslope = r->channels,
                                    .P = r->rows,
                                    .C = r->channels,
                                    .act = ACT_FN_SWISH};
    o->kernels.affine.forward(&args);
}

static void run_affine_stats(const Operands *o, const KernelBenchRow *r)
{
    const AffineStatsArgs args = {.z = o->x,
                                  .ldz = r->channels,
                                  .pivot = o->w,
                                  .state = o->sums,
                                  .ldstate = r->channels,
                                  .P = r->rows,
                                  .C = r->channels};
    o->kernels.affine.stats(&args);
}

static void run_affine_backward(const Operands *o, const KernelBenchRow *r)
{
    const AffineBackwardArgs args = {.dh = o->x,
                                     .lddh = r->channels,
                                     .slope = o->z,
                                     .ldslope = r->channels,
                                     .scale = 1.0f,
                                     .z = o->z,
                                     .ldz = r->channels,
                                     .mean = o->w,
                                     .g = o->y,
                                     .ldg = r->channels,
                                     .state = o->sums,
                                     .ldstate = r->channels,
                                     .P = r->rows,
                                     .C = r->channels};
    o->kernels.affine.backward(&args);
}

static void run_affine_dz(const Operands *o, const KernelBenchRow *r)
{
    const AffineDzArgs args = {.g = o->x,
                               .ldg = r->channels,
                               .scale = 1.0f,
                               .z = o->z,
                               .ldz = r->channels,
                               .A = o->w,
                               .B = o->w,
                               .D = o->w,
                               .dz = o->y,
                               .lddz = r->channels,
                               .P = r->rows,
                               .C = r->channels};
    o->kernels.affine.dz(&args);
}

static const Case cases[] = {
    {"pw.forward", false, run_pw_forward, 2.0, 0.0},
    {"pw.backward_weights", false, run_pw_weights, 2.0, 0.0},
    {"dw.forward", true, run_dw_forward, 2.0, 0.0},
    {"dw.backward_data", true, run_dw_data, 2.0, 0.0},
    {"dw.backward_weights", true, run_dw_weights, 2.0, 0.0},
    {"affine.forward", true, run_affine_forward, 2.0, 3.0},
    {"affine.stats", true, run_affine_stats, 3.0, 1.0},
    {"affine.backward", true, run_affine_backward, 4.0, 3.0},
    {"affine.dz", true, run_affine_dz, 4.0, 3.0},
};

/* --- shapes --- */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* The row of a case and a shape; of k x k windows pw sees k*k times the channels. */
static KernelBenchRow describe(const Case *c, const KernelShape *shape)
{
    const int side = (shape->side + shape->stride - 1) / shape->stride;
    KernelBenchRow row = {.kernel = c->kernel, .channels = lanes_pad(shape->outputs)};
    double items = 0.0, floats = 0.0;
    if (c->maps > 0.0) {
        row.rows = smaller(shape->side * shape->side, MOST_ROWS);
        items = (double)row.rows * row.channels;
        floats = c->maps * items;
    } else if (c->is_depthwise) {
        row.rows = shape->side;
        row.inputs = shape->kernel;
        row.stride = shape->stride;
        row.channels = smaller(row.channels, MOST_CHANNELS);
        items = (double)side * side * row.channels * row.inputs * row.inputs;
        floats = ((double)row.rows * row.rows + (double)side * side) * row.channels;
    } else {
        row.rows = smaller(side * side, MOST_ROWS);
        row.inputs = shape->kernel * shape->kernel * shape->inputs;
        items = (double)row.rows * row.inputs * row.channels;
        floats = (double)row.rows * (row.inputs + row.channels) + (double)row.inputs * row.channels;
    }
    row.flops = c->flops_per_item * items;
    row.bytes = floats * sizeof(float);
    return row;
}

/* Floats of the largest operand: rows of all inputs, weights, or an image with its halo. */
static size_t operand_floats(const KernelBenchRow *row)
{
    const size_t halo = (size_t)(row->rows + 2 * DW_MAX_K) * (size_t)(row->rows + 2 * DW_MAX_K);
    const size_t K = (size_t)lanes_pad(row->inputs), N = (size_t)row->channels;
    const size_t sizes[] = {(size_t)row->rows * K, (size_t)row->rows * N, K * N,
                            row->stride > 0 ? halo * N : 0, (size_t)AFFINE_SUMS * PIXEL_CHAINS * N};
    size_t most = 0;
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++)
        most = sizes[i] > most ? sizes[i] : most;
    return most;
}

static bool is_same(const KernelBenchRow *a, const KernelBenchRow *b)
{
    return a->kernel == b->kernel && a->rows == b->rows && a->inputs == b->inputs &&
           a->channels == b->channels && a->stride == b->stride;
}

static void add_row(KernelBench *bench, const KernelBenchRow *row)
{
    for (size_t i = 0; i < bench->n; i++)
        if (is_same(&bench->rows[i], row))
            return;
    bench->rows[bench->n++] = *row;
}

/* --- measure --- */

static const Case *find_case(const char *kernel)
{
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        if (strcmp(cases[i].kernel, kernel) == 0)
            return &cases[i];
    return NULL;
}

static ErrCode unknown_kernel(const char *kernel, Err *err)
{
    Text known = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        text_printf(&known, "%s%s", i ? ", " : "", cases[i].kernel);
    const ErrCode code =
        err_set(err, ERR_USAGE, "no kernel '%s' is measured, only %s", kernel, text_string(&known));
    text_release(&known);
    return code;
}

static int64_t time_calls(const Operands *o, const Case *c, const KernelBenchRow *row, long n)
{
    memset(o->sums, 0, o->n_floats * sizeof *o->sums);
    const int64_t begin = clock_thread_ns();
    for (long i = 0; i < n; i++)
        c->run(o, row);
    return clock_thread_ns() - begin;
}

static void measure(const Operands *o, const MachineReport *machine, KernelBenchRow *row)
{
    const Case *c = find_case(row->kernel);
    long n = 1;
    while (time_calls(o, c, row, n) < SAMPLE_NS)
        n *= 2;
    int64_t best = INT64_MAX;
    for (int i = 0; i < SAMPLES; i++) {
        const int64_t ns = time_calls(o, c, row, n);
        best = ns < best ? ns : best;
    }
    row->ns = (double)best / (double)n;
    const double computing = row->flops / machine_compute(machine, MACHINE_ONE);
    const double moving = row->bytes / machine_bandwidth(machine, MACHINE_ONE, row->bytes);
    row->is_compute = computing > moving;
    row->roof_share = (row->is_compute ? computing : moving) * 1e9 / row->ns;
}

static void carve(Operands *o, Arena *arena)
{
    float **const operands[] = {&o->x, &o->w, &o->y, &o->z, &o->sums};
    for (size_t i = 0; i < ARRAY_LEN(operands); i++)
        *operands[i] = arena_floats(arena, o->n_floats);
}

static void fill(const Operands *o)
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
    TRY(kernelshapes_collect(&shapes, err));
    const size_t most = shapes.n * ARRAY_LEN(cases);
    bench->rows = mem_calloc(most, sizeof *bench->rows);
    if (bench->rows == NULL) {
        (void)err_memory(err, most * sizeof *bench->rows);
        goto fail;
    }
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        if (kernel != NULL && strcmp(kernel, cases[i].kernel) != 0)
            continue;
        for (size_t j = 0; j < shapes.n; j++)
            if (shapes.v[j].is_depthwise == cases[i].is_depthwise) {
                const KernelBenchRow row = describe(&cases[i], &shapes.v[j]);
                add_row(bench, &row);
            }
    }
fail:
    mem_free(shapes.v);
    return err->code;
}

ErrCode kernelbench_run(KernelBench *bench, const MachineReport *machine, const char *kernel,
                        Err *err)
{
    Arena arena = {0}, measuring = arena_measuring();
    Operands operands = {.kernels = kernels_select(machine->level)};
    *bench = (KernelBench){0};
    if (kernel != NULL && find_case(kernel) == NULL)
        return unknown_kernel(kernel, err);
    TRY(list_rows(bench, kernel, err));
    for (size_t i = 0; i < bench->n; i++) {
        const size_t n = operand_floats(&bench->rows[i]);
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
        text_table_cell(table, row->kernel);
        text_table_cellf(table, "%d", row->rows);
        text_table_cellf(table, "%d", row->inputs);
        text_table_cellf(table, "%d", row->channels);
        if (row->stride > 0)
            text_table_cellf(table, "%d", row->stride);
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
        json_put_text(json, "kernel", row->kernel);
        json_put_int(json, "rows", row->rows);
        json_put_int(json, "inputs", row->inputs);
        json_put_int(json, "channels", row->channels);
        json_put_int(json, "stride", row->stride);
        json_put_double(json, "us", row->ns * 1e-3);
        json_put_double(json, "gflops", row->flops / row->ns);
        json_put_double(json, "gbs", row->bytes / row->ns);
        json_put_double(json, "roof_share", row->roof_share);
        json_put_text(json, "bound", row->is_compute ? "compute" : "bandwidth");
        json_close_map(json);
    }
    json_close_list(json);
}
