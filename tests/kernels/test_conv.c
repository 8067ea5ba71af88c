/* conv: pw over windows read in place against the direct convolution and, bit by bit, against pw
 * over the same windows copied into panels. */
#include "kernel_test.h"

#include <math.h>
#include <string.h>

#define MAX_OUTPUTS 16384

static double truth[MAX_OUTPUTS];

static const int sides[] = {1, 2, 3, 4, 5, 7, 8, 9};
/* Height and width. */
static const int kernels[][2] = {{1, 1}, {3, 3}, {5, 5}, {7, 7}, {1, 7}, {7, 1}};

typedef void (*ShapeCheck)(const ConvShape *shape);

static void check_shape(ConvShape shape, ShapeCheck check)
{
    shape.C = 3;
    shape.OC = 5;
    test_begin((uint32_t)(shape.H * 256 + shape.KH * 64 + shape.KW * 8) +
               (uint32_t)(shape.stride * 16 + shape.pad_top + 1));
    check(&shape);
    test_check_guards();
}

static void for_all_shapes(ShapeCheck check)
{
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        for (size_t j = 0; j < sizeof kernels / sizeof *kernels; j++)
            for (int stride = 1; stride <= 3; stride++) {
                const int KH = kernels[j][0], KW = kernels[j][1];
                for (int pad = 0; pad <= (KH > KW ? KH : KW) / 2; pad++) {
                    const int H = sides[i], W = H < 9 ? H + 1 : 6;
                    const int top = pad < KH / 2 ? pad : KH / 2, left = pad < KW / 2 ? pad : KW / 2;
                    if (H + 2 * top < KH || W + 2 * left < KW)
                        continue;
                    check_shape((ConvShape){.H = H,
                                            .W = W,
                                            .KH = KH,
                                            .KW = KW,
                                            .OH = (H + 2 * top - KH) / stride + 1,
                                            .OW = (W + 2 * left - KW) / stride + 1,
                                            .stride = stride,
                                            .pad_top = top,
                                            .pad_left = left},
                                check);
                }
            }
}

/* Windows of 1 x 1 at every second pixel, from the second on: the shifted half of a factorised
 * reduction, which on odd sides ends behind the image. */
static void for_shifted_shapes(ShapeCheck check)
{
    for (int side = 1; side < 8; side++)
        check_shape((ConvShape){.H = side,
                                .W = side + 1,
                                .KH = 1,
                                .KW = 1,
                                .OH = (side + 1) / 2,
                                .OW = (side + 2) / 2,
                                .stride = 2,
                                .pad_top = -1,
                                .pad_left = -1},
                    check);
}

/* Chains of K terms below 1. */
static double chain_tolerance(int K)
{
    return (double)K * K * UNIT_ROUNDOFF;
}

#define MAX_TAPS 49
#define MAX_PIXELS 512
#define N_IMAGES 2

/* The images of a map, and its windows. */
typedef struct Windowed {
    const float *x;
    long rows[MAX_PIXELS], starts[MAX_TAPS];
    PwWindows windows;
} Windowed;

/* Lays out images image[N_IMAGES*H*W][ld]. */
static const float *laid_out(const ConvMap *map, const float *image)
{
    const long floats = conv_map_floats(map);
    float *x = test_buffer(N_IMAGES * floats);
    memset(x, 0, sizeof(float) * (size_t)(N_IMAGES * floats));
    for (int i = 0; i < N_IMAGES; i++)
        for (int y = 0; y < map->H; y++)
            for (int w = 0; w < map->W; w++, image += map->ld)
                test_copy(x + i * floats + conv_map_pixel(map, y, w), image, map->ld);
    return x;
}

/* The windows as rows of a matrix. */
static float *panel_of(const Windowed *in, int P, int K)
{
    float *panel = test_buffer((long)P * K);
    for (int p = 0; p < P; p++)
        for (int k = 0; k < K; k++)
            panel[p * K + k] =
                in->x[in->rows[p] + in->starts[k / in->windows.length] + k % in->windows.length];
    return panel;
}

/* y[P][LANES] of all windows, in calls of at most 7 so that ranges start inside of a row; the bits
 * are those of the first level over panels. */
