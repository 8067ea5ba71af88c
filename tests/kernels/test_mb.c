/* mb: strips give the bits of the separate kernels of affine and dw, at every level, for short
 * and long strips. The truth is made of the portable ones, for whole images. */
#include "kernel_test.h"

#include <string.h>

#define MOST_SIDE 13
#define MOST_ROWS (MOST_SIDE + 4 * DW_MAX_K)
#define MOST_SUMS (AFFINE_SUMS * PIXEL_CHAINS)

enum { CHANNELS = 32, LD = CHANNELS + LANES }; /* a block of a wider map */

/* One convolution of one image and all that belongs to it, [..][LD]. */
typedef struct Case {
    int H, W, OH, OW, k, stride, pad, dilation;
    ActFn act;
    bool has_finish, has_residual, has_factor;
    float *x, *A, *D, *w, *pivot;      /* forward */
    float *g, *z, *gA, *gB, *gD;       /* of the output */
    float *pending, *factor, *mean;    /* of the input */
    float *first_sums, *first_weights; /* that chains continue from */
    int p0;
} Case;

/* What a phase leaves. */
typedef struct Outcome {
    float *y, *stats; /* forward */
    float *dw, *dx, *sums;
} Outcome;

static int reach_of(const Case *t)
{
    return dw_reach(t->k, t->dilation);
}

/* H, W, k, stride, pad and dilation are set. */
static void case_init(Case *t, int variant)
{
    const int H = t->H, W = t->W, k = t->k;
    t->OH = (H + 2 * t->pad - reach_of(t)) / t->stride + 1;
    t->OW = (W + 2 * t->pad - reach_of(t)) / t->stride + 1;
    t->act = (ActFn)(variant % ACT_FN_COUNT);
    t->has_finish = variant % 4 != 3;
    t->has_residual = variant % 5 == 1;
    t->has_factor = variant % 3 == 0;
    t->p0 = variant % PIXEL_CHAINS;
    const long in = (long)H * W * LD, out = (long)t->OH * t->OW * LD;
    float **const channels[] = {&t->A,  &t->D,  &t->pivot,  &t->gA,
                                &t->gB, &t->gD, &t->factor, &t->mean};
    for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
        *channels[i] = test_random_full(LD);
    t->x = test_random_full(in);
    t->pending = test_random_full(in);
    t->g = test_random_full(out);
    t->z = test_random_full(out);
    t->w = test_random_full((long)k * k * LD);
    t->first_weights = test_random_full((long)k * k * LD);
    t->first_sums = test_random_full(MOST_SUMS * LD);
}

static float *copy_of(const float *from, long n)
{
    float *to = test_buffer(n);
    test_copy(to, from, n);
    return to;
}

static Outcome outcome_begin(const Case *t)
{
    const long taps = (long)t->k * t->k * LD, out = (long)t->OH * t->OW * LD;
    const long in = (long)t->H * t->W * LD;
    Outcome o = {.y = copy_of(t->g, out),
                 .stats = copy_of(t->first_sums, MOST_SUMS * LD),
                 .dw = copy_of(t->first_weights, taps),
                 .dx = copy_of(t->pending, in),
                 .sums = copy_of(t->first_sums, MOST_SUMS * LD)};
    return o;
}

static void same_outcomes(const Case *t, const Outcome *got, const Outcome *want)
{
    const long out = (long)t->OH * t->OW * LD;
    test_same_bits("y", got->y, want->y, out);
    test_same_bits("statistics", got->stats, want->stats, MOST_SUMS * LD);
    test_same_bits("dw", got->dw, want->dw, (long)t->k * t->k * LD);
    test_same_bits("dx", got->dx, want->dx, (long)t->H * t->W * LD);
    test_same_bits("sums", got->sums, want->sums, MOST_SUMS * LD);
}

static AffineStatsArgs stats_args(const Case *t, float *state)
{
    return (AffineStatsArgs){
        .ldz = LD, .pivot = t->pivot, .state = state, .ldstate = LD, .C = CHANNELS, .p0 = t->p0};
}

