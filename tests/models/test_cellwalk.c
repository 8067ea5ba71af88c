/*
 * Cells as operations: published networks to the integer, what a node becomes, what does not fit.
 */
#include "tests/models/amoebanet_d.h"
#include "tests/models/models_test.h"

#include "models/resolve.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2048 };

static Network network_of(const char *text)
{
    Spec spec;
    Network network;
    Err err = {0};
    if (spec_parse(&spec, "net.yaml", text, strlen(text), &err) != ERR_NONE ||
        resolve_network(&network, &spec, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return network;
}

static const Op *find(const Network *network, const char *name)
{
    for (int i = 0; i < network->n_ops; i++)
        if (strcmp(network->ops[i].name, name) == 0)
            return &network->ops[i];
    return NULL;
}

static int index_of(const Network *network, const char *name)
{
    const Op *op = find(network, name);
    if (op == NULL)
        fail_msg("there is no operation '%s'", name);
    return (int)(op - network->ops);
}

/*
 * AmoebaNet-B (18, 512) at 480 px, GPipe's, and D (18, 416) at 224 px: convolutions, batch norms
 * and the classifier, counted from the tables of their cells; published as 557 M and 318 M.
 */
static void amoebanets_have_their_counts(void **state)
{
    (void)state;
    Network b = zoo_network("amoebanet-b", 1.0, 1.0, 480);
    assert_int_equal(b.params, 557286057);
    assert_int_equal(b.macs, 298794044256);
    network_release(&b);
    Network d = network_of(amoebanet_d);
    assert_int_equal(d.params, 317548353);
    assert_int_equal(d.macs, 37406506912);
    network_release(&d);
}

/*
 * DenseNet-BC of depth 100 and growth 12: published as 0.8 M parameters; the layers' formulas give
 * (24 + 12 i) 48 + 48 12 9 and twice as many norms as they read, in three blocks from 24, 108, 150.
 */
static void densenet_has_its_counts(void **state)
{
    (void)state;
    Network network = zoo_network("densenet-bc-100-cifar", 1.0, 1.0, 32);
    static const int64_t starts[] = {24, 108, 150}, squeezed[] = {108, 150, 0};
    int64_t params = 3 * 24 * 9 + 2 * 342 + 342 * 10 + 10;
    for (size_t block = 0; block < ARRAY_LEN(starts); block++) {
        for (int64_t i = 0, C = starts[block]; i < 16; i++, C += 12)
            params += 2 * C + C * 48 + 2 * 48 + 48 * 12 * 9;
        const int64_t C = starts[block] + 16 * 12;
        params += squeezed[block] ? 2 * C + C * squeezed[block] : 0;
    }
    assert_int_equal(network.params, params);
    assert_int_equal(params / 1000, 769);
    network_release(&network);
}

static const char small[] =
    "name: small\nresolution: 16\nclasses: 2\nactivation: relu\n"
    "stem: {kernel: 3, stride: 1, channels: 8}\ncells:\n  - name: c\n"
    "    order: %s\n    nodes:\n%s"
    "stages:\n  - {op: cell, cell: c, channels: 8, stride: 2, layers: %d}\n";

static Network small_network(const char *order, const char *nodes, int layers)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof text, small, order, nodes, layers);
    return network_of(text);
}

/* One activation for all convolutions that read a map; between convolutions it is theirs. */
static void activations_are_shared(void **state)
{
    (void)state;
    Network network = small_network("act_conv_norm",
                                    "      - {name: a, op: conv, input: last}\n"
                                    "      - {name: b, op: conv, input: last}\n"
                                    "      - {name: c, op: conv, input: a}\n"
                                    "      - {name: out, op: add, input: [b, c]}\n",
                                    1);
    const int pre = index_of(&network, "stages.0.0.a.pre");
    assert_null(find(&network, "stages.0.0.b.pre"));
    assert_null(find(&network, "stages.0.0.c.pre"));
    assert_true(find(&network, "stages.0.0.a")->input == pre);
    assert_true(find(&network, "stages.0.0.b")->input == pre);
    assert_true(find(&network, "stages.0.0.c")->input == index_of(&network, "stages.0.0.a"));
    assert_int_equal(network.ops[pre].kind, OP_NORMALISE);
    assert_false(network.ops[pre].batch_norm);
    assert_int_equal(find(&network, "stages.0.0.a")->act, ACT_RELU);
    assert_int_equal(find(&network, "stages.0.0.b")->act, ACT_NONE);
    network_release(&network);
}

