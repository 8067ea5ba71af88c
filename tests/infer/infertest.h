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

/*
 * A tolerance for networks too deep for oracle_tolerance (tests/nn/oracle.h), which knows no more
 * of how a rounding grows than a bound for shallow ones: here the oracle itself is asked, how far
 * its logits go when every weight is moved by a random part of a half-ulp. That moves a sum of K
 * products by sqrt(K / 3) half-ulps of one of them; a chain of K <= 4096 fmas walks to sqrt(K) = 64
 * half-ulps of the sum, which is sqrt(K) products of any sign: sqrt(3) x 64 times as far.
 */
double infertest_tolerance(const InferSubject *subject);

/* Fails unless the Infer's logits are the oracle's within a tolerance. */
void infertest_matches_oracle(const InferSubject *subject, double tolerance);

#endif
