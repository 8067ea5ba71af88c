/* Resolving: the operation list, its invariants, its identity, and refusals. */
#include "tests/models/models_test.h"

#include "base/sysfault.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static const Op *find(const Network *network, const char *name)
{
    for (int i = 0; i < network->n_ops; i++)
        if (strcmp(network->ops[i].name, name) == 0)
            return &network->ops[i];
    return NULL;
}

static void check_inputs(const Network *network, int index)
{
    const Op *op = &network->ops[index];
    assert_true(op->input >= INPUT_IMAGES && op->input < index);
    assert_int_equal(op->in_channels, op->input < 0 ? 3 : network->ops[op->input].out_channels);
    assert_int_equal(op->in_size,
                     op->input < 0 ? network->resolution : network->ops[op->input].out_size);
    if (op->kind != OP_ADD)
        return;
    assert_true(op->shortcut >= 0 && op->shortcut < index && op->shortcut != op->input);
    assert_int_equal(network->ops[op->shortcut].out_channels, op->out_channels);
    assert_int_equal(network->ops[op->shortcut].out_size, op->out_size);
    assert_true(op->survival > 0.0 && op->survival <= 1.0);
}

/*
 * For every zoo network, at an odd and an even size: ops read what came before with matching
 * shapes, names are unique, sums are sums, the last op makes the logits, and counting without
 * building gives the same.
 */
static void invariants_of_every_network(void **state)
{
    (void)state;
    for (size_t z = 0; z < zoo_count(); z++) {
        for (int64_t pixels = 64; pixels <= 97; pixels += 33) {
            Network network = zoo_network(zoo_name(z), 1.0, 1.0, pixels);
            const Spec spec = zoo_spec(zoo_name(z));
            int64_t params = 0, macs = 0, acts = 0;
            for (int i = 0; i < network.n_ops; i++) {
                check_inputs(&network, i);
                assert_ptr_equal(find(&network, network.ops[i].name), &network.ops[i]);
                params += network.ops[i].params;
                macs += network.ops[i].macs;
                acts += network.ops[i].acts;
            }
            assert_int_equal(params, network.params);
            assert_int_equal(macs, network.macs);
            assert_int_equal(acts, network.acts);
            assert_int_equal(network.ops[network.n_ops - 1].kind, OP_LINEAR);
            assert_int_equal(network.ops[network.n_ops - 1].out_channels, network.classes);
            assert_int_equal(resolve_macs(&spec, (int)pixels), network.macs);
            network_release(&network);
        }
    }
}

/*
 * An mbconv of expand 1 has no expand op; skips only where stride and channels allow; mnasnet's
 * first block never skips, however deep.
 */
static void mbconv_blocks(void **state)
{
    (void)state;
    Network network = zoo_network("efficientnet-b0", 1.0, 1.0, RESOLVE_UNSET);
    assert_null(find(&network, "stages.0.0.expand"));
    assert_non_null(find(&network, "stages.0.0.depthwise"));
    assert_null(find(&network, "stages.1.0.add"));
    assert_non_null(find(&network, "stages.1.1.add"));
    assert_int_equal(find(&network, "stages.1.0.se")->squeeze,
                     4); /* of the block's 16 input channels */
    assert_int_equal(find(&network, "stages.1.0.project")->act, ACT_NONE);
    network_release(&network);
    network = zoo_network("mnasnet-a1", 1.0, 3.0, RESOLVE_UNSET);
    assert_non_null(find(&network, "stages.0.2.project"));
    assert_null(find(&network, "stages.0.2.add"));
    assert_non_null(find(&network, "stages.1.2.add"));
    network_release(&network);
}

/*
 * survival_i = 1 - 0.2 i / N over all 16 blocks of B0: the second block of stage 1 is block 2, the
 * last skip block 14.
 */
static void survival_falls_linearly(void **state)
{
    (void)state;
    Network network = zoo_network("efficientnet-b0", 1.0, 1.0, RESOLVE_UNSET);
    assert_true(find(&network, "stages.1.1.add")->survival == 1.0 - 0.2 * 2 / 16);
    assert_true(find(&network, "stages.5.3.add")->survival == 1.0 - 0.2 * 14 / 16);
    assert_true(find(&network, "classifier")->dropout == 0.2);
    network_release(&network);
}

/*
 * ResNets: the shortcut is a projection where shapes change, else the block's input; v1.5 has the
 * stride on the 3 x 3.
 */