/* Batch norm in front is a reader's own; behind a convolution there is none. */
static void norms_are_not_shared(void **state)
{
    (void)state;
    Network network = small_network("norm_act_conv",
                                    "      - {name: a, op: conv, input: last}\n"
                                    "      - {name: b, op: conv, input: last}\n"
                                    "      - {name: out, op: concat, input: [a, b, last]}\n",
                                    1);
    assert_true(find(&network, "stages.0.0.a.pre")->batch_norm);
    assert_true(find(&network, "stages.0.0.b.pre")->batch_norm);
    assert_false(find(&network, "stages.0.0.a")->batch_norm);
    const Op *out = find(&network, "stages.0.0.out"), *part = &network.ops[out->shortcut];
    assert_true(out->out_channels == 24 && part->out_channels == 24);
    assert_true(out->offset == 16 && part->offset == 8 && out->joins && part->joins);
    assert_false(network.ops[part->shortcut].joins);
    network_release(&network);
}

/*
 * A cell that halves its pixels makes `before` of the next one twice as large: it goes through the
 * two halves of a factorised reduction, also where the size is odd.
 */
static void larger_maps_are_reduced(void **state)
{
    (void)state;
    Network network = small_network("act_conv_norm",
                                    "      - {name: s1, op: fit, input: before}\n"
                                    "      - {name: a, op: max_pool, input: last, strided: true}\n"
                                    "      - {name: b, op: max_pool, input: s1, strided: true}\n"
                                    "      - {name: out, op: add, input: [a, b]}\n",
                                    2);
    assert_null(find(&network, "stages.0.0.s1"));
    const Op *odd = find(&network, "stages.0.1.s1.odd"), *s1 = find(&network, "stages.0.1.s1");
    assert_true(odd->shift == 1 && odd->pad == -1 && odd->stride == 2 && odd->out_channels == 4);
    assert_true(odd->in_size == 16 && odd->out_size == 8);
    assert_true(find(&network, "stages.0.1.s1.even")->shift == 0);
    assert_true(s1->kind == OP_CONCAT && s1->out_channels == 8 && s1->offset == 4);
    network_release(&network);
}

/* Maps that do not fit together are told by name, with both shapes. */
static void shapes_that_differ_are_told(void **state)
{
    static const struct {
        const char *nodes, *message;
    } cases[] = {
        {"      - {name: a, op: max_pool, input: last, strided: true}\n"
         "      - {name: out, op: concat, input: [a, last]}\n",
         "network 'small' cannot be built at 16 px: 'out' of cell 'c' cannot concat maps of "
         "8 x 8 x 8 and 8 x 16 x 16 (channels x pixels)"},
        {"      - {name: a, op: conv, input: last, channels: 2}\n"
         "      - {name: out, op: add, input: [a, last]}\n",
         "'out' of cell 'c' cannot add maps of 16 x 16 x 16 and 8 x 16 x 16"},
        {"      - {name: a, op: conv, input: last, strided: true}\n"
         "      - {name: b, op: max_pool, input: a, strided: true}\n"
         "      - {name: c, op: fit, input: last}\n"
         "      - {name: d, op: fit, input: b}\n"
         "      - {name: out, op: concat, input: [c, d]}\n",
         "'d' cannot fit a map of 4 px to 16 px with 8 channels"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[TEXT_MAX];
        Spec spec;
        Network network;
        Err err = {0};
        snprintf(text, sizeof text, small, "conv_norm_act", cases[i].nodes, 1);
        assert_int_equal(spec_parse(&spec, "net.yaml", text, strlen(text), &err), ERR_NONE);
        assert_int_equal(resolve_network(&network, &spec, &err), ERR_USAGE);
        if (strstr(err.msg, cases[i].message) == NULL)
            fail_msg("'%s' is not in '%s'", cases[i].message, err.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amoebanets_have_their_counts),
        cmocka_unit_test(densenet_has_its_counts),
        cmocka_unit_test(activations_are_shared),
        cmocka_unit_test(norms_are_not_shared),
        cmocka_unit_test(larger_maps_are_reduced),
        cmocka_unit_test(shapes_that_differ_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
