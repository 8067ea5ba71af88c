/* harness/activationmap_layer: which operation a name means, and what is said where none is meant.
 */
#include "harness/activationmap.h"

#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"

#include <string.h>

enum { SIDE = 32 };

static Net *open_net(const char *name)
{
    Err err = {0};
    Net *net = NULL;
    Network network = zoo_network(name, 1, 1, SIDE);
    const NetSettings settings = {.batch = 1, .threads = 1, .level = CPU_GENERIC};
    assert_ok(net_create(&net, &network, &settings, &err), &err);
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
                                       cmocka_unit_test(what_is_no_map_is_refused)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
