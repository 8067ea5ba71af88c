/*
 * tests/nn/nettest.h: networks and batches for the tests of nn/.
 */
#ifndef TESTS_NN_NETTEST_H
#define TESTS_NN_NETTEST_H

#include "nn/net.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct TestBatch {
    float *images;   /* [n][resolution][resolution][3] */
    int32_t *labels; /* [n] */
    int n;
} TestBatch;

/* Fails the running test, with the message, if the code is an error. */
void nettest_ok(ErrCode code, const Err *err);

/* A zoo network at a width, its classes and resolution replaced where they are not 0. */
Network nettest_zoo(const char *name, double width, int classes, int resolution);

/* Reproducible images in [-1, 1] with a class-dependent pattern. */
TestBatch nettest_batch(const Network *network, int n, uint64_t seed);
void nettest_release_batch(TestBatch *batch);

Net *nettest_net(const Network *network, const NetSettings *settings, uint64_t seed);

/*
 * Everything that starts as 0 or 1 is moved, so that a formula cannot hide behind its neutral
 * value.
 */
void nettest_perturb(Net *net);

/* Settings of a training Net at the highest level. */
NetSettings nettest_training(int batch, int threads, NetOptimizer optimizer);

/* The same, and gradients can be read. */
NetSettings nettest_with_gradients(int batch, int threads, NetOptimizer optimizer);

/* A step with the usual momentum and decay and everything else off. */
StepSettings nettest_step(double lr);

/* Copies of all numbers of a kind, one after the other; mem_free. *n elements. */
float *nettest_read_all(const Net *net, NetValues values, size_t *n);

/* Fails unless both Nets hold the same bits in weights, averages and optimiser state. */
void nettest_same_bits(const Net *a, const Net *b);

/* A path in the folder of the running test's temporary files; valid until the next call. */
const char *nettest_path(const char *name);

#endif
