/* Regularisation that grows with the network: what is read, the law, and what a plan makes of it.
 */
#include "tests/harness/planfixture.h"

#include "base/sys.h"
#include "harness/regularise.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

static ErrCode read_text(Regularise *out, const char *text, Err *err)
{
    YamlDoc *doc = NULL;
    YamlNode *node = NULL;
    TRY(yaml_create(&doc, "r.yaml", err));
    TRY(yaml_value(doc, "r.yaml", text, &node, err));
    TRY(regularise_read(out, node, err));
fail:
    yaml_destroy(&doc);
    return err->code;
}

static Spec rates_at(const char *text, double cost)
{
    Regularise r;
    Err err = {0};
    Spec spec = {.head = {.dropout = 0.7}, .drop_connect = 0.6};
    if (read_text(&r, text, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    regularise_spec(&r, cost, &spec);
    return spec;
}

/* Tolerance: rates are rounded to 1e-4, and a double's own rounding. */
static void is_rate(double got, double wanted)
{
    if (!(fabs(got - wanted) <= 1e-12))
        fail_msg("%.17g, not %.17g", got, wanted);
}

/*
 * Property: linear in the logarithm of the cost: at the ends the ends, at 8 of 1 to 64 the middle,
 * at 4 a third; constant outside; what is not named stays.
 */
static void rates_rise_with_the_logarithm(void **state)
{
    (void)state;
    static const char both[] = "{dropout: [0.2, 0.5], drop_connect: [0.1, 0.4], at: [1, 64]}";
    static const struct {
        double cost, dropout, drop_connect;
    } rows[] = {{0.25, 0.2, 0.1}, {1, 0.2, 0.1},  {4, 0.3, 0.2},
                {8, 0.35, 0.25},  {64, 0.5, 0.4}, {640, 0.5, 0.4}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const Spec spec = rates_at(both, rows[i].cost);
        is_rate(spec.head.dropout, rows[i].dropout);
        is_rate(spec.drop_connect, rows[i].drop_connect);
    }
    const Spec one = rates_at("{drop_connect: [0.4, 0.2], at: [1, 4]}", 2);
    is_rate(one.head.dropout, 0.7);
    is_rate(one.drop_connect, 0.3);
    const Spec off = rates_at("none", 64);
    is_rate(off.head.dropout, 0.7);
    is_rate(off.drop_connect, 0.6);
}

/* Property: each mistake is one error that names what is wrong. */
static void mistakes_are_named(void **state)
{
    (void)state;
    static const struct {
        const char *text, *message;
    } rows[] = {{"[1, 2]", "must be none, or a map"},
                {"{}", "needs 'dropout' or 'drop_connect'"},
                {"{at: [1, 64]}", "needs 'dropout' or 'drop_connect'"},
                {"{dropout: 0.2}", "'dropout' must be a list of two numbers"},
                {"{dropout: [0.2, 0.5, 0.7]}", "'dropout' must be a list of two numbers"},
                {"{dropout: [0.2, 1.5]}", "1.5"},
                {"{dropout: [0.2, 0.5], at: [64, 1]}", "two rising costs, not 64 and 1"},
                {"{dropuot: [0.2, 0.5]}", "unknown key 'dropuot'"}};
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        Regularise r;
        Err err = {0};
        assert_int_equal(read_text(&r, rows[i].text, &err), ERR_USAGE);
        if (strstr(err.msg, rows[i].message) == NULL)
            fail_msg("%s: %s", rows[i].text, err.msg);
    }
}

/* The rates that the plan's network of a point is trained with. */
static Spec spec_of(const Plan *plan, size_t point)
{
    const PlanNetwork *network = &plan->networks[plan->points[point].network];
    Spec spec;
    Err err = {0};
    if (spec_parse(&spec, "network", network->spec, strlen(network->spec), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return spec;
}

/*
 * Property: each trained network has the rate of its own counted cost; without the key networks and
 * trials are those of before, to the digest.
 */
static void plans_scale_what_they_train(void **state)
{
    (void)state;
    static const char parts[] = "[curves: {width: [1.0, 2.0], depth: [2], resolution: [2.0]}]";
    static const char off[] = "[curves: {width: [1.0, 2.0], depth: [2], resolution: [2.0]}]\n"
                              "recipe: {scale_regularisation: none}";
    static const char on[] = "[curves: {width: [1.0, 2.0], depth: [2], resolution: [2.0]}]\n"
                             "recipe: {scale_regularisation: {dropout: [0.2, 0.5], at: [1, 64]}}";
    PlanFixture plain = planfixture_make(parts), none = planfixture_make(off),
                scaled = planfixture_make(on);
    for (size_t i = 0; i < plain.plan->n_points; i++) {
        const Spec before = spec_of(plain.plan, i), after = spec_of(scaled.plan, i);
        const double cost = (double)scaled.plan->points[i].macs / PROXY_MACS;
        is_rate(after.head.dropout, floor(2e3 + 3e3 * log(cost) / log(64) + 0.5) / 1e4);
        is_rate(after.drop_connect, before.drop_connect);
        assert_int_equal(plain.plan->points[i].macs, scaled.plan->points[i].macs);
        const PlanNetwork *a = &plain.plan->networks[i], *b = &none.plan->networks[i];
        assert_string_equal(a->network.digest, b->network.digest);
        assert_string_equal(a->trial_digest, b->trial_digest);
        assert_string_not_equal(a->trial_digest, scaled.plan->networks[i].trial_digest);
    }
    Text text = {0};
    plan_text(scaled.plan, (PlanRange){(double)NAN, (double)NAN}, &text);
    assert_non_null(strstr(text_string(&text), "regularisation grows with the network: dropout "
                                               "0.2 to 0.5 at 1 to 64 x the baseline's cost"));
    text_clear(&text);
    recipe_summary(&scaled.study->recipe, &text);
    assert_non_null(strstr(text_string(&text), "regularisation grows: dropout 0.2 to 0.5"));
    text_release(&text);
    planfixture_drop(&plain);
    planfixture_drop(&none);
    planfixture_drop(&scaled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rates_rise_with_the_logarithm),
                                       cmocka_unit_test(mistakes_are_named),
                                       cmocka_unit_test(plans_scale_what_they_train)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
