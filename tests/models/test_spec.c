/*
 * Network files: what they mean, what is refused and how it is said, and that writing reads back.
 */
#include "tests/models/models_test.h"

#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ErrCode parse(Spec *spec, const char *text, Err *err)
{
    return spec_parse(spec, "net.yaml", text, strlen(text), err);
}

/* The smallest network file shows every default. */
static void defaults(void **state)
{
    (void)state;
    Spec spec;
    Err err = {0};
    assert_int_equal(parse(&spec,
                           "name: tiny\nresolution: 8\nclasses: 2\nactivation: relu\n"
                           "stem: {channels: 4}\nstages:\n  - {op: mbconv, channels: 4}\n",
                           &err),
                     ERR_NONE);
    assert_string_equal(spec.name, "tiny");
    assert_int_equal(spec.padding, PADDING_SYMMETRIC);
    assert_int_equal(spec.stride_on, STRIDE_ON_KERNEL);
    assert_true(spec.batch_norm.momentum == 0.99 && spec.batch_norm.epsilon == 1e-3);
    assert_true(spec.rounding.divisor == 8 && spec.rounding.limit == 0.9 && spec.rounding.min == 0);
    assert_int_equal(spec.rounding.depth, DEPTH_CEIL);
    assert_true(spec.stem.kernel == 3 && spec.stem.stride == 2 && spec.stem.scale);
    assert_int_equal(spec.stem.pool, 0);
    const StageSpec *stage = &spec.stages[0];
    assert_true(stage->kernel == 3 && stage->stride == 1 && stage->expand == 1 &&
                stage->layers == 1);
    assert_true(stage->se == 0.0 && stage->skip && stage->scale && stage->scale_depth);
    assert_true(spec.head.channels == 0 && spec.head.scale == HEAD_ALWAYS &&
                spec.head.dropout == 0.0);
    assert_true(spec.drop_connect == 0.0 && isnan(spec.torchvision_epsilon));
    assert_string_equal(spec.scaled_from.baseline, "");
}

/* The design's own example means B0's first stages. */
static void keys_of_the_design(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("efficientnet-b0");
    assert_true(spec.resolution == 224 && spec.classes == 1000 && spec.n_stages == 7);
    assert_int_equal(spec.activation, ACT_SWISH);
    assert_true(spec.stages[1].op == BLOCK_MBCONV && spec.stages[1].expand == 6);
    assert_true(spec.stages[1].stride == 2 && spec.stages[1].se == 0.25);
    assert_true(spec.head.channels == 1280 && spec.head.dropout == 0.2 && spec.drop_connect == 0.2);
    assert_true(spec.torchvision_epsilon == 1e-5);
    assert_int_equal(spec_n_blocks(&spec), 16);
}

/*
 * Writing is byte-stable and complete: every zoo network reads back to the same bytes and the same
 * cost, at widths and depths that are written as fractions too.
 */
static void writing_reads_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < zoo_count(); i++) {
        Spec spec = zoo_spec(zoo_name(i)), again;
        Text first = {0}, second = {0};
        Err err = {0};
        const ResolveOptions options = {1.1, 1.3, RESOLVE_UNSET, 7};
        assert_int_equal(resolve_apply(&spec, &spec, &options, &err), ERR_NONE);
        spec_write_yaml(&spec, &first);
        if (parse(&again, text_string(&first), &err) != ERR_NONE)
            fail_msg("%s\n%s", err.msg, text_string(&first));
        spec_write_yaml(&again, &second);
        assert_string_equal(text_string(&first), text_string(&second));
        assert_int_equal(resolve_macs(&again, 0), resolve_macs(&spec, 0));
        assert_int_equal(spec_n_blocks(&again), spec_n_blocks(&spec));
        text_release(&first);
        text_release(&second);
    }
}