static AffineDzArgs dz_args(const Case *t)
{
    return (AffineDzArgs){.g = t->g,
                          .ldg = LD,
                          .scale = 0.75f,
                          .z = t->z,
                          .ldz = LD,
                          .A = t->gA,
                          .B = t->gB,
                          .D = t->gD,
                          .C = CHANNELS};
}

static AffineBackwardArgs finish_args(const Case *t, float *state)
{
    return (AffineBackwardArgs){.r = t->has_residual ? t->pending : NULL,
                                .ldr = LD,
                                .scale = 1.25f,
                                .z = t->x,
                                .ldz = LD,
                                .mean = t->mean,
                                .factor = t->has_factor ? t->factor : NULL,
                                .state = state,
                                .ldstate = LD,
                                .C = CHANNELS,
                                .p0 = t->p0};
}

/* --- the separate kernels, whole images --- */

static int halo_right(const Case *t)
{
    return (t->OW - 1) * t->stride + reach_of(t) - t->pad;
}

static int row_pixels(const Case *t)
{
    const int read = t->pad + halo_right(t), stored = t->pad + t->W;
    return read > stored ? read : stored;
}

static float *zeros(long n)
{
    float *data = test_buffer(n);
    memset(data, 0, (size_t)n * sizeof *data);
    return data;
}

/* All rows that windows read, activated, and the slopes [H][W][CHANNELS]. */
static void activate(const Case *t, const Kernels *k, const float **rows, float *slope)
{
    const int P = row_pixels(t);
    for (int i = 0; i < (t->OH - 1) * t->stride + reach_of(t); i++)
        rows[i] = zeros((long)P * CHANNELS);
    float *unread = zeros((long)P * CHANNELS);
    for (int ih = 0; ih < t->H; ih++) {
        const bool is_read = ih + t->pad < (t->OH - 1) * t->stride + reach_of(t);
        float *row = is_read ? (float *)(uintptr_t)rows[ih + t->pad] : unread;
        const AffineForwardArgs args = {.z = t->x + (long)ih * t->W * LD,
                                        .ldz = LD,
                                        .A = t->A,
                                        .D = t->D,
                                        .h = row + t->pad * CHANNELS,
                                        .ldh = CHANNELS,
                                        .slope = slope + (long)ih * t->W * CHANNELS,
                                        .ldslope = CHANNELS,
                                        .P = t->W,
                                        .C = CHANNELS,
                                        .act = t->act};
        k->affine.forward(&args);
    }
}

static void separate_forward(const Case *t, const Kernels *k, const float *const *rows, Outcome *o)
{
    const DwForwardArgs args = {.rows = rows,
                                .ldr = CHANNELS,
                                .w = t->w,
                                .ldw = LD,
                                .y = o->y,
                                .ldy = LD,
                                .ldy_row = (long)t->OW * LD,
                                .OH = t->OH,
                                .OW = t->OW,
                                .C = CHANNELS,
                                .k = t->k,
                                .stride = t->stride,
                                .dilation = t->dilation};
    k->dw.forward(&args);
    AffineStatsArgs stats = stats_args(t, o->stats);
    stats.z = o->y;
    stats.P = t->OH * t->OW;
    k->affine.stats(&stats);
}

static void separate_data(const Case *t, const Kernels *k, const float *dz, long ld_row, Outcome *o)
{
    for (int ih = 0; ih < t->H; ih++) {
        const float *rows[DW_MAX_K];
        int kh[DW_MAX_K], n = 0;
        for (int tap = 0; tap < t->k; tap++) {
            const int at = ih + t->pad - tap * dw_dilation(t->dilation);
            if (at < 0 || at % t->stride != 0 || at / t->stride >= t->OH)
                continue;
            rows[n] = dz + at / t->stride * ld_row;
            kh[n++] = tap;
        }
        const DwDataArgs args = {.rows = rows,
                                 .kh = kh,
                                 .n_rows = n,
                                 .ldr = CHANNELS,
                                 .w = t->w,
                                 .ldw = LD,
                                 .dx = o->dx + (long)ih * t->W * LD,
                                 .lddx = LD,
                                 .W = t->W,
                                 .C = CHANNELS,
                                 .k = t->k,
                                 .stride = t->stride,
                                 .dilation = t->dilation,
                                 .pad = t->pad};
        k->dw.backward_data(&args);
    }
}

