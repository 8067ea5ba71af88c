/* dw: the three passes on rows with halo, at every level. */
#include "kernel_test.h"

#include <string.h>

#define MAX_SIDE 19
#define MAX_CHANNELS 48
#define MAX_ROWS (MAX_SIDE + 4 * DW_MAX_K)

static double truth[MAX_SIDE * MAX_SIDE * MAX_CHANNELS];

/* One convolution of an image, held as rows with halo. */
typedef struct Case {
    int H, W, C, k, stride, pad, dilation;
    int OH, OW;
    long ld;        /* pixel stride of all buffers: C and one more vector */
    const float *w; /* w[k*k][ld] */
    float *x;       /* x[H + 2*pad][W + 2*pad][ld], halo zero */
    const float *rows[MAX_ROWS];
} Case;

static const int sides[] = {1, 2, 3, 4, 5, 7, 8, 9, 13, 19};
static const int kernels[] = {1, 3, 5, 7};
static const int channels[] = {16, 48};

static float *padded_image(int H, int W, int C, int pad, long ld)
{
    float *x = test_buffer((long)(H + 2 * pad) * (W + 2 * pad) * ld);
    memset(x, 0, sizeof(float) * (size_t)((H + 2 * pad) * (W + 2 * pad) * ld));
    for (int h = 0; h < H; h++)
        for (int i = 0; i < W; i++)
            for (int c = 0; c < C; c++)
                x[((long)(h + pad) * (W + 2 * pad) + i + pad) * ld + c] = test_uniform();
    return x;
}

/* H, W, C, k, stride, pad and dilation are set. */
static void case_init(Case *t)
{
    const int H = t->H, W = t->W, C = t->C, pad = t->pad, reach = dw_reach(t->k, t->dilation);
    t->ld = C + LANES;
    t->OH = (H + 2 * pad - reach) / t->stride + 1;
    t->OW = (W + 2 * pad - reach) / t->stride + 1;
    t->x = padded_image(H, W, C, pad, t->ld);
    t->w = test_random(t->k * t->k * t->ld);
    for (int r = 0; r < H + 2 * pad; r++)
        t->rows[r] = t->x + (long)r * (W + 2 * pad) * t->ld;
}

typedef void (*CaseCheck)(const Case *t);

static void check_case(Case t, CaseCheck check)
{
    const int reach = dw_reach(t.k, t.dilation);
    if (t.H + 2 * t.pad < reach || t.W + 2 * t.pad < reach)
        return;
    test_begin((uint32_t)(t.W * 1000 + t.k * 100 + t.C * 10) + (uint32_t)(t.stride + t.dilation));
    case_init(&t);
    check(&t);
    test_check_guards();
}

/* Images of every side, and of sides by side + 4, so that H and W differ; taps apart. */
static void for_all_cases(CaseCheck check)
{
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t j = 0; j < sizeof kernels / sizeof *kernels; j++)
            for (size_t c = 0; c < sizeof channels / sizeof *channels; c++)
                for (int stride = 1; stride <= 3; stride++) {
                    const int k = kernels[j], W = sides[i], H = W > 6 ? 5 : W + 2;
                    Case t = {.H = H, .W = W, .C = channels[c], .k = k, .stride = stride};
                    for (t.pad = k / 2 > 0 ? k / 2 - 1 : 0; t.pad <= k / 2; t.pad++)
                        check_case(t, check);
                    for (t.dilation = 2; k > 1 && k < 7 && t.dilation <= 3; t.dilation++) {
                        t.pad = k / 2 * t.dilation;
                        check_case(t, check);
                    }
                }
}

static DwForwardArgs forward_args(const Case *t, float *y)
{
    return (DwForwardArgs){.rows = t->rows,
                           .ldr = t->ld,
                           .w = t->w,
                           .ldw = t->ld,
                           .y = y,
                           .ldy = t->C,
                           .ldy_row = (long)t->OW * t->C,
                           .OH = t->OH,
                           .OW = t->OW,
                           .C = t->C,
                           .k = t->k,
                           .stride = t->stride,
                           .dilation = t->dilation};
}