/* The written form, once in full. */
static void written_form(void **state)
{
    (void)state;
    static const char expected[] =
        "name: tiny\nresolution: 8\nclasses: 2\nactivation: relu\npadding: same\nstride_on: "
        "kernel\n"
        "batch_norm: {momentum: 0.99, epsilon: 0.001}\n"
        "rounding: {divisor: 8, limit: 0.9, min: 0, depth: ceil}\n"
        "stem: {kernel: 3, stride: 1, channels: 4, scale: true, pool: 0}\n"
        "stages:\n"
        "  - {op: mbconv, kernel: 5, stride: 1, expand: 6, channels: 4, layers: 2, se: 0.25, skip: "
        "true, "
        "scale: true, scale_depth: true}\n"
        "  - {op: bottleneck, kernel: 3, stride: 2, inner: 0.5, channels: 8, layers: 1, scale: "
        "true, "
        "scale_depth: true}\n"
        "head: {channels: 0, scale: always, dropout: 0.2}\ndrop_connect: 0.1\n"
        "torchvision: {epsilon: 1e-05}\n";
    static const char given[] =
        "{name: tiny, resolution: 8, classes: 2, activation: relu, padding: same, drop_connect: "
        "0.1,"
        " torchvision: {epsilon: 1.0e-5}, stem: {channels: 4, stride: 1}, head: {dropout: 0.2}, "
        "stages: ["
        "{op: mbconv, kernel: 5, expand: 6, channels: 4, layers: 2, se: 0.25},"
        "{op: bottleneck, stride: 2, inner: 0.5, channels: 8}]}";
    Spec spec;
    Text text = {0};
    Err err = {0};
    assert_int_equal(parse(&spec, given, &err), ERR_NONE);
    spec_write_yaml(&spec, &text);
    assert_string_equal(text_string(&text), expected);
    text_release(&text);
}

/* A stem's pool is written only where it is not the usual one, and read back. */
static void a_stem_may_pool_by_average(void **state)
{
    (void)state;
    static const char given[] = "name: n\nresolution: 9\nclasses: 2\nactivation: relu\n"
                                "stem: {channels: 4, pool: 3, pool_kind: average}\n"
                                "stages: [{op: conv, channels: 4}]\n";
    Spec spec, again;
    Text text = {0};
    Err err = {0};
    assert_int_equal(parse(&spec, given, &err), ERR_NONE);
    spec_write_yaml(&spec, &text);
    assert_non_null(strstr(text_string(&text), "scale: true, pool: 3, pool_kind: average}"));
    assert_int_equal(parse(&again, text_string(&text), &err), ERR_NONE);
    assert_int_equal(again.stem.pool_kind, STEM_POOL_AVERAGE);
    text_release(&text);
}

#define HEAD_LINES "name: n\nresolution: 8\nclasses: 2\nactivation: relu\nstem: {channels: 4}\n"

