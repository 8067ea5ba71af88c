/* Rounding rules, scaled specifications, strategies. */
#include "tests/models/models_test.h"

#include "models/scaling.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const Rounding official = {.divisor = 8, .limit = 0.9, .min = 0, .depth = DEPTH_CEIL};

/* The official round_filters: ties, the 10 % rule, and the smallest count. */
static void channels_round_officially(void **state)
{
    (void)state;
    assert_int_equal(scaling_round_channels(40, 1.1, &official), 48); /* 44.0: the tie rounds up */
    assert_int_equal(scaling_round_channels(16, 1.2, &official),
                     24); /* 19.2 -> 16 fails 0.9 * 19.2 */
    assert_int_equal(scaling_round_channels(24, 1.1, &official), 24); /* 26.4 */
    assert_int_equal(scaling_round_channels(16, 1.1, &official), 16); /* 17.6 */
    assert_int_equal(scaling_round_channels(16, 0.1, &official), 8);  /* the divisor is the least */
    assert_int_equal(scaling_round_channels(20, 1.0, &official),
                     20); /* a factor of 1 changes nothing */
}

/* EfficientNetV2 has no 10 % rule; `min` replaces the divisor as the least; other divisors. */
static void channels_round_by_the_spec(void **state)
{
    (void)state;
    const Rounding v2 = {.divisor = 8, .limit = 0.0};
    const Rounding with_min = {.divisor = 2, .limit = 0.9, .min = 12};
    const Rounding by_two = {.divisor = 2, .limit = 0.9};
    assert_int_equal(scaling_round_channels(16, 1.2, &v2), 16);
    assert_int_equal(scaling_round_channels(20, 0.25, &with_min), 12);
    assert_int_equal(scaling_round_channels(10, 1.1, &by_two), 12); /* 11.0: the tie rounds up */
}

/* ceil without tripping over floating products; nearest with half up; never 0. */
static void depth_rounds(void **state)
{
    (void)state;
    assert_int_equal(scaling_round_depth(1, 1.1, DEPTH_CEIL), 2);
    assert_int_equal(scaling_round_depth(10, 1.1, DEPTH_CEIL), 11); /* 11.000000000000002 */
    assert_int_equal(scaling_round_depth(4, 3.1, DEPTH_CEIL), 13);
    assert_int_equal(scaling_round_depth(1, 1.5, DEPTH_ROUND), 2);
    assert_int_equal(scaling_round_depth(1, 1.49, DEPTH_ROUND), 1);
    assert_int_equal(scaling_round_depth(2, 0.1, DEPTH_ROUND), 1);
    assert_int_equal(scaling_round_depth(2, 0.1, DEPTH_CEIL), 1);
}

static void pixels_round(void **state)
{
    (void)state;
    assert_int_equal(scaling_round_pixels(224, 1.15), 258); /* 257.6 */
    assert_int_equal(scaling_round_pixels(31, 1.5), 47);    /* 46.5: half up */
    assert_int_equal(scaling_round_pixels(32, 1e-6), 1);
}

/* B1 to B7 of the zoo are B0 scaled by the official coefficients, field by field. */
static void family_is_b0_scaled(void **state)
{
    (void)state;
    const Spec b0 = zoo_spec("efficientnet-b0");
    for (int i = 1; i <= 7; i++) {
        char name[NETWORK_NAME_MAX];
        snprintf(name, sizeof name, "efficientnet-b%d", i);
        const Spec family = zoo_spec(name);
        const SpecOrigin *origin = &family.scaled_from;
        Spec scaled;
        Err err = {0};
        assert_string_equal(origin->baseline, "efficientnet-b0");
        const Scale scale = {origin->depth, origin->width, origin->resolution};
        assert_int_equal(scaling_apply(&scaled, &b0, scale, &err), ERR_NONE);
        assert_int_equal(scaled.resolution, family.resolution);
        assert_int_equal(scaled.stem.channels, family.stem.channels);
        assert_int_equal(scaled.head.channels, family.head.channels);
        for (int s = 0; s < b0.n_stages; s++) {
            assert_int_equal(scaled.stages[s].channels, family.stages[s].channels);
            assert_int_equal(scaled.stages[s].layers, family.stages[s].layers);
        }
    }
}

