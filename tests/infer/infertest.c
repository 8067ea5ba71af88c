#include "infertest.h"

#include "base/rng.h"
#include "base/sys.h"
#include "oracle.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

InferSubject infertest_open(Network network)
{
    enum { IMAGES_SEED = 3, WEIGHTS_SEED = 5 };
    InferSubject s = {.network = network};
    const NetSettings settings = nettest_training(INFERTEST_BATCH, 2, NET_SGD);
    const StepSettings step = nettest_step(0.0);
    StepResult result;
    s.network.bn_momentum = 0.0; /* one step settles the running statistics */
    s.batch = nettest_batch(&s.network, INFERTEST_BATCH, IMAGES_SEED);
    s.net = nettest_net(&s.network, &settings, WEIGHTS_SEED);
    nettest_perturb(s.net);
    net_train_step(s.net, s.batch.images, s.batch.labels, &step, &result);
    return s;
}

InferSubject infertest_zoo(const char *name, double width, int side)
{
    char path[512];
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    snprintf(path, sizeof path, "%s/%s", source == NULL ? "." : source, name);
    const bool is_file = strchr(name, '/') != NULL;
    return infertest_open(nettest_zoo(is_file ? path : name, width, INFERTEST_CLASSES, side));
}

void infertest_close(InferSubject *subject)
{
    nettest_release_batch(&subject->batch);
    net_destroy(&subject->net);
    network_release(&subject->network);
}

InferSettings infertest_settings(int batch, int threads, CpuLevel level)
{
    return (InferSettings){.batch = batch, .threads = threads, .level = level};
}

Infer *infertest_infer(const Net *net, InferSettings settings)
{
    Err err = {0};
    Infer *infer = NULL;
    float *data = mem_calloc(net_largest_tensor(net), sizeof *data);
    nettest_ok(infer_plan(&infer, net_network(net), &settings, &err), &err);
    for (int i = 0; i < net_n_tensors(net); i++) {
        net_read(net, i, NET_WEIGHTS, data);
        infer_write(infer, net_tensor(net, i)->op, net_tensor(net, i)->k, data);
    }
    infer_fold(infer);
    mem_free(data);
    return infer;
}

enum { N_LOGITS = INFERTEST_BATCH * INFERTEST_CLASSES };

/* Of logits from others, relative to those. */
static double distance(const double *x, const double *exact)
{
    double off = 0.0, all = 0.0;
    for (int i = 0; i < N_LOGITS; i++) {
        off += pow(x[i] - exact[i], 2.0);
        all += pow(exact[i], 2.0);
    }
    return sqrt(off / all);
}

double infertest_tolerance(const InferSubject *s)
{
    double exact[N_LOGITS], moved[N_LOGITS];
    Oracle *oracle = oracle_create(s->net);
    oracle_logits(oracle, s->batch.images, INFERTEST_BATCH, exact);
    for (int i = 0; i < net_n_tensors(s->net); i++) {
        Rng rng = rng_start(13, RNG_SEARCH, 0, (uint64_t)i);
        double *w = oracle_weight(oracle, i);
        for (size_t e = 0; e < net_tensor(s->net, i)->n_elements; e++)
            w[e] *= 1.0 + ldexp((double)rng_uniform(&rng, -1.0f, 1.0f), -24);
    }
    oracle_logits(oracle, s->batch.images, INFERTEST_BATCH, moved);
    oracle_destroy(&oracle);
    return sqrt(3.0) * 64.0 * distance(moved, exact);
}

void infertest_matches_oracle(const InferSubject *s, double tolerance)
{
    float logits[N_LOGITS];
    double ours[N_LOGITS], exact[N_LOGITS];
    Oracle *oracle = oracle_create(s->net);
    Infer *infer =
        infertest_infer(s->net, infertest_settings(INFERTEST_BATCH, 2, cpu_best_level()));
    infer_run(infer, s->batch.images, INFERTEST_BATCH, logits);
    oracle_logits(oracle, s->batch.images, INFERTEST_BATCH, exact);
    for (int i = 0; i < N_LOGITS; i++)
        ours[i] = (double)logits[i];
    const double off = distance(ours, exact);
    if (!(off <= tolerance))
        fail_msg("'%s': logits are off by %.3g, more than %.3g", s->network.name, off, tolerance);
    oracle_destroy(&oracle);
    infer_destroy(&infer);
}
