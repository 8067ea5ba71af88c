/* tests/results/shapes.c */
#include "tests/results/shapes.h"

#include "base/rng.h"

const Shares shapes_ten[SHAPES_TEN] = {{{1, 0, 0}},
                                       {{0, 1, 0}},
                                       {{0, 0, 1}},
                                       {{.5, .5, 0}},
                                       {{.5, 0, .5}},
                                       {{0, .5, .5}},
                                       {{1 / 3.0, 1 / 3.0, 1 / 3.0}},
                                       {{4 / 6.0, 1 / 6.0, 1 / 6.0}},
                                       {{1 / 6.0, 4 / 6.0, 1 / 6.0}},
                                       {{1 / 6.0, 1 / 6.0, 4 / 6.0}}};

ShapeTable shapes_table(const double *values, int n_shapes, int n_seeds)
{
    static const bool clamped[SHAPES_TEN];
    return (ShapeTable){.n_shapes = n_shapes,
                        .n_seeds = n_seeds,
                        .shares = shapes_ten,
                        .clamped = clamped,
                        .values = values};
}

void shapes_draw(double *values, int n_shapes, int n_seeds, const double *beta, const double *sd,
                 int n_sd, uint64_t study)
{
    Rng rng = rng_start(study, RNG_SEARCH, 0, 0);
    for (int s = 0; s < n_seeds; s++) {
        const double effect = rng_normal(&rng);
        for (int p = 0; p < n_shapes; p++)
            values[p * n_seeds + s] = scheffe_value(beta, SCHEFFE_CUBIC, &shapes_ten[p]) + effect +
                                      sd[p % n_sd] * rng_normal(&rng);
    }
}