/* The head's three rules: MobileNetV2's grows only, MnasNet's never does. */
static void heads_scale_by_their_rule(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        double width;
        int channels;
    } cases[] = {
        {"mobilenet-v2", 0.5, 1280},   {"mobilenet-v2", 1.4, 1792}, {"mnasnet-a1", 2.0, 1280},
        {"efficientnet-b0", 0.5, 640}, {"mobilenet-v1", 2.0, 0},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Spec spec = zoo_spec(cases[i].name);
        Spec scaled;
        Err err = {0};
        const Scale scale = {1.0, cases[i].width, 1.0};
        assert_int_equal(scaling_apply(&scaled, &spec, scale, &err), ERR_NONE);
        assert_int_equal(scaled.head.channels, cases[i].channels);
    }
}

/* `scale: false` and `scale_depth: false` hold a stage still. */
static void flags_hold_stages_still(void **state)
{
    (void)state;
    Spec spec = zoo_spec("efficientnet-b0");
    spec.stem.scale = spec.stages[0].scale = spec.stages[6].scale_depth = false;
    Spec scaled;
    Err err = {0};
    assert_int_equal(scaling_apply(&scaled, &spec, (Scale){2.0, 2.0, 1.0}, &err), ERR_NONE);
    assert_int_equal(scaled.stem.channels, 32);
    assert_int_equal(scaled.stages[0].channels, 16);
    assert_int_equal(scaled.stages[0].layers, 2);
    assert_int_equal(scaled.stages[6].channels, 640);
    assert_int_equal(scaled.stages[6].layers, 1);
}

/*
 * ResNet's rule applies to its filters, the hidden channels; the output is four times (wide: twice)
 * as many. 256 * 1.2 itself would round to 304.
 */
static void bottlenecks_round_their_filters(void **state)
{
    (void)state;
    const Spec narrow = zoo_spec("resnet-50"), wide = zoo_spec("wide-resnet-50-2");
    Spec scaled;
    Err err = {0};
    assert_int_equal(scaling_apply(&scaled, &narrow, (Scale){1.0, 1.2, 1.0}, &err), ERR_NONE);
    assert_int_equal(scaled.stages[0].channels, 4 * 80); /* 64 * 1.2 = 76.8 */
    assert_int_equal(scaling_apply(&scaled, &wide, (Scale){1.0, 1.2, 1.0}, &err), ERR_NONE);
    assert_int_equal(scaled.stages[0].channels, 2 * 152); /* 128 * 1.2 = 153.6 */
}

/* Factors of 1 give the same network; only name and origin tell. */
static void identity_changes_nothing(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    Spec scaled;
    Err err = {0};
    assert_int_equal(scaling_apply(&scaled, &spec, (Scale){1.0, 1.0, 1.0}, &err), ERR_NONE);
    assert_string_equal(scaled.name, "proxy-b0-d1-w1-r1");
    assert_string_equal(scaled.scaled_from.baseline, "proxy-b0");
    const Scale built = scaling_built(&spec, &scaled);
    assert_true(built.depth == 1.0 && built.width == 1.0 && built.resolution == 1.0);
    assert_int_equal(resolve_macs(&scaled, 0), resolve_macs(&spec, 0));
}

/*
 * By hand: B0 times 1.4, 1.2: 26 of 16 blocks; channel ratios 24/16 32/24 48/40 96/80 136/112
 * 232/192 384/320.
 */
static void built_multipliers(void **state)
{
    (void)state;
    const Spec b0 = zoo_spec("efficientnet-b0"), b3 = zoo_spec("efficientnet-b3");
    const Scale built = scaling_built(&b0, &b3);
    const double product =
        24.0 / 16 * 32 / 24 * 48 / 40 * 96 / 80 * 136 / 112 * 232 / 192 * 384 / 320;
    assert_true(built.depth == 26.0 / 16.0);
    assert_true(fabs(built.width - pow(product, 1.0 / 7.0)) < 1e-12); /* a few ulp of exp and log */
    assert_true(built.resolution == 300.0 / 224.0);
}

