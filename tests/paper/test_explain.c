/* Why the family looks as it does. */
#include "paper/explain.h"
#include "tests/models/models_test.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static Explanation explanation;

static const Explanation *explain(const char *name)
{
    const Spec spec = zoo_spec(name);
    Err err = {0};
    explain_release(&explanation);
    if (explain_network(&explanation, &spec, explain_paper_constants, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return &explanation;
}

/*
 * phi by dimension and cost ratios of B1 to B7, derived independently from the official
 * coefficients (reference, given to two digits, large ratios to one).
 */
static void phi_of_the_family(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double depth, width, resolution, nominal, counted;
    } expected[] = {
        {"efficientnet-b1", 0.52, 0.00, 0.49, 1.26, 1.78},
        {"efficientnet-b2", 1.00, 1.00, 1.07, 1.96, 2.58},
        {"efficientnet-b3", 1.85, 1.91, 2.09, 3.62, 4.74},
        {"efficientnet-b4", 3.22, 3.53, 3.78, 10.15, 11.39},
        {"efficientnet-b5", 4.32, 4.93, 5.09, 23.3, 26.6},
        {"efficientnet-b6", 5.24, 6.17, 6.14, 46.8, 49.4},
        {"efficientnet-b7", 6.21, 7.27, 7.05, 89.0, 97.8},
    };
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        const Explanation *e = explain(expected[i].name);
        const double digit = expected[i].nominal < 20.0 ? 0.005 : 0.05;
        assert_true(fabs(e->phi.depth - expected[i].depth) <= 0.005);
        assert_true(fabs(e->phi.width - expected[i].width) <= 0.005);
        assert_true(fabs(e->phi.resolution - expected[i].resolution) <= 0.005);
        assert_true(fabs(e->all.nominal - expected[i].nominal) <= digit);
        assert_true(fabs(e->all.counted - expected[i].counted) <= digit);
    }
}

/* B3's first stage: 19.2 channels became 24 (the 10 % rule), 1.4 layers became 2. */
static void rounding_of_b3(void **state)
{
    (void)state;
    const Explanation *e = explain("efficientnet-b3");
    assert_int_equal(e->n_parts, 9);
    assert_string_equal(e->parts[0].name, "stem");
    assert_string_equal(e->parts[8].name, "head");
    const ExplainPart *part = &e->parts[1];
    assert_string_equal(part->name, "stages.0");
    assert_true(part->base_channels == 16 && part->channels == 24);
    assert_true(fabs(part->exact_channels - 19.2) < 1e-12);
    assert_true(part->base_layers == 1 && part->layers == 2 && part->exact_layers == 1.4);
    assert_true(e->nominal.depth == 1.4 && e->nominal.width == 1.2);
    assert_true(e->depth.nominal == 1.4 &&
                e->depth.counted > 1.6); /* ceil costs more than it says */
}

/* An unscaled network is its own baseline. */
static void baselines_explain_themselves(void **state)
{
    (void)state;
    const Explanation *e = explain("resnet-50");
    assert_true(e->nominal.depth == 1.0 && e->phi.depth == 0.0 && e->all.counted == 1.0);
    assert_int_equal(e->n_parts, 5); /* no head convolution */
    assert_string_equal(e->published->flops, "4.1B");
    e = explain("proxy-b0");
    assert_null(e->published);
    assert_true(isnan(e->deviation));
}

/* Other pixels than the family's: their own ratio is explained, and nothing published holds. */
static void other_pixels(void **state)
{
    (void)state;
    Spec spec = zoo_spec("efficientnet-b4");
    Err err = {0};
    spec.resolution = 448;
    explain_release(&explanation);
    assert_int_equal(explain_network(&explanation, &spec, explain_paper_constants, &err), ERR_NONE);
    assert_true(explanation.nominal.resolution == 2.0 && explanation.nominal.depth == 1.8);
    assert_true(explanation.built.resolution == 2.0);
    assert_null(explanation.published);
    Text text = {0};
    explain_text(&explanation, &text);
    assert_null(strstr(text_string(&text), "published"));
    text_release(&text);
}

/* Networks that the paper's table 2 does not have are compared with their own papers. */
static void other_papers(void **state)
{
    (void)state;
    assert_string_equal(explain("mobilenet-v2")->published->flops, "300M");
    assert_true(fabs(explanation.deviation - (300774272.0 / 300e6 - 1.0)) < 1e-12);
    assert_null(explain("resnet-18")->published->params);
}

static void set_baseline(Spec *scaled, const char *name)
{
    snprintf(scaled->scaled_from.baseline, sizeof scaled->scaled_from.baseline, "%s", name);
}

/* What scaling wrote can be explained; a baseline that is not to be found is said to be that. */
static void scaled_networks(void **state)
{
    (void)state;
    const Spec base = zoo_spec("proxy-b0");
    Spec scaled;
    Err err = {0};
    assert_int_equal(scaling_apply(&scaled, &base, (Scale){2.0, 1.5, 1.25}, &err), ERR_NONE);
    explain_release(&explanation);
    assert_int_equal(explain_network(&explanation, &scaled, explain_paper_constants, &err),
                     ERR_NONE);
    assert_string_equal(explanation.baseline.name, "proxy-b0");
    assert_true(explanation.nominal.depth == 2.0 && explanation.built.resolution == 1.25);
    explain_release(&explanation);
    set_baseline(&scaled, "my-own");
    assert_int_equal(explain_network(&explanation, &scaled, explain_paper_constants, &err),
                     ERR_NONE);
    assert_true(explanation.is_alone);
    explain_release(&explanation);
    set_baseline(&scaled, "resnet-50"); /* four stages too, but another network: still explained */
    assert_int_equal(explain_network(&explanation, &scaled, explain_paper_constants, &err),
                     ERR_NONE);
    set_baseline(&scaled, "efficientnet-b0");
    assert_int_equal(explain_network(&explanation, &scaled, explain_paper_constants, &err),
                     ERR_USAGE);
    assert_non_null(strstr(err.msg, "has 4 stages, its baseline 'efficientnet-b0' has 7"));
}

