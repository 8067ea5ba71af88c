/*
 * Rays against the rule of models/match.h applied literally, and rays at the end of their reach.
 */
#include "tests/models/models_test.h"

#include "models/match.h"
#include "models/ray_walk.h"

#include <math.h>
#include <string.h>

#define TOLERANCE 0.05
/* Brute force samples t this densely: ten times finer than the narrowest network of these rays. */
#define SAMPLE_STEP 1.0e-4
#define SAMPLE_LOW (-5.0)
#define SAMPLE_HIGH 2.5

static Ray compound(double alpha, double beta, double gamma)
{
    const double constants[] = {alpha, beta, gamma};
    Ray ray;
    Err err = {0};
    if (scaling_ray(&ray, "compound", constants, ARRAY_LEN(constants), &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return ray;
}

static MatchPoint match(const Matching *matching, const Ray *ray)
{
    MatchPoint point;
    Err err = {0};
    if (match_ray(&point, matching, ray, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return point;
}

/* What the literal rule finds: the preferred candidate within tolerance, and the nearest at all. */
typedef struct Best {
    double moved, distance; /* infinite: none within tolerance */
    int pixels;
    double nearest; /* distance of the nearest, whatever the tolerance */
} Best;

static void try_all_pixels(Best *best, const Spec *scaled, const Matching *matching)
{
    const int own = scaled->resolution;
    for (int pixels = own - own / 10; pixels <= own + own / 10; pixels++) {
        const double distance = fabs((double)resolve_macs(scaled, pixels) / matching->macs - 1.0);
        const double moved = fabs((double)(pixels - own)) / own;
        const bool is_nearer =
            distance < best->distance || (distance == best->distance && pixels > best->pixels);
        best->nearest = fmin(best->nearest, distance);
        if (distance <= matching->tolerance &&
            (moved < best->moved || (moved == best->moved && is_nearer))) {
            best->moved = moved;
            best->distance = distance;
            best->pixels = pixels;
        }
    }
}

static bool is_same(const Spec *a, const Spec *b)
{
    bool same = a->n_stages == b->n_stages && a->resolution == b->resolution &&
                a->stem.channels == b->stem.channels && a->head.channels == b->head.channels;
    for (int s = 0; s < a->n_stages && same; s++)
        same = a->stages[s].channels == b->stages[s].channels &&
               a->stages[s].layers == b->stages[s].layers;
    return same;
}

/* The range of t holds all that can match the targets here; one pass serves all of them. */
static void brute_force(Best *best, const Matching *matchings, size_t n, const Ray *ray)
{
    const Spec *baseline = matchings[0].baseline;
    Spec last = {0};
    for (size_t i = 0; i < n; i++)
        best[i] = (Best){(double)INFINITY, (double)INFINITY, 0, (double)INFINITY};
    for (int k = 0; k <= (SAMPLE_HIGH - SAMPLE_LOW) / SAMPLE_STEP; k++) {
        Spec scaled = *baseline;
        /* k = 50000 is t = 0 exactly: the baseline itself */
        const double t = (k + SAMPLE_LOW / SAMPLE_STEP) * SAMPLE_STEP;
        scaling_set_integers(&scaled, baseline, scaling_at(ray, t), DEPTH_ROUND);
        for (size_t i = 0; i < n && !is_same(&scaled, &last); i++)
            try_all_pixels(&best[i], &scaled, &matchings[i]);
        last = scaled;
    }
}

enum { MAX_TARGETS = 16 };

/* Matches the spec to each of the factors along the ray, and compares. */
static void expect_the_rule(const Spec *spec, const Ray *ray, const double *factors, size_t n)
{
    Matching matchings[MAX_TARGETS] = {0};
    Best best[MAX_TARGETS];
    assert_true(n <= MAX_TARGETS);
    for (size_t i = 0; i < n; i++)
        matchings[i] = match_target(spec, factors[i], TOLERANCE);
    brute_force(best, matchings, n, ray);
    for (size_t i = 0; i < n; i++) {
        const MatchPoint point = match(&matchings[i], ray);
        const double distance = fabs(point.ratio - 1.0);
        if (isfinite(best[i].distance)) {
            assert_int_equal(point.spec.resolution, best[i].pixels);
            assert_true(fabs(distance - best[i].distance) <
                        1e-12); /* one division, rounded twice */
            assert_true(fabs(fabs(point.pixels_moved) - best[i].moved) < 1e-12);
            assert_true(point.width_trim == 0.0);
        } else {
            assert_true(distance <= best[i].nearest + 1e-12);
            assert_true((point.status == MATCH_UNFAIR) == !(distance <= TOLERANCE));
        }
    }
}

/*
 * Upwards: parameters sampled so densely that no network is missed, the rule applied literally. A
 * walk that skips a network, or an order of preference turned round, fails.
 */
static void rays_upwards_follow_the_rule(void **state)
{
    (void)state;
    static const double factors[] = {1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.25, 3.5};
    const Spec spec = zoo_spec("proxy-b0");
    const Ray ray = ray_of("dwr");
    expect_the_rule(&spec, &ray, factors, ARRAY_LEN(factors));
}

/*
 * Near the baseline's own cost and below it: a smaller network with its pixels moved less comes
 * before the baseline with its pixels moved more, and one that rounding leaves too large is the
 * nearest there is.
 */
static void rays_downwards_follow_the_rule(void **state)
{
    (void)state;
    static const double factors[] = {0.1, 0.25, 0.8, 0.97, 1.1};
    static const char *const networks[] = {"proxy-b0", "resnet-20-cifar"};
    static const char *const strategies[] = {"depth", "resolution", "compound"};
    for (size_t n = 0; n < ARRAY_LEN(networks); n++)
        for (size_t s = 0; s < ARRAY_LEN(strategies); s++) {
            const Spec spec = zoo_spec(networks[n]);
            const Ray ray = ray_of(strategies[s]);
            expect_the_rule(&spec, &ray, factors, ARRAY_LEN(factors));
        }
}

/*
 * A depth ray ends with one layer a stage: what is below cannot be built and says so, with that
 * network or a nearer one, never with a deeper one.
 */
static void depth_ends_at_one_layer(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("resnet-18");
    const Matching matching = match_target(&spec, 0.1, TOLERANCE);
    const Ray ray = ray_of("depth");
    const MatchPoint point = match(&matching, &ray);
    assert_int_equal(point.status, MATCH_UNFAIR);
    assert_int_equal(spec_n_blocks(&point.spec), spec.n_stages);
}

/* By the spec's own rules: a target beyond the ray's end is unfair, one between two networks not.
 */
static void nominal_rays_know_their_reach(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Ray depth = ray_of("depth"), width = ray_of("width");
    const struct {
        const Ray *ray;
        double factor;
        MatchStatus status;
    } cases[] = {
        {&depth, 0.25, MATCH_UNFAIR},   {&depth, 0.8, MATCH_UNMATCHED},
        {&depth, 4.0, MATCH_UNMATCHED}, {&width, 0.001, MATCH_UNFAIR},
        {&width, 1.0, MATCH_UNMATCHED},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const Matching matching = match_target(&spec, cases[i].factor, TOLERANCE);
        MatchPoint point;
        Err err = {0};
        assert_int_equal(match_ray_nominal(&point, &matching, cases[i].ray, &err), ERR_NONE);
        assert_int_equal(point.status, cases[i].status);
    }
}

/* The upper end is where a specification's limits are: 1000 layers in a stage. */
static void nominal_rays_end_at_the_limits(void **state)
{
    (void)state;
    static const char yaml[] =
        "{name: long, resolution: 8, classes: 10, activation: relu, stem: {channels: 4}, "
        "stages: [{op: conv, channels: 4, layers: 950}]}";
    Spec spec;
    MatchPoint point;
    Err err = {0};
    assert_int_equal(spec_parse(&spec, "long", yaml, strlen(yaml), &err), ERR_NONE);
    const Matching matching = match_target(&spec, 2.0, TOLERANCE);
    const Ray ray = ray_of("depth");
    assert_int_equal(match_ray_nominal(&point, &matching, &ray, &err), ERR_NONE);
    assert_int_equal(point.status, MATCH_UNFAIR);
    assert_int_equal(point.spec.stages[0].layers, SPEC_MAX_LAYERS);
}

/*
 * Every search ends, however slowly the ray rises: t is then so large that its neighbours are
 * further apart than any fixed step, and beyond 2^53 adding a step changes nothing. The networks
 * are those of the steep ray in the same direction.
 */
static void flat_rays_end(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    static const double excess[] = {1e-4, 1e-6, 1e-9, 1e-12};
    static const double factors[] = {0.7, 2.5};
    for (size_t f = 0; f < ARRAY_LEN(factors); f++) {
        const Matching matching = match_target(&spec, factors[f], TOLERANCE);
        for (int r = 0; r < 3; r++) {
            const Ray steep = compound(r == 0 ? 2.0 : 1.0, r == 1 ? 2.0 : 1.0, r == 2 ? 2.0 : 1.0);
            const MatchPoint expected = match(&matching, &steep);
            for (size_t i = 0; i < ARRAY_LEN(excess); i++) {
                const double c = 1.0 + excess[i];
                const Ray flat = compound(r == 0 ? c : 1.0, r == 1 ? c : 1.0, r == 2 ? c : 1.0);
                const MatchPoint point = match(&matching, &flat);
                assert_int_equal(point.status, expected.status);
                assert_string_equal(point.digest, expected.digest);
            }
        }
    }
}

/* The flattest ray of all: the constant is the double after 1. That it returns is the property. */
static void the_flattest_ray_ends(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Matching matching = match_target(&spec, 2.5, TOLERANCE);
    const Ray ray = compound(nextafter(1.0, 2.0), 1.0, 1.0);
    const MatchPoint point = match(&matching, &ray);
    assert_true((point.status == MATCH_UNFAIR) == !(fabs(point.ratio - 1.0) <= TOLERANCE));
}

/* Steep rays end as well: one unit of t is then beyond every limit, in either direction. */
static void steep_rays_end(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Ray rays[] = {compound(1e5, 1.0, 1.0), compound(1e5, 1e5, 1e5)};
    for (size_t r = 0; r < ARRAY_LEN(rays); r++)
        for (int power = -4; power <= 2; power += 2) {
            const Matching matching = match_target(&spec, pow(10.0, power), TOLERANCE);
            const MatchPoint point = match(&matching, &rays[r]);
            assert_true((point.status == MATCH_UNFAIR) == !(fabs(point.ratio - 1.0) <= TOLERANCE));
        }
}

/*
 * Large pictures: every network of the ray has thousands of pixels to choose from, of which only
 * the least moved may be tried; one by one, this took minutes.
 */
static void large_pictures_are_quick(void **state)
{
    (void)state;
    Spec spec = zoo_spec("proxy-b0");
    spec.resolution = 20000;
    const Matching matching = match_target(&spec, 2.0, TOLERANCE);
    const Ray ray = ray_of("dwr");
    const MatchPoint point = match(&matching, &ray);
    assert_int_equal(point.status, MATCH_FAIR);
    assert_true(point.pixels_moved == 0.0);
}

/* Channels 20 with a divisor of 8 are the baseline's alone: at t = 0, and nowhere beside it. */
static void a_baseline_off_the_lattice_is_found(void **state)
{
    (void)state;
    static const char yaml[] =
        "{name: odd, resolution: 32, classes: 10, activation: relu, rounding: {divisor: 8}, "
        "stem: {channels: 20}, stages: [{op: mbconv, channels: 20, layers: 2}]}";
    Spec spec;
    Err err = {0};
    assert_int_equal(spec_parse(&spec, "odd", yaml, strlen(yaml), &err), ERR_NONE);
    const Matching matching = match_target(&spec, 0.99, 0.02);
    const Ray ray = ray_of("width");
    const MatchPoint point = match(&matching, &ray);
    assert_int_equal(point.status, MATCH_FAIR);
    assert_true(point.pixels_moved == 0.0);
    assert_int_equal(point.spec.stages[0].channels, 20);
    assert_true(point.nominal.width == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rays_upwards_follow_the_rule),
        cmocka_unit_test(rays_downwards_follow_the_rule),
        cmocka_unit_test(depth_ends_at_one_layer),
        cmocka_unit_test(nominal_rays_know_their_reach),
        cmocka_unit_test(nominal_rays_end_at_the_limits),
        cmocka_unit_test(flat_rays_end),
        cmocka_unit_test(the_flattest_ray_ends),
        cmocka_unit_test(steep_rays_end),
        cmocka_unit_test(large_pictures_are_quick),
        cmocka_unit_test(a_baseline_off_the_lattice_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