/* k*k products below 1: at most k*k roundings of partial sums below k*k. */
static double tap_tolerance(const Case *t)
{
    return (double)(t->k * t->k) * (t->k * t->k) * UNIT_ROUNDOFF;
}

static void check_forward(const Case *t)
{
    const long n = (long)t->OH * t->OW * t->C;
    const float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *y = test_buffer(n);
        const DwForwardArgs a = forward_args(t, y);
        dw_forward__ref(&a, truth);
        dw_kernels(level).forward(&a);
        for (long i = 0; i < n; i++)
            test_close("y", i, (double)y[i], truth[i], tap_tolerance(t));
        first = first != NULL ? first : y;
        test_same_bits("y across levels", y, first, n);
    }
}

/* Row ih of dx from the rows of dz (with halo) that reach it. */
static DwDataArgs data_args(const Case *t, const float *const *dz_rows, int ih, const float **rows,
                            int *kh, float *dx)
{
    int n = 0;
    for (int tap = 0; tap < t->k; tap++) {
        const int at = ih + t->pad - tap * dw_dilation(t->dilation);
        if (at < 0 || at % t->stride != 0 || at / t->stride >= t->OH)
            continue;
        rows[n] = dz_rows[at / t->stride];
        kh[n++] = tap;
    }
    return (DwDataArgs){.rows = rows,
                        .kh = kh,
                        .n_rows = n,
                        .ldr = t->ld,
                        .w = t->w,
                        .ldw = t->ld,
                        .dx = dx,
                        .lddx = t->C,
                        .W = t->W,
                        .C = t->C,
                        .k = t->k,
                        .stride = t->stride,
                        .dilation = t->dilation,
                        .pad = t->pad};
}

/* Pointers to pixel 0 of the rows of a dz with exactly the halo that dw_halo promises. */
static void halo_rows(const Case *t, const float **dz_rows)
{
    const int left = dw_halo(dw_reach(t->k, t->dilation), t->stride, t->pad),
              W = left + t->OW + left;
    float *dz = test_buffer((long)t->OH * W * t->ld);
    memset(dz, 0, sizeof(float) * (size_t)(t->OH * W * t->ld));
    for (int oh = 0; oh < t->OH; oh++) {
        dz_rows[oh] = dz + ((long)oh * W + left) * t->ld;
        for (int ow = 0; ow < t->OW; ow++)
            for (int c = 0; c < t->C; c++)
                dz[((long)oh * W + left + ow) * t->ld + c] = test_uniform();
    }
}

static void check_backward_data(const Case *t)
{
    const float *dz_rows[MAX_ROWS], *rows[DW_MAX_K];
    int kh[DW_MAX_K];
    halo_rows(t, dz_rows);
    const long n = (long)t->W * t->C;
    for (int ih = 0; ih < t->H; ih++) {
        const float *first = NULL;
        for (CpuLevel level = CPU_GENERIC; level <= test_top_level();
             level = cpu_next_level(level)) {
            float *dx = test_buffer(n);
            const DwDataArgs a = data_args(t, dz_rows, ih, rows, kh, dx);
            dw_backward_data__ref(&a, truth);
            dw_kernels(level).backward_data(&a);
            for (long i = 0; i < n; i++)
                test_close("dx", i, (double)dx[i], truth[i], tap_tolerance(t));
            first = first != NULL ? first : dx;
            test_same_bits("dx across levels", dx, first, n);
        }
    }
}

