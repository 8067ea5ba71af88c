/* harness/activationmap_layer: which operation a name means, and what is said where none is meant.
 */
#include "harness/activationmap.h"

#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"

#include <string.h>

enum { SIDE = 32 };

static Net *net_of(const Network *network)
{
    Err err = {0};
    Net *net = NULL;
    const NetSettings settings = {.batch = 1, .threads = 1, .level = CPU_GENERIC};
    assert_ok(net_create(&net, network, &settings, &err), &err);
    return net;
}

static Net *open_net(const char *name)
{
    Network network = zoo_network(name, 1, 1, SIDE);
    Net *net = net_of(&network);
    network_release(&network);
    return net;
}

/* proxy-b0 where those of its four stages are the identity that have a bit in the mask: they take
 * over the channels before them, at stride 1. */
static Net *open_without(unsigned mask)
{
    Err err = {0};
    Network network;
    Spec spec = zoo_spec("proxy-b0");
    spec.resolution = SIDE;
    for (int s = 0; s < spec.n_stages; s++) {
        if ((mask >> s & 1U) == 0)
            continue;
        StageSpec *stage = &spec.stages[s];
        stage->op = BLOCK_IDENTITY;
        stage->stride = 1;
        stage->channels = s == 0 ? spec.stem.channels : spec.stages[s - 1].channels;
    }
    assert_ok(resolve_network(&network, &spec, &err), &err);
    Net *net = net_of(&network);
    network_release(&network);
    return net;
}

static void check_name(const Net *net, const char *layer, const char *operation)
{
    Err err = {0};
    int op = -1;
    assert_ok(activationmap_layer(net, layer, &op, &err), &err);
    assert_string_equal(net_network(net)->ops[op].name, operation);
}

/* Property: a stage or block means what it hands on, an operation itself. */
static void layers_are_what_they_hand_on(void **state)
{
    (void)state;
    Net *net = open_net("proxy-b0"), *pooled = open_net("resnet-18");
    check_name(net, "stem", "stem");
    check_name(net, "stages.0", "stages.0.2.add");
    check_name(net, "stages.0.0", "stages.0.0.project");
    check_name(net, "stages.1.0.expand", "stages.1.0.expand");
    check_name(net, "head", "head");
    check_name(pooled, "stem", "stem.pool");
    check_name(pooled, "stages.3", "stages.3.1.add");
    net_destroy(&net);
    net_destroy(&pooled);
}

/* Property: a name that means nothing is repeated, with all that there are: stages.1 is no
 * beginning of stages.10. */
static void unknown_layers_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    int op = 0;
    Net *net = open_net("resnet-18");
    assert_error(activationmap_layer(net, "stages.4", &op, &err), ERR_USAGE, &err,
                 "network 'resnet-18' has no layer 'stages.4'; it has stem, stages.0 to stages.3",
                 "2, 2, 2, 2 blocks");
    assert_null(strstr(err.msg, "head"));
    err = (Err){0};
    assert_error(activationmap_layer(net, "stages.0.1.con", &op, &err), ERR_USAGE, &err,
                 "has no layer 'stages.0.1.con'", NULL);
    net_destroy(&net);
}

/* Property: of stages only those are listed that have operations, with a count for each, and no
 * other is a layer. */
static void identity_stages_are_no_layers(void **state)
{
    (void)state;
    static const struct {
        unsigned mask;
        const char *gone, *layers;
    } cases[] = {
        {1U << 1, "stages.1",
         "it has stem, stages.0, stages.2 to stages.3 (of 3, 4, 2 blocks, as in stages.3.1), head"},
        {1U << 0 | 1U << 2, "stages.0",
         "it has stem, stages.1, stages.3 (of 2, 2 blocks, as in stages.3.1), head"},
        {1U << 3, "stages.3",
         "it has stem, stages.0 to stages.2 (of 3, 2, 4 blocks, as in stages.2.3), head"},
        {0xFU, "stages.2", "it has stem, head, and the operations"}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = {0};
        int op = 0;
        Net *net = open_without(cases[i].mask);
        assert_error(activationmap_layer(net, cases[i].gone, &op, &err), ERR_USAGE, &err,
                     cases[i].gone, cases[i].layers);
        net_destroy(&net);
    }
}

/* Property: all stages together are no layer. */
static void stages_without_a_number_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    int op = 0;
    Net *net = open_net("proxy-b0");
    assert_error(activationmap_layer(net, "stages", &op, &err), ERR_USAGE, &err,
                 "has no layer 'stages'; it has stem, stages.0 to stages.3", NULL);
    net_destroy(&net);
}

/* Property: what is no map, or is summed up before anyone reads it, is refused by name. */
static void what_is_no_map_is_refused(void **state)
{
    (void)state;
    static const char *const names[] = {"stages.1.0.conv2", "pool", "classifier"};
    Net *net = open_net("resnet-18");
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        Err err = {0};
        int op = 0;
        assert_error(activationmap_layer(net, names[i], &op, &err), ERR_USAGE, &err, names[i],
                     "makes no map that a convolution or pool reads");
    }
    net_destroy(&net);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(layers_are_what_they_hand_on),
                                       cmocka_unit_test(unknown_layers_are_refused),
                                       cmocka_unit_test(identity_stages_are_no_layers),
                                       cmocka_unit_test(stages_without_a_number_are_refused),
                                       cmocka_unit_test(what_is_no_map_is_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
