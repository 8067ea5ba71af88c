/*
 * tests/nn/golden.h: the golden fixtures of tests/golden/: networks at their start, batches from a
 * formula, and losses that PyTorch got in double. make_golden.py and make_tuning.py document them.
 */
#ifndef TESTS_NN_GOLDEN_H
#define TESTS_NN_GOLDEN_H

#include "nettest.h"
#include "weights/safetensors.h"

enum { GOLDEN_BATCH = 32, GOLDEN_TEXT = 256 };

/* Ours may deviate from double by this many times PyTorch's own float32 error, plus a floor. */
#define GOLDEN_DEVIATION 4.0

typedef struct Golden {
    TensorFile *file;
    Network network;
    TestBatch all; /* four batches */
} Golden;

/* tests/golden/STEM.safetensors; safetensors_close it. */
TensorFile *golden_fixture(const char *stem);

Golden golden_open(const char *stem);
void golden_close(Golden *golden);

/* A tensor of a fixture, and one of one element; `format` has one %s for `a`. mem_free. */
float *golden_tensor(const TensorFile *file, const char *format, const char *a, size_t n);
double golden_scalar(const TensorFile *file, const char *format, const char *a);

/* Weights and statistics of its start, for a Net of its network. */
void golden_write(const Golden *golden, Net *net);

/* What make_tuning.py's formula says of a running mean or variance, or of all of them. */
void golden_write_statistic(Net *net, int index);
void golden_write_statistics(Net *net);

/* The network at its start, whose gradients can be read; the settings of a training that the file
 * has under a name; the images and labels of a step. */
Net *golden_net(const Golden *golden, NetOptimizer optimizer);
StepSettings golden_step(const TensorFile *file, NetOptimizer optimizer, const char *name);
void golden_batch(const Golden *golden, int step, const float **images, const int32_t **labels);

/*
 * Fails unless the losses of twenty steps, which `file` has under a name, are met: within 4 times
 * PyTorch float32's largest deviation plus 1e-4. `prepare` is called before the first step, or
 * NULL.
 */
void golden_check_losses(const Golden *golden, const TensorFile *file, NetOptimizer optimizer,
                         const char *name, void (*prepare)(Net *net));

#endif