/* OH*OW products and a start below 1. */
static void check_backward_weights(const Case *t)
{
    const long n = (long)t->k * t->k * t->C, outputs = (long)t->OH * t->OW;
    const float *dz = test_random(outputs * t->C), *start = test_random(n);
    const float *first = NULL;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *dw = test_buffer(n);
        test_copy(dw, start, n);
        DwWeightsArgs a = {.rows = t->rows,
                           .ldr = t->ld,
                           .dz = dz,
                           .lddz = t->C,
                           .lddz_row = (long)t->OW * t->C,
                           .dw = dw,
                           .lddw = t->C,
                           .OH = t->OH,
                           .OW = t->OW,
                           .C = t->C,
                           .k = t->k,
                           .stride = t->stride,
                           .dilation = t->dilation};
        dw_backward_weights__ref(&a, truth);
        dw_kernels(level).backward_weights(&a);
        for (long i = 0; i < n; i++)
            test_close("dw", i, (double)dw[i], truth[i],
                       (double)((outputs + 1) * (outputs + 1)) * UNIT_ROUNDOFF);
        /* One row a call continues the chain from memory. */
        float *parts = test_buffer(n);
        test_copy(parts, start, n);
        a.dw = parts;
        a.OH = 1;
        for (int oh = 0; oh < t->OH; oh++, a.rows += t->stride, a.dz += a.lddz_row)
            dw_kernels(level).backward_weights(&a);
        test_same_bits("dw row by row", parts, dw, n);
        first = first != NULL ? first : dw;
        test_same_bits("dw across levels", dw, first, n);
    }
}

/* <A x, g> = <x, A' g> = <dA, A>: sums of outputs*k*k*C products below 1, each output off by
 * tap_tolerance at most and each tap of dw by outputs^2*u. */
static void check_adjoint(const Case *t)
{
    const float *dz_rows[MAX_ROWS], *rows[DW_MAX_K];
    int kh[DW_MAX_K];
    halo_rows(t, dz_rows);
    const long outputs = (long)t->OH * t->OW, taps = (long)t->k * t->k;
    const double tolerance =
        (double)t->C * (double)(outputs * taps) * (double)(outputs + taps) * UNIT_ROUNDOFF;
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        float *y = test_buffer(outputs * t->C), *dx = test_buffer((long)t->W * t->C);
        float *dw = test_buffer(taps * t->ld);
        memset(dw, 0, sizeof(float) * (size_t)(taps * t->ld));
        const DwForwardArgs f = forward_args(t, y);
        dw_kernels(level).forward(&f);
        double yg = 0.0, xdx = 0.0, wdw = 0.0;
        for (int oh = 0; oh < t->OH; oh++) {
            const DwWeightsArgs b = {.rows = t->rows + oh * t->stride,
                                     .ldr = t->ld,
                                     .dz = dz_rows[oh],
                                     .lddz = t->ld,
                                     .dw = dw,
                                     .lddw = t->ld,
                                     .OH = 1,
                                     .OW = t->OW,
                                     .C = t->C,
                                     .k = t->k,
                                     .stride = t->stride,
                                     .dilation = t->dilation};
            dw_kernels(level).backward_weights(&b);
            for (int ow = 0; ow < t->OW; ow++)
                for (int c = 0; c < t->C; c++)
                    yg += (double)y[(oh * t->OW + ow) * t->C + c] *
                          (double)dz_rows[oh][ow * t->ld + c];
        }
        for (int ih = 0; ih < t->H; ih++) {
            const DwDataArgs d = data_args(t, dz_rows, ih, rows, kh, dx);
            dw_kernels(level).backward_data(&d);
            for (int iw = 0; iw < t->W; iw++)
                for (int c = 0; c < t->C; c++)
                    xdx += (double)dx[iw * t->C + c] *
                           (double)t->rows[ih + t->pad][(iw + t->pad) * t->ld + c];
        }
        for (long i = 0; i < taps * t->ld; i++)
            wdw += (double)t->w[i] * (double)dw[i];
        test_close("<x, dx>", 0, xdx, yg, tolerance);
        test_close("<w, dw>", 0, wdw, yg, tolerance);
    }
}

static void forward_is_right(void **state)
{
    (void)state;
    for_all_cases(check_forward);
}

static void backward_data_is_right(void **state)
{
    (void)state;
    for_all_cases(check_backward_data);
}

static void backward_weights_is_right(void **state)
{
    (void)state;
    for_all_cases(check_backward_weights);
}

static void passes_are_adjoint(void **state)
{
    (void)state;
    for_all_cases(check_adjoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forward_is_right),
        cmocka_unit_test(backward_data_is_right),
        cmocka_unit_test(backward_weights_is_right),
        cmocka_unit_test(passes_are_adjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
