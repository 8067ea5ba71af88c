/* The table of operation kinds: what every row must keep, on every operation of the zoo. */
#include "tests/models/models_test.h"

#include "models/ops.h"

#include <stdio.h>
#include <string.h>

enum { VALUE_NAME_MAX = 64, VALUES_MAX = 32 };

/* Names are there and differ: tables, JSON and messages tell kinds by them. */
static void names_are_unique(void **state)
{
    (void)state;
    static const OpKind kinds[] = {
#define KIND(kind, name) kind,
        OP_KINDS(KIND)
#undef KIND
    };
    for (size_t a = 0; a < ARRAY_LEN(kinds); a++) {
        assert_non_null(ops_row(kinds[a])->name);
        for (size_t b = 0; b < a; b++)
            assert_string_not_equal(ops_row(kinds[a])->name, ops_row(kinds[b])->name);
    }
}

/* Visits every operation of every network. */
static void for_every_op(void (*visit)(const Network *network, const Op *op))
{
    for (size_t z = 0; z < zoo_count(); z++) {
        Network network = zoo_network(zoo_name(z), 1.0, 1.0, 65);
        for (int i = 0; i < network.n_ops; i++)
            visit(&network, &network.ops[i]);
        network_release(&network);
    }
}

static void check_shape(const Network *network, const Op *op)
{
    (void)network;
    Op bad = *op;
    assert_null(ops_check(op));
    bad.out_size = 0;
    assert_non_null(ops_check(&bad));
    if (op->kernel == 0)
        return;
    bad = *op;
    bad.pad = op_reach(op);
    assert_non_null(ops_check(&bad));
}

/* What resolving makes can be; a size of 0 and padding as wide as the window cannot. */
static void shapes_are_checked(void **state)
{
    (void)state;
    for_every_op(check_shape);
}

/*
 * Tensors have different suffixes, positive dimensions, and a fan-out where one is used; params are
 * the trained elements, and macs the elements of the weights (which start at random, unlike biases)
 * once for each pixel of the output, or once an image for what works on pooled channels.
 */
static void check_tensors(const Network *network, const Op *op)
{
    (void)network;
    OpTensor tensors[OP_TENSORS_MAX];
    const int n = ops_tensors(op, tensors);
    int64_t params = 0, weights = 0;
    for (int i = 0; i < n; i++) {
        int64_t n_elements = 1;
        assert_int_equal(tensors[i].suffix[0], '.');
        for (int d = 0; d < tensors[i].n_dims; d++) {
            assert_true(tensors[i].dims[d] > 0);
            n_elements *= tensors[i].dims[d];
        }
        const bool is_random =
            tensors[i].init == OP_INIT_NORMAL || tensors[i].init == OP_INIT_UNIFORM;
        assert_true(!is_random || tensors[i].fan_out > 0);
        params += tensors[i].use == OP_STATISTIC ? 0 : n_elements;
        weights += is_random ? n_elements : 0;
        for (int k = 0; k < i; k++)
            assert_string_not_equal(tensors[i].suffix, tensors[k].suffix);
    }
    assert_int_equal(op->params, params);
    const int64_t pixels = op->kernel > 0 ? (int64_t)op->out_size * op->out_size : 1;
    assert_int_equal(op->macs, weights * pixels);
}

static void tensors_and_counts_agree(void **state)
{
    (void)state;
    for_every_op(check_tensors);
}

/* --- ONNX --- */

typedef struct Graph {
    char values[VALUES_MAX][VALUE_NAME_MAX]; /* known so far */
    int n_values, n_nodes;
    char last[VALUE_NAME_MAX];
} Graph;

static bool is_known(const Graph *graph, const char *name)
{
    for (int i = 0; i < graph->n_values; i++)
        if (strcmp(graph->values[i], name) == 0)
            return true;
    return false;
}

static void add_value(Graph *graph, const char *name)
{
    assert_true(graph->n_values < VALUES_MAX && strlen(name) < VALUE_NAME_MAX);
    snprintf(graph->values[graph->n_values++], VALUE_NAME_MAX, "%s", name);
}

static void take_node(const OnnxPort *port, const Op *op, const OnnxNode *node)
{
    Graph *graph = port->graph;
    assert_true(node->inputs[0] != NULL || strcmp(node->type, "Constant") == 0);
    for (int i = 0; i < ONNX_INPUTS_MAX && node->inputs[i] != NULL; i++)
        if (!is_known(graph, node->inputs[i]))
            fail_msg("'%s' of %s reads '%s', which nobody made", node->type, op->name,
                     node->inputs[i]);
    assert_false(is_known(graph, node->output));
    for (int i = 0; i < ONNX_ATTRIBUTES_MAX && node->attributes[i].name != NULL; i++)
        assert_true(node->attributes[i].n >= 1 && node->attributes[i].n <= ONNX_INTS_MAX);
    add_value(graph, node->output);
    snprintf(graph->last, sizeof graph->last, "%s", node->output);
    graph->n_nodes++;
}

static void check_nodes(const Network *network, const Op *op)
{
    Graph graph = {0};
    OpTensor tensors[OP_TENSORS_MAX];
    const int n = ops_tensors(op, tensors);
    const OnnxPort port = {"in", "shortcut", "out", network->bn_epsilon, take_node, &graph};
    add_value(&graph, "in");
    if (ops_shortcut(op) >= 0)
        add_value(&graph, "shortcut");
    add_value(&graph, ONNX_ZERO);
    add_value(&graph, ONNX_SIX);
    for (int i = 0; i < n; i++)
        add_value(&graph, tensors[i].suffix);
    ops_row(op->kind)->onnx(op, &port);
    assert_true(graph.n_nodes >= 1 && graph.n_nodes <= ONNX_NODES_MAX);
    assert_string_equal(graph.last, "out");
}

/* Every node reads values that are there, makes a new one, and the last makes the output. */
static void nodes_are_joined(void **state)
{
    (void)state;
    for_every_op(check_nodes);
}

/* ops_reads: the input, and the shortcut of those that read one. */
static void readers_are_known(void **state)
{
    (void)state;
    Network network = zoo_network("resnet-18", 1.0, 1.0, 65);
    for (int i = 0; i < network.n_ops; i++) {
        const Op *op = &network.ops[i];
        const bool is_sum = ops_row(op->kind)->reads_shortcut;
        assert_int_equal(is_sum, strstr(op->name, ".add") != NULL);
        for (int j = INPUT_IMAGES; j < network.n_ops; j++)
            assert_int_equal(ops_reads(op, j), j == op->input || (is_sum && j == op->shortcut));
    }
    network_release(&network);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_unique),         cmocka_unit_test(shapes_are_checked),
        cmocka_unit_test(tensors_and_counts_agree), cmocka_unit_test(nodes_are_joined),
        cmocka_unit_test(readers_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