static void text_and_json(void **state)
{
    (void)state;
    const Explanation *e = explain("efficientnet-b4");
    Text text = {0}, json = {0};
    JsonWriter writer = json_writer(&json, false);
    json_t *root = NULL;
    Err err = {0};
    explain_text(e, &text);
    assert_int_equal(text_ok(&text, &err), ERR_NONE);
    assert_non_null(strstr(text_string(&text), "published are 19M and 4.2B (+4.6 %)."));
    assert_non_null(strstr(text_string(&text), "4.2B belongs to 364 to 368 px"));
    explain_json(e, &writer);
    assert_int_equal(json_parse(&root, "explain", text_string(&json), json.n_bytes, &err),
                     ERR_NONE);
    assert_int_equal(json_integer_value(json_object_get(root, "macs")), 4393771024);
    assert_int_equal(json_array_size(json_object_get(root, "parts")), 9);
    json_decref(root);
    text_release(&text);
    text_release(&json);
}

/*
 * The official rule restated (efficientnet_model.py: drop_rate * float(idx) / len(blocks), over the
 * blocks as built, the repeats of a stage one after the other; only a block whose input and output
 * agree in size and channels has a branch to leave out). At depth 2.55 the layers are written down
 * here, so that neither rounding nor counting is taken from the code under test.
 */
static void expect_official_rates(const char *network, const int *layers, const int *strides,
                                  const int *channels, int n_stages, int stem)
{
    const Spec base = zoo_spec(network);
    Spec spec;
    Explanation e;
    Err err = {0};
    int n_blocks = 0, index = 0, k = 0, before = stem;
    assert_int_equal(scaling_apply(&spec, &base, (Scale){2.55, 1.0, 1.0}, &err), ERR_NONE);
    assert_int_equal(explain_network(&e, &spec, explain_paper_constants, &err), ERR_NONE);
    for (int s = 0; s < n_stages; s++)
        n_blocks += layers[s];
    assert_int_equal(e.n_blocks, n_blocks);
    for (int s = 0; s < n_stages; s++)
        for (int b = 0; b < layers[s]; b++, index++) {
            const int stride = b == 0 ? strides[s] : 1;
            const int in = b == 0 ? before : channels[s];
            before = channels[s];
            if (stride != 1 || in != channels[s])
                continue;
            assert_true(k < e.n_drops);
            assert_true(e.drops[k].stage == s && e.drops[k].block == b);
            assert_int_equal(e.drops[k].index, index);
            /* two roundings of a number near 1, one of the quotient */
            assert_true(fabs(e.drops[k].rate - 0.2 * (double)index / (double)n_blocks) < 4e-16);
            k++;
        }
    assert_int_equal(e.n_drops, k);
    explain_release(&e);
    assert_null(e.drops);
}

/* B0 by ceil (1 layer becomes 3, 2: 6, 3: 8, 4: 11), proxy-b0 by the nearest (3: 8, 2: 5, 4: 10).
 */
static void drop_connect_at_depth_2_55(void **state)
{
    (void)state;
    static const int b0_layers[] = {3, 6, 6, 8, 8, 11, 3};
    static const int b0_strides[] = {1, 2, 2, 2, 1, 2, 1};
    static const int b0_channels[] = {16, 24, 40, 80, 112, 192, 320};
    static const int proxy_layers[] = {8, 5, 10, 5};
    static const int proxy_strides[] = {1, 2, 2, 1};
    static const int proxy_channels[] = {8, 10, 12, 20};
    expect_official_rates("efficientnet-b0", b0_layers, b0_strides, b0_channels, 7, 32);
    expect_official_rates("proxy-b0", proxy_layers, proxy_strides, proxy_channels, 4, 20);
}

/* Without drop connect nothing is left out, and nothing is said of it. */
static void no_drop_connect_no_rates(void **state)
{
    (void)state;
    const Explanation *e = explain("resnet-18");
    assert_int_equal(e->n_drops, 0);
    assert_int_equal(e->n_blocks, 8);
}

/* A baseline that is not to be found leaves a network that is explained by itself. */
static void lost_baselines_are_said(void **state)
{
    (void)state;
    const Spec base = zoo_spec("proxy-b0");
    Spec spec;
    Explanation e;
    Text text = {0};
    Err err = {0};
    assert_int_equal(scaling_apply(&spec, &base, (Scale){1.0, 1.5, 1.0}, &err), ERR_NONE);
    snprintf(spec.scaled_from.baseline, sizeof spec.scaled_from.baseline, "no/such/file.yaml");
    assert_int_equal(explain_network(&e, &spec, explain_paper_constants, &err), ERR_NONE);
    assert_true(e.is_alone);
    assert_true(e.macs == resolve_macs(&spec, 0) && e.all.counted == 1.0);
    explain_text(&e, &text);
    assert_non_null(
        strstr(text_string(&text), "from 'no/such/file.yaml', which is not to be found"));
    text_release(&text);
    explain_release(&e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(phi_of_the_family),
        cmocka_unit_test(rounding_of_b3),
        cmocka_unit_test(baselines_explain_themselves),
        cmocka_unit_test(scaled_networks),
        cmocka_unit_test(text_and_json),
        cmocka_unit_test(other_pixels),
        cmocka_unit_test(other_papers),
        cmocka_unit_test(drop_connect_at_depth_2_55),
        cmocka_unit_test(no_drop_connect_no_rates),
        cmocka_unit_test(lost_baselines_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
