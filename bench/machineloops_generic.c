/* bench/machineloops_generic.c: the loops. Empty asm statements keep the compiler from leaving them
 * out and from making calls of memset or memcpy of them. */
#include "bench/machineloops.h"

#include "kernels/lanes.h"
#include "kernels/level.h"

/* Chains of multiply-adds: enough to hide their latency on two units (8 to 10 registers), few
 * enough to stay in registers with both factors. */
enum { CHAINS = LANES_REGISTERS > 8 ? 12 : 5, STEP = MACHINELOOPS_FLOATS / LANES };

#define KEEP() __asm__ volatile("" ::: "memory")

static void LEVELED(loop_fma)(long n)
{
    const Lanes factor = lanes_set(0.999f), term = lanes_set(0.001f);
    Lanes chain[CHAINS];
    float sink[LANES];
    for (int j = 0; j < CHAINS; j++)
        chain[j] = lanes_set((float)(j + 1));
    for (long i = 0; i < n; i++)
#pragma GCC unroll 12
        for (int j = 0; j < CHAINS; j++)
            chain[j] = lanes_fma(chain[j], factor, term);
    for (int j = 0; j < CHAINS; j++) {
        lanes_store(sink, chain[j]);
        __asm__ volatile("" : : "r"(sink) : "memory");
    }
}

static void LEVELED(loop_read)(const float *x, long n)
{
    Lanes sum[STEP];
    float sink[LANES];
    for (int j = 0; j < STEP; j++)
        sum[j] = lanes_zero();
    for (long i = 0; i < n; i += MACHINELOOPS_FLOATS)
#pragma GCC unroll 4
        for (int j = 0; j < STEP; j++)
            sum[j] = lanes_add(sum[j], lanes_load(x + i + j * LANES));
    for (int j = 0; j < STEP; j++) {
        lanes_store(sink, sum[j]);
        __asm__ volatile("" : : "r"(sink) : "memory");
    }
}

static void LEVELED(loop_write)(float *y, long n)
{
    const Lanes value = lanes_set(0.5f);
    for (long i = 0; i < n; i += MACHINELOOPS_FLOATS) {
#pragma GCC unroll 4
        for (int j = 0; j < STEP; j++)
            lanes_store(y + i + j * LANES, value);
        KEEP();
    }
}

static void LEVELED(loop_copy)(const float *x, float *y, long n)
{
    for (long i = 0; i < n; i += MACHINELOOPS_FLOATS) {
#pragma GCC unroll 4
        for (int j = 0; j < STEP; j++)
            lanes_store(y + i + j * LANES, lanes_load(x + i + j * LANES));
        KEEP();
    }
}

extern const MachineLoops LEVELED(machineloops_table);
const MachineLoops LEVELED(machineloops_table) = {
    .fma = LEVELED(loop_fma),
    .fma_flops = 2.0 * CHAINS * LANES,
    .read = LEVELED(loop_read),
    .write = LEVELED(loop_write),
    .copy = LEVELED(loop_copy),
};
