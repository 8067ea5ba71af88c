/* bench_kernels [LEVEL]: time of each kernel on the shapes of efficientnet-b0-cifar at width 0.25
 * and of proxy-b0.
 *
 * One line a shape: minimum and median of SAMPLES repetitions, each of enough calls to last
 * SAMPLE_NS, with the multiply-adds and the bytes (each operand counted once) they amount to. Run
 * it alone on a core: `taskset -c 0`. */
#include "base/clock.h"
#include "base/cpu.h"
#include "kernels/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 15
#define SAMPLE_NS 1000000
#define BUFFER_FLOATS (1 << 20)
#define MAX_ROWS 64

/* Operands of all shapes; small numbers that neither overflow nor become subnormal. */
static _Alignas(64) float x[BUFFER_FLOATS], w[BUFFER_FLOATS], y[BUFFER_FLOATS], z[BUFFER_FLOATS];
static _Alignas(64) float small[BUFFER_FLOATS];

static Kernels kernels;

typedef struct Case {
    const char *name;
    int P, K,
        N; /* pw: rows, inputs, outputs; dw: side, kernel, channels; affine: pixels, -, channels */
    int stride;
    void (*run)(const struct Case *c);
    double (*macs)(const struct Case *c);
    double (*floats)(const struct Case *c);
} Case;

/* --- pw --- */

static void run_pw_forward(const Case *c)
{
    const long ldx = lanes_pad(c->K);
    kernels.pw.forward(&(PwForwardArgs){x, ldx, w, c->N, y, c->N, c->P, c->K, c->N, NULL});
}

static void run_pw_weights(const Case *c)
{
    const long ldx = lanes_pad(c->K);
    kernels.pw.backward_weights(
        &(PwWeightsArgs){x, ldx, z, c->N, small, c->N, c->P, c->K, c->N, NULL, NULL});
}

static double pw_macs(const Case *c)
{
    return (double)c->P * c->K * c->N;
}

static double pw_floats(const Case *c)
{
    return (double)c->P * (lanes_pad(c->K) + c->N) + (double)c->K * c->N;
}

/* --- dw: an image of side P with halo; P is the side of the input --- */

static int dw_out(const Case *c)
{
    return (c->P + c->stride - 1) / c->stride;
}

static void dw_rows(const Case *c, const float **rows, const float *base, int n, int width)
{
    for (int i = 0; i < n; i++)
        rows[i] = base + (long)i * width * c->N;
}

static void run_dw_forward(const Case *c)
{
    const float *rows[MAX_ROWS];
    const int O = dw_out(c);
    dw_rows(c, rows, x, (O - 1) * c->stride + c->K, c->P + c->K);
    kernels.dw.forward(&(DwForwardArgs){rows, c->N, w, c->N, y, c->N, (long)O * c->N, O, O, c->N,
                                        c->K, c->stride});
}

static void run_dw_data(const Case *c)
{
    const float *rows[MAX_ROWS], *few[DW_MAX_K];
    const int O = dw_out(c), pad = c->K / 2;
    int kh[DW_MAX_K];
    dw_rows(c, rows, x + c->K * c->N, O, O + 2 * c->K);
    for (int ih = 0; ih < c->P; ih++) {
        int n = 0;
        for (int tap = 0; tap < c->K; tap++) {
            const int at = ih + pad - tap;
            if (at >= 0 && at % c->stride == 0 && at / c->stride < O) {
                few[n] = rows[at / c->stride];
                kh[n++] = tap;
            }
        }
        kernels.dw.backward_data(&(DwDataArgs){few, kh, n, c->N, w, c->N,
                                               y + (long)ih * c->P * c->N, c->N, c->P, c->N, c->K,
                                               c->stride, pad});
    }
}

static void run_dw_weights(const Case *c)
{
    const float *rows[MAX_ROWS];
    const int O = dw_out(c);
    dw_rows(c, rows, x, (O - 1) * c->stride + c->K, c->P + c->K);
    kernels.dw.backward_weights(&(DwWeightsArgs){rows, c->N, z, c->N, (long)O * c->N, small, c->N,
                                                 O, O, c->N, c->K, c->stride});
}

static double dw_macs(const Case *c)
{
    return (double)dw_out(c) * dw_out(c) * c->K * c->K * c->N;
}

static double dw_floats(const Case *c)
{
    return ((double)c->P * c->P + (double)dw_out(c) * dw_out(c)) * c->N;
}

/* --- affine --- */

static void run_forward(const Case *c)
{
    kernels.affine.forward(&(AffineForwardArgs){.z = x,
                                                .ldz = c->N,
                                                .A = w,
                                                .D = w,
                                                .h = y,
                                                .ldh = c->N,
                                                .P = c->P,
                                                .C = c->N,
                                                .act = ACT_FN_SWISH});
}

static void run_slope(const Case *c)
{
    kernels.affine.forward(&(AffineForwardArgs){.z = x,
                                                .ldz = c->N,
                                                .A = w,
                                                .D = w,
                                                .h = y,
                                                .ldh = c->N,
                                                .slope = z,
                                                .ldslope = c->N,
                                                .P = c->P,
                                                .C = c->N,
                                                .act = ACT_FN_SWISH});
}

static void run_stats(const Case *c)
{
    kernels.affine.stats(&(AffineStatsArgs){x, c->N, w, small, c->N, c->P, c->N, 0});
}