static const float *multiply(const Windowed *in, int P, int K, const float *w, const float *panels)
{
    enum { PART = 7 };
    float *want = test_buffer(P * LANES), *y = NULL;
    pw_kernels(CPU_GENERIC)
        .forward(
            &(PwForwardArgs){panels, K, w, LANES, want, LANES, P, K, LANES, NULL, false, NULL});
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        y = test_buffer(P * LANES);
        for (int p = 0; p < P; p += PART) {
            const PwWindows windows = {in->rows + p, in->starts, in->windows.length};
            pw_kernels(level).forward(&(PwForwardArgs){in->x, 0, w, LANES, y + p * LANES, LANES,
                                                       P - p < PART ? P - p : PART, K, LANES,
                                                       &windows, false, NULL});
        }
        test_same_bits("y of windows", y, want, P * LANES);
    }
    return y;
}

static void check_weights(const Windowed *in, const ConvShape *s, const float *dz,
                          const float *panels, float *dw)
{
    const int K = s->KH * s->KW * s->C, P = N_IMAGES * s->OH * s->OW;
    const size_t n_bytes = sizeof(float) * (size_t)(K * LANES);
    const ConvMap map = conv_gradient_map(s, LANES);
    const float *spread = laid_out(&map, dz);
    float *want = test_buffer(K * LANES);
    long dz_rows[MAX_PIXELS];
    conv_map_pixels(&map, N_IMAGES, dz_rows);
    memset(want, 0, n_bytes);
    pw_kernels(CPU_GENERIC)
        .backward_weights(
            &(PwWeightsArgs){panels, K, dz, LANES, want, LANES, P, K, LANES, NULL, NULL});
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        memset(dw, 0, n_bytes);
        pw_kernels(level).backward_weights(
            &(PwWeightsArgs){in->x, 0, spread, 0, dw, LANES, P, K, LANES, &in->windows, dz_rows});
        test_same_bits("dw of windows", dw, want, K * LANES);
    }
}

/* ld: of the input; that of its real channels joins the pieces of a row of taps. */
static void check_forward_and_weights_of(const ConvShape *s, long ld)
{
    static double sum[MAX_OUTPUTS];
    const int K = s->KH * s->KW * s->C, pixels = s->OH * s->OW, P = N_IMAGES * pixels;
    const ConvMap map = conv_input_map(s, ld);
    const float *x = test_random_padded(N_IMAGES * s->H * s->W, s->C, ld);
    const float *w = test_random_padded(K, s->OC, LANES);
    const float *dz = test_random_padded(P, s->OC, LANES);
    float *dw = test_buffer(K * LANES);
    Windowed in = {.x = laid_out(&map, x)};
    conv_input_windows(s, &map, N_IMAGES, in.rows);
    in.windows = (PwWindows){in.rows, in.starts, conv_input_pieces(s, &map, in.starts)};
    const float *panels = panel_of(&in, P, K), *y = multiply(&in, P, K, w, panels);
    check_weights(&in, s, dz, panels, dw);
    memset(sum, 0, sizeof sum);
    for (int i = 0; i < N_IMAGES; i++) {
        const float *image = x + (long)i * s->H * s->W * ld;
        conv_forward__ref(s, image, ld, w, LANES, truth);
        for (int p = 0; p < pixels; p++)
            for (int n = 0; n < s->OC; n++)
                test_close("y", p * s->OC + n, (double)y[(i * pixels + p) * LANES + n],
                           truth[p * s->OC + n], chain_tolerance(K));
        conv_backward_weights__ref(s, image, ld, dz + (long)i * pixels * LANES, LANES, truth);
        for (int k = 0; k < K * s->OC; k++)
            sum[k] += truth[k];
    }
    for (int k = 0; k < K; k++)
        for (int n = 0; n < s->OC; n++)
            test_close("dw", k * s->OC + n, (double)dw[k * LANES + n], sum[k * s->OC + n],
                       chain_tolerance(P));
}

static void check_forward_and_weights(const ConvShape *s)
{
    check_forward_and_weights_of(s, s->C);
    check_forward_and_weights_of(s, LANES);
}

