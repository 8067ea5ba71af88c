/*
 * Cells of network files: what is refused and how it is said, and that writing reads back.
 */
#include "tests/models/models_test.h"

#include <stdio.h>
#include <string.h>

enum { TEXT_MAX = 2048 };

static const char head[] = "name: tiny\nresolution: 8\nclasses: 2\nactivation: relu\n"
                           "stem: {channels: 4}\n";
static const char cell[] = "cells:\n  - name: c\n    nodes:\n";

/* A network of one cell with these nodes, each a line in braces. */
static ErrCode parse_nodes(Spec *spec, const char *nodes, Err *err)
{
    char text[TEXT_MAX];
    snprintf(text, sizeof text, "%s%s%sstages:\n  - {op: cell, cell: c, channels: 4}\n", head, cell,
             nodes);
    return spec_parse(spec, "net.yaml", text, strlen(text), err);
}

/* Each mistake has one line that names the node, what is wrong and where it stands. */
static void mistakes_are_named(void **state)
{
    static const struct {
        const char *nodes, *message;
    } cases[] = {
        {"      - {name: a, op: cnov, input: last}\n",
         "net.yaml:9:23: unknown op 'cnov', did you mean 'conv'?"},
        {"      - {name: a, op: conv, input: lst}\n",
         "net.yaml:9:36: node 'a' reads 'lst', which is no map of the cell, did you mean 'last'?"},
        {"      - {name: a, op: conv, input: xyzzy}\n",
         "node 'a' reads 'xyzzy', which is neither a node above it nor 'last' or 'before'"},
        {"      - {name: a, op: conv, input: b}\n      - {name: b, op: conv, input: a}\n",
         "net.yaml:9:36: node 'a' reads 'b', which does not stand above it: nodes stand in the "
         "order in which they run, without cycles"},
        {"      - {name: a, op: conv, input: a}\n",
         "node 'a' reads 'a', which does not stand above"},
        {"      - {name: a, op: conv, input: last}\n      - {name: b, op: conv, input: last}\n",
         "net.yaml:9:9: nobody reads node 'a', and it is not the last one, the output"},
        {"      - {name: a, op: add, input: last}\n",
         "node 'a' of op 'add' reads 1 maps, not 2 to 8"},
        {"      - {name: a, op: conv, input: [last, before]}\n",
         "node 'a' of op 'conv' reads 2 maps, not one"},
        {"      - {name: a, op: conv}\n", "node 'a' of op 'conv' reads 0 maps, not one"},
        {"      - {name: last, op: conv, input: before}\n",
         "'last' is the name of another map of the cell"},
        {"      - {name: a.b, op: conv, input: last}\n",
         "'name' must be letters, digits, '_' or '-', not 'a.b'"},
        {"      - {name: a_very_long_name_, op: conv, input: last}\n",
         "'name' must be 1 to 15 bytes, not 17"},
        {"      - {name: a, op: conv, input: last, kernel: 4}\n", "'kernel' must be odd, not 4"},
        {"      - {name: a, op: separable, input: last, kernel: [1, 7]}\n",
         "'kernel' is one number, or [height, width] of a conv"},
        {"      - {name: a, op: conv, input: last, kernel: [1, 7], strided: true}\n",
         "a kernel whose sides differ has stride 1"},
        {"      - {name: a, op: norm, input: last, kernel: 3}\n",
         "'kernel' does not belong to op 'norm'"},
        {"      - {name: a, op: conv, input: last, dilation: 2}\n",
         "'dilation' does not belong to op 'conv'"},
        {"      - {name: a, op: separable, input: last, kernel: 31, dilation: 2}\n",
         "kernel 31 with dilation 2 is wider than 31"},
        {"      - 3\n", "a node must be a map such as"},
        {"      []\n", "'nodes' must be a list of at least one node"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Spec spec;
        Err err = {0};
        assert_int_equal(parse_nodes(&spec, cases[i].nodes, &err), ERR_USAGE);
        if (strstr(err.msg, cases[i].message) == NULL)
            fail_msg("'%s' is not in '%s'", cases[i].message, err.msg);
    }
}

/* Stages name cells that there are, and drop connect is not for them. */
static void stages_and_cells_agree(void **state)
{
    static const struct {
        const char *rest, *message;
    } cases[] = {
        {"stages:\n  - {op: cell, cell: d, channels: 4}\n", "no cell 'd' in 'cells'"},
        {"stages:\n  - {op: cell, channels: 4}\n", "a stage of op 'cell' must name its 'cell'"},
        {"stages:\n  - {op: conv, cell: c, channels: 4}\n", "'cell' does not belong to op 'conv'"},
        {"stages:\n  - {op: cell, cell: c, kernel: 3, channels: 4}\n",
         "'kernel' does not belong to op 'cell'"},
        {"stages:\n  - {op: cell, cell: c, channels: 4}\ndrop_connect: 0.1\n",
         "'drop_connect' is not for cells, which stage 0 has"},
    };
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char text[TEXT_MAX];
        Spec spec;
        Err err = {0};
        snprintf(text, sizeof text, "%s%s      - {name: a, op: conv, input: last}\n%s", head, cell,
                 cases[i].rest);
        assert_int_equal(spec_parse(&spec, "net.yaml", text, strlen(text), &err), ERR_USAGE);
        if (strstr(err.msg, cases[i].message) == NULL)
            fail_msg("'%s' is not in '%s'", cases[i].message, err.msg);
    }
}

/* What is read is written, and reads back as the same bytes. */
static void cells_read_back(void **state)
{
    static const char nodes[] =
        "      - {name: a, op: separable, input: last, kernel: 5, dilation: 2, strided: true}\n"
        "      - {name: b, op: conv, input: before, kernel: [1, 7], channels: 0.5}\n"
        "      - {name: c, op: conv, input: b, kernel: [7, 1], channels: 1}\n"
        "      - {name: d, op: max_pool, input: c, kernel: 2, strided: true}\n"
        "      - {name: out, op: concat, input: [a, d, last]}\n";
    Spec spec, again;
    Err err = {0};
    Text first = {0}, second = {0};
    (void)state;
    assert_int_equal(parse_nodes(&spec, nodes, &err), ERR_NONE);
    assert_true(spec.n_cells == 1 && spec.n_nodes == 5);
    assert_true(spec.nodes[0].dilation == 2 && spec.nodes[0].strided && spec.nodes[0].kernel == 5);
    assert_true(spec.nodes[1].kernel == 1 && spec.nodes[1].kernel_width == 7);
    assert_true(spec.nodes[1].channels == 0.5 && spec.nodes[1].inputs[0] == CELL_BEFORE);
    assert_true(spec.nodes[4].n_inputs == 3 && spec.nodes[4].inputs[2] == CELL_LAST);
    spec_write_yaml(&spec, &first);
    assert_int_equal(spec_parse(&again, "again.yaml", text_string(&first), first.n_bytes, &err),
                     ERR_NONE);
    spec_write_yaml(&again, &second);
    assert_string_equal(text_string(&first), text_string(&second));
    assert_non_null(strstr(text_string(&first), "kernel: [1, 7], channels: 0.5}\n"));
    text_release(&first);
    text_release(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_named),
        cmocka_unit_test(stages_and_cells_agree),
        cmocka_unit_test(cells_read_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
