/*
 * infercheck: what cannot be run is refused in words, with the operation's name, before anything
 * relies on it.
 */
#include "infertest.h"

#include "base/sys.h"
#include "kernels/dw/dw.h"
#include "models/ops.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

/* The first operation of a kind from `first` on. */
static int find(const Network *network, OpKind kind, int first)
{
    for (int i = first; i < network->n_ops; i++)
        if (network->ops[i].kind == kind)
            return i;
    fail_msg("'%s' has no such operation", network->name);
    return -1;
}

/* What is wrong with an operation; the operation that is named. */
typedef int Damage(Network *network);

static int widen_depthwise(Network *network)
{
    const int at = find(network, OP_DEPTHWISE, 0);
    network->ops[at].kernel = DW_MAX_K + 2;
    network->ops[at].pad = (DW_MAX_K + 1) / 2;
    return at;
}

static int widen_map(Network *network)
{
    network->resolution = network->ops[0].in_size = OPS_SIDE_MOST + 1;
    return 0;
}

static int read_later(Network *network)
{
    network->ops[1].input = 2;
    return 1;
}

static int read_itself(Network *network)
{
    network->ops[1].input = 1;
    return 1;
}

static int read_nothing(Network *network)
{
    network->ops[1].input = INPUT_IMAGES - 1;
    return 1;
}

static int pool_images(Network *network)
{
    network->ops[0].kind = OP_MAX_POOL;
    return 0;
}

static int colour_images(Network *network)
{
    network->ops[0].in_channels = 4;
    return 0;
}

static int change_channels(Network *network)
{
    network->ops[1].in_channels++;
    network->ops[1].out_channels++;
    return 1;
}

static int change_side(Network *network)
{
    network->ops[1].in_size++;
    return 1;
}

static int add_images(Network *network)
{
    const int at = find(network, OP_ADD, 0);
    network->ops[at].shortcut = INPUT_IMAGES;
    return at;
}

static int add_later(Network *network)
{
    const int at = find(network, OP_ADD, 0);
    network->ops[at].shortcut = at + 1;
    return at;
}

static int add_itself(Network *network)
{
    const int at = find(network, OP_ADD, 0);
    network->ops[at].shortcut = network->ops[at].input;
    return at;
}

static int add_another_shape(Network *network)
{
    const int at = find(network, OP_ADD, 0);
    network->ops[at].shortcut = 0;
    return at;
}

static int grow_gate(Network *network)
{
    const int at = find(network, OP_SE, 0);
    network->ops[at].out_channels++;
    return at;
}

static int end_early(Network *network)
{
    network->n_ops--;
    return network->n_ops - 1;
}

static int classify_early(Network *network)
{
    const int last = network->n_ops - 1;
    network->ops[last - 1] = network->ops[last];
    network->ops[last - 1].input = 0;
    network->ops[last - 1].in_channels = network->ops[0].out_channels;
    network->ops[last - 1].in_size = network->ops[0].out_size;
    return last - 1;
}

static int classify_others(Network *network)
{
    network->classes++;
    return network->n_ops - 1;
}

static int have_many_channels(Network *network)
{
    network->ops[0].out_channels = INT_MAX - 1;
    return 0;
}

static void test_nonsense_is_refused(void **state)
{
    static const struct {
        Damage *damage;
        const char *reason;
    } cases[] = {
        {widen_depthwise, "go up to 9"},
        {widen_map, "32768 pixels wide"},
        {read_later, "does not come before it"},
        {read_itself, "does not come before it"},
        {read_nothing, "does not come before it"},
        {pool_images, "only a convolution can read the images"},
        {colour_images, "images are not of the shape"},
        {change_channels, "not of the shape that it reads"},
        {change_side, "not of the shape that it reads"},
        {add_images, "shortcut is not an operation before it"},
        {add_later, "shortcut is not an operation before it"},
        {add_itself, "adds an operation to itself"},
        {add_another_shape, "not of one shape"},
        {grow_gate, "keeps the channels"},
        {end_early, "ends in its classifier"},
        {classify_early, "ends in its classifier"},
        {classify_others, "the network's classes"},
        {have_many_channels, "too many channels"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Err err = {0};
        Infer *infer = NULL;
        Network network = nettest_zoo("proxy-b0", 1.0, INFERTEST_CLASSES, 16);
        const InferSettings settings = infertest_settings(1, 1, cpu_best_level());
        const char *name = network.ops[cases[i].damage(&network)].name;
        if (infer_plan(&infer, &network, &settings, &err) != ERR_USAGE ||
            strstr(err.msg, cases[i].reason) == NULL || strstr(err.msg, name) == NULL)
            fail_msg("'%s' of '%s' got: %s", cases[i].reason, name, err.msg);
        assert_null(infer);
        network_release(&network);
    }
}

/* Parts of a map of a cell: the next one goes on where the last one ended, and nobody looks. */
static void test_torn_maps_are_refused(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        Err err = {0};
        Infer *infer = NULL;
        Network network = nettest_zoo("densenet-bc-100-cifar", 0.25, INFERTEST_CLASSES, 16);
        const InferSettings settings = infertest_settings(1, 1, cpu_best_level());
        int at = find(&network, OP_CONCAT, 0);
        while (!network.ops[at].joins)
            at = find(&network, OP_CONCAT, at + 1);
        Op *op = &network.ops[at];
        if (i == 0)
            op->shortcut = INPUT_IMAGES;
        else if (i == 1)
            network.ops[op->shortcut].in_channels = --network.ops[op->shortcut].offset;
        else
            op->shortcut = op->input;
        assert_int_equal(infer_plan(&infer, &network, &settings, &err), ERR_USAGE);
        assert_null(infer);
        network_release(&network);
    }
}

/* One image has fewer pixels than an int can count, several at a time have not. */
static void test_too_many_pixels_are_refused(void **state)
{
    (void)state;
    Err err = {0};
    Infer *infer = NULL;
    Network network = nettest_zoo("proxy-b0", 1.0, INFERTEST_CLASSES, OPS_SIDE_MOST);
    const InferSettings settings = infertest_settings(2, 2, cpu_best_level());
    assert_int_equal(infer_plan(&infer, &network, &settings, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "'stem'"));
    assert_non_null(strstr(err.msg, "too many pixels"));
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nonsense_is_refused),
        cmocka_unit_test(test_torn_maps_are_refused),
        cmocka_unit_test(test_too_many_pixels_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