/* Tap by tap, in the order of the phases. */
static const float *transposed(const ConvShape *s, const float *w)
{
    float *wt = test_buffer(s->KH * s->KW * s->OC * LANES), *to = wt;
    for (int phase = 0; phase < s->stride * s->stride; phase++)
        for (int kh = phase / s->stride; kh < s->KH; kh += s->stride)
            for (int kw = phase % s->stride; kw < s->KW; kw += s->stride, to += s->OC * LANES)
                pw_kernels(CPU_GENERIC)
                    .transpose(&(PwTransposeArgs){w + (kh * s->KW + kw) * s->C * LANES, LANES, to,
                                                  LANES, s->C, s->OC});
    return wt;
}

/* dx[n*H*W][LANES] from the map of dz, phase by phase, in calls of at most 7 pixels. */
static float *multiply_phases(const ConvShape *s, const ConvMap *map, const float *dz,
                              const float *wt, CpuLevel level)
{
    enum { PART = 7 };
    const int P = N_IMAGES * s->H * s->W;
    float *dx = test_buffer(P * LANES);
    int pixels[MAX_PIXELS], all = 0, all_taps = 0;
    long rows[MAX_PIXELS], starts[MAX_TAPS], dx_rows[MAX_PIXELS];
    for (int phase = 0; phase < s->stride * s->stride; phase++) {
        const int n = conv_phase_windows(s, map, phase, N_IMAGES, pixels, rows);
        const int taps = conv_phase_pieces(s, map, phase, starts);
        for (int p = 0; p < n; p++)
            dx_rows[p] = (long)pixels[p] * LANES;
        for (int p = 0; p < n; p += PART) {
            const PwWindows windows = {rows + p, starts, s->OC};
            pw_kernels(level).forward(&(PwForwardArgs){.x = dz,
                                                       .w = wt + (long)all_taps * s->OC * LANES,
                                                       .ldw = LANES,
                                                       .y = dx,
                                                       .M = n - p < PART ? n - p : PART,
                                                       .K = taps * s->OC,
                                                       .N = LANES,
                                                       .windows = &windows,
                                                       .y_rows = dx_rows + p});
        }
        all += n;
        all_taps += taps;
    }
    assert_int_equal(all, P);
    assert_int_equal(all_taps, s->KH * s->KW);
    return dx;
}

/* The chain of docs/numerics.md: over the taps that reach row y, column x of an image, padding
 * included as zeros. */
static float chain_of(const ConvShape *s, const float *dz, const float *w, int y, int x, int c)
{
    float sum = 0.0f;
    for (int kh = 0; kh < s->KH; kh++)
        for (int kw = 0; kw < s->KW; kw++) {
            const int row = y + s->pad_top - kh, column = x + s->pad_left - kw;
            if (row % s->stride != 0 || column % s->stride != 0)
                continue;
            const int oh = row / s->stride, ow = column / s->stride;
            const bool is_inside = row >= 0 && oh < s->OH && column >= 0 && ow < s->OW;
            for (int oc = 0; oc < s->OC; oc++) {
                const float value = is_inside ? dz[((long)oh * s->OW + ow) * LANES + oc] : 0.0f;
                sum = fmaf(value, w[((long)(kh * s->KW + kw) * s->C + c) * LANES + oc], sum);
            }
        }
    return sum;
}

/* dx of an image. */
static void check_data_of_image(const ConvShape *s, const float *dz, const float *w,
                                const float *dx)
{
    const int K = s->KH * s->KW * s->OC;
    conv_backward_data__ref(s, dz, LANES, w, LANES, truth);
    for (int p = 0; p < s->H * s->W; p++)
        for (int c = 0; c < LANES; c++) {
            const bool is_pad = c >= s->C;
            const float chain = is_pad ? 0.0f : chain_of(s, dz, w, p / s->W, p % s->W, c);
            test_same_bits("dx against its chain", dx + p * LANES + c, &chain, 1);
            test_close("dx", p * LANES + c, (double)chain, is_pad ? 0.0 : truth[p * s->C + c],
                       is_pad ? 0.0 : chain_tolerance(K));
        }
}