static void bad_multipliers_are_misuse(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    static const double bad[] = {0.0, -1.0, (double)NAN, (double)INFINITY, 1e300};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        Spec scaled;
        Err err = {0};
        assert_int_equal(scaling_apply(&scaled, &spec, (Scale){1.0, bad[i], 1.0}, &err), ERR_USAGE);
        assert_non_null(strstr(err.msg, "width multiplier"));
    }
    Spec scaled;
    Err err = {0};
    assert_int_equal(scaling_apply(&scaled, &spec, (Scale){1e5, 1.0, 1.0}, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "too large"));
}

/*
 * Every strategy starts at the baseline, never falls, and doubles the nominal cost each unit of t
 * (compound about: its product, 1.92), but TinyNet, which halves it downwards.
 */
static void strategies_are_rays(void **state)
{
    (void)state;
    for (size_t i = 0; i < scaling_n_strategies(); i++) {
        const Strategy *strategy = scaling_strategy(i);
        const Ray ray = ray_of(strategy->name);
        const bool is_down = strcmp(strategy->name, "tinynet") == 0;
        const Scale zero = scaling_at(&ray, 0.0), one = scaling_at(&ray, is_down ? -1.0 : 1.0);
        assert_true(zero.depth == 1.0 && zero.width == 1.0 && zero.resolution == 1.0);
        assert_true(is_down || (one.depth >= 1.0 && one.width >= 1.0 && one.resolution >= 1.0));
        const double expected = strategy->takes == STRATEGY_TAKES_CONSTANTS
                                    ? 1.2 * 1.1 * 1.1 * 1.15 * 1.15
                                : is_down ? 0.5
                                          : 2.0;
        /* five roundings of numbers below 4 */
        assert_true(fabs(scaling_nominal_cost(one) - expected) < 1e-12);
    }
}

/* Whether a ray's point at s times the cost has these multipliers, to the digits of a paper. */
static void has_point(const Ray *ray, double s, double depth, double width, double resolution,
                      double digits)
{
    const Scale at = scaling_at(ray, log2(s));
    assert_true(fabs(at.depth - depth) <= digits);
    assert_true(fabs(at.width - width) <= digits);
    assert_true(fabs(at.resolution - resolution) <= digits);
}

/*
 * Dollar, Singh and Girshick's equation 6 at alpha = 0.8: d = s^0.1, w = s^0.4, r = s^0.05. Bello
 * et al.: ResNet-RS-50 at 160 px and -420 at 320 px, 420/50 times the depth: s = 8.4 * 4, of which
 * the shares .61 and .39 give 8.53 (two digits of .61: s^.005 = 1.018 of it) and 1.985. Both
 * written as shares are the same rays to the bit.
 */
