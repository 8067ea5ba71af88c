/* The walk: no network of a ray is missed, and it ends. */
#include "tests/models/models_test.h"

#include "models/ray_walk.h"

#include <math.h>
#include <string.h>

/*
 * Every network of a dense sample of the ray is walked past, each in the interval that holds its t,
 * and the intervals follow each other without a gap.
 */
static void no_network_is_missed(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Matching matching = match_target(&spec, 4.0, 0.05);
    for (size_t i = 0; i < scaling_n_strategies(); i++) {
        const Ray ray = ray_of(scaling_strategy(i)->name);
        RayWalk walk = ray_walk(&matching, &ray, DEPTH_ROUND);
        int k = 0;
        while (k < 30000) {
            assert_true(ray_walk_enter(&walk));
            assert_true(walk.low <= walk.last && walk.last < walk.high);
            for (; k < 30000 && k * 1.0e-4 < walk.last; k++) {
                Spec sampled;
                ray_walk_network(&sampled, &walk, k * 1.0e-4);
                for (int s = 0; s < spec.n_stages; s++) {
                    assert_int_equal(sampled.stages[s].channels, walk.spec.stages[s].channels);
                    assert_int_equal(sampled.stages[s].layers, walk.spec.stages[s].layers);
                }
                assert_int_equal(sampled.resolution, walk.spec.resolution);
            }
            while (k < 30000 && k * 1.0e-4 < walk.high)
                k++; /* nearer to the end than it was looked for */
            walk.low = ray_walk_next(&walk);
        }
    }
}

/* From below zero the walk stops at the baseline, and goes on from there. */
static void walks_pass_the_baseline(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Matching matching = match_target(&spec, 1.0, 0.05);
    const Ray ray = ray_of("width");
    RayWalk walk = ray_walk(&matching, &ray, DEPTH_ROUND);
    bool has_baseline = false;
    for (walk.low = -1.0; walk.low < 0.5; walk.low = ray_walk_next(&walk)) {
        assert_true(ray_walk_enter(&walk));
        has_baseline = has_baseline || walk.low == 0.0;
    }
    assert_true(has_baseline);
}

/* Depth ends at one layer a stage below and at the limit of layers above, in finitely many steps.
 */
static void rays_have_two_ends(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Matching matching = match_target(&spec, 1.0, 0.05);
    const Ray ray = ray_of("depth");
    RayWalk walk = ray_walk(&matching, &ray, DEPTH_ROUND);
    walk.low = -walk.most / 2.0;
    assert_true(ray_walk_enter(&walk));
    assert_true(ray_walk_is_first(&walk));
    assert_int_equal(spec_n_blocks(&walk.spec), spec.n_stages);
    int n = 0;
    for (; ray_walk_enter(&walk); walk.low = ray_walk_next(&walk))
        assert_true(n++ < spec.n_stages * SPEC_MAX_LAYERS);
    assert_true(n > SPEC_MAX_LAYERS / 2);
    assert_false(ray_walk_is_first(&walk));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_network_is_missed),
        cmocka_unit_test(walks_pass_the_baseline),
        cmocka_unit_test(rays_have_two_ends),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