static const struct {
    const char *text, *message;
} refusals[] = {
    {HEAD_LINES "stagse: []\n",
     "net.yaml:6:1: unknown key 'stagse' in 'network', did you mean 'stages'?"},
    {HEAD_LINES "stages:\n  - {op: mbconv, channels: 4, laers: 2}\n",
     "net.yaml:7:31: unknown key 'laers' in 'stages', did you mean 'layers'?"},
    {HEAD_LINES "stages:\n  - {op: mbcnov, channels: 4}\n",
     "net.yaml:7:10: unknown op 'mbcnov', did you mean 'mbconv'?"},
    {HEAD_LINES "stages:\n  - {op: mbconv, channels: x}\n",
     "net.yaml:7:28: 'channels' must be a whole number, not 'x'"},
    {HEAD_LINES "stages:\n  - {op: mbconv, channels: 0}\n",
     "net.yaml:7:28: 'channels' must be between 1 and 65536, not 0"},
    {HEAD_LINES "stages:\n  - {op: mbconv, channels: 4, kernel: 4}\n",
     "net.yaml:7:39: 'kernel' must be odd, not 4"},
    {HEAD_LINES "stages:\n  - {op: mbconv, channels: 4, stride: 3}\n",
     "net.yaml:7:39: 'stride' must be between 1 and 2, not 3"},
    {HEAD_LINES "stages:\n  - {op: mbconv}\n",
     "net.yaml:7:5: key 'channels' is missing in 'stages'"},
    {HEAD_LINES "stages:\n  - {op: basic, channels: 4, expand: 6}\n",
     "net.yaml:7:30: 'expand' does not belong to op 'basic'"},
    {HEAD_LINES "stages:\n  - {op: mbconv, channels: 4, inner: 0.5}\n",
     "net.yaml:7:31: 'inner' does not belong to op 'mbconv'"},
    {HEAD_LINES "stages:\n  - {op: fused_mbconv, channels: 4, se: 0.25}\n",
     "net.yaml:7:41: 'se' needs an 'expand' above 1 in fused_mbconv"},
    {"name: n\nresolution: 8\nclasses: 2\nactivation: relu\nstem: {channels: 4, pool_kind: "
     "average}\n",
     "net.yaml:5:32: 'pool_kind' needs a 'pool'"},
    {HEAD_LINES "stages: []\n", "net.yaml:6:9: 'stages' must be a list of at least one stage"},
    {HEAD_LINES "stages: 3\n", "net.yaml:6:9: 'stages' must be a list of at least one stage"},
    {HEAD_LINES, "net.yaml:1:1: 'stages' must be a list of at least one stage"},
    {HEAD_LINES "stages: [mbconv]\n",
     "net.yaml:6:10: a stage must be a map such as {op: mbconv, ...}"},
    {HEAD_LINES "drop_connect: 1.5\n",
     "net.yaml:6:15: 'drop_connect' must be between 0 and 0.99, not 1.5"},
    {HEAD_LINES "drop_connect: .nan\n",
     "net.yaml:6:15: 'drop_connect' must be a number, not '.nan'"},
    {HEAD_LINES "rounding: {depth: floor}\n",
     "net.yaml:6:19: unknown depth 'floor': one of ceil, round"},
    {HEAD_LINES "stages: &a [*a]\n", "net.yaml:6:"},
    {"name: a b\nresolution: 8\nclasses: 2\nactivation: relu\nstem: {channels: 4}\n",
     "net.yaml:1:7: 'name' must be 1 to 63 letters, digits, '.', '_' or '-', not 'a b'"},
    {"name: n\nresolution: 8\nclasses: 2\nactivation: relu\n",
     "net.yaml:1:1: key 'stem' is missing in 'network'"},
    {"name: n\nname: m\n", "net.yaml:2:1: "},
    {"[1, 2]", "net.yaml:1:1: "},
    {"name: [", "net.yaml:"},
};

static void refusals_say_where_and_what(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
        Spec spec;
        Err err = {0};
        assert_int_equal(parse(&spec, refusals[i].text, &err), ERR_USAGE);
        const size_t n = strlen(refusals[i].message);
        const bool is_prefix_only =
            refusals[i].message[n - 1] == ' ' || refusals[i].message[n - 1] == ':';
        if (is_prefix_only ? strncmp(err.msg, refusals[i].message, n)
                           : strcmp(err.msg, refusals[i].message))
            fail_msg("case %zu: '%s'\n  expected '%s'", i, err.msg, refusals[i].message);
    }
}

/*
 * A file that would expand without end, and one that nests without end: refused by the reader's
 * bounds.
 */
static void bombs_are_refused(void **state)
{
    (void)state;
    static char nested[4096];
    Spec spec;
    Err err = {0};
    assert_int_equal(parse(&spec, "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n", &err), ERR_USAGE);
    memset(nested, '[', sizeof nested - 1);
    assert_int_equal(parse(&spec, nested, &err), ERR_USAGE);
}

