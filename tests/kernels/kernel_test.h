/* What the kernel tests share: buffers between guards, random fill, levels of this machine,
 * comparisons. */
#ifndef TESTS_KERNELS_KERNEL_TEST_H
#define TESTS_KERNELS_KERNEL_TEST_H

#include "base/cpu.h"
#include "kernels/kernels.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#define UNIT_ROUNDOFF (1.0 / 16777216.0) /* 2^-24: half an ulp of 1 in float */

/* Levels that this build has and this processor runs: 0..test_top_level(). */
CpuLevel test_top_level(void);

/* Forgets all buffers and restarts the random sequence. */
void test_begin(uint32_t seed);

/* n floats, 64-byte aligned, between guards that hold a pattern; filled with NaN. */
float *test_buffer(long n);

/* The same, filled with multiples of 2^-12 in [-1, 1). */
float *test_random(long n);

/* The same over 3: whole mantissas. Products of test_random's are exact, so that a product and a
 * sum in place of an FMA would go unseen. */
float *test_random_full(long n);

/* rows x ld matrix whose columns `used`..ld-1 are 0 (pad lanes). */
float *test_random_padded(long rows, long used, long ld);

float test_uniform(void); /* next number in [-1, 1) */
void test_copy(float *to, const float *from, long n);

/* Fails when any guard since test_begin was written to. */
void test_check_guards(void);

/* Fails, saying where, unless |got - want| <= tolerance (NaN fails). */
void test_close(const char *what, long index, double got, double want, double tolerance);

/* Fails unless the floats have the same bits. */
void test_same_bits(const char *what, const float *a, const float *b, long n);

#endif