static void run_backward(const Case *c)
{
    kernels.affine.backward(&(AffineBackwardArgs){.dh = x,
                                                  .lddh = c->N,
                                                  .s = w,
                                                  .b = w,
                                                  .slope = z,
                                                  .ldslope = c->N,
                                                  .scale = 1.0f,
                                                  .z = z,
                                                  .ldz = c->N,
                                                  .mean = w,
                                                  .g = y,
                                                  .ldg = c->N,
                                                  .state = small,
                                                  .ldstate = c->N,
                                                  .P = c->P,
                                                  .C = c->N});
}

static void run_dz(const Case *c)
{
    kernels.affine.dz(&(AffineDzArgs){x, c->N, 1.0f, z, c->N, w, w, w, y, c->N, c->P, c->N});
}

static double one_mac(const Case *c)
{
    return (double)c->P * c->N;
}

static double two_floats(const Case *c)
{
    return 2.0 * c->P * c->N;
}

static double three_floats(const Case *c)
{
    return 3.0 * c->P * c->N;
}

#define PW(P, K, N)                                                                                \
    {"pw forward", P, K, N, 1, run_pw_forward, pw_macs, pw_floats},                                \
    {                                                                                              \
        "pw backward_weights", P, K, N, 1, run_pw_weights, pw_macs, pw_floats                      \
    }
#define DW(side, k, C, stride)                                                                     \
    {"dw forward", side, k, C, stride, run_dw_forward, dw_macs, dw_floats},                        \
        {"dw backward_data", side, k, C, stride, run_dw_data, dw_macs, dw_floats},                 \
    {                                                                                              \
        "dw backward_weights", side, k, C, stride, run_dw_weights, dw_macs, dw_floats              \
    }
#define AFFINE(P, C)                                                                               \
    {"affine forward swish", P, 0, C, 1, run_forward, one_mac, two_floats},                        \
        {"affine forward + slope", P, 0, C, 1, run_slope, one_mac, three_floats},                  \
        {"affine stats", P, 0, C, 1, run_stats, one_mac, one_mac},                                 \
        {"affine backward", P, 0, C, 1, run_backward, one_mac, three_floats},                      \
    {                                                                                              \
        "affine dz", P, 0, C, 1, run_dz, one_mac, three_floats                                     \
    }

static const Case cases[] = {
    PW(1024, 27, 16), PW(1024, 8, 48),  PW(1024, 48, 16), PW(256, 16, 96),  PW(256, 96, 16),
    PW(256, 24, 144), PW(256, 144, 32), PW(64, 32, 192),  PW(64, 192, 32),  PW(64, 48, 288),
    PW(64, 288, 48),  PW(64, 288, 80),  PW(64, 80, 320),  PW(256, 12, 48),  PW(64, 20, 64),
    DW(32, 3, 16, 1), DW(32, 3, 48, 1), DW(32, 3, 48, 2), DW(32, 5, 48, 2), DW(16, 5, 96, 1),
    DW(16, 3, 96, 2), DW(8, 3, 144, 1), DW(8, 5, 144, 1), DW(8, 5, 192, 1), DW(8, 5, 192, 2),
    DW(4, 5, 288, 1), DW(4, 3, 288, 1), AFFINE(1024, 48), AFFINE(256, 96),  AFFINE(64, 288),
};

static int64_t time_calls(const Case *c, long n)
{
    const int64_t start = clock_now_ns();
    for (long i = 0; i < n; i++)
        c->run(c);
    return clock_now_ns() - start;
}

static int compare_times(const void *a, const void *b)
{
    const double s = *(const double *)a, t = *(const double *)b;
    return (s > t) - (s < t);
}

static void measure(const Case *c)
{
    long n = 1;
    memset(small, 0, sizeof small);
    while (time_calls(c, n) < SAMPLE_NS)
        n *= 2;
    double ns[SAMPLES];
    for (int i = 0; i < SAMPLES; i++) {
        memset(small, 0, 65536);
        ns[i] = (double)time_calls(c, n) / (double)n;
    }
    qsort(ns, SAMPLES, sizeof *ns, compare_times);
    printf("%-24s %5d %4d %4d %d %9.2f %9.2f %8.2f %8.2f\n", c->name, c->P, c->K, c->N, c->stride,
           ns[0] / 1e3, ns[SAMPLES / 2] / 1e3, c->macs(c) / ns[0],
           c->floats(c) * sizeof(float) / ns[0]);
}

int main(int argc, char **argv)
{
    CpuLevel level = cpu_best_level();
    Err err = {0};
    if (argc > 1 && cpu_level_parse(argv[1], &level, &err) != ERR_NONE) {
        fprintf(stderr, "bench_kernels: %s\n", err.msg);
        return 2;
    }
    kernels = kernels_select(level);
    cpu_set_flush_to_zero();
    for (long i = 0; i < BUFFER_FLOATS; i++) {
        x[i] = (float)(i % 61 - 30) / 64.0f;
        w[i] = (float)(i % 37 - 18) / 64.0f;
        z[i] = (float)(i % 53 - 26) / 64.0f;
    }
    printf("# level %s\n# kernel, rows/side, K/kernel, N/channels, stride, min us, median us, "
           "GMAC/s, GB/s\n",
           cpu_level_name(level));
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        measure(&cases[i]);
    return 0;
}