static void too_many_stages(void **state)
{
    (void)state;
    Text text = {0};
    Spec spec;
    Err err = {0};
    text_append(&text, HEAD_LINES "stages:\n");
    for (int i = 0; i < SPEC_MAX_STAGES; i++)
        text_append(&text, "  - {op: conv, channels: 4}\n");
    assert_int_equal(parse(&spec, text_string(&text), &err), ERR_NONE);
    text_append(&text, "  - {op: conv, channels: 4}\n");
    assert_int_equal(parse(&spec, text_string(&text), &err), ERR_USAGE);
    assert_string_equal(err.msg, "net.yaml:7:3: 33 stages, more than 32");
    text_release(&text);
}

/*
 * Every file of the zoo is the network of its name and is found by it, families lie together and
 * small before large; other names are answered with the nearest, paths are read.
 */
static void zoo_and_paths(void **state)
{
    (void)state;
    Spec spec;
    Err err = {0};
    size_t r50 = 0, r101 = 0;
    assert_true(zoo_count() >= 26);
    for (size_t i = 0; i < zoo_count(); i++) {
        assert_non_null(zoo_text(zoo_name(i)));
        assert_string_equal(zoo_spec(zoo_name(i)).name, zoo_name(i));
        r50 = strcmp(zoo_name(i), "resnet-50") == 0 ? i : r50;
        r101 = strcmp(zoo_name(i), "resnet-101") == 0 ? i : r101;
    }
    assert_true(r50 > 0 && r50 < r101);
    assert_int_equal(zoo_load(&spec, "eficientnet-b0", &err), ERR_USAGE);
    assert_string_equal(err.msg,
                        "unknown network 'eficientnet-b0', did you mean 'efficientnet-b0'?");
    assert_int_equal(zoo_load(&spec, "alexnet", &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "unknown network 'alexnet'"));
    assert_int_equal(zoo_load(&spec, "no/such.yaml", &err), ERR_IO);
    assert_non_null(strstr(err.msg, "no/such.yaml"));
    assert_null(zoo_text("alexnet"));
}

/* docs/networks.md carries the tables of the reader itself. */
static void manual_agrees(void **state)
{
    (void)state;
    Text path = {0}, tables = {0};
    char *manual = NULL;
    size_t n_bytes = 0;
    Err err = {0};
    const char *source = getenv("ISOFLOP_SOURCE_DIR");
    assert_non_null(source);
    text_printf(&path, "%s/docs/networks.md", source);
    assert_int_equal(file_read(text_string(&path), 1 << 20, &manual, &n_bytes, &err), ERR_NONE);
    spec_describe(&tables);
    assert_non_null(strstr(manual, text_string(&tables)));
    mem_free(manual);
    text_release(&tables);
    text_release(&path);
}

/*
 * Each allocation fails in turn: said, nothing leaked (seen by the sanitizer build), the spec
 * untouched. One that served only the words of a message that was not needed may be survived: then
 * the spec is whole.
 */
static void every_allocation_may_fail(void **state)
{
    (void)state;
    long n_failed = 0;
    for (long k = 1;; k++) {
        Spec spec = {.classes = -7};
        Err err = {0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        const ErrCode code = zoo_load(&spec, "proxy-b0", &err);
        const bool has_fired = sysfault_fired();
        sysfault_clear();
        if (!has_fired) {
            assert_int_equal(code, ERR_NONE);
            break;
        }
        assert_true(code == ERR_NONE || code == ERR_MEMORY);
        assert_int_equal(spec.classes, code == ERR_NONE ? 10 : -7);
        n_failed += code == ERR_MEMORY;
    }
    assert_true(n_failed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(keys_of_the_design),
        cmocka_unit_test(writing_reads_back),
        cmocka_unit_test(written_form),
        cmocka_unit_test(a_stem_may_pool_by_average),
        cmocka_unit_test(refusals_say_where_and_what),
        cmocka_unit_test(bombs_are_refused),
        cmocka_unit_test(too_many_stages),
        cmocka_unit_test(zoo_and_paths),
        cmocka_unit_test(manual_agrees),
        cmocka_unit_test(every_allocation_may_fail),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
