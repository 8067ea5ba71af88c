/* Shared helpers of the kernel tests. */
#include "kernel_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define POOL_FLOATS (8L << 20)
#define GUARD_FLOATS 32
#define GUARD_BYTE 0x5a
#define MAX_BUFFERS 4096

static _Alignas(64) float pool[POOL_FLOATS];
static long pool_used;
static struct {
    long start, n;
} buffers[MAX_BUFFERS];
static int n_buffers;
static uint32_t random_state;

CpuLevel test_top_level(void)
{
    return kernels_select(cpu_best_level()).level;
}

void test_begin(uint32_t seed)
{
    pool_used = 0;
    n_buffers = 0;
    random_state = seed * 2654435761u + 1u;
}

float *test_buffer(long n)
{
    const long whole = (n + 15) / 16 * 16;
    assert_true(n_buffers < MAX_BUFFERS && pool_used + whole + 2 * GUARD_FLOATS <= POOL_FLOATS);
    float *base = pool + pool_used;
    memset(base, GUARD_BYTE, (size_t)(whole + 2 * GUARD_FLOATS) * sizeof(float));
    buffers[n_buffers].start = pool_used;
    buffers[n_buffers].n = n;
    n_buffers++;
    pool_used += whole + 2 * GUARD_FLOATS;
    for (long i = 0; i < n; i++)
        base[GUARD_FLOATS + i] = NAN;
    return base + GUARD_FLOATS;
}

float test_uniform(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (float)((int)(random_state >> 19) - 4096) / 4096.0f;
}

float *test_random(long n)
{
    float *x = test_buffer(n);
    for (long i = 0; i < n; i++)
        x[i] = test_uniform();
    return x;
}

float *test_random_full(long n)
{
    float *x = test_random(n);
    for (long i = 0; i < n; i++)
        x[i] /= 3.0f;
    return x;
}

float *test_random_padded(long rows, long used, long ld)
{
    float *x = test_buffer(rows * ld);
    for (long r = 0; r < rows; r++)
        for (long c = 0; c < ld; c++)
            x[r * ld + c] = c < used ? test_uniform() : 0.0f;
    return x;
}

void test_copy(float *to, const float *from, long n)
{
    memcpy(to, from, (size_t)n * sizeof(float));
}

static int is_guard(const float *p, long n)
{
    const unsigned char *bytes = (const unsigned char *)p;
    for (size_t i = 0; i < (size_t)n * sizeof(float); i++)
        if (bytes[i] != GUARD_BYTE)
            return 0;
    return 1;
}

void test_check_guards(void)
{
    for (int i = 0; i < n_buffers; i++) {
        const float *base = pool + buffers[i].start;
        const long n = buffers[i].n;
        const long tail = (n + 15) / 16 * 16 - n + GUARD_FLOATS;
        if (!is_guard(base, GUARD_FLOATS) || !is_guard(base + GUARD_FLOATS + n, tail))
            fail_msg("guard of buffer %d (%ld floats) was overwritten", i, n);
    }
}

void test_close(const char *what, long index, double got, double want, double tolerance)
{
    if (!(fabs(got - want) <= tolerance))
        fail_msg("%s[%ld] = %.9g, want %.9g within %.3g", what, index, got, want, tolerance);
}

void test_same_bits(const char *what, const float *a, const float *b, long n)
{
    for (long i = 0; i < n; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0)
            fail_msg("%s[%ld]: %.9g and %.9g differ in bits", what, i, (double)a[i], (double)b[i]);
}