static void resnet_blocks(void **state)
{
    (void)state;
    Network network = zoo_network("resnet-50", 1.0, 1.0, RESOLVE_UNSET);
    const Op *shortcut = find(&network, "stages.1.0.shortcut");
    assert_int_equal(shortcut->stride, 2);
    assert_ptr_equal(&network.ops[find(&network, "stages.1.0.add")->shortcut], shortcut);
    assert_ptr_equal(&network.ops[shortcut->input], find(&network, "stages.0.2.add"));
    assert_null(find(&network, "stages.1.1.shortcut"));
    assert_ptr_equal(&network.ops[find(&network, "stages.1.1.add")->shortcut],
                     find(&network, "stages.1.0.add"));
    assert_int_equal(find(&network, "stages.1.0.add")->act, ACT_RELU);
    assert_int_equal(find(&network, "stages.1.0.conv3")->act, ACT_NONE);
    assert_int_equal(find(&network, "stages.1.0.conv1")->stride, 1);
    assert_int_equal(find(&network, "stages.1.0.conv2")->stride, 2);
    assert_int_equal(find(&network, "stem.pool")->out_size, 56);
    network_release(&network);
    network = zoo_network("resnet-50-v1", 1.0, 1.0, RESOLVE_UNSET);
    assert_int_equal(find(&network, "stages.1.0.conv1")->stride, 2);
    assert_int_equal(find(&network, "stages.1.0.conv2")->stride, 1);
    network_release(&network);
}

/*
 * Fused MBConv of expand 1 is one convolution with activation and skip; else k x k and a linear
 * projection.
 */
static void fused_blocks(void **state)
{
    (void)state;
    Network network = zoo_network("efficientnet-v2-s", 1.0, 1.0, RESOLVE_UNSET);
    assert_null(find(&network, "stages.0.0.project"));
    assert_int_equal(find(&network, "stages.0.0.fused")->act, ACT_SWISH);
    assert_non_null(find(&network, "stages.0.0.add"));
    assert_int_equal(find(&network, "stages.1.0.fused")->out_channels, 96);
    assert_int_equal(find(&network, "stages.1.0.project")->out_channels, 48);
    network_release(&network);
}

/*
 * TensorFlow's SAME on even input puts the odd pixel below and right; on odd input it is symmetric.
 * Sizes agree always.
 */
static void padding_of_both_kinds(void **state)
{
    (void)state;
    Spec spec = zoo_spec("efficientnet-b0");
    Network network;
    Err err = {0};
    assert_int_equal(resolve_network(&network, &spec, &err), ERR_NONE);
    assert_int_equal(find(&network, "stem")->pad, 1);
    assert_int_equal(find(&network, "stages.2.0.depthwise")->pad, 2);
    network_release(&network);
    spec.padding = PADDING_SAME;
    assert_int_equal(resolve_network(&network, &spec, &err), ERR_NONE);
    assert_int_equal(find(&network, "stem")->pad, 0);                 /* 224: (0, 1) */
    assert_int_equal(find(&network, "stages.2.0.depthwise")->pad, 1); /* 56, k 5: (1, 2) */
    assert_int_equal(find(&network, "stages.2.1.depthwise")->pad, 2); /* stride 1 */
    network_release(&network);
    spec.resolution = 225;
    assert_int_equal(resolve_network(&network, &spec, &err), ERR_NONE);
    assert_int_equal(find(&network, "stem")->pad, 1);
    assert_int_equal(find(&network, "stem")->out_size, 113);
    network_release(&network);
}

static void digest_of(const Spec *spec, char digest[NETWORK_DIGEST_MAX])
{
    Network network;
    Err err = {0};
    assert_int_equal(resolve_network(&network, spec, &err), ERR_NONE);
    memcpy(digest, network.digest, NETWORK_DIGEST_MAX);
    network_release(&network);
}

/*
 * The digest sees everything that execution depends on, and neither the name nor the rules of
 * scaling.
 */