static int grad_left(const Case *t)
{
    return dw_halo(reach_of(t), t->stride, t->pad);
}

/* On the right the forward padding is what windows read beyond W. */
static int grad_pixels(const Case *t)
{
    const int pad_right = halo_right(t) - t->W;
    return grad_left(t) + t->OW + dw_halo(reach_of(t), t->stride, pad_right);
}

static void separate_backward(const Case *t, const Kernels *k, const float *const *rows,
                              const float *slope, Outcome *o)
{
    const long ld_row = (long)grad_pixels(t) * CHANNELS;
    float *dz = zeros(t->OH * ld_row) + (long)grad_left(t) * CHANNELS;
    for (int oh = 0; oh < t->OH; oh++) {
        AffineDzArgs args = dz_args(t);
        args.g += (long)oh * t->OW * LD;
        args.z += (long)oh * t->OW * LD;
        args.dz = dz + oh * ld_row;
        args.lddz = CHANNELS;
        args.P = t->OW;
        k->affine.dz(&args);
    }
    const DwWeightsArgs weights = {.rows = rows,
                                   .ldr = CHANNELS,
                                   .dz = dz,
                                   .lddz = CHANNELS,
                                   .lddz_row = ld_row,
                                   .dw = o->dw,
                                   .lddw = LD,
                                   .OH = t->OH,
                                   .OW = t->OW,
                                   .C = CHANNELS,
                                   .k = t->k,
                                   .stride = t->stride,
                                   .dilation = t->dilation};
    k->dw.backward_weights(&weights);
    separate_data(t, k, dz, ld_row, o);
    if (!t->has_finish)
        return;
    AffineBackwardArgs finish = finish_args(t, o->sums);
    finish.dh = finish.g = o->dx;
    finish.lddh = finish.ldg = LD;
    finish.slope = t->act == ACT_FN_NONE ? NULL : slope;
    finish.ldslope = CHANNELS;
    finish.P = t->H * t->W;
    k->affine.backward(&finish);
}

static Outcome separate(const Case *t, const Kernels *k)
{
    const float *rows[MOST_ROWS];
    float *slope = test_buffer((long)t->H * t->W * CHANNELS);
    Outcome o = outcome_begin(t);
    activate(t, k, rows, slope);
    separate_forward(t, k, rows, &o);
    separate_backward(t, k, rows, slope, &o);
    return o;
}

/* --- strips --- */

static MbRing ring_of(int n_rows, int pixels, int left, int used)
{
    MbRing ring = {.n_rows = n_rows, .row_pixels = pixels, .C = CHANNELS};
    ring.data = test_buffer((long)n_rows * pixels * CHANNELS); /* NaN but for the halo */
    ring.zero_row = zeros((long)pixels * CHANNELS);
    for (int i = 0; i < n_rows; i++)
        for (int p = 0; p < pixels; p++)
            if (p < left || p >= left + used)
                memset(ring.data + ((long)i * pixels + p) * CHANNELS, 0, CHANNELS * sizeof(float));
    return ring;
}

static MbStrip first_strip(const Case *t, const float **rows)
{
    return (MbStrip){.H = t->H,
                     .W = t->W,
                     .OH = t->OH,
                     .OW = t->OW,
                     .C = CHANNELS,
                     .k = t->k,
                     .stride = t->stride,
                     .dilation = t->dilation,
                     .pad = t->pad,
                     .rows = rows};
}

static bool cut_strip(MbStrip *s, int most)
{
    s->n = s->OH - s->oh < most ? s->OH - s->oh : most;
    return s->n > 0;
}

static void pass_strip(MbStrip *s)
{
    const int bottom = mb_bottom(s, s->oh + s->n), complete = mb_complete(s, s->oh + s->n);
    s->loaded = bottom > complete ? bottom : complete;
    s->oh += s->n;
}

/* What is fetched is of no consequence: there is something at that place. */
static MbInput input_of(const Case *t)
{
    return (MbInput){.x = t->x, .ldx = LD, .A = t->A, .D = t->D, .act = t->act, .next = t->x};
}