static void published_shares(void **state)
{
    (void)state;
    const Ray fast = ray_of("fast"), resnet_rs = ray_of("resnet-rs");
    has_point(&fast, 4.0, pow(4.0, 0.1), pow(4.0, 0.4), pow(4.0, 0.05), 1e-14); /* powers near 2 */
    has_point(&resnet_rs, 33.6, 8.4, 1.0, 2.0, 0.15);
    static const double shares[] = {0.61, 0.0, 0.39};
    Ray ray;
    Err err = {0};
    assert_int_equal(scaling_ray(&ray, "shares", shares, 3, &err), ERR_NONE);
    for (double t = -2.0; t <= 6.0; t += 0.5) {
        const Scale a = scaling_at(&ray, t), b = scaling_at(&resnet_rs, t);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

/* TinyNet-A to E over B0 (Han et al., table 1): r, w, d at their costs; it ends at A's B0 and at E.
 */
static void published_ladder(void **state)
{
    (void)state;
    static const double rwd[][3] = {
        {.86, 1, 1.2}, {.84, .75, 1.1}, {.825, .54, .85}, {.68, .54, .695}, {.475, .51, .6}};
    const Ray ray = ray_of("tinynet");
    for (size_t i = 0; i < ARRAY_LEN(rwd); i++) {
        const double r = rwd[i][0], w = rwd[i][1], d = rwd[i][2];
        has_point(&ray, d * w * w * r * r, d, w, r, 1e-12); /* log2 and back, twice */
    }
    has_point(&ray, 8.0, 1.0, 1.0, 1.0, 0.0);
    has_point(&ray, 1e-6, 0.6, 0.51, 0.475, 0.0);
    /* halfway between C and D in cost: the geometric mean of both */
    const double low = .85 * .54 * .54 * .825 * .825, high = .695 * .54 * .54 * .68 * .68;
    has_point(&ray, sqrt(low * high), sqrt(.85 * .695), .54, sqrt(.825 * .68), 1e-12);
}

/* phi = 1 gives the constants to the bit: 40 channels times 1.1 must be 44.0, not one ulp less. */
static void compound_is_exact_at_whole_phi(void **state)
{
    (void)state;
    const Scale one = scaling_compound(1.2, 1.1, 1.15, 1.0);
    assert_true(fabs(scaling_nominal_cost(one) - 1.2 * 1.21 * 1.3225) < 1e-12); /* roundings of 5 */
    assert_true(one.depth == 1.2 && one.width == 1.1 && one.resolution == 1.15);
    const Scale seven = scaling_compound(1.2, 1.1, 1.15, 7.0); /* paper: 3.58, 1.95, 596 px */
    assert_true(fabs(seven.depth - 3.58) < 0.005 && fabs(seven.width - 1.95) < 0.005);
    assert_int_equal(scaling_round_pixels(224, seven.resolution), 596);
}

static void rays_check_their_constants(void **state)
{
    (void)state;
    static const double constants[] = {1.2, 1.1, 0.9}, ones[] = {1.0, 1.0, 1.0};
    Ray ray;
    Err err = {0};
    assert_int_equal(scaling_ray(&ray, "compuond", NULL, 0, &err), ERR_USAGE);
    assert_string_equal(err.msg, "unknown strategy 'compuond', did you mean 'compound'?");
    assert_int_equal(scaling_ray(&ray, "compound", constants, 2, &err), ERR_USAGE);
    assert_string_equal(err.msg, "strategy 'compound' takes 3 constants, not 2");
    assert_int_equal(scaling_ray(&ray, "compound", constants, 3, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "constant '0.9'"));
    assert_int_equal(scaling_ray(&ray, "compound", ones, 3, &err), ERR_USAGE);
    assert_non_null(strstr(err.msg, "scales nothing"));
    assert_int_equal(scaling_ray(&ray, "depth", constants, 1, &err), ERR_USAGE);
}

/* Shares and knots that make no ray, each with its own words. */
static void rays_check_shares_and_knots(void **state)
{
    (void)state;
    static const struct {
        const char *strategy, *words;
        double values[6];
        size_t n;
    } cases[] = {
        {"shares", "sum to 1.1, not to 1", {0.5, 0.3, 0.3}, 3},
        {"shares", "share '-0.1' of strategy 'shares' is below 0", {0.6, 0.5, -0.1}, 3},
        {"shares", "takes 3 shares, not 2", {0.5, 0.5}, 2},
        {"ladder", "takes 1 to 16 knots of 3 multipliers", {1.2, 1.1}, 2},
        {"ladder", "depth multiplier '0'", {0, 1.1, 1.1}, 3},
        {"ladder", "its one knot is the baseline", {1, 1, 1}, 3},
        {"ladder", "have one nominal cost", {4, 1, 1, 1, 2, 1}, 6},
        {"ladder", "have one nominal cost", {0.25, 2, 1}, 3},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Ray ray;
        Err err = {0};
        assert_int_equal(scaling_ray(&ray, cases[i].strategy, cases[i].values, cases[i].n, &err),
                         ERR_USAGE);
        if (strstr(err.msg, cases[i].words) == NULL)
            fail_msg("%s", err.msg);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(channels_round_officially),
        cmocka_unit_test(channels_round_by_the_spec),
        cmocka_unit_test(depth_rounds),
        cmocka_unit_test(pixels_round),
        cmocka_unit_test(family_is_b0_scaled),
        cmocka_unit_test(heads_scale_by_their_rule),
        cmocka_unit_test(flags_hold_stages_still),
        cmocka_unit_test(bottlenecks_round_their_filters),
        cmocka_unit_test(identity_changes_nothing),
        cmocka_unit_test(built_multipliers),
        cmocka_unit_test(bad_multipliers_are_misuse),
        cmocka_unit_test(strategies_are_rays),
        cmocka_unit_test(compound_is_exact_at_whole_phi),
        cmocka_unit_test(published_shares),
        cmocka_unit_test(published_ladder),
        cmocka_unit_test(rays_check_their_constants),
        cmocka_unit_test(rays_check_shares_and_knots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
