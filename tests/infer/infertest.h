/*
 * tests/infer/infertest.h: networks with weights that show everything, as a Net and as an Infer.
 */
#ifndef TESTS_INFER_INFERTEST_H
#define TESTS_INFER_INFERTEST_H

#include "infer/infer.h"
#include "nettest.h"

enum { INFERTEST_CLASSES = 7, INFERTEST_BATCH = 5 };

/* A trained network and images: its biases, means and variances are such that no formula can hide
 * behind them. */
typedef struct InferSubject {
    Network network; /* owned */
    TestBatch batch; /* of INFERTEST_BATCH images */
    Net *net;
} InferSubject;

/* Takes the network. */
InferSubject infertest_open(Network network);

/* A network of the zoo, or of a file of the tree, of INFERTEST_CLASSES classes. */
InferSubject infertest_zoo(const char *name, double width, int side);

void infertest_close(InferSubject *subject);

InferSettings infertest_settings(int batch, int threads, CpuLevel level);

/* An Infer with the weights of a Net. */
Infer *infertest_infer(const Net *net, InferSettings settings);

/* Of a vector from another, relative to that. */
double infertest_distance(const float *ours, const double *exact, size_t n);

/* Fails unless the Infer's logits are the oracle's (tests/nn/oracle.h) within its tolerance. */
void infertest_matches_oracle(const InferSubject *subject);

#endif