static void strips_forward(const Case *t, const Kernels *k, int most, Outcome *o)
{
    const float *rows[MOST_ROWS];
    const int n_rows = (most - 1) * t->stride + reach_of(t);
    MbForwardArgs args = {.strip = first_strip(t, rows),
                          .input = input_of(t),
                          .h = ring_of(n_rows, row_pixels(t), t->pad, t->W),
                          .w = t->w,
                          .ldw = LD,
                          .y = o->y,
                          .ldy = LD};
    for (; cut_strip(&args.strip, most); pass_strip(&args.strip)) {
        AffineStatsArgs stats = stats_args(t, o->stats);
        stats.p0 += args.strip.oh * t->OW;
        args.stats = &stats;
        k->mb.forward(&args);
    }
}

static void strips_backward(const Case *t, const Kernels *k, int most, Outcome *o)
{
    const float *rows[MOST_ROWS];
    const int n_rows = (most - 1) * t->stride + reach_of(t);
    const int needed = (reach_of(t) + t->stride - 1) / t->stride + 1;
    const int grad_rows = (needed + most - 1) / most * most + most;
    const AffineDzArgs dz = dz_args(t);
    MbBackwardArgs args = {.strip = first_strip(t, rows),
                           .input = input_of(t),
                           .h = ring_of(n_rows, row_pixels(t), t->pad, t->W),
                           .dz = &dz,
                           .next_g = t->g,
                           .next_z = t->z,
                           .grad = ring_of(grad_rows, grad_pixels(t), grad_left(t), t->OW),
                           .grad_left = grad_left(t),
                           .w = t->w,
                           .ldw = LD,
                           .dw = o->dw,
                           .lddw = LD,
                           .lddx = LD};
    if (t->has_finish && t->act != ACT_FN_NONE)
        args.slope = ring_of(n_rows, t->W, 0, t->W);
    for (; cut_strip(&args.strip, most); pass_strip(&args.strip)) {
        const long before = (long)args.done * t->W;
        AffineBackwardArgs finish = finish_args(t, o->sums);
        finish.r = finish.r == NULL ? NULL : finish.r + before * LD;
        finish.z += before * LD;
        finish.p0 += (int)before;
        args.finish = t->has_finish ? &finish : NULL;
        args.dx = o->dx + before * LD;
        k->mb.backward(&args);
        args.done = mb_complete(&args.strip, args.strip.oh + args.strip.n);
    }
}

/* --- all cases --- */

static void check_case(const Case *t)
{
    const Kernels portable = kernels_select(CPU_GENERIC);
    const Outcome want = separate(t, &portable);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        const Kernels k = kernels_select(level);
        for (int most = 1; most <= t->OH; most += most < 3 ? 1 : 3) {
            Outcome got = outcome_begin(t);
            strips_forward(t, &k, most, &got);
            strips_backward(t, &k, most, &got);
            same_outcomes(t, &got, &want);
        }
    }
}

static void check_shape(Case t, int variant)
{
    if (t.H + 2 * t.pad < reach_of(&t) || t.W + 2 * t.pad < reach_of(&t))
        return;
    test_begin((uint32_t)variant);
    case_init(&t, variant);
    check_case(&t);
    test_check_guards();
}

/* Images of every side, high and low, all activations in turn; less padding, and taps apart. */
static void strips_are_the_separate_kernels(void **state)
{
    static const int sides[] = {1, 2, 3, 4, 5, 7, 8, 13}, kernels[] = {1, 3, 5, 7};
    (void)state;
    int variant = 0;
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t j = 0; j < sizeof kernels / sizeof *kernels; j++)
            for (int stride = 1; stride <= 3; stride++) {
                const int k = kernels[j], W = sides[i], H = W > 6 ? 6 : W + 3;
                Case t = {.H = H, .W = W, .k = k, .stride = stride, .pad = k / 2};
                check_shape(t, variant++);
                if (k == 1)
                    continue;
                t.pad--;
                check_shape(t, variant++);
                t.dilation = 2;
                t.pad = k / 2 * t.dilation;
                check_shape(t, variant++);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strips_are_the_separate_kernels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
