/*
 * infer: the bits of logits, which features that are kept (harness/features.c) rely on: whoever
 * changes them raises their form. Nothing of a training takes part.
 */
#include "infertest.h"

#include "base/hash.h"
#include "base/rng.h"
#include "base/sys.h"
#include "nn/tensorlist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* Initial weights; vectors are moved off 0 and 1. */
static void give_weights(Infer *infer, const Network *network)
{
    Err err = {0};
    NetTensor *tensors = NULL;
    int n = 0;
    nettest_ok(tensorlist_make(&tensors, &n, network, &err), &err);
    float *data = mem_calloc(tensorlist_largest(tensors, n), sizeof *data);
    for (int i = 0; i < n; i++) {
        TensorDraw draw = tensorlist_draw(network, &tensors[i], i, 1);
        Rng rng = rng_start(11, RNG_SEARCH, 0, (uint64_t)i);
        for (size_t e = 0; e < tensors[i].n_elements; e++) {
            data[e] = tensorlist_next(&draw);
            data[e] += tensors[i].n_dims == 1 ? rng_uniform(&rng, -0.3f, 0.3f) : 0.0f;
        }
        infer_write(infer, tensors[i].op, tensors[i].k, data);
    }
    infer_fold(infer);
    mem_free(data);
    mem_free(tensors);
}

static void test_bits_are_those_of_old(void **state)
{
    (void)state;
    static const struct {
        const char *name, *digest;
    } cases[] = {
        {"proxy-b0", "a860871ca4ccf4ca4031962cf5bcc4cd"},
        {"mobilenet-v3-small", "94466179dbee98557359a60017f6745f"},
        {"resnet-18", "aeaa97e7a44fab9de4b745543936fc52"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = {0};
        Infer *infer = NULL;
        char digest[HASH_HEX_BYTES];
        float logits[INFERTEST_BATCH * INFERTEST_CLASSES];
        const InferSettings settings = infertest_settings(INFERTEST_BATCH, 2, cpu_best_level());
        Network network = nettest_zoo(cases[i].name, 0.25, INFERTEST_CLASSES, 33);
        TestBatch batch = nettest_batch(&network, INFERTEST_BATCH, 3);
        nettest_ok(infer_plan(&infer, &network, &settings, &err), &err);
        give_weights(infer, &network);
        infer_run(infer, batch.images, INFERTEST_BATCH, logits);
        hash_hex(hash_128(logits, sizeof logits), digest);
        if (strcmp(digest, cases[i].digest) != 0)
            fail_msg("'%s': logits are %s: if that is meant, raise FEATURES_FORM of "
                     "harness/features.c, and write the new digest here",
                     cases[i].name, digest);
        infer_destroy(&infer);
        nettest_release_batch(&batch);
        network_release(&network);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bits_are_those_of_old)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