static void digest_is_identity(void **state)
{
    (void)state;
    const Spec base = zoo_spec("proxy-b0");
    char digest[NETWORK_DIGEST_MAX], other[NETWORK_DIGEST_MAX];
    digest_of(&base, digest);
    assert_int_equal(strlen(digest), NETWORK_DIGEST_MAX - 1);
    Spec same = base;
    snprintf(same.name, sizeof same.name, "renamed");
    same.rounding.divisor = 16;
    digest_of(&same, other);
    assert_string_equal(digest, other);
    Spec changed[9];
    for (size_t i = 0; i < ARRAY_LEN(changed); i++)
        changed[i] = base;
    changed[0].classes++;
    changed[1].resolution = 31; /* costs what 32 costs */
    changed[2].drop_connect = 0.1;
    changed[3].head.dropout = 0.1;
    changed[4].batch_norm.epsilon = 1e-5;
    changed[5].batch_norm.momentum = 0.95;
    changed[6].activation = ACT_RELU;
    changed[7].padding = PADDING_SAME;
    changed[8].stages[2].layers++;
    for (size_t i = 0; i < ARRAY_LEN(changed); i++) {
        digest_of(&changed[i], other);
        assert_string_not_equal(digest, other);
    }
}

static void options_apply(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("efficientnet-b0-cifar");
    ResolveOptions options = resolve_options();
    Network network;
    Err err = {0};
    options.width = 0.25;
    options.resolution = 48;
    options.classes = 100;
    assert_int_equal(resolve_with(&network, &spec, &options, &err), ERR_NONE);
    assert_int_equal(network.resolution, 48);
    assert_int_equal(network.classes, 100);
    assert_int_equal(find(&network, "stem")->out_channels, 8);
    network_release(&network);
    assert_int_equal(resolve_with(&network, &spec, NULL, &err), ERR_NONE);
    assert_int_equal(network.resolution, 32);
    network_release(&network);
}

static void refuse(const Spec *spec, const ResolveOptions *options, const char *message)
{
    Network network;
    Err err = {0};
    assert_int_equal(resolve_with(&network, spec, options, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, message));
    assert_null(network.ops);
}

static void misuse_is_refused(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("efficientnet-b0");
    ResolveOptions options = resolve_options();
    options.width = 0.0;
    refuse(&spec, &options, "width multiplier '0' is not a positive number up to 100000");
    options.width = (double)NAN;
    refuse(&spec, &options, "width multiplier 'nan' is not a positive number up to 100000");
    options = resolve_options();
    options.depth = -1.0;
    refuse(&spec, &options, "depth multiplier '-1' is not a positive number up to 100000");
    options = resolve_options();
    options.resolution = 65537;
    refuse(&spec, &options, "resolution '65537' is not between 1 and 65536");
    options.resolution = 0;
    refuse(&spec, &options, "resolution '0' is not between 1 and 65536");
    options = resolve_options();
    options.classes = 0;
    refuse(&spec, &options, "classes '0' is not between 1 and 1000000");
    options = resolve_options();
    options.width = 50.0;
    options.resolution = 65536;
    refuse(&spec, &options, "e+16 multiply-adds, more than 1e+15");
}

/* The largest network that a file may describe saturates instead of overflowing, and is refused. */
static void absurd_networks_saturate(void **state)
{
    (void)state;
    Spec spec = zoo_spec("proxy-b0");
    spec.resolution = SPEC_MAX_PIXELS;
    for (int s = 0; s < spec.n_stages; s++) {
        spec.stages[s].channels = SPEC_MAX_CHANNELS;
        spec.stages[s].layers = SPEC_MAX_LAYERS;
        spec.stages[s].expand = 64;
        spec.stages[s].stride = 1;
    }
    assert_int_equal(resolve_macs(&spec, 0), INT64_MAX);
    Network network;
    Err err = {0};
    assert_int_equal(resolve_network(&network, &spec, &err), ERR_USAGE);
}

/*
 * Each allocation fails in turn: the error says so and nothing leaks (seen by the sanitizer build).
 */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    for (long k = 1;; k++) {
        Network network;
        Err err = {0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = resolve_network(&network, &spec, &err);
        const bool has_fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, has_fired ? ERR_MEMORY : ERR_NONE);
        network_release(&network);
        if (!has_fired) {
            assert_true(k > 1);
            break;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(invariants_of_every_network),
        cmocka_unit_test(mbconv_blocks),
        cmocka_unit_test(survival_falls_linearly),
        cmocka_unit_test(resnet_blocks),
        cmocka_unit_test(fused_blocks),
        cmocka_unit_test(padding_of_both_kinds),
        cmocka_unit_test(digest_is_identity),
        cmocka_unit_test(options_apply),
        cmocka_unit_test(misuse_is_refused),
        cmocka_unit_test(absurd_networks_saturate),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