static void check_backward_data(const ConvShape *s)
{
    const int pixels = s->H * s->W;
    const ConvMap map = conv_gradient_map(s, LANES);
    const float *w = test_random_padded(s->KH * s->KW * s->C, s->OC, LANES);
    const float *dz = test_random_padded(N_IMAGES * s->OH * s->OW, s->OC, LANES);
    const float *mapped = laid_out(&map, dz), *wt = transposed(s, w);
    for (CpuLevel level = CPU_GENERIC; level <= test_top_level(); level = cpu_next_level(level)) {
        const float *dx = multiply_phases(s, &map, mapped, wt, level);
        for (int i = 0; i < N_IMAGES; i++)
            check_data_of_image(s, dz + (long)i * s->OH * s->OW * LANES, w,
                                dx + (long)i * pixels * LANES);
    }
}

/* The three references are adjoint to each other (double sums of at most MAX_OUTPUTS terms below
 * 1): the direct convolution and its gradients describe one map. */
static void check_references_adjoint(const ConvShape *s)
{
    static double y[MAX_OUTPUTS], dx[MAX_OUTPUTS], dw[MAX_OUTPUTS];
    const int K = s->KH * s->KW * s->C;
    const float *x = test_random_padded(s->H * s->W, s->C, LANES);
    const float *w = test_random_padded(K, s->OC, LANES);
    const float *dz = test_random_padded(s->OH * s->OW, s->OC, LANES);
    conv_forward__ref(s, x, LANES, w, LANES, y);
    conv_backward_data__ref(s, dz, LANES, w, LANES, dx);
    conv_backward_weights__ref(s, x, LANES, dz, LANES, dw);
    double ydz = 0.0, xdx = 0.0, wdw = 0.0;
    for (int p = 0; p < s->OH * s->OW; p++)
        for (int n = 0; n < s->OC; n++)
            ydz += y[p * s->OC + n] * (double)dz[p * LANES + n];
    for (int p = 0; p < s->H * s->W; p++)
        for (int c = 0; c < s->C; c++)
            xdx += dx[p * s->C + c] * (double)x[p * LANES + c];
    for (int k = 0; k < K; k++)
        for (int n = 0; n < s->OC; n++)
            wdw += dw[k * s->OC + n] * (double)w[k * LANES + n];
    const double tolerance = 1e-16 * MAX_OUTPUTS * MAX_OUTPUTS;
    test_close("<x, dx>", 0, xdx, ydz, tolerance);
    test_close("<w, dw>", 0, wdw, ydz, tolerance);
}

/* True if a tap reaches beyond the outputs from a pixel, along one axis. */
static bool leaves_outputs(int side, int out, int pad, int k, int stride)
{
    for (int i = 0; i < side; i++)
        for (int tap = 0; tap < k; tap++)
            if ((i + pad - tap) % stride == 0 && (i + pad < tap || (i + pad - tap) / stride >= out))
                return true;
    return false;
}

/* A map is the image itself exactly where no window leaves it. */
static void check_plain(const ConvShape *s)
{
    const ConvMap input = conv_input_map(s, s->C), gradient = conv_gradient_map(s, s->OC);
    const ConvMap plain = conv_plain_map(s->H, s->W, s->C);
    assert_int_equal(conv_map_is_plain(&input), s->pad_top == 0 && s->pad_left == 0);
    assert_int_equal(conv_map_is_plain(&gradient),
                     !leaves_outputs(s->H, s->OH, s->pad_top, s->KH, s->stride) &&
                         !leaves_outputs(s->W, s->OW, s->pad_left, s->KW, s->stride));
    assert_true(conv_map_is_plain(&plain));
    for (int p = 0; p < s->H * s->W; p++)
        assert_int_equal(conv_map_pixel(&plain, p / s->W, p % s->W), p * s->C);
}

static void plain_maps_are_images(void **state)
{
    (void)state;
    for_all_shapes(check_plain);
}

static void forward_and_weights_are_right(void **state)
{
    (void)state;
    for_all_shapes(check_forward_and_weights);
    for_shifted_shapes(check_forward_and_weights);
}

static void backward_data_is_right(void **state)
{
    (void)state;
    for_all_shapes(check_backward_data);
    for_shifted_shapes(check_backward_data);
}

static void references_are_adjoint(void **state)
{
    (void)state;
    for_all_shapes(check_references_adjoint);
    for_shifted_shapes(check_references_adjoint);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_maps_are_images),
        cmocka_unit_test(forward_and_weights_are_right),
        cmocka_unit_test(backward_data_is_right),
        cmocka_unit_test(references_are_adjoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
